"""Tasks that write something: messages, notes, reminders; and a timer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from models.tiny.tasks.base import Draw, Turn
from models.tiny.tasks.matters import OBJECTS, VERBS
from models.tiny.tasks.orders import wordings
from models.tiny.tasks.outcomes import done
from models.tiny.tasks.toolbox import Drawn, act_on
from models.tiny.tasks.words import activity, date, name, person, place, time

__all__ = ["WRITING"]


_SAID = """
    it is was are we you they the a my our your this that there here now then soon today later never always very more
    less not no yes done ready open closed late early good bad new old big small nice wrong right free full empty key
    door food water paper train bus house office work school money plan idea photo file book phone car bike dinner
    kitchen table window street shop letter box bag ticket answer question name number help need have want bring take
    leave come go see find wait call thanks please from to in at for with about after before and or but so if
""".split()


def _anything(draw: Draw) -> str:
    """Words in any order: whoever copies a text must not rely on what it says."""
    return " ".join(draw.pick(_SAID) for _ in range(draw.pick((2, 3, 3, 4, 4, 5, 6, 8))))


def _body(draw: Draw) -> str:
    if draw.chance(0.3):
        return _anything(draw)
    return draw.free(
        (
            "[I will be late|I am late|see you at {t}|call me back|the {a} is at {t}|thank you for the {a}|happy "
            "birthday|do not forget the {a}|{n} is here|I will be there at {t}|good luck with the {a}|we meet at "
            "{t} in {p}|the {a} is on {d}|I am in {p}|the {a} was great|can we talk about the {a}|where are you]"
        ),
        t=time(draw),
        a=activity(draw),
        n=name(draw),
        p=place(draw),
        d=date(draw),
    )


def _recipient(draw: Draw) -> str:
    return (
        f"{name(draw).lower()}@{name(draw).lower()}.{draw.pick(('com', 'org', 'net'))}"
        if draw.chance(0.4)
        else person(draw)
    )


def _email(draw: Draw, tool: Drawn) -> Turn:
    style = draw.style()
    to, body = _recipient(draw), _body(draw)
    subject = activity(draw) if draw.chance(0.5) else None
    about = " [about {s}|with the subject {s}]" if subject else ""
    say = "[saying|that says|with the text]"
    request = draw.phrase(
        wordings(
            f"[<[send|write] [an email|a mail|an e-mail] to {{to}}{about} {say} {{b}}>|<email {{to}}{about} saying "
            f"{{b}}>|<[send|write] {{to}} [an email|a mail|an e-mail]{about} {say} {{b}}>|<mail {{to}}{about}: {{b}}>|"
            f"An email to {{to}}{about}: {{b}}.]"
        ),
        to=to,
        s=subject or "",
        b=body,
    )
    return _sent(
        draw,
        tool,
        style.say(request),
        "email",
        style.word(to),
        style.word(body),
        style.word(subject) if subject else None,
    )


def _message(draw: Draw, tool: Drawn) -> Turn:
    style = draw.style()
    to, body = person(draw), _body(draw)
    request = draw.phrase(
        wordings(
            "[<[send|write] [a message|a text|a text message] to {to} [saying|that says] {b}>|<[send|write] {to} [a "
            "message|a text] [saying|that says] {b}>|<tell {to} that {b}>|<text {to} that {b}>|<message {to}: {b}>|"
            "<text {to}: {b}>|<let {to} know that {b}>|<write to {to}: {b}>|<inform {to} that {b}>]"
        ),
        to=to,
        b=body,
    )
    return _sent(draw, tool, style.say(request), "message", style.word(to), style.word(body), None)


def _sent(draw: Draw, tool: Drawn, request: str, what: str, to: str, body: str, subject: str | None) -> Turn:
    result, answer, value = done(draw, what)
    if draw.chance(0.4):
        result, answer, value = draw.pick((("sent", "Done.", ""), (f"Sent to {to}.", f"Sent to {to}.", "")))
    return Turn(
        request,
        (act_on(tool, result, to=to, subject=subject, body=body),),
        "I have the result.",
        answer,
        value,
    )


def _task(draw: Draw) -> str:
    if draw.chance(0.3):
        return f"{draw.pick(VERBS)} {draw.pick(('', 'the ', 'my ', 'some '))}{draw.pick(OBJECTS)}"
    return draw.free(
        (
            "[buy {x}|call {n}|pay the bills|water the plants|feed the {x}|take my pills|go to the {a}|prepare the "
            "{a}|book the {a}|send the report|clean the kitchen|pick up {n}|visit {n}|return the {x}|fix the {x}|"
            "write to {n}|check the {x}]"
        ),
        x=draw.pick(
            ("milk", "bread", "dog", "cat", "car", "bike", "books", "printer", "oven", "tickets", name(draw).lower())
        ),
        n=person(draw),
        a=activity(draw),
    )


def _reminder(draw: Draw, tool: Drawn) -> Turn:
    style = draw.style()
    what, when = _task(draw), time(draw)
    at = f"at {when}"
    if draw.chance(0.4):
        when = date(draw)
        at = when if when.split(" ")[0] in ("tomorrow", "today", "next") else f"on {when}"
    request = draw.phrase(
        wordings(
            "[<remind me [{at} to {w}|to {w} {at}]>|<set a reminder to {w} {at}>|[Do not|Don't] let me forget to {w} "
            "{at}.|I have to {w} {at}, remind me.|<set a reminder {at}: {w}>|I need a reminder to {w} {at}.|I must not "
            "forget to {w} {at}.|<remind me {at}: {w}>]"
        ),
        w=what,
        at=at,
    )
    result, answer, value = done(draw, "reminder")
    act = act_on(tool, result, text=style.word(what), time=style.word(when))
    return Turn(style.say(request), (act,), "I have the result.", answer, value)


def _note(draw: Draw, tool: Drawn) -> Turn:
    style = draw.style()
    text = draw.pick((_task, _body))(draw)
    request = draw.phrase(
        (
            "[[Note|Note down|Write down|Take a note]: {t}.|[Make|Save|Take|Add] a note [that says|saying] {t}.|"
            "[Save|Add] [this|the] note: {t}.|[Can|Could] you [note|write down]: {t}?|Write this down: {t}.|Keep a "
            "note: {t}.|New note: {t}.]"
        ),
        t=text,
    )
    result, answer, value = done(draw, "note")
    return Turn(
        style.say(request),
        (act_on(tool, result, text=style.word(text)),),
        "I have the result.",
        answer,
        value,
    )


def _timer(draw: Draw, tool: Drawn) -> Turn:
    style = draw.style()
    minutes = draw.integer(2, 240)
    request = draw.phrase(
        (
            "[[Set|Start] a [timer for {n} minutes|{n} minute timer].|Timer for {n} minutes.|[Can|Could] you [set|"
            "start] a timer for {n} minutes?|Count down {n} minutes.|Wake me in {n} minutes.|I need a timer for {n} "
            "minutes.|Please time {n} minutes.|{n} minute timer.|Let me know when {n} minutes are over.|Start a "
            "countdown of {n} minutes.]"
        ),
        n=str(minutes),
    )
    result, answer, value = done(draw, "timer")
    return Turn(
        style.say(request),
        (act_on(tool, result, minutes=minutes),),
        "I have the result.",
        answer,
        value,
    )


WRITING: Mapping[str, Callable[[Draw, Drawn], Turn]] = {
    "email": _email,
    "message": _message,
    "reminder": _reminder,
    "note": _note,
    "timer": _timer,
}
