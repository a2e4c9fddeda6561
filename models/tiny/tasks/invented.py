"""Tools that nobody has: made from words that are drawn, so that a model has to read what they do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from models.tiny.tasks.base import Act, Draw, Turn
from models.tiny.tasks.matters import ATTRIBUTES, OBJECTS, OWNERS, VERBS, Invented, a, drawn
from models.tiny.tasks.outcomes import done, found
from models.tiny.tasks.respelled import respelled, row_for
from models.tiny.tasks.roles import ROLES, Role
from models.tiny.tasks.shapes import SHAPES
from models.tiny.tasks.tables.slots import ROOM, SIDE, code
from models.tiny.tasks.toolbox import INTEGER, STRING, Drawn, Param
from models.tiny.tasks.words import foreign, name, person, place, pseudo_word

__all__ = ["Invented", "invent", "inventor"]


Maker = Callable[[frozenset[str], Sequence[str]], tuple[Invented, str]]
"""Gives a tool whose name is none of the first and whose matter is none of the second; with its matter."""


def inventor(draw: Draw, *, lookup: bool = True) -> Maker:
    """What makes tools of one manner: they are asked for alike, so that only their words tell them apart.

    Without ``lookup`` they are none that a search could stand in for.
    """
    if draw.split == "train" and draw.chance(0.55):
        return _elsewhere(draw, lookup=lookup)
    makers = (_action, _direct, _action, _direct, _function, _function, *SHAPES)
    make = draw.pick((*makers, _lookup, _lookup) if lookup else makers)

    def made(taken: frozenset[str], avoid: Sequence[str]) -> tuple[Invented, str]:
        while True:
            owner, matter = (
                draw.word(OWNERS if make is _lookup else VERBS),
                draw.word(ATTRIBUTES if make is _lookup else OBJECTS),
            )
            if draw.chance(0.25):
                matter = pseudo_word(draw)
            if make is not _lookup and draw.chance(0.15):
                owner = pseudo_word(draw)
            if matter not in avoid:
                return make(draw, owner, matter, taken), matter

    return made


def invent(
    draw: Draw, taken: frozenset[str] = frozenset(), avoid: Sequence[str] = (), *, lookup: bool = True
) -> tuple[Invented, str]:
    """A tool whose name is not ``taken`` and whose matter is not in ``avoid``; with its matter."""
    return inventor(draw, lookup=lookup)(taken, avoid)


def _elsewhere(draw: Draw, *, lookup: bool) -> Maker:
    """Everyday tools whose words are others: for training alone, where such tools teach to compare words."""
    row = row_for(draw, lookup=lookup)

    def made(taken: frozenset[str], avoid: Sequence[str]) -> tuple[Invented, str]:
        while True:
            tool, turn, matter = respelled(draw, row, taken)
            if matter not in avoid:
                return Invented(tool, turn), matter

    return made


def _lookup(draw: Draw, owner: str, matter: str, taken: frozenset[str]) -> Invented:
    key = draw.pick((owner, owner, "name", "id", "which", "of", "subject"))
    number = draw.chance(0.15)
    param = Param(
        "x", (key,), INTEGER if number else STRING, (f"The {owner}.", f"Which {owner}.", f"The name of the {owner}.")
    )
    names = (matter, f"get_{matter}", f"{owner}_{matter}", f"find_{matter}")
    about = f"[Get|Tell|Return|Look up|Show|Find|Read|Check] the {matter} of {a(owner)}"
    tool = drawn(draw, names, about, (param,), taken)

    def turn(draw: Draw, tool: Drawn) -> Turn:
        style = draw.style()
        x = str(draw.integer(2, 9999)) if number else draw.pick((name, name, place, person))(draw)
        who = (
            f"[{owner} |the {owner} |{owner} number ]{{x}}"
            if number
            else f"[{{x}}|{{x}}|the {owner} {{x}}|{owner} {{x}}]"
        )
        ask = (
            f"[What is the {matter} of {who}?|What's the {matter} of {who}?|[Tell me|Get|Show me|Find|Check|Look up|"
            f"Give me|Find out] the {matter} of {who}.|[Can|Could] you [tell me|check|get|find] the {matter} of "
            f"{who}?|I need the {matter} of {who}.|I want to know the {matter} of {who}.|{matter} of {who}?]"
        )
        request = style.say(draw.phrase(ask, x=x))
        value = draw.pick(
            (
                str(draw.integer(2, 99_999)),
                name(draw),
                f"{draw.integer(2, 999)}.{draw.rng.randint(0, 9)}",
                f"{name(draw)} {draw.integer(2, 99)}",
            )
        )
        result, answer, _ = found(draw, matter, x, value)
        shown = style.word(x)
        act = Act(
            tool.spec.name,
            tool.arguments({"x": int(x) if number else shown}),
            result,
        )
        return Turn(request, (act,), "I have the result.", answer, value)

    return Invented(tool, turn)


def _action(draw: Draw, verb: str, matter: str, taken: frozenset[str]) -> Invented:
    roles = _roles(draw)
    optional = {role.param.role for role in roles[1:] if draw.chance(0.2)}
    params = tuple(_with_need(role.param, role.param.role not in optional) for role in roles)
    names = (f"{verb}_{matter}", f"{verb}_{matter}", matter, f"{matter}_{verb}", verb)
    tool = drawn(draw, names, f"{verb.capitalize()} {a(matter)}", params, taken)
    title = f"{verb} {a(matter)}"

    def turn(draw: Draw, tool: Drawn) -> Turn:
        style = draw.style()
        used = [role for role in roles if role.param.role not in optional or draw.chance(0.6)]
        texts = {role.param.role: role.value(draw) for role in used}
        spoken = list(used)
        if draw.chance(0.6):
            draw.rng.shuffle(spoken)
        spoken.sort(key=lambda role: role.param.role in _LAST)
        said = " ".join(draw.free(role.said, v=texts[role.param.role]) for role in spoken)
        pattern = (
            "[{V} {said}.|{V} {said}.|Please {v} {said}.|[Can|Could|Would] you {v} {said}?|I [want|need] to {v} "
            "{said}.|I [want|need|would like] you to {v} {said}.|I'd like to {v} {said}.|{V} {said} for me.|Help me "
            "{v} {said}.|Let's {v} {said}.|Go and {v} {said}.]"
        )
        request = style.say(draw.phrase(pattern, v=title, V=title.capitalize(), said=said))
        values: dict[str, Any] = {role.param.role: role.typed(style.word(texts[role.param.role])) for role in used}
        result, answer, value = done(draw, matter)
        act = Act(tool.spec.name, tool.arguments(values), result)
        return Turn(request, (act,), "I have the result.", answer, value)

    return Invented(tool, turn)


def _direct(draw: Draw, verb: str, matter: str, taken: frozenset[str]) -> Invented:
    """A tool whose first argument is the very thing that something is done to: paint the fence Zorbo in red."""
    key = matter.split(" ")[-1]
    number = draw.chance(0.15)
    first = Param(
        "x",
        (key, key, key, "name", "which", "id"),
        INTEGER if number else STRING,
        (f"The {matter}.", f"Which {matter}.", f"The name of the {matter}."),
    )
    roles = _roles(draw)[: draw.pick((0, 0, 1, 1, 2))]
    optional = {role.param.role for role in roles if draw.chance(0.3)}
    params = (first, *(_with_need(role.param, role.param.role not in optional) for role in roles))
    names = (f"{verb}_{matter}", f"{matter}_{verb}", verb, matter)
    tool = drawn(draw, names, f"{verb.capitalize()} {a(matter)}", params, taken)

    def turn(draw: Draw, tool: Drawn) -> Turn:
        style = draw.style()
        x = str(draw.integer(2, 9999)) if number else draw.pick((name, name, place, person, code, pseudo_word))(draw)
        before = not number and draw.chance(0.35)
        if before and draw.chance(0.5):
            x = draw.pick((SIDE, ROOM))(draw)
        texts = {
            role.param.role: role.value(draw) for role in roles if role.param.role not in optional or draw.chance(0.6)
        }
        said = "".join(
            " " + draw.free(ROLES[key].said, v=text)
            for key, text in sorted(texts.items(), key=lambda item: item[0] in _LAST)
        )
        what = "the {x} {m}" if before else f"[the {{m}} {{x}}|{{m}} {{x}}{'' if number or ' ' in x else '|{x}'}]"
        quoted = draw.pick(("'{}'", '"{}"')).format(x) if not number and draw.chance(0.08) else x
        pattern = (
            f"[{{V}} {what}{{s}}.|{{V}} {what}{{s}}.|Please {{v}} {what}{{s}}.|[Can|Could] you {{v}} {what}{{s}}?|I "
            f"[want|need] to {{v}} {what}{{s}}.|I want you to {{v}} {what}{{s}}.|{{V}} {what}{{s}} for me.]"
        )
        request = style.say(draw.phrase(pattern, v=verb, V=verb.capitalize(), m=matter, x=quoted, s=said))
        shown = style.word(x)
        values: dict[str, Any] = {key: ROLES[key].typed(style.word(text)) for key, text in texts.items()}
        result, answer, value = done(draw, matter)
        act = Act(
            tool.spec.name,
            tool.arguments({"x": int(x) if number else shown, **values}),
            result,
        )
        return Turn(request, (act,), "I have the result.", answer, value)

    return Invented(tool, turn)


_RANGES = ((0, 9), (2, 99), (2, 999), (2, 9999))


def _function(draw: Draw, verb: str, matter: str, taken: frozenset[str]) -> Invented:
    """A tool that a request asks for by its name, as one asks for a function: run shelf_scan(12)."""
    number = draw.chance(0.6)
    params = tuple(
        Param(role, (role, word), INTEGER if number else STRING)
        for role, word in draw.pick(((), (("x", "value"),), (("n", "number"),), (("a", "first"), ("b", "second"))))
    )
    names = (f"{verb}_{matter}", f"{matter}_{verb}", f"{matter}_value")
    about = f"[{verb.capitalize()} {matter}|Compute the {matter}|Apply the {matter} function|The {matter}]"
    tool = drawn(draw, names, about, params, taken)

    def turn(draw: Draw, tool: Drawn) -> Turn:
        texts = [
            str(draw.integer(*draw.pick(_RANGES)))
            if number
            else draw.pick((name, place, foreign, foreign, pseudo_word))(draw)
            for _ in params
        ]
        listed = " and ".join(texts)
        written = f"{tool.spec.name}({', '.join(texts if number else map(repr, texts))})"
        on = f" [with|on|for] {listed}" if texts else ""
        pattern = (
            f"[Call {{w}}.|[What is|What's] {{w}}?|Run {{w}}.|[Get|Tell me|Compute|Evaluate] {{w}}.|What does {{w}} "
            f"[return|give]?|I need [|to know ]{{w}}.|[Use|Call|Run] [|the tool |the function ]{{t}}{on}.|[Can|"
            f"Could] you [use|call|run] {{t}}{on}?|Please [call|use|try] {{t}}{on}.|{{w}}|{{w}}?|What do you get "
            f"from {{w}}? [Call|Use] it.|What is the [result|output] of {{w}}?|Find out {{w}} with the tool.]"
        )
        request = draw.phrase(pattern, w=written, t=tool.spec.name)
        result, answer, value = done(draw, matter)
        if draw.chance(0.6):
            value = str(draw.integer(2, 99_999)) if draw.chance(0.7) else name(draw)
            result, answer = value, f"It is {value}."
        values = {param.role: int(text) if number else text for param, text in zip(params, texts, strict=True)}
        act = Act(tool.spec.name, tool.arguments(values), result)
        return Turn(request, (act,), "I have the result.", answer, value)

    return Invented(tool, turn)


_LAST = ("text", "urgent", "paid")


def _with_need(param: Param, required: bool) -> Param:
    return replace(param, required=required)


def _roles(draw: Draw) -> list[Role]:
    """One to three roles whose words cannot be taken for one another."""
    chosen: list[Role] = []
    for key in draw.some(tuple(ROLES), 9):
        groups = [_GROUP.get(role.param.role, role.param.role) for role in chosen]
        if _GROUP.get(key, key) not in groups:
            chosen.append(ROLES[key])
        if len(chosen) == 3:
            break
    return chosen[: draw.pick((1, 1, 2, 2, 3))]


_GROUP = {
    "place": "where",
    "city": "where",
    "target": "where",
    "level": "where",
    "person": "whom",
    "minutes": "whom",
    "days": "whom",
    "people": "whom",
    "budget": "whom",
    "color": "how",
    "tint": "how",
    "size": "how",
    "speed": "how",
    "transport": "how",
    "urgent": "end",
    "paid": "end",
    "text": "end",
    "companion": "with",
    "thing": "with",
    "priority": "with",
}
