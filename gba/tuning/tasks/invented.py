"""Tools that nobody has: made from words that are drawn, so that a model has to read what they do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from gba.tuning.tasks.base import Act, Draw, Turn
from gba.tuning.tasks.outcomes import done, found
from gba.tuning.tasks.respelled import respelled
from gba.tuning.tasks.roles import ROLES, Role
from gba.tuning.tasks.toolbox import INTEGER, STRING, Drawn, Kind, Param, draw_tool
from gba.tuning.tasks.words import foreign, name, person, phrases, place, pseudo_word

__all__ = ["Invented", "invent"]

_ATTRIBUTES = phrases("""
    tide level| opening hours| bus line| train number| status| owner| serial number| fuel level| battery level|
    birth date| room number| phone number| address| closing time| menu| price list| water depth| member list|
    license| exam grade| blood type| seat| wind speed| air quality| pollen count| sunrise| sunset| ticket price|
    debt| order status| delivery date| stock level| warranty| sensor value| engine speed| oil pressure| humidity|
    noise level| traffic| parking fee| toll| gate| platform| departure| arrival| waiting time| queue length|
    visitor count| playlist| homework| timetable| shift| diet| allergy| favorite color| postal code| area code|
    time zone| exchange code| mascot| anthem| nickname| password hint| locker number| badge| team| department
""")
_OWNERS = tuple(
    """
    city town harbor station shop school hotel ship plane customer student patient member employee player team
    machine robot sensor room building street park museum library farm factory lake river island car truck train
    order ticket account project client guest driver pilot doctor kitchen garden tower bridge store warehouse office
    """.split()
)
_VERBS = tuple(
    """
    book reserve order rent buy sell open close start stop create delete print copy move send deliver pack wash
    paint clean repair build cancel register publish archive scan measure cook prepare water feed charge polish
    upgrade activate rename share export import inspect collect return hire test paint record upload download mount
    store
    """.split()
)
_OBJECTS = phrases("""
    room| car| boat| hall| taxi| flight ticket| bus ticket| hotel room| desk| locker| parking space| pizza| cake|
    coffee| salad| parcel| letter| report| invoice| contract| form| poster| badge| account| folder| backup|
    playlist| survey| ticket| task| job| machine| robot| drone| pump| heater| fan| oven| washing machine| printer|
    door| gate| garden| plant| window| roof| wall| fence| shelf| box| crate| bicycle| scooter| truck| tent|
    costume| piano| telescope| microscope| camera| sensor| server| database| website| channel| album
