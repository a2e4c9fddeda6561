"""Tries a syntax that was read on calls that it was not read from."""

from __future__ import annotations

import random
from typing import Any

from gba.chat.messages import Message
from gba.chat.syntax import CallSyntax
from gba.chat.templates.marks import USER, behind
from gba.chat.templates.probe import Probe, results_of
from gba.chat.templates.process import RefusedError
from gba.schema.tools import ToolCall

__all__ = ["hold_out"]


def hold_out(probe: Probe, syntax: CallSyntax, count: int = 24, seed: int = 7, *, answered: bool = False) -> list[str]:
    """What differs of calls that were not used for reading, as the template writes them; empty where nothing does."""
    draw = random.Random(seed)
    wrong: list[str] = []
    for number in range(count):
        calls = tuple(_random_call(draw, syntax) for _ in range(draw.choice((1, 1, 2, 3)) if syntax.many else 1))
        said = [USER, Message("assistant", calls=calls), *(results_of(calls) if answered or number % 2 else ())]
        try:
            text = behind(probe.render(said), USER.content)
        except RefusedError as error:
            wrong.append(f"{number}: refused: {error}")
            continue
        written = "".join(piece.text for piece in syntax.write(calls))
        if written not in text:
            wrong.append(f"{number}: {written!r} is not in {text!r}")
    return wrong


def _random_call(draw: Any, syntax: CallSyntax) -> ToolCall:
    """A call with an id such as gba gives, or what the syntax makes of that: some templates refuse long ones."""
    names = ["city", "count", "why", "flag", "list_of", "inner", "b2"]
    draw.shuffle(names)
    arguments = {name: _random_value(draw, 0) for name in names[: draw.randrange(5)]}
    call_id = syntax.id(f"call_{draw.getrandbits(96):024x}")
    return ToolCall(draw.choice(("get_weather", "search", "f")), arguments, call_id)


def _random_value(draw: Any, depth: int) -> Any:
    kind = draw.randrange(5 if depth > 1 else 7)
    if kind == 5:
        return [_random_value(draw, depth + 1) for _ in range(draw.randrange(4))]
    if kind == 6:
        return {name: _random_value(draw, depth + 1) for name in ("x", "k", "y")[: draw.randrange(4)]}
    return (
        draw.choice(("Oslo", "two words", "é ü", "a-b c.d")),
        draw.randrange(-99, 999),
        draw.random() < 0.5,
        None,
        2.5,
    )[kind]
