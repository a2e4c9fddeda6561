"""From runs to examples: what is dropped and why, copies, leaks, the mix and its card."""

from __future__ import annotations

import json
import random
import re
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
from gba.tuning.filters import Rewards, loops, reason_to_drop
from gba.tuning.general import read_general
from gba.tuning.prepare import Preparation, PrepareError, held_out_requests, mix, prepare
from gba.tuning.validity import is_valid

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
OTHER, WRONG = ToolCall("add", {"n": 2}, "c3"), ToolCall("add", {"n": "x"}, "c4")
CIRCLE = (*GOOD[:2], calls(OTHER), result("2", OTHER))


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
        ((calls(ToolCall("fly", {}, "c0")), result("?", ToolCall("fly", {}, "c0")), *GOOD), 1.0, {}, "format"),
        ((calls(WRONG), result("?", WRONG), *GOOD), 1.0, {}, "format"),
        ((calls(CALL), *GOOD), 1.0, {}, "order"),
        ((result("1"), *GOOD), 1.0, {}, "order"),
        ((calls(CALL), GOOD[2]), 1.0, {}, "order"),
        ((Message("user", "Add 2."), *GOOD), 1.0, {}, "order"),
        ((Message("bot", "Hm."), *GOOD), 1.0, {}, "role"),
        ((Message("assistant", '<tool_call>{"name": "add"}'),), 1.0, {}, "format"),
        ((Message("assistant", "It is 1.<|im_end|>"),), 1.0, {}, "format"),
        ((calls(CALL), result("1"), calls(AGAIN), result("1", AGAIN), GOOD[2]), 1.0, {}, "repeated"),
        ((calls(CALL), result("busy"), calls(AGAIN), result("1", AGAIN), GOOD[2]), 1.0, {}, ""),
        ((calls(CALL), result("busy"), calls(CALL), result("1"), GOOD[2]), 1.0, {}, ""),
        (
            (*GOOD[:2], calls(OTHER), result("2", OTHER), *GOOD[:2], calls(OTHER), result("3", OTHER), GOOD[2]),
            1.0,
            {},
            "",
        ),
        ((*CIRCLE, *CIRCLE, *CIRCLE, GOOD[2]), 1.0, {}, "repeated"),
        ((Message("assistant", "I add them. " * 3),), 1.0, {}, "repeated"),
        ((Message("assistant", "1, 2, 3, 4 and 5 are 15."),), 1.0, {}, ""),
        ((Message("assistant", f"{'x' * 9000} It is so. It is so. It is so. "),), 1.0, {}, "repeated"),
        ((Message("assistant", "| a | b | c |\n| --- | --- | --- | --- | --- | --- |\n" + "-" * 40),), 1.0, {}, ""),
        ((Message("assistant", f"if a:\n{' ' * 40}return 1"),), 1.0, {}, ""),
    ],
)
def test_why_a_run_is_dropped(tmp_path: Path, said: Any, reward: float, metadata: Any, reason: str) -> None:
    run = read(recorded(tmp_path / "run.jsonl", *said, reward=reward, **metadata))
    assert reason_to_drop(run, Rewards(environments={"easy": 0.5})) == reason


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"n": {"$ref": "http://127.0.0.1:9/elsewhere"}}},
        {"type": "object", "properties": {"n": {"type": "number of kilos"}}},
        {"type": "object", "properties": 7},
        {"type": "object", "required": "n"},
    ],
)
def test_tools_that_no_call_fits_are_no_error(tmp_path: Path, schema: Any) -> None:
    tool = ToolSpec("add", "", schema)
    assert not is_valid(CALL, [tool])
    with Recorder(tmp_path / "run.jsonl", tools=[tool]) as recorder:
        for message in (Message("user", "Add 1."), *GOOD):
            recorder.message(message)
        recorder.reward(1.0)
    assert reason_to_drop(read(tmp_path / "run.jsonl"), Rewards()) == "format"


def test_a_pattern_without_end_ends(tmp_path: Path) -> None:
    tool = ToolSpec("say", "", {"type": "object", "properties": {"x": {"type": "string", "pattern": "^(a+)+$"}}})
    assert is_valid(ToolCall("say", {"x": "a" * 40}), [tool])
    assert not is_valid(ToolCall("say", {"x": "a" * 40 + "!"}), [tool])


def test_what_is_said_three_times() -> None:
    assert not loops("")
    assert not loops("ha" * 11)
    assert loops("ha" * 12)
    assert loops("a" + "It is so, I think. " * 3)
    assert not loops("a" + "It is so, I think. " * 2 + "It is so, I thought.")
    rng = random.Random(0)
    for _ in range(2000):
        text = "".join(rng.choice("ab ") for _ in range(rng.randrange(60)))
        found = re.search(r"(.{8,200}?)\1{2}", text)
        if loops(text):
            assert found, text


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


