"""Invented tools of shapes that are hard to read: what is told stands before its noun, amid other words, or twice."""

from __future__ import annotations

from collections.abc import Callable

from models.tiny.tasks.base import Draw, Turn
from models.tiny.tasks.matters import Invented, a, drawn
from models.tiny.tasks.orders import wordings
from models.tiny.tasks.outcomes import Outcome, done, found
from models.tiny.tasks.roles import message_text
from models.tiny.tasks.tables.slots import ROOM, SIDE, code
from models.tiny.tasks.toolbox import BOOLEAN, STRING, Drawn, Param, act_on
from models.tiny.tasks.words import activity, date, foreign, name, person, phrases, place, pseudo_word, time

__all__ = ["SHAPES"]

_STATES = phrases("""
    seal unseal sealed| mute unmute muted| pin unpin pinned| hide show hidden| arm disarm armed| freeze unfreeze frozen|
    pause resume paused| enable disable enabled| block unblock blocked| follow unfollow followed| mount unmount mounted|
    load unload loaded| pack unpack packed| fold unfold folded| cover uncover covered| wrap unwrap wrapped|
    link unlink linked| tag untag tagged| zip unzip zipped| plug unplug plugged| archive unarchive archived|
    clamp unclamp clamped| subscribe unsubscribe subscribed| start stop started| activate deactivate active|
    raise lower raised| inflate deflate inflated| heat cool heated| connect disconnect connected| fill empty full|
    reserve release reserved| encrypt decrypt encrypted| approve reject approved| show hide visible| flag unflag flagged
""")
_UNDOING = ("un", "de", "dis")


def _state(draw: Draw, _verb: str, matter: str, taken: frozenset[str]) -> Invented:
    """A tool that sets whether something is so or not: make sure that the left valve is not sealed."""
    if draw.chance(0.6):
        do, undo, state = draw.word(_STATES).split(" ")
    else:
        do = pseudo_word(draw, 1)
        undo, state = draw.pick(_UNDOING) + do, do + "ed"
    key = matter.split(" ")[-1]
    first = Param("x", (key, key, "which", "name"), STRING, (f"The {matter}.", f"Which {matter}."))
    second = Param(
        "on", (state, do, f"is_{state}", state), BOOLEAN, (f"Whether it is {state}.", f"Whether it should be {state}.")
    )
    about = (
        f"[{do.capitalize()} or {undo} {a(matter)}|Set whether {a(matter)} is {state}|Make {a(matter)} {state} or not|"
        f"Change whether {a(matter)} is {state}]"
    )
    names = (f"{do}_{matter}", f"set_{state}", f"{matter}_{state}", f"{do}_or_{undo}", matter, f"set_{matter}")
    tool = drawn(draw, names, about, (first, second), taken)

    def turn(draw: Draw, tool: Drawn) -> Turn:
        style = draw.style()
        x = draw.pick((SIDE, SIDE, ROOM, name, pseudo_word))(draw)
        on = draw.chance(0.5)
        pattern = (
            "[[Make|Be] sure [that |]{w} is {s}.|{W} should be {s}.|I want {w} [to be |]{s}.|[Set|Make] {w} {s}.|"
            "{W} must be {s}.|See to it that {w} is {s}.|[Please |Can you |Now |]{d} {w}.|{W} has to be {s}.|"
            "I need {w} {s}.|[Set|Change] {w} so that it is {s}.|Let {w} be {s}.|I want you to {d} {w}.]"
        )
        what = draw.pick((f"the {x} {matter}", f"the {x} {matter}", f"the {x} {matter}", f"the {matter} {x}"))
        wording = {"w": what, "W": what.capitalize() if x.islower() else "The" + what[3:], "d": do if on else undo}
        request = style.say(draw.phrase(pattern, **wording, s=state if on else f"not {state}"))
        outcome = done(draw, matter)
        act = act_on(tool, outcome.result, x=style.word(x), on=on)
        return Turn(request, (act,), "I have the result.", outcome.answer, outcome.value)

    return Invented(tool, turn)


