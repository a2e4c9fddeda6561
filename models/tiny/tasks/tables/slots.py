"""What is told to everyday tools: the values of their parameters, and how a request brings them up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from models.tiny.tasks.base import Draw
from models.tiny.tasks.toolbox import BOOLEAN, STRING
from models.tiny.tasks.words import DAYS, MONTHS, iso_date, name, person, place, pseudo_word, thing

__all__ = [
    "DEVICE",
    "PET",
    "PLANT",
    "ROOM",
    "SIDE",
    "SPORT",
    "Row",
    "Slot",
    "Value",
    "code",
    "company",
    "count",
    "day",
    "decimal",
    "either",
    "enum",
    "file",
    "item",
    "mail",
    "of",
    "page",
    "topic",
    "word",
]

Value = Callable[[Draw], str]
"""What draws a value as it is written in a request."""


@dataclass(frozen=True)
class Slot:
    """What a request tells a tool.

    ``names`` are those that the parameter goes by. ``said``: how an optional slot is brought up, with ``{}`` for its
    text; a slot without it is required. ``true``: the text that stands for true, where the schema is that of booleans.
    """

    names: str
    value: Value
    schema: Mapping[str, Any] = field(default_factory=lambda: STRING)
    said: str = ""
    about: str = ""
    true: str = ""


class Row(NamedTuple):
    """A kind of tool: its key, its names, its description, what it gives, how it is asked for, what it is told.

    ``gives``: "" where something is done and no more, a noun of what comes of it, or "=noun" of what the tool tells.
    ``ask``: requests as a pattern for `Draw.phrase`, one per alternative; one in <> is an order, as "<open {a}>", and
    comes in all the ways in which somebody may be asked to do something. ``{a}``, ``{b}``, ``{c}`` are the slots.
    """

    key: str
    names: str
    about: str
    gives: str
    ask: str
    slots: tuple[Slot, ...]


def count(low: int, high: int) -> Value:
    """A whole number."""
    return lambda draw: str(draw.integer(low, high))


def decimal(draw: Draw) -> str:
    """A number, often with a decimal."""
    return f"{draw.rng.randint(2, 99)}.{draw.rng.randint(1, 9)}" if draw.chance(0.4) else str(draw.rng.randint(2, 400))


def of(*options: str) -> Value:
    """One of the options, for a parameter that takes any text."""
    return lambda draw: draw.pick(options)


def enum(*options: str) -> tuple[Value, Mapping[str, Any]]:
    """Value and schema of a slot that has these options: ``Slot("size", *enum("small", "large"))``."""
    return of(*options), {"type": "string", "enum": list(options)}


def either(true: str, false: str, names: str, about: str = "") -> Slot:
    """A slot for a boolean that one text brings up as true and the other as false."""
    return Slot(names, of(true, false), BOOLEAN, about=about, true=true)


def file(draw: Draw) -> str:
    """The name of a file."""
    ending = draw.pick(("txt", "pdf", "csv", "md", "py", "doc", "json", "png"))
    return (
        f"{pseudo_word(draw)}.{ending}"
        if draw.chance(0.6)
        else f"{pseudo_word(draw, 1)}_{draw.integer(2, 99)}.{ending}"
    )


def page(draw: Draw) -> str:
    """The address of a web page."""
    start = draw.pick(("https://", "https://www.", "www.", ""))
    return f"{start}{pseudo_word(draw)}.{draw.pick(('com', 'org', 'net', 'io'))}"


def mail(draw: Draw) -> str:
    """A mail address."""
    return f"{pseudo_word(draw)}@{pseudo_word(draw)}.{draw.pick(('com', 'org', 'net'))}"


def code(draw: Draw) -> str:
    """A number of a thing, with letters: KX482, ab-12, 30071."""
    letters = "ABCDEFGHKLMNPRSTVWXZ"
    head = draw.pick(("", draw.pick(letters), draw.pick(letters) + draw.pick(letters)))
    return f"{head}{draw.pick(('', '-')) if head else ''}{draw.integer(10, 99_999)}"


def day(draw: Draw) -> str:
    """A day that can stand after "on"."""
    number = draw.rng.randint(1, 28)
    return draw.pick(
        (draw.pick(DAYS), f"{draw.pick(MONTHS)} {number}", f"{number} {draw.pick(MONTHS)}", iso_date(draw))
    )


def company(draw: Draw) -> str:
    """The name of a company."""
    return name(draw) + draw.pick(("", "", " Ltd", " Group", " Bank", "'s"))


def item(draw: Draw) -> str:
    """Something that can be bought."""
    return draw.pick(ITEMS) if draw.chance(0.5) else pseudo_word(draw)


def word(draw: Draw) -> str:
    """A made-up word, in small letters."""
    return pseudo_word(draw)


def topic(draw: Draw) -> str:
    """Anything that one can talk about."""
    return draw.pick((name, place, person, thing, word))(draw)


ITEMS = tuple(
    "milk bread eggs butter rice apples onions cheese honey tea salt sugar soap flour beans paper batteries".split()
)
ROOM = of("office", "nursery", "studio", "library", "garage", "lobby", "workshop", "guest room", "living room", "gym")
DEVICE = of("fan", "heater", "radio", "printer", "television", "oven", "pump", "alarm", "router", "dryer", "boiler")
PLANT = of("ficus", "cactus", "fern", "orchid", "rose", "basil", "palm", "tomato plant", "ivy", "tulips")
PET = of("cat", "dog", "rabbit", "hamster", "parrot", "fish", "horse", "turtle")
SPORT = of("running", "swimming", "cycling", "rowing", "yoga", "tennis", "climbing", "dancing")
SIDE = of("left", "right", "upper", "lower", "north", "south", "main", "small", "big", "old", "new", "inner", "outer")