def test_of_a_conversation_that_goes_on_only_the_whole_is_kept(tmp_path: Path) -> None:
    more = (Message("user", "And 2 more, please, if you would."), Message("assistant", "That makes 3, as I see it."))
    rest = (Message("user", "Thank you very much for all of this."), Message("assistant", "You are welcome, any time."))
    for name, said in (("a", GOOD), ("b", (*GOOD, *more)), ("c", (*GOOD, *more, *rest)), ("d", (*GOOD, *rest))):
        recorded(tmp_path / f"{name}.jsonl", *said)
    done = prepare([tmp_path], [], Preparation())
    assert sorted(len(example.messages) for example in done.examples) == [6, 8]
    assert done.dropped == {"run: another one goes on with it": 2}


def test_ids_that_come_again_are_told_apart(tmp_path: Path) -> None:
    for number in range(4):
        text = " ".join(f"{word}{number}" for word in ("one", "two", "three", "four", "five"))
        path = tmp_path / f"{number}.jsonl"
        with Recorder(path, run_id="the same", metadata={"task": f"t{number}"}) as recorder:
            recorder.message(Message("user", text))
            recorder.message(Message("assistant", text))
            recorder.reward(1)
    done = prepare([tmp_path], [], Preparation(per_task=1))
    assert len({example.request for example in done.examples}) == 4


@pytest.mark.parametrize(
    "wanted",
    [
        {"eta": float("nan")},
        {"near": float("nan")},
        {"near": 1.5},
        {"rewards": Rewards(float("nan"))},
        {"rewards": Rewards(environments={"sqlite": float("nan")})},
    ],
)
def test_what_is_no_number_lets_nothing_through(wanted: Any) -> None:
    with pytest.raises(PrepareError):
        Preparation(**wanted)


def test_many_seeds_are_refused_and_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gba.tuning.prepare.held_out_requests", lambda name, seed: [])
    for seed in range(51):
        recorded(tmp_path / f"{seed}.jsonl", *GOOD, environment="lookup", seed=seed, request=f"Add {seed}.")
    with pytest.raises(PrepareError, match="more than 50 seeds"):
        prepare([tmp_path], [], Preparation())


def test_a_leak_in_a_later_turn_and_in_general_dialogue(tmp_path: Path) -> None:
    leak = environment("lookup").task(3, "held-out").request
    turns = (Message("user", leak), Message("assistant", "I see."))
    recorded(tmp_path / "a.jsonl", *GOOD, *turns, environment="lookup", split="train")
    recorded(tmp_path / "b.jsonl", *GOOD, request="Add one.", environment="lookup")
    talk = [
        {"conversations": [{"from": "human", "value": leak}, {"from": "gpt", "value": "42."}]},
        {"conversations": TALK},
    ]
    (tmp_path / "talk.json").write_text(json.dumps(talk))
    done = prepare([tmp_path], [tmp_path / "talk.json"], Preparation(eta=0.5))
    assert [example.request for example in done.examples if example.kind == "agent"] == ["Add one."]
    assert (done.dropped["run: held out"], done.dropped["dialogue: held out"]) == (1, 1)


def test_texts_of_one_pattern_are_told_apart() -> None:
    """Very many that are alike, but not near enough, fill the bands: what is near is still found among the last."""
    rng = random.Random(0)
    base = [f"word{number}" for number in range(200)]
    near, texts = Near(0.9), []
    for number in range(500):
        words = list(base)
        for place in rng.sample(range(200), 12):
            words[place] = f"other{number}x{place}"
        texts.append(" ".join(words))
        assert near.find_or_add(str(number), texts[-1]) is None
    assert all(near.find(text + " end") == str(number) for number, text in enumerate(texts))


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
        {"id": "\ud800", "conversations": [TALK[0], {"from": "gpt", "value": "\ud83d"}]},
        {"conversations": [TALK[0], {"from": "gpt", "value": "Hello!<|im_end|>"}]},
        {"conversations": [TALK[0], {"from": "gpt", "value": "I am here. " * 4}]},
        {"id": "\ud800", "conversations": TALK},
    ]
    path = tmp_path / "talk.json"
    path.write_text("\ufeff" + (json.dumps(records) if as_list else "\n".join(map(json.dumps, records))))
    read_back = list(read_general(path))
    assert read_back[3:-1] == ["empty", "order", "role", "empty", "empty", "text", "format", "repeated"]
    first, second, third, last = (each for each in read_back if isinstance(each, Example))
    assert (first.id, first.kind, first.source) == ("talk-a", "general", "talk")
    assert [message.role for message in second.messages] == ["system", "user", "assistant"]
    assert third.messages[1] == Message("assistant", "Hi!")
    assert last.id == "talk-11"
    assert write_examples(tmp_path / "examples.jsonl", [first, second, third, last]) == 4


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
    with pytest.raises(PrepareError, match="none of the runs"):
        mix(examples("agent", 40), examples("general", 10), Preparation(eta=0.01))
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
