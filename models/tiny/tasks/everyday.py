"""Tools of daily life and work, as the tables have them: many kinds, so that a model learns to read and not to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from models.tiny.tasks.base import Draw, Turn
from models.tiny.tasks.orders import wordings
from models.tiny.tasks.outcomes import done, found
from models.tiny.tasks.tables import TABLE, Row, Slot
from models.tiny.tasks.tables.slots import Value, count, decimal
from models.tiny.tasks.toolbox import STRING, Drawn, Kind, Param, act_on
from models.tiny.tasks.words import name, pseudo_word, time

__all__ = ["EVERYDAY", "EVERYDAY_KINDS", "LOOKUPS", "kind_of", "maker_of"]


def kind_of(row: Row) -> Kind:
    """The kind of tool of a row of the tables."""
    params = tuple(
        Param(str(index), tuple(slot.names.split()), slot.schema, (slot.about,) if slot.about else (), not slot.said)
        for index, slot in enumerate(row.slots)
    )
    return Kind(row.key, tuple(row.names.split()), f"{row.about}[.|.|]", params)


EVERYDAY_KINDS: Mapping[str, Kind] = {row.key: kind_of(row) for row in TABLE}
LOOKUPS = frozenset(row.key for row in TABLE if row.gives.startswith("="))
"""Those that tell something: where a search stands beside one of them, either would be right."""


def _typed(slot: Slot, text: str) -> Any:
    kind = slot.schema["type"]
    if kind == "integer":
        return int(text)
    if kind == "number":
        return float(text) if "." in text else int(text)
    if kind == "boolean":
        return text == slot.true
    return text


def maker_of(row: Row) -> Callable[[Draw, Drawn], Turn]:
    """What draws a request for the tool of a row, and its solution."""
    ask = wordings(row.ask)

    def turn(draw: Draw, tool: Drawn) -> Turn:
        style = draw.style()
        texts = [slot.value(draw) if not slot.said or draw.chance(0.5) else "" for slot in row.slots]
        shown = [_shown(draw, slot, text) for slot, text in zip(row.slots, texts, strict=True)]
        wanted = draw.phrase(ask, **dict(zip("abc", shown, strict=False)))
        values = {
            str(index): _typed(slot, style.word(text) if slot.schema is STRING else text)
            for index, (slot, text) in enumerate(zip(row.slots, texts, strict=True))
            if text
        }
        if row.gives.startswith("="):
            outcome = found(draw, row.gives[1:], texts[0], draw.pick(_ANSWERS)(draw))
        else:
            outcome = done(draw, row.gives or row.key.rpartition("_")[2])
        act = act_on(tool, outcome.result, **values)
        return Turn(style.say(wanted), (act,), "I have the result.", outcome.answer, outcome.value)

    return turn


_ANSWERS: tuple[Value, ...] = (
    name,
    count(2, 99_999),
    decimal,
    time,
    lambda draw: f"{name(draw)} {pseudo_word(draw)}",
)


def _shown(draw: Draw, slot: Slot, text: str) -> str:
    """The text of a slot in a request, now and then in quotes; with what leads to it, where it is optional."""
    if not text:
        return ""
    if slot.schema is STRING and draw.chance(0.07):
        text = draw.pick(("'{}'", '"{}"')).format(text)
    return slot.said.format(text) if slot.said else text


EVERYDAY: Mapping[str, Callable[[Draw, Drawn], Turn]] = {row.key: maker_of(row) for row in TABLE}
