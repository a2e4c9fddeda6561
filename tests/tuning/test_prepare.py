"""From runs to examples: what is dropped and why, copies, leaks, the mix and its card."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from gba.chat.messages import Message, Step
from gba.environments import NAMES, environment
from gba.schema.tools import ToolCall, ToolSpec
from gba.trajectory import Recorder, read
from gba.tuning.card import card, write_card
from gba.tuning.collect import Collection, collect
from gba.tuning.duplicates import Near
from gba.tuning.examples import Example, ExampleError, of_run, read_examples, write_examples
from gba.tuning.expert import Expert
from gba.tuning.filters import Rewards, reason_to_drop
from gba.tuning.general import read_general
from gba.tuning.prepare import Preparation, PrepareError, held_out_requests, mix, prepare

ADD = ToolSpec("add", "Add.", {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]})
CALL = ToolCall("add", {"n": 1}, "c1")


def recorded(path: Path, *said: Message | Step, reward: float | None = 1.0, **metadata: Any) -> Path:
    """A run with these messages and steps."""
    with Recorder(path, tools=[ADD], metadata=metadata) as recorder:
        recorder.message(Message("user", metadata.get("request", "Add 1.")))
        for each in said:
            if isinstance(each, Step):
                recorder.step(each)
            else:
                recorder.message(each)
        if reward is not None:
            recorder.reward(reward)
    return path


def calls(call: ToolCall, thought: str = "") -> Message:
    return Message("assistant", calls=(call,), thought=thought)


def result(text: str, call: ToolCall = CALL) -> Message:
    return Message("tool", text, call_id=call.id, name=call.name)


GOOD = (calls(CALL), result("1"), Message("assistant", "It is 1."))
AGAIN = ToolCall("add", {"n": 1}, "c2")


@pytest.mark.parametrize(
    "said, reward, metadata, reason",
    [
        (GOOD, 1.0, {}, ""),
        (GOOD, None, {}, "not judged"),
        (GOOD, 0.99, {}, "reward"),
        (GOOD, 2 / 3, {"hard": True}, ""),
        (GOOD, 0.5, {"hard": True}, "reward"),
        (GOOD, 0.5, {"environment": "easy"}, ""),
        (GOOD[:2], 1.0, {}, "no answer"),
        ((Message("assistant", " "),), 1.0, {}, "no answer"),
        ((Step(content="It is 1.", closed=True),), 1.0, {}, "cut short"),
        ((Step(content="It is 1.", finish="length"),), 1.0, {}, "cut short"),
        ((calls(ToolCall("fly", {})), *GOOD), 1.0, {}, "format"),
        ((calls(ToolCall("add", {"n": "x"})), *GOOD), 1.0, {}, "format"),
        ((Message("assistant", '<tool_call>{"name": "add"}'),), 1.0, {}, "format"),
        ((Message("assistant", "It is 1.<|im_end|>"),), 1.0, {}, "format"),
        ((calls(CALL), result("1"), calls(AGAIN), result("1", AGAIN), GOOD[2]), 1.0, {}, "repeated"),
        ((calls(CALL), result("busy"), calls(AGAIN), result("1", AGAIN), GOOD[2]), 1.0, {}, ""),
        ((Message("assistant", "I add them. " * 3),), 1.0, {}, "repeated"),
        ((Message("assistant", "1, 2, 3, 4 and 5 are 15."),), 1.0, {}, ""),
    ],
)
def test_why_a_run_is_dropped(tmp_path: Path, said: Any, reward: float, metadata: Any, reason: str) -> None:
    run = read(recorded(tmp_path / "run.jsonl", *said, reward=reward, **metadata))
    assert reason_to_drop(run, Rewards(environments={"easy": 0.5})) == reason


def test_runs_that_failed_or_broke_off_are_dropped(tmp_path: Path) -> None:
    path = recorded(tmp_path / "whole.jsonl", *GOOD)
    lines = path.read_bytes().splitlines(keepends=True)
    (tmp_path / "torn.jsonl").write_bytes(b"".join(lines[:-1]))
    (tmp_path / "damaged.jsonl").write_bytes(b"".join([lines[0], b"{}\n", *lines[1:]]))
    recorded(tmp_path / "failed.jsonl", *GOOD)
    failed = (tmp_path / "failed.jsonl").read_text().replace('"error": ""', '"error": "RuntimeError: gone"')
    (tmp_path / "failed.jsonl").write_text(failed)
    done = prepare([tmp_path], [], Preparation())
    assert [example.request for example in done.examples] == ["Add 1."]
    assert done.dropped == {"run: unfinished": 1, "run: unreadable": 1, "run: failed": 1}
    assert done.read == {"runs": 4}


def test_an_example_comes_back_from_its_file(tmp_path: Path) -> None:
    example = of_run(read(recorded(tmp_path / "run.jsonl", *GOOD, environment="sums", kind="one")))
    assert (example.kind, example.source, example.reward) == ("agent", "sums", 1.0)
    assert write_examples(tmp_path / "examples.jsonl", [example, example]) == 2
    assert list(read_examples(tmp_path / "examples.jsonl")) == [example, example]


@pytest.mark.parametrize("line", ["{", "{}", "[]", '{"id": "1", "kind": "other"}', "7"])
def test_what_is_no_example_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "examples.jsonl").write_text(line)
    with pytest.raises(ExampleError, match="line 1"):
        list(read_examples(tmp_path / "examples.jsonl"))
    with pytest.raises(ExampleError, match="gba prepare"):
        list(read_examples(tmp_path / "nothing.jsonl"))


def test_texts_that_are_nearly_the_same_are_found() -> None:
    words = [f"word{number}" for number in range(100)]
    near = Near(0.8)
    near.add("one", " ".join(words))
    assert near.find(" ".join(words).upper()) == "one"
    assert near.find(" ".join([*words[:99], "other"])) == "one"
    assert near.find(" ".join([*words[:50], *(f"x{number}" for number in range(50))])) is None
    assert near.find("") is None
    near.add("empty", "")
    assert near.find("") == "empty"


def test_copies_are_dropped(tmp_path: Path) -> None:
    for name, request in (("a", "Add 1."), ("b", "Add  1."), ("c", "Now something else is to be added, I think.")):
        recorded(tmp_path / f"{name}.jsonl", *GOOD, request=request)
    done = prepare([tmp_path], [], Preparation())
    assert len(done.examples) == 2
    assert done.dropped == {"run: near another one": 1}


def test_the_best_runs_of_a_task_are_kept(tmp_path: Path) -> None:
    answer = Message("assistant", "It is 1.")
    for name, said, reward in (("a", GOOD, 0.9), ("b", GOOD, 1.0), ("c", (answer,), 1.0)):
        recorded(tmp_path / f"{name}.jsonl", *said, reward=reward, task="sum-1", environment="sums")
    done = prepare([tmp_path], [], Preparation(Rewards(0.5), per_task=1, near=1.0))
    assert [len(example.messages) for example in done.examples] == [2]
    assert done.dropped == {"run: more of one task": 2}


@pytest.mark.parametrize("name", NAMES)
def test_held_out_tasks_are_kept_out(tmp_path: Path, name: str) -> None:
    one = environment(name)
    for split in ("train", "held-out"):
        collect(one, lambda task: Expert(task=task), Collection(name, tasks=30, split=split), tmp_path / split)
    done = prepare([tmp_path], [], Preparation(near=1.0))
    assert done.dropped["run: held out"] == 30
    assert not {example.request for example in done.examples} & set(held_out_requests(name, 0))


def test_a_request_that_is_held_out_leaks_under_no_name(tmp_path: Path) -> None:
    leak = environment("lookup").task(5, "held-out").request
    own = "Please tell me how tall the old town hall of Ravenna is, in metres, and when it was built."
    recorded(tmp_path / "a.jsonl", *GOOD, environment="lookup", split="train", request=leak.upper())
    recorded(tmp_path / "b.jsonl", *GOOD, request=own.replace("Please", "please"))
    recorded(tmp_path / "c.jsonl", *GOOD)
    done = prepare([tmp_path], [], Preparation(), held_out=[own])
    assert [example.request for example in done.examples] == ["Add 1."]
    assert done.dropped == {"run: held out": 2}


TALK = [{"from": "human", "value": "Hello!"}, {"from": "gpt", "value": "Hello, what can I do?"}]


@pytest.mark.parametrize("as_list", [True, False])
def test_general_dialogue_is_read(tmp_path: Path, as_list: bool) -> None:
    records: list[Any] = [
        {"id": "a", "conversations": TALK},
        {"conversations": [{"from": "system", "value": "Be kind."}, TALK[1], *TALK, TALK[0]]},
        {"messages": [{"role": "user", "content": "Hi."}, {"role": "assistant", "content": "Hi!"}]},
        {"conversations": []},
        {"conversations": [TALK[0], TALK[0], TALK[1]]},
        {"conversations": [{"from": "tool", "value": "x"}]},
        {"conversations": [TALK[0], {"from": "gpt", "value": None}]},
        "nothing",
    ]
    path = tmp_path / "talk.json"
    path.write_text(json.dumps(records) if as_list else "\n".join(map(json.dumps, records)))
    read_back = list(read_general(path))
    assert read_back[3:] == ["empty", "order", "role", "empty", "empty"]
    first, second, third = (each for each in read_back if isinstance(each, Example))
    assert (first.id, first.kind, first.source) == ("talk-a", "general", "talk")
    assert [message.role for message in second.messages] == ["system", "user", "assistant"]
    assert third.messages[1] == Message("assistant", "Hi!")


def test_general_dialogue_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "talk.jsonl").write_text('{"conversations": []}\n{')
    with pytest.raises(ExampleError, match="line 2"):
        list(read_general(tmp_path / "talk.jsonl"))
    (tmp_path / "talk.json").write_text("[1")
    with pytest.raises(ExampleError, match="cannot be read"):
        list(read_general(tmp_path / "talk.json"))


def examples(kind: Any, count: int) -> list[Example]:
    return [Example(f"{kind}-{number}", kind, kind, (Message("user", "x"),)) for number in range(count)]


@pytest.mark.parametrize(
    "eta, most, agents, general",
    [(1.0, None, 40, 0), (0.0, None, 0, 100), (0.2, None, 25, 100), (0.5, None, 40, 40), (0.5, 10, 5, 5)],
)
def test_the_mix_has_its_ratio(eta: float, most: int | None, agents: int, general: int) -> None:
    wanted = Preparation(eta=eta, most=most)
    chosen = mix(examples("agent", 40), examples("general", 100), wanted)
    assert Counter(example.kind for example in chosen) == Counter(agent=agents, general=general)
    assert mix(examples("agent", 40), examples("general", 100), wanted) == chosen
    assert len({example.id for example in chosen}) == len(chosen)


def test_a_mix_that_cannot_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PrepareError, match="from 0 to 1"):
        mix([], [], Preparation(eta=2))
    with pytest.raises(PrepareError, match="--general"):
        mix(examples("agent", 2), [], Preparation(eta=0.5))
    recorded(tmp_path / "a.jsonl", *GOOD, reward=0)
    with pytest.raises(PrepareError, match=r"nothing is left.*1 run: reward"):
        prepare([tmp_path], [], Preparation())
    with pytest.raises(PrepareError, match="not there"):
        prepare([tmp_path / "b"], [], Preparation())


def test_the_card_says_what_there_is(tmp_path: Path) -> None:
    recorded(tmp_path / "runs" / "a.jsonl", *GOOD, environment="sums", kind="one")
    recorded(tmp_path / "runs" / "b.jsonl", *GOOD, reward=0)
    (tmp_path / "talk.json").write_text(json.dumps([{"conversations": TALK}, {"conversations": []}]))
    wanted = Preparation(eta=0.5)
    done = prepare([tmp_path / "runs"], [tmp_path / "talk.json"], wanted)
    data = tmp_path / "examples.jsonl"
    write_examples(data, done.examples)
    figures = card(done, wanted, data)
    write_card(figures, tmp_path)
    assert json.loads((tmp_path / "card.json").read_text()) == json.loads(json.dumps(figures))
    assert (figures["agent"], figures["general"], figures["eta"]) == (1, 1, 0.5)
    assert figures["dropped"] == {"dialogue: empty": 1, "run: reward": 1}
    assert "| sums | 1 |" in (tmp_path / "README.md").read_text()