_DOING = tuple(
    "whisper chant paraphrase encode shout rewrite hum recite phrase render spell mumble dictate sign".split()
)
_WAYS = phrases("""
    style: formal funny short polite plain| tone: angry calm happy sad serious| accent: northern royal rural rough|
    format: base64 hex binary morse ascii| voice: deep high soft robotic| font: bold gothic thin round| dialect: |
    alphabet: | code: | spelling: old modern simple| mood: dark sunny dreamy| rhythm: slow fast waltz| key: | manner:
""")
_MADE = {
    "in": ("the {o} {w}", "{o}", "{o} {w}", "{o}"),
    "into": ("{o}", "{o}", "the {o} {w}"),
    "to": ("{o}", "{o}", "the {o} {w}"),
    "as": ("{o}", "{o}", "{o} {w}"),
    "with": ("the {o} {w}", "{o}", "{w} {o}"),
}


def _phrasing(draw: Draw, _verb: str, _matter: str, taken: frozenset[str]) -> Invented:
    """A tool that does something with a text in one way of several: whisper the train is late in Gothic."""
    do = draw.word(_DOING) if draw.chance(0.5) else pseudo_word(draw, 1)
    way, _, listed = draw.word(_WAYS).partition(":")
    options = tuple(listed.split()) if listed.split() and draw.chance(0.6) else ()
    if draw.chance(0.25):
        way = pseudo_word(draw, 1)
    schema = {"type": "string", "enum": list(options)} if options and draw.chance(0.5) else STRING
    join = draw.pick(tuple(_MADE))
    what = draw.pick(("text", "text", "sentence", "phrase", "line"))
    params = (
        Param("text", (what, what, "content", "input"), STRING, (f"The {what}.", f"The {what} to {do}.")),
        Param("way", (way, way, f"target_{way}", f"to_{way}"), schema, (f"The {way}.", f"Which {way}.")),
    )
    about = (
        f"[{do.capitalize()} {a(what)} {join} {a(way)}|{do.capitalize()} {a(what)} {join} another {way}|"
        f"{do.capitalize()} {what}]"
    )
    tool = drawn(draw, (do, do, f"{do}_{what}", f"{do}er", f"{do}_{join}"), about, params, taken)

    def turn(draw: Draw, tool: Drawn) -> Turn:
        style = draw.style()
        text = _sentence(draw)
        option = draw.pick(options) if options else draw.pick((name, name, pseudo_word))(draw)
        quoted = draw.pick(("'{}'", '"{}"')).format(text) if draw.chance(0.15) else text
        pattern = (
            "[{D} {t} {o}.|{D} {t} {o}.|{D} {t} {o}.|Please {d} {t} {o}.|[Can|Could|Would] you {d} {t} {o}?|I want to "
            "{d} {t} {o}.|{D} {o}: {t}|[How do I|How would you] {d} {t} {o}?|{D} the {w} {t} {o}.|I need to {d} {t} "
            "{o}.|Now {d} {t} {o}.|{D} this {o}: {t}|{D} {t} {o} for me.]"
        )
        said = f"{join} " + draw.pick(_MADE[join]).format(o=option, w=way)
        request = style.say(draw.phrase(pattern, D=do.capitalize(), d=do, t=quoted, o=said, w=what))
        outcome = found(draw, what, text, f"{name(draw)} {name(draw).lower()}")
        way_said = option if schema is not STRING else style.word(option)
        act = act_on(tool, outcome.result, text=style.word(text), way=way_said)
        return Turn(request, (act,), "I have the result.", outcome.answer, outcome.value)

    return Invented(tool, turn)


def _sentence(draw: Draw) -> str:
    """Something that somebody may say, of three words and more."""
    if draw.chance(0.25):
        return message_text(draw)
    return draw.free(
        (
            "[[the|my|our|your|this|her] {x} [is|was|looks|seems|will be] [too late|cold|very old|ready|{n}|in {p}|at "
            "{t}|blue|here|on {d}]|[I|we|they|you] [need|want|have|saw|lost|found|like|bought] [two {x}s|a {x}|the {x}|"
            "no {x}|my {x}|{n}|{x} and {y}]|[where is|how old is|who has|what is] [the|my|your] {x}|[come|go|look] "
            "[here|to {p}|with {n}]|[I am|we are|{n} is] [in {p}|from {p}|late|tired|at the {y}|with {n}]|[it|this] is "
            "[my {x}|{n}|a {x} of {n}|the {a} of {p}]|[good|nice] [morning|evening|to see you] {n}]"
        ),
        x=draw.pick((pseudo_word, lambda draw: draw.pick(_NOUNS)))(draw),
        y=draw.pick(_NOUNS),
        n=name(draw),
        p=place(draw),
        t=time(draw),
        d=date(draw),
        a=activity(draw),
    )


