"""A reward for a run that is there: appended, whatever state its last line is in."""

from __future__ import annotations

from pathlib import Path

import pytest

from gba.chat import Message
from gba.trajectory import Recorder, TrajectoryError, judge, read
from tests.trajectory.test_hostile_files import file_size


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Recorder(tmp_path / "run.jsonl", run_id="x") as recorder:
        recorder.message(Message("user", "Wie groß?"))
        recorder.message(Message("assistant", "7 m."))
    return tmp_path / "run.jsonl"


def test_the_last_reward_counts(path: Path) -> None:
    before = path.read_bytes()
    for value in (0.25, 1):
        judge(path, value)
        assert read(path).reward == value
    assert path.read_bytes().startswith(before)


@pytest.mark.parametrize("cut", range(1, 60))
def test_a_torn_line_is_cut_off_first(path: Path, cut: int) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    torn = read(path)
    judge(path, 1)
    run = read(path)
    assert (run.reward, run.torn) == (1, 0)
    assert (run.messages, run.ended) == (torn.messages, torn.ended)
    assert all(line.endswith(b"}\n") for line in path.read_bytes().splitlines(keepends=True))


@pytest.mark.parametrize("reward", [float("nan"), float("inf")])
def test_what_is_no_reward_is_refused(path: Path, reward: float) -> None:
    before = path.read_bytes()
    with pytest.raises(TrajectoryError, match="finite"):
        judge(path, reward)
    assert path.read_bytes() == before


def test_only_recorded_runs_are_judged(path: Path) -> None:
    for text in ("", "{}\n", '{"type": "run", "version": 99}\n'):
        path.write_text(text)
        with pytest.raises(TrajectoryError):
            judge(path, 1)
        assert path.read_text() == text
    with pytest.raises(TrajectoryError, match="cannot be read"):
        judge(path.with_name("none.jsonl"), 1)


def test_on_a_full_disk_the_run_stays_as_it_was(path: Path) -> None:
    before = path.read_bytes()
    with file_size(len(before) + 10), pytest.raises(TrajectoryError, match="cannot be written"):
        judge(path, 1)
    assert path.read_bytes() == before
