"""What a tool gives back, and what is said of it.

One rule holds for all tools, so that it holds for those that nobody has seen: a sentence is passed on as it stands, a
bare "OK" becomes "Done.", and of anything else the value is told.
"""

from __future__ import annotations

from typing import NamedTuple

from models.tiny.tasks.base import Draw
from models.tiny.tasks.words import name, person, place, time

__all__ = ["Outcome", "code", "done", "found"]


class Outcome(NamedTuple):
    """The text of the tool, the answer to the user, and what the answer has to hold."""

    result: str
    answer: str
    value: str


def code(draw: Draw) -> str:
    """A made-up number of a thing, such as K482."""
    letter = draw.pick("ABCDEFGHKLMNPRSTVWXZ") if draw.chance(0.6) else ""
    return f"{letter}{draw.integer(100, 99_999)}"


def done(draw: Draw, what: str) -> Outcome:
    """Something was done with or to ``what``."""
    number = code(draw)
    roll = draw.rng.random()
    if roll < 0.3:
        return Outcome(draw.pick(("OK", "Done", "ok", "success", '{"status": "ok"}', "done", "true")), "Done.", "")
    if roll < 0.55:
        text = draw.free(
            (
                "[The {w} has number {c}.|{W} {c} was created.|Created {w} {c}.|{W} saved with number {c}.|The {w} is "
                "ready: {c}.|Your {w} has the code {c}.|The number of the {w} is {c}.|The {w} {c} is on its way.]"
            ),
            w=what,
            W=what[:1].upper() + what[1:],
            c=number,
        )
        return Outcome(text, text, number)
    if roll < 0.75:
        return _news(draw, what)
    result = draw.free("[id {c}|{c}|{c}|number {c}|OK: {c}|code: {c}|reference {c}]", c=number)
    return Outcome(result, f"It is {number}.", number)


def _news(draw: Draw, what: str) -> Outcome:
    """A sentence in which a name is what matters."""
    told = draw.pick((name, name, person, place))(draw)
    text = draw.free(
        "[[Now|Currently|Right now] [showing|running|using|open|in use|on the way to|at work on]: {n}.|[Now|Currently|"
        "From now on] [with|in|on|at|for] {n}.|{n} is [on|ready|next|here|on the list|the new {w}].|[Set|Sent|Moved|"
        "Changed|Given|Added|Switched|Passed on] to {n}.|It [went|goes|belongs] to {n}.|{n} will [come|start|begin|"
        "call] at {t}.|The {w} is [in|with|at|for|on|now] {n}.|Your {w} is [in|with|at|called] {n}.|We [have|took|chose"
        "|found] {n}.|[Started|Opened|Loaded|Finished|Reserved|Found] {n}.|Next is {n}.|You have {n} at {t}.]",
        n=told, w=what, t=time(draw),
    )  # fmt: skip
    return Outcome(text, text, told)


def found(draw: Draw, what: str, of: str, value: str) -> Outcome:
    """``value`` was found for the ``what`` of ``of``."""
    sentence = draw.pick(
        (f"The {what} of {of} is {value}.", f"The {what} is {value}.", f"{of}: the {what} is {value}.")
    )
    if draw.chance(0.35):
        return Outcome(sentence, sentence, value)
    key = what.replace(" ", "_")
    result = draw.pick((value, value, value, f'{{"{key}": "{value}"}}', f"{what}: {value}", f"Result: {value}"))
    return Outcome(result, f"It is {value}.", value)
