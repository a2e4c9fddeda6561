"""Damaged and hostile files of recorded runs; the corpus is that of the attack, without its large files."""

from __future__ import annotations

import copy
import pickle
import random
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.attack import trajectory_files
from benchmarks.attack.cases import Case
from gba.trajectory import Recorder, StepRecord, TrajectoryError, Transcript, read

CASES = trajectory_files.cases()


def test_the_corpus_is_large_enough() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 40


@pytest.mark.parametrize("case", [case for case in CASES if "at most" not in case.name], ids=lambda case: case.name)
def test_hostile_files(case: Case) -> None:
    case.run()  # raises AssertionError unless the case holds


@contextmanager
def file_size(limit: int) -> Iterator[None]:
    """No file may become larger, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_line_that_could_not_be_written_in_full_is_no_part_of_the_run(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    with Recorder(path) as recorder:
        recorder.step(StepRecord(tokens=(1, 2, 3)))
        with file_size(path.stat().st_size + 40), pytest.raises(TrajectoryError, match="cannot be written"):
            recorder.step(StepRecord(tokens=(1, 2, 3, 4, 5)))
        assert path.stat().st_size > 0
        recorder.step(StepRecord(tokens=(1, 2, 9)))
    run = read(path)
    assert run.complete
    assert [step.tokens for step in run.steps] == [(1, 2, 3), (1, 2, 9)]


def fail_on_a_full_disk(path: Path) -> None:
    """The head of the run fits, its end does not."""
    with file_size(180), Recorder(path, run_id="x"):
        raise RuntimeError("the run's own")


def test_the_error_of_the_run_is_not_hidden_by_a_disk_that_is_full(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="the run's own"):
        fail_on_a_full_disk(tmp_path / "x.jsonl")
    run = read(tmp_path / "x.jsonl")
    assert run.torn == 2
    assert not run.complete


def test_an_error_in_any_characters_is_recorded(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    with pytest.raises(RuntimeError), Recorder(path):
        raise RuntimeError("file \udcff\u2028name")
    assert read(path).error == "RuntimeError: file \\udcff\u2028name"


def test_transcripts_are_equal_to_the_tokens_that_they_hold() -> None:
    draw = random.Random(0)
    transcript, plain = Transcript(), ()
    for _ in range(300):
        kept = draw.choice([len(plain), max(0, len(plain) - 1), draw.randint(0, len(plain))])
        own = tuple(draw.randrange(1000) for _ in range(draw.randrange(5)))
        before, transcript, plain = plain, Transcript(own, transcript, kept), (*plain[:kept], *own)
        assert transcript == plain
        assert (transcript == before) == (plain == before)
        assert list(transcript) == list(plain)
        assert transcript[1:3] == plain[1:3]
        assert hash(transcript) == hash(plain)
    assert copy.deepcopy(transcript) == pickle.loads(pickle.dumps(transcript)) == transcript
    assert transcript != "x"


def test_a_long_chain_of_transcripts_is_walked_and_let_go_of() -> None:
    transcript = Transcript()
    for number in range(100_000):
        transcript = Transcript([number], transcript, number)
    assert transcript[-1] == 99_999
    del transcript


@pytest.mark.parametrize("own, kept", [([-1], 0), ([True], 0), ([2**31], 0), ([], 1), ([], -1)])
def test_what_is_no_transcript_is_refused(own: list[int], kept: int) -> None:
    with pytest.raises(ValueError, match="token"):
        Transcript(own, kept=kept)
