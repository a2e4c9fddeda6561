"""Runs of an agent on an environment: recorded, judged, and gone on with after an interruption."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gba.backends.scripted import Scripted
from gba.environments import NAMES, environment
from gba.errors import ServerUnavailableError, StepError
from gba.langchain.chat_model import ChatLlamaCpp
from gba.trajectory import read, read_all
from gba.tuning.collect import CollectError, Collection, Teacher, collect
from gba.tuning.episodes import Episode, EpisodeError, run_episode
from gba.tuning.expert import Expert
from tests.helpers.scripts import answer, call

ARITHMETIC = environment("arithmetic")
WANTED = Collection("arithmetic", tasks=4, attempts=2, model="expert")


def expert(task: Any) -> Expert:
    return Expert(task=task)


@pytest.fixture
def told() -> tuple[list[str], Callable[[str, Episode], None]]:
    names: list[str] = []
    return names, lambda name, episode: names.append(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_expert_is_recorded_with_its_reward(tmp_path: Path, name: str) -> None:
    one = environment(name)
    assert collect(one, expert, Collection(name, tasks=5), tmp_path) == 0
    runs = list(read_all(tmp_path))
    assert len(runs) == 5
    for index, run in enumerate(runs):
        task = one.task(index)
        assert run.complete
        assert run.reward == 1
        assert run.metadata["task"] == task.id
        assert [tool.name for tool in run.tools]
        acts = [call for message in run.messages for call in message.calls]
        assert [(act.name, act.arguments) for act in acts] == [(act.tool, act.arguments) for act in task.acts]
        assert [message.thought for message in run.messages if message.role == "assistant"][-1] == task.thought
        assert run.messages[0].content == one.system
        assert run.messages[-1].content == task.answer


def test_a_model_is_recorded_with_its_tokens(tmp_path: Path) -> None:
    task = ARITHMETIC.task(0)
    turns = [*(call(act.thought, (act.tool, dict(act.arguments))) for act in task.acts), answer("I know.", task.answer)]
    chat = ChatLlamaCpp(backend=Scripted.turns(turns))
    episode = run_episode(ARITHMETIC, task, chat, tmp_path / "run.jsonl", name="scripted")
    assert episode == Episode(1.0)
    run = read(tmp_path / "run.jsonl")
    assert (run.reward, run.model) == (1.0, "scripted")
    assert len(run.steps) == len(turns)
    assert all(step.tokens and step.spans for step in run.steps)


def test_a_wrong_answer_is_worth_nothing(tmp_path: Path) -> None:
    chat = ChatLlamaCpp(backend=Scripted.turns([answer("I guess.", "It is 0.5.")]))
    assert run_episode(ARITHMETIC, ARITHMETIC.task(0), chat, tmp_path / "run.jsonl") == Episode(0.0)
    assert read(tmp_path / "run.jsonl").complete


def test_an_agent_that_goes_in_circles_is_given_up(tmp_path: Path) -> None:
    numbers = iter(range(100))
    turns = (call("More.", ("calculate", {"left": next(numbers), "operation": "add", "right": 1})) for _ in range(9))
    chat = ChatLlamaCpp(backend=Scripted.turns(list(turns)))
    episode = run_episode(ARITHMETIC, ARITHMETIC.task(0), chat, tmp_path / "run.jsonl", max_steps=3)
    assert episode == Episode(0.0, "no answer after 3 steps")
    run = read(tmp_path / "run.jsonl")
    assert (run.reward, run.complete, len(run.steps)) == (0.0, False, 3)
    assert "no answer after 3 steps" in run.error


class _Failing(Expert):
    error: Any

    def _generate(self, *arguments: Any, **options: Any) -> Any:
        raise self.error


def test_a_step_without_a_valid_call_is_worth_nothing(tmp_path: Path) -> None:
    task = ARITHMETIC.task(0)
    chat = _Failing(task=task, error=StepError("no valid call"))
    assert run_episode(ARITHMETIC, task, chat, tmp_path / "run.jsonl") == Episode(0.0, "no valid call")


def test_what_a_model_of_somebody_elses_raises_is_told_in_a_line(tmp_path: Path) -> None:
    task = ARITHMETIC.task(0)
    chat = _Failing(task=task, error=ValueError("no such key"))
    with pytest.raises(EpisodeError, match=r"arithmetic-train-000000 failed: ValueError: no such key"):
        run_episode(ARITHMETIC, task, chat, tmp_path / "run.jsonl")
    run = read(tmp_path / "run.jsonl")
    assert (run.reward, run.error) == (None, "ValueError: no such key")


@pytest.mark.parametrize("jobs", [1, 3])
def test_an_interrupted_collection_goes_on(tmp_path: Path, told: Any, jobs: int) -> None:
    names, tell = told

    def failing(task: Any) -> Expert:
        if task.index == 2:
            return _Failing(task=task, error=ServerUnavailableError("gone", url="http://localhost"))
        return Expert(task=task)

    with pytest.raises(ServerUnavailableError):
        collect(ARITHMETIC, failing, WANTED, tmp_path, jobs=jobs, told=tell)
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.jsonl") if read(path).reward is not None}
    assert before
    assert len(before) < 8
    names.clear()
    assert collect(ARITHMETIC, expert, WANTED, tmp_path, resume=True, jobs=jobs, told=tell) == len(before)
    assert sorted(names) == sorted(run.file for run in WANTED.runs())
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    assert [run.reward for run in read_all(tmp_path)] == [1.0] * 8
    assert list(tmp_path.glob("*.broken"))


def test_a_run_that_was_torn_is_done_again(tmp_path: Path) -> None:
    collect(ARITHMETIC, expert, WANTED, tmp_path)
    paths = sorted(tmp_path.glob("*.jsonl"))
    whole = paths[3].read_bytes()
    paths[3].write_bytes(whole[: len(whole) // 2])
    paths[4].write_bytes(b"")
    paths[5].unlink()
    assert collect(ARITHMETIC, expert, WANTED, tmp_path, resume=True) == 5
    assert [run.reward for run in read_all(tmp_path)] == [1.0] * 8
    assert paths[3].with_name(f"{paths[3].name}.broken").read_bytes() == whole[: len(whole) // 2]


def test_more_runs_are_added(tmp_path: Path) -> None:
    collect(ARITHMETIC, expert, WANTED, tmp_path)
    assert collect(ARITHMETIC, expert, replace(WANTED, tasks=6, attempts=1), tmp_path, resume=True) == 4
    assert len(list(read_all(tmp_path))) == 10


@pytest.mark.parametrize(
    "other, message", [({"seed": 1}, "seed 0"), ({"split": "held-out"}, "split 'train'"), ({"model": "x"}, "model")]
)
def test_other_runs_are_not_mixed(tmp_path: Path, other: dict[str, Any], message: str) -> None:
    collect(ARITHMETIC, expert, WANTED, tmp_path)
    with pytest.raises(CollectError, match="--resume"):
        collect(ARITHMETIC, expert, WANTED, tmp_path)
    with pytest.raises(CollectError, match=message):
        collect(ARITHMETIC, expert, replace(WANTED, **other), tmp_path, resume=True)


def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(CollectError, match="cannot be used"):
        collect(ARITHMETIC, expert, WANTED, tmp_path / "file")


def test_the_expert_says_nothing_after_its_answer() -> None:
    task = ARITHMETIC.task(0)
    model: Teacher = expert
    said: list[Any] = []
    for _ in range(len(task.acts) + 1):
        said.append(model(task).invoke(said or "Go."))
    with pytest.raises(Exception, match="nothing more"):
        model(task).invoke(said)
