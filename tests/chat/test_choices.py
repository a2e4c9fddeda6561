"""How sure the choice of a tool was: the model's own probabilities of the alternatives, made to add up to one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from gba.backends.base import Chunk, Sampling, TokenLogprob
from gba.backends.scripted import Scripted
from gba.chat import Choice, Engine, Message, StepOptions
from gba.chat.choices import Odds, telling
from gba.schema.tools import ToolSpec


def told(**likely: float) -> list[Chunk]:
    """A generation of the first token, with the probabilities of all."""
    tokens = [
        TokenLogprob(number, name.replace("_", " ").encode(), math.log(chance))
        for number, (name, chance) in enumerate(likely.items())
    ]
    return [Chunk("", (), logprobs=(replace(tokens[0], top=tuple(tokens)),))]


def test_the_parts_of_all_tokens_that_fit_are_counted() -> None:
    names = {"add": "add", "sub": "sub", "none": "none"}
    odds = Odds(names)
    odds.narrow(told(ad=0.3, a=0.1, s=0.1, x=0.4, nothing=0.1), "", names, {"add": "add"})
    choice = odds.choice("add")
    assert choice is not None
    assert choice.probability == pytest.approx(0.8)
    assert choice.probabilities == pytest.approx({"add": 0.8, "sub": 0.2, "none": 0.0})


def test_choices_of_several_tokens_are_multiplied() -> None:
    names = {"get_a": "get_a", "get_b": "get_b", "put": "put"}
    odds = Odds(names)
    left = {name: text for name, text in names.items() if name != "put"}
    odds.narrow([Chunk("", logprobs=told(get=0.6, put=0.2)[0].logprobs)], "", names, left)
    odds.narrow(told(b=0.3, a=0.1), "", {"get_a": "a", "get_b": "b"}, {"get_b": "b"})
    choice = odds.choice("get_b")
    assert choice is not None
    assert choice.probabilities == pytest.approx({"get_a": 0.75 / 4, "get_b": 0.75 * 3 / 4, "put": 0.25})


def test_what_the_token_spells_of_the_text_before_does_not_count() -> None:
    names = {"a": "a", "b": "b"}
    odds = Odds(names)
    odds.narrow(told(_a=0.1, _=0.5, _b=0.3, b=0.1), " ", names, {"a": "a"})
    choice = odds.choice("a")
    assert choice is not None
    assert choice.probabilities == pytest.approx({"a": 0.25, "b": 0.75})


def test_alternatives_that_begin_alike_share_what_was_not_taken() -> None:
    names = {"get_a": "get_a", "get_b": "get_b", "put": "put"}
    odds = Odds(names)
    odds.narrow(told(put=0.2, get=0.8), "", names, {"put": "put"})
    choice = odds.choice("put")
    assert choice is not None
    assert choice.probabilities == pytest.approx({"get_a": 0.4, "get_b": 0.4, "put": 0.2})


@pytest.mark.parametrize("chunks", [[], [Chunk("a", (1,))], [Chunk("a", (1,), logprobs=(None,))], told(x=0.5)])
def test_nothing_is_said_where_llama_cpp_tells_nothing(chunks: list[Chunk]) -> None:
    odds = Odds({"a": "a", "b": "b"})
    odds.narrow(chunks, "", {"a": "a", "b": "b"}, {"a": "a"})
    assert odds.choice("a") is None


def test_more_alternatives_stay_asked_for() -> None:
    assert telling(Sampling(extra={"n_probs": 90, "mirostat": 1})).extra == {"n_probs": 90, "mirostat": 1}
    assert telling(Sampling(extra={"n_probs": 3})).extra["n_probs"] == 20


class Unsure(Scripted):
    """Tells of two in three for what it writes, and one in three for another token."""

    def __init__(self, *turns: str, other: str) -> None:
        super().__init__(lambda prompt, grammar, stop: reply(prompt, grammar, stop))
        reply = Scripted.turns(turns)._reply
        self.other = other

    def complete(self, prompt: Any, **asked: Any) -> Iterator[Chunk]:
        for chunk in super().complete(prompt, **asked):
            if chunk.logprobs:
                (one,) = chunk.logprobs
                assert one is not None
                mine = replace(one, logprob=math.log(2 / 3), top=())
                another = TokenLogprob(10**6, self.other.encode(), math.log(1 / 3))
                yield replace(chunk, logprobs=(replace(mine, top=(mine, another)),))
            else:
                yield chunk


TOOLS = [
    ToolSpec(name, name, {"type": "object", "properties": {}, "additionalProperties": False})
    for name in ("search", "calculate")
]


def test_a_step_tells_of_its_choice() -> None:
    turn = 'Hm.\n<tool_call>\n{"name": "search", "arguments": {}}\n</tool_call>'
    step = Engine(Unsure(turn, other="calculate")).step([Message("user", "?")], TOOLS)
    (choice,) = step.choices
    assert choice.chosen == "search"
    assert choice.probabilities == pytest.approx({"search": 2 / 3, "calculate": 1 / 3, "respond": 0.0})


def test_a_choice_that_was_none_is_not_told() -> None:
    turn = 'Hm.\n<tool_call>\n{"name": "search", "arguments": {}}\n</tool_call>'
    engine = Engine(Scripted.turns([turn, turn.removeprefix("Hm.\n")]))
    assert engine.step([Message("user", "?")], TOOLS, tool_choice="search").choices == ()
    cut = engine.step(
        [Message("user", "And?")],
        TOOLS,
        tool_choice="required",
        options=StepOptions(max_tokens=0, max_thought_tokens=0),
    )
    assert cut.closed
    assert cut.choices == ()


def test_the_sum_is_one() -> None:
    assert sum(Choice("a", {"a": 0.25, "b": 0.75}).probabilities.values()) == 1
