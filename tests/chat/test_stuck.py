"""A generation that has no room for a whole character ends the call, instead of being tried for ever."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gba.backends.base import Chunk, Timings
from gba.backends.scripted import Scripted
from gba.chat import Engine, Message, StepOptions
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