_NOUNS = tuple(
    "ship water tea friend bread ticket letter garden snow child winter fire morning brother shoe road river".split()
)
_BOTH = phrases("""
    distance| ferry| connection| transfer| cable| pipeline| treaty| border| bridge| tunnel| game| match| contract| gap|
    link| trade| exchange| conflict| shipment| delivery| courier| call| line| channel| bus| tour| hike| walk
""")
_HOW = ("from {x} to {y}", "from {x} to {y}", "between {x} and {y}", "to {y} from {x}", "of {x} and {y}")
_DUTIES = ("from {x} to {y}", "from {x} to {y}", "to {y} from {x}", "of {x} to {y}", "by {x} for {y}", "for {y} by {x}")
_JOINS = (("by {y}", "by {y}", "called {x} by {y}"), ("with {y}", "with {y}", "at {y}"), ("for {y}", "of {y}"))
_MEANS = ("ship", "plane", "truck", "post")


def _pair(draw: Draw, verb: str, matter: str, taken: frozenset[str]) -> Invented:
    """A tool that takes two of a kind, told apart by the words around them: the ferry from Oslo to Kiel by ship."""
    tells = draw.chance(0.55)
    noun = draw.word(_BOTH) if draw.chance(0.6) else matter
    ordered = draw.chance(0.7)
    hows = draw.pick(_JOINS) if not ordered else _HOW if tells else _DUTIES
    one, other = draw.pick(_ENDS if ordered else _PARTS)
    by = Param("by", ("by", "mode", "means", "how"), {"type": "string", "enum": list(_MEANS)}, ("How.",), False)
    params = (
        Param("x", (one,), STRING, (f"The {one}.", "The first one.")),
        Param("y", (other,), STRING, (f"The {other}.", "The second one."), ordered or draw.chance(0.5)),
        *((by,) if ordered and draw.chance(0.3) else ()),
    )
    joined = ordered and draw.chance(0.5)
    how = "from one to another" if joined else draw.pick(("between two", "of two", "for two"))
    does = f"[Find|Get|Tell|Show|Look up] the {noun}" if tells else f"{verb.capitalize()} {a(noun)}"
    about = f"[{does} {how}|{does}|{does} of {one} and {other}]"
    names = (noun, f"{verb}_{noun}", f"find_{noun}", f"get_{noun}") if tells else (f"{verb}_{noun}", verb, noun)
    tool = drawn(draw, names, about, params, taken)
    maker = draw.pick((place, place, name, person, code))

    def turn(draw: Draw, tool: Drawn) -> Turn:
        style = draw.style()
        x, y = maker(draw), (maker if ordered else draw.pick((person, name, place)))(draw)
        optional = not ordered and not params[1].required and draw.chance(0.4)
        means = draw.pick(_MEANS) if len(params) > 2 and draw.chance(0.5) else None
        said = "" if optional else " " + draw.pick(hows).format(x=x, y=y)
        if not ordered and x not in said:
            said = f" {x}{said}"
        said += f" by {means}" if means else ""
        pattern = _TELLS if tells else _DOES
        request = style.say(draw.phrase(pattern, m=noun, v=verb, V=verb.capitalize(), s=said, A=a(noun)))
        outcome = found(draw, noun, x, f"{draw.integer(2, 9999)}") if tells else done(draw, noun)
        act = act_on(tool, outcome.result, x=style.word(x), y=None if optional else style.word(y), by=means)
        return Turn(request, (act,), "I have the result.", outcome.answer, outcome.value)

    return Invented(tool, turn)


