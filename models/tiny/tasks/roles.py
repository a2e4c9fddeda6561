"""What invented tools can be told: each role has names for its parameter, values, and words that bring it up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from models.tiny.tasks.base import Draw
from models.tiny.tasks.toolbox import BOOLEAN, INTEGER, STRING, Param
from models.tiny.tasks.words import COLORS, activity, date, name, person, place, thing, time

__all__ = ["ROLES", "Role", "message_text"]


@dataclass(frozen=True)
class Role:
    """``value`` draws one as text, ``typed`` turns the text into the JSON value, ``said`` brings it up in a request."""

    param: Param
    value: Callable[[Draw], str]
    said: str
    typed: Callable[[str], Any] = str


def _enum(*options: str) -> Mapping[str, Any]:
    return {"type": "string", "enum": list(options)}


def _count(draw: Draw) -> str:
    return str(draw.integer(2, 99) if draw.chance(0.7) else draw.integer(100, 2000))


def message_text(draw: Draw) -> str:
    """A short message to somebody."""
    return draw.free(
        (
            "[I am late|see you at {t}|call me back|the {a} is at {t}|thank you for the {a}|happy birthday|bring "
            "the {x}|do not forget the {a}|{n} is here|the {x} is ready|I will be there at {t}|good luck with the "
            "{a}|we meet at {t}|the code is {c}|please buy {c} {x}s]"
        ),
        t=time(draw),
        a=activity(draw),
        x=draw.word(_OBJECTS),
        n=name(draw),
        c=_count(draw),
    )


_OBJECTS = tuple(
    "box chair table lamp book bag phone key ticket shirt bottle cup plate door window ball knife spoon pen "
    "clock ring hat "
    "coat shoe mirror basket bucket hammer ladder rope tent drum guitar camera printer desk shelf carpet pillow "
    "candle".split()
)

ROLES: Mapping[str, Role] = {
    role.param.role: role
    for role in (
        Role(
            Param("place", ("place", "location", "where", "site", "venue"), STRING, ("Where.", "The place.")),
            place,
            "[in|at] {v}",
        ),
        Role(Param("city", ("city", "town", "place"), STRING, ("The city.", "Which city.")), place, "in {v}"),
        Role(
            Param(
                "person",
                ("person", "who", "name", "guest", "contact", "user"),
                STRING,
                ("Who it is for.", "The person."),
            ),
            person,
            "for {v}",
        ),
        Role(
            Param(
                "companion", ("with_whom", "partner", "companion", "friend"), STRING, ("Who comes along.", "With whom.")
            ),
            person,
            "with {v}",
        ),
        Role(Param("date", ("date", "day", "when"), STRING, ("The day.", "On which day.")), date, "on {v}"),
        Role(Param("time", ("time", "hour", "at", "start"), STRING, ("The time.", "At what time.")), time, "at {v}"),
        Role(
            Param(
                "minutes", ("minutes", "duration", "length"), INTEGER, ("How many minutes.", "The duration in minutes.")
            ),
            _count,
            "for {v} minutes",
            int,
        ),
        Role(
            Param("days", ("days", "nights", "period"), INTEGER, ("How many days.", "The number of days.")),
            _count,
            "for {v} days",
            int,
        ),
        Role(
            Param(
                "people",
                ("people", "persons", "guests", "group_size"),
                INTEGER,
                ("How many people.", "The number of people."),
            ),
            _count,
            "for {v} people",
            int,
        ),
        Role(
            Param(
                "budget",
                ("budget", "max_price", "limit", "dollars"),
                INTEGER,
                ("The most it may cost.", "How many dollars."),
            ),
            _count,
            "[under|for|below] {v} dollars",
            int,
        ),
        Role(
            Param("level", ("level", "value", "setting", "percent"), INTEGER, ("The level.", "How much.")),
            _count,
            "to {v}",
            int,
        ),
        Role(
            Param("label", ("label", "title", "name", "caption"), STRING, ("How it is called.", "Its name.")),
            name,
            "[called|named] {v}",
        ),
        Role(
            Param("text", ("text", "message", "note", "comment"), STRING, ("What it says.", "The text.")),
            message_text,
            "[saying|with the text|that says] {v}",
        ),
        Role(
            Param(
                "color", ("color", "colour", "paint"), _enum("red", "green", "blue", "black", "white"), ("The color.",)
            ),
            lambda draw: draw.pick(("red", "green", "blue", "black", "white")),
            "in {v}",
        ),
        Role(
            Param("tint", ("color", "tint", "shade"), STRING, ("The color.",)), lambda draw: draw.pick(COLORS), "in {v}"
        ),
        Role(
            Param("size", ("size", "format", "scale"), _enum("small", "medium", "large"), ("The size.",)),
            lambda draw: draw.pick(("small", "medium", "large")),
            "in size {v}",
        ),
        Role(
            Param(
                "priority",
                ("priority", "importance", "urgency"),
                _enum("low", "normal", "high"),
                ("How important it is.",),
            ),
            lambda draw: draw.pick(("low", "normal", "high")),
            "with {v} priority",
        ),
        Role(
            Param("speed", ("speed", "mode", "pace"), _enum("slow", "fast"), ("How fast.",)),
            lambda draw: draw.pick(("slow", "fast")),
            "in {v} mode",
        ),
        Role(
            Param(
                "transport", ("transport", "via", "carrier"), _enum("bus", "ferry", "tram", "plane"), ("By which way.",)
            ),
            lambda draw: draw.pick(("bus", "ferry", "tram", "plane")),
            "by {v}",
        ),
        Role(
            Param("urgent", ("urgent", "express", "rush"), BOOLEAN, ("Whether it is urgent.",)),
            lambda draw: draw.pick(("urgent", "not urgent")),
            "and it is {v}",
            lambda text: not text.startswith("not"),
        ),
        Role(
            Param("paid", ("paid", "prepaid", "settled"), BOOLEAN, ("Whether it is paid.",)),
            lambda draw: draw.pick(("paid", "not paid")),
            "and it is {v}",
            lambda text: not text.startswith("not"),
        ),
        Role(
            Param(
                "source",
                ("source", "origin", "from_place", "start_point"),
                STRING,
                ("From where.", "Where it comes from."),
            ),
            place,
            "from {v}",
        ),
        Role(
            Param("target", ("target", "destination", "to_place", "goal"), STRING, ("To where.", "Where it goes.")),
            place,
            "to {v}",
        ),
        Role(
            Param("thing", ("item", "object", "thing", "product"), STRING, ("Which thing.", "The item.")),
            thing,
            "with the {v}",
        ),
    )
}
