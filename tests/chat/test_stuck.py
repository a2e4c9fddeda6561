"""Generations that come to an end of their room within a character, or with bytes that spell none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gba.backends.base import Chunk, Timings
from gba.backends.scripted import Scripted
from gba.chat import Engine, Message, StepOptions
from gba.errors import ContextOverflowError
from gba.grammar.gbnf.matcher import Matcher
from gba.grammar.gbnf.parser import parse_gbnf
from gba.schema.tools import ToolSpec

LOOK = ToolSpec(
    "look",
    "Looks.",
    {
        "type": "object",
        "properties": {"query": {"type": "string"}},
        "required": ["query"],
        "additionalProperties": False,
    },
)


class Cutting(Scripted):
    """Ends each generation of arguments inside of a character, whose bytes it does not tell."""

    def complete(self, prompt: Any, *, grammar: str | None = None, **rest: Any) -> Iterator[Chunk]:
        if grammar is None:
            yield from super().complete(prompt, **rest)
        else:
            yield Chunk("", (), "length", Timings(predicted_n=1))


@pytest.mark.parametrize("limit", [None, 40])
def test_the_call_is_closed(limit: int | None) -> None:
    engine = Engine(Cutting(["I look."]), options=StepOptions(max_tokens=limit))
    step = engine.step([Message("user", "?")], [LOOK], tool_choice="look")
    assert step.closed
    assert step.calls[0].arguments == {"query": ""}
    assert step.usage.generated == step.timings.predicted_n == len("I look.") + 2


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "minLength": 5_000},
        {"type": "string", "minLength": 10**7},
        {"type": "array", "minItems": 10**9},
    ],
)
def test_what_cannot_fit_into_the_context_is_no_call(schema: dict[str, Any]) -> None:
    put = ToolSpec("put", "Puts.", {"type": "object", "properties": {"x": schema}, "required": ["x"]})
    engine = Engine(Scripted(lambda *_: "", context=2_048), options=StepOptions(max_tokens=20))
    with pytest.raises(ContextOverflowError, match=r"Lower minLength or minItems") as caught:
        engine.step([Message("user", "?")], [put], tool_choice="put")
    assert caught.value.needed > caught.value.available == 2_048


class Broken(Scripted):
    """Fills its room with bytes that spell no character: three tokens come back for each one."""

    def complete(self, prompt: Any, *, max_tokens: int, **rest: Any) -> Iterator[Chunk]:
        unknown = tuple(self.tokenize("\ufffd", special=False)) * 3
        shortest = Matcher(parse_gbnf(rest["grammar"])).shortest() if rest.get("grammar") else ""
        begun = shortest[: shortest.find('"') + 1]
        yield from (Chunk(char, tuple(self.tokenize(char))) for char in begun)
        for _ in range(max_tokens - len(begun)):
            yield Chunk("\ufffd", unknown)
        yield Chunk("", (), "length", Timings(predicted_n=max_tokens))


def test_bytes_that_spell_no_character_do_not_outgrow_the_context() -> None:
    step = Engine(Broken([], context=512), options=StepOptions(stop_loops=False)).step([Message("user", "?")])
    assert set(step.content) == {"\ufffd"}
    assert len(step.content) > 256
    assert len(step.tokens) <= 512


def test_bytes_that_spell_no_character_take_no_text_away_where_there_is_room() -> None:
    schema = {"type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"]}
    step = Engine(Broken([]), options=StepOptions(max_tokens=60, stop_loops=False, thought="none")).step(
        [Message("user", "?")], [ToolSpec("put", "Puts.", schema)], tool_choice="put"
    )
    assert set(step.calls[0].arguments["x"]) == {"\ufffd"}
    (told,) = (span.end - span.start for span in step.spans if span.kind == "argument")
    assert told == 1 + 3 * len(step.calls[0].arguments["x"])
    assert step.usage.generated <= 60


@pytest.mark.parametrize("spare", range(-2, 14))
def test_a_part_of_a_token_that_needs_more_tokens_than_fit_is_left_out_of_the_transcript(spare: int) -> None:
    """The stop string ends within a token: what comes before it in the token is 1 token, or 7."""
    prompt = Engine(Scripted(["x"])).step([Message("user", "?")]).prompt_tokens
    backend = Scripted(["ab" * 20 + "cdefghij"], split="cdefghij|.|\n", context=prompt + 41 + spare)
    step = Engine(backend).step([Message("user", "?")], stop=["j"])
    whole = "ab" * 20 + "cdefghi"
    assert whole.startswith(step.content)
    assert (step.content == whole) == (spare >= 4)
    assert len(step.tokens) <= prompt + 41 + spare