_ENDS = (
    ("source", "target"),
    ("first", "second"),
    ("departure", "arrival"),
    ("from_place", "to_place"),
    ("begin", "finish"),
    ("sender", "receiver"),
    ("origin", "goal"),
    ("a", "b"),
)
_PARTS = (
    ("name", "owner"),
    ("title", "maker"),
    ("work", "author"),
    ("item", "creator"),
    ("name", "partner"),
    ("which", "who"),
    ("model", "company"),
)
_TELLS = (
    "[What is the {m}{s}?|What's the {m}{s}?|[Find|Show me|Get|Tell me|Give me|Look up|Check] the {m}{s}.|I need the "
    "{m}{s}.|Which {m} is there{s}?|Is there a {m}{s}?|How is the {m}{s}?|I want to know the {m}{s}.|[Can|Could] you "
    "[find|tell me|get] the {m}{s}?|{m}{s}?]"
)
_DOES = (
    "[{V} the {m}{s}.|{V} {A}{s}.|Please {v} {A}{s}.|[Can|Could] you {v} the {m}{s}?|I want to {v} the {m}{s}.|I need "
    "you to {v} {A}{s}.|{V} the {m}{s} for me.|Now {v} {A}{s}.|I'd like to {v} {A}{s}.]"
)

_PARTIES = tuple(
    "supplier vendor brand shop member author artist studio gallery agency partner label charity factory farm crew "
    "ship ward guild choir orchestra museum bakery brewery startup school".split()
)
_ADJECTIVES = tuple("Danish Kenyan Polish Brazilian small large old new family modern local famous young busy".split())
_TRADES = tuple("shipping food steel travel fashion printing insurance energy toy paper glass film radio".split())
_ABOUT = ("description", "description", "details", "info", "about", "note", "comment")


def _introducing(draw: Draw, verb: str, matter: str, taken: frozenset[str]) -> Invented:
    """A tool that takes a name in any script and words about it: add the supplier 'Нова' (New Ltd) - a toy maker."""
    party = draw.word(_PARTIES) if draw.chance(0.7) else matter
    do = draw.pick(("create", "add", "register", "enter", "make", verb))
    key = party.split(" ")[-1]
    about_key = draw.pick(_ABOUT)
    params = (
        Param(
            "x", (f"{key}_name", f"{key}_name", "name", "title", key), STRING, (f"The name of the {party}.", "Name.")
        ),
        Param("about", (about_key, f"{key}_{about_key}", about_key), STRING, (f"About the {party}.", "What it is.")),
    )
    about = f"[{do.capitalize()} {a(party)}|{do.capitalize()} a new {party}|{do.capitalize()} {a(party)} with its name]"
    tool = drawn(draw, (f"{do}_{party}", f"{do}_{party}", f"new_{party}", f"{party}_{do}", party), about, params, taken)

    def turn(draw: Draw, tool: Drawn) -> Turn:
        style = draw.style()
        x = foreign(draw, rare=0.7) if draw.chance(0.5) else draw.pick((name, person))(draw)
        said = draw.pick(("'{}'", "'{}'", '"{}"', "{}")).format(x)
        if draw.chance(0.45):
            said += f" ({draw.pick((name, person))(draw)}{draw.pick(('', ' Group', ' Ltd', ' in English'))})"
        words = draw.free(
            "[[a|an old|the|our] {a} {t} [company|firm|maker|business]|a {a} [friend|one] from {p}|[the best|one] of "
            "{p}|{t} and {u}, since {c}|a {t} {m} in {p}]",
            a=draw.pick(_ADJECTIVES), t=draw.pick(_TRADES), u=draw.pick(_TRADES), p=place(draw), m=party,
            c=str(draw.rng.randint(1900, 2026)),
        )  # fmt: skip
        pattern = (
            "[<{v} [{A}|a new {m}|the {m}] [|named |called |with the name ]{x}>|New {m} {x}|I need {A} {x}|There is a "
            "new {m}, {x}|{m}: {x}]"
        ).replace("{v}", do)
        joined = draw.pick((" - ", " - ", ", ", ": ", "; it is ", " with the description ", ", described as "))
        request = draw.phrase(wordings(pattern), A=a(party), m=party, x=said + joined + words)
        outcome = done(draw, party)
        if draw.chance(0.3):
            outcome = Outcome(f"Created {party}: {x} - {words}", f"Created {party}: {x} - {words}", x)
        act = act_on(tool, outcome.result, x=style.word(x), about=style.word(words))
        return Turn(style.say(request), (act,), "I have the result.", outcome.answer, outcome.value)

    return Invented(tool, turn)


SHAPES: tuple[Callable[[Draw, str, str, frozenset[str]], Invented], ...] = (
    _state,
    _phrasing,
    _pair,
    _introducing,
)
"""Makers of tools out of a verb, a matter and the names that are taken."""