""")


class Invented:
    """One invented tool with the way to ask for it: ``turn`` draws a request and its solution."""

    def __init__(self, tool: Drawn, turn: Callable[[Draw, Drawn], Turn]) -> None:
        self.tool, self._turn = tool, turn

    def turn(self, draw: Draw) -> Turn:
        """A request that takes this tool."""
        return self._turn(draw, self.tool)


def invent(
    draw: Draw, taken: frozenset[str] = frozenset(), avoid: Sequence[str] = (), *, lookup: bool = True
) -> tuple[Invented, str]:
    """A tool whose name is not ``taken`` and whose matter is not in ``avoid``; with its matter.

    Without ``lookup`` it is none that a search could stand in for.
    """
    if draw.split == "train" and draw.chance(0.6):
        return _elsewhere(draw, taken, avoid, lookup=lookup)
    makers = (_action, _direct, _action, _direct, _function)
    make = draw.pick((*makers, _lookup, _lookup) if lookup else makers)
    while True:
        owner, matter = (
            draw.word(_OWNERS if make is _lookup else _VERBS),
            draw.word(_ATTRIBUTES if make is _lookup else _OBJECTS),
        )
        if draw.chance(0.25):
            matter = pseudo_word(draw)
        if make is not _lookup and draw.chance(0.15):
            owner = pseudo_word(draw)
        if matter not in avoid:
            return make(draw, owner, matter, taken), matter


def _elsewhere(draw: Draw, taken: frozenset[str], avoid: Sequence[str], *, lookup: bool) -> tuple[Invented, str]:
    """An everyday tool whose words are others: for training alone, where such tools teach to compare words."""
    while True:
        tool, turn, matter = respelled(draw, taken, lookup=lookup)
        if matter not in avoid:
            return Invented(tool, turn), matter


def _tool_name(words: str) -> str:
    return words.replace(" ", "_").replace("'", "")


def _lookup(draw: Draw, owner: str, matter: str, taken: frozenset[str]) -> Invented:
    key = draw.pick((owner, owner, "name", "id", "which", "of", "subject"))
    number = draw.chance(0.15)
    param = Param(
        "x", (key,), INTEGER if number else STRING, (f"The {owner}.", f"Which {owner}.", f"The name of the {owner}.")
    )
    names = tuple(_tool_name(text) for text in (matter, f"get_{matter}", f"{owner}_{matter}", f"find_{matter}"))
    article = "an" if owner[0] in "aeiou" else "a"
    about = f"[Get|Tell|Return|Look up|Show|Find|Read|Check] the {matter} of {article} {owner}[.|.|]"
    tool = draw_tool(draw, Kind("invented", names, about, (param,)), made_up=0.15, taken=taken)

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
    names = tuple(
        _tool_name(text) for text in (f"{verb}_{matter}", f"{verb}_{matter}", matter, f"{matter}_{verb}", verb)
    )
    article = "an" if matter[0] in "aeiou" else "a"
    tool = draw_tool(
        draw,
        Kind("invented", names, f"{verb.capitalize()} {article} {matter}[.|.|]", params),
        made_up=0.15,
        taken=taken,
    )
    title = f"{verb} {article} {matter}"

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
    article = "an" if matter[0] in "aeiou" else "a"
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
    names = tuple(_tool_name(text) for text in (f"{verb}_{matter}", f"{matter}_{verb}", verb, matter))
    tool = draw_tool(
        draw,
        Kind("invented", names, f"{verb.capitalize()} {article} {matter}[.|.|]", params),
        made_up=0.15,
        taken=taken,
    )

    def turn(draw: Draw, tool: Drawn) -> Turn:
        style = draw.style()
        x = str(draw.integer(2, 9999)) if number else draw.pick((name, name, place, person, _code, pseudo_word))(draw)
        texts = {
            role.param.role: role.value(draw) for role in roles if role.param.role not in optional or draw.chance(0.6)
        }
        said = "".join(
            " " + draw.free(ROLES[key].said, v=text)
            for key, text in sorted(texts.items(), key=lambda item: item[0] in _LAST)
        )
        what = f"[the {{m}} {{x}}|{{m}} {{x}}|the {{m}} {{x}}{'' if number or ' ' in x else '|{x}|{x}'}]"
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


def _function(draw: Draw, verb: str, matter: str, taken: frozenset[str]) -> Invented:
    """A tool that a request asks for by its name, as one asks for a function: run shelf_scan(12)."""
    number = draw.chance(0.6)
    params = tuple(
        Param(role, (role, word), INTEGER if number else STRING)
        for role, word in draw.pick(((), (("x", "value"),), (("n", "number"),), (("a", "first"), ("b", "second"))))
    )
    names = tuple(_tool_name(text) for text in (f"{verb}_{matter}", f"{matter}_{verb}", f"{matter}_value"))
    about = f"[{verb.capitalize()} {matter}|Compute the {matter}|Apply the {matter} function|The {matter}][.|]"
    tool = draw_tool(draw, Kind("invented", names, about, params), made_up=0.15, taken=taken)

    def turn(draw: Draw, tool: Drawn) -> Turn:
        texts = [
            str(draw.integer(2, 9999)) if number else draw.pick((name, place, foreign, pseudo_word))(draw)
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


def _code(draw: Draw) -> str:
    letters = "ABCDEFGHKLMNPRSTVWXZ"
    return f"{draw.pick(letters)}{draw.pick(letters)}{draw.pick(('', '-'))}{draw.integer(10, 99_999)}"


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
    "urgent": "end",
    "paid": "end",
    "text": "end",
    "companion": "with",
    "thing": "with",
    "priority": "with",
}
