"""Facts to look up: what is asked about whom, in which words, and how a search answers."""

from __future__ import annotations

from dataclasses import dataclass

from models.tiny.tasks.base import Draw
from models.tiny.tasks.numbers import number
from models.tiny.tasks.words import FIRST_NAMES, date, name, person, place, pseudo_word

__all__ = ["Fact", "Relation", "fact", "follow_up_attribute", "relation", "reply", "result_of", "telling"]


@dataclass(frozen=True)
class Fact:
    """One fact: ``query`` is what to search for, ``asked`` the same inside a question, ``value`` what is true.

    ``attribute`` and ``subject`` make the query; ``noun`` says whether ``asked`` can follow "What is" ("the age of
    X") or is a question by itself ("How old is X"). ``told`` is the value as a search tells it: 1234, "1,234" or
    "1234 meters".
    """

    query: str
    asked: str
    noun: bool
    attribute: str
    subject: str
    value: str
    numeric: bool
    told: str

    @property
    def shown(self) -> str:
        """What an answer has to contain: the value as it was told, its unit left out."""
        return self.told.split(" ")[0] if self.numeric else self.told


# attribute, what it belongs to, (low, high) of its number or None for a name, question that means the same
_ATTRIBUTES: tuple[tuple[str, str, tuple[int, int] | None, str], ...] = (
    ("population", "place", (1000, 99_999_999), "[How many people live in {x}|How many people are there in {x}]"),
    ("population", "place", (1000, 99_999_999), ""),
    ("population", "place", (1000, 99_999_999), ""),
    ("area", "place", (100, 9_999_999), "[How large is {x}|How big is {x}]"),
    ("capital", "place", None, ""),
    ("currency", "place", None, ""),
    ("mayor", "place", None, "Who is the mayor of {x}"),
    ("president", "place", None, "Who is the president of {x}"),
    ("elevation", "place", (10, 4000), ""),
    ("age", "person", (18, 99), "How old is {x}"),
    ("age", "person", (18, 99), "How old is {x}"),
    ("current age", "person", (18, 99), ""),
    ("height", "person", (140, 210), "How tall is {x}"),
    ("weight", "person", (40, 150), "How heavy is {x}"),
    ("birth year", "person", (1900, 2010), "[When was {x} born|In which year was {x} born]"),
    ("birthday", "person", None, ""),
    ("net worth", "person", (1000, 9_999_999), ""),
    ("salary", "person", (1000, 500_000), "How much does {x} earn"),
    ("shoe size", "person", (35, 49), ""),
    ("hometown", "person", None, "[Where is {x} from|Where does {x} come from]"),
    ("price", "thing", (2, 9999), "[How much does {x} cost|How much is {x}]"),
    ("weight", "thing", (2, 9999), "How heavy is {x}"),
    ("length", "thing", (2, 9999), "How long is {x}"),
    ("height", "thing", (2, 9999), "[How tall is {x}|How high is {x}]"),
    ("depth", "thing", (2, 9999), "How deep is {x}"),
    ("speed", "thing", (2, 9999), "How fast is {x}"),
    ("distance", "thing", (2, 9_999_999), ""),
    ("inventor", "thing", None, "Who invented {x}"),
    ("year", "thing", (1000, 2020), "When was {x} built"),
    ("founder", "company", None, "Who founded {x}"),
    ("number of employees", "company", (10, 300_000), ""),
    ("revenue", "company", (1000, 9_999_999), ""),
    ("boss", "company", None, "Who is the boss of {x}"),
    ("author", "work", None, "Who wrote {x}"),
    ("director", "work", None, "Who directed {x}"),
    ("number of pages", "work", (50, 1500), ""),
    ("rating", "work", (2, 99), ""),
)

_NOUNS = """record budget diameter temperature code size voltage volume density value limit
level tax fee wage cost total rate count capacity range output width radius frequency power
color motto language flag anthem symbol nickname owner leader teacher rival mascot climate religion cuisine""".split()

_KIN = (
    "girlfriend",
    "boyfriend",
    "wife",
    "husband",
    "mother",
    "father",
    "brother",
    "sister",
    "son",
    "daughter",
    "boss",
    "teacher",
    "coach",
    "partner",
    "friend",
    "neighbor",
    "manager",
    "doctor",
)


def _subject(draw: Draw, kind: str) -> str:
    if kind == "place":
        return place(draw)
    if kind == "person":
        return person(draw)
    made_up = name(draw)
    if kind == "company":
        return made_up + draw.pick(("", "", " Corp", " Inc", " Group"))
    if kind == "work":
        return made_up if draw.chance(0.5) else f"The {draw.pick(('Last', 'Red', 'Lost', 'Great'))} {made_up}"
    return draw.pick(
        (
            made_up,
            f"Mount {made_up}",
            f"{made_up} Tower",
            f"the {pseudo_word(draw)}",
            f"{made_up} Bridge",
            f"Lake {made_up}",
        )
    )


def fact(draw: Draw, *, numeric: bool | None = None) -> Fact:
    """Any fact; with ``numeric`` one whose value is (or is not) a number."""
    while True:
        if draw.chance(0.7):
            attribute, kind, bounds, question = draw.pick(_ATTRIBUTES)
        else:
            attribute, kind, question = (
                draw.pick(_NOUNS) if draw.chance(0.6) else pseudo_word(draw),
                draw.pick(("place", "person", "thing", "company")),
                "",
            )
            bounds = (2, 99_999) if numeric or (numeric is None and draw.chance(0.5)) else None
        if numeric is None or numeric == (bounds is not None):
            break
    subject = _subject(draw, kind)
    value = _number(draw, bounds) if bounds else _name(draw, attribute)
    told = telling(draw, attribute, value) if bounds else value
    query = f"{attribute} of {subject}"
    if question and draw.chance(0.5):
        return Fact(query, draw.free(question, x=subject), False, attribute, subject, value, bounds is not None, told)
    if not subject.startswith("the ") and draw.chance(0.4 if kind == "person" else 0.15):
        query = f"{subject}'s {attribute}"
        return Fact(query, query, True, attribute, subject, value, bounds is not None, told)
    return Fact(query, f"the {query}", True, attribute, subject, value, bounds is not None, told)


_UNITS = {
    "population": ("people", "inhabitants"),
    "age": ("years", "years"),
    "current age": ("years", "years"),
    "height": ("cm", "meters"),
    "weight": ("kg", "pounds"),
    "area": ("square kilometers", "km2"),
    "price": ("dollars", "euros"),
    "length": ("meters", "km"),
    "depth": ("meters", "feet"),
    "speed": ("km/h", "miles per hour"),
    "distance": ("km", "miles"),
    "salary": ("dollars", "euros"),
    "elevation": ("meters", "feet"),
    "net worth": ("dollars", "euros"),
    "number of employees": ("people", "employees"),
}


def telling(draw: Draw, attribute: str, value: str) -> str:
    """A number as a search tells it: bare mostly, now and then with its unit or with commas."""
    if len(value) > 4 and value.isdigit() and draw.chance(0.12):
        value = f"{int(value):,}"
    if attribute in _UNITS and draw.chance(0.25):
        return f"{value} {draw.pick(_UNITS[attribute])}"
    return value


def _number(draw: Draw, bounds: tuple[int, int]) -> str:
    low, high = bounds
    if high > 1000 and draw.chance(0.1):
        return number(draw)
    return str(draw.integer(low, min(high, low * 10) if draw.chance(0.3) else high))


def _name(draw: Draw, attribute: str) -> str:
    if attribute == "birthday":
        return date(draw)
    if attribute in ("capital", "hometown"):
        return place(draw)
    if attribute == "currency":
        return f"the {pseudo_word(draw)}"
    return person(draw)


@dataclass(frozen=True)
class Relation:
    """Somebody or something that is known by what it is to another: Leo's girlfriend, the capital of Norway."""

    query: str
    asked: str
    value: str
    pronoun: str


def relation(draw: Draw) -> Relation:
    """A relation whose value is a name."""
    if draw.chance(0.7):
        kin, who = draw.pick(_KIN), person(draw)
        query = f"{who}'s {kin}" if draw.chance(0.6) else f"{kin} of {who}"
        asked = query if "'s" in query else f"the {query}"
        female = kin in ("girlfriend", "wife", "mother", "sister", "daughter")
        male = kin in ("boyfriend", "husband", "father", "brother", "son")
        pronoun = "her" if female else "his" if male else draw.pick(("their", "his", "her"))
        first = draw.word(FIRST_NAMES) if draw.chance(0.5) else name(draw)
        return Relation(query, asked, f"{first} {name(draw)}" if draw.chance(0.7) else first, pronoun)
    what = draw.pick(("capital", "largest city", "founder", "owner", "oldest town", "author"))
    of = place(draw) if what in ("capital", "largest city", "oldest town") else name(draw)
    people = what in ("founder", "owner", "author")
    return Relation(
        f"{what} of {of}", f"the {what} of {of}", person(draw) if people else place(draw), "their" if people else "its"
    )


def follow_up_attribute(draw: Draw, people: bool) -> tuple[str, str]:
    """What to ask about somebody (or some place) found, with a number that answers it."""
    options: tuple[tuple[str, tuple[int, int]], ...] = (
        (
            ("age", (18, 90)),
            ("current age", (18, 90)),
            ("height", (140, 210)),
            ("salary", (1000, 90_000)),
            ("weight", (40, 150)),
        )
        if people
        else (
            ("population", (1000, 99_999_999)),
            ("area", (100, 99_999)),
            ("elevation", (2, 4000)),
            ("size", (100, 99_999)),
        )
    )
    attribute, bounds = draw.pick(options)
    if draw.chance(0.2):
        attribute, bounds = draw.pick(_NOUNS), (2, 99_999)
    return attribute, _number(draw, bounds)


def statement(query: str, value: str) -> str:
    """The fact as a sentence."""
    the = "" if "'s " in query or query.startswith("the ") else "The "
    return f"{the}{query} is {value}."


def reply(result: str, *, found: str, value: str) -> str:
    """What a user is told of a result: its sentence on the fact as it stands there, or the value."""
    sentence = statement(found, value)
    return sentence if sentence in result else f"It is {value}."


def _filler(draw: Draw) -> str:
    """What else a search finds."""
    return draw.free(
        (
            "[It is well known.|It was first seen in {n}.|The name comes from {p}.|{p} wrote {k} books about it.|"
            "See also {p}.|It lies near {p}.|In {n} it was {k}.|There are {k} others.|Source: {p}, {n}.]"
        ),
        n=str(draw.rng.randint(1700, 2024)),
        p=name(draw),
        k=str(draw.rng.randint(2, 60)),
    )


def result_of(draw: Draw, query: str, value: str) -> str:
    """How a search answers: a sentence mostly, or the bare value, or a record."""
    roll = draw.rng.random()
    sentence = statement(query, value)
    if roll < 0.45:
        return sentence
    if roll < 0.5:
        return f"{sentence} {_filler(draw)}"
    if roll < 0.55:
        return f"{_filler(draw)} {sentence}"
    if roll < 0.75:
        return value
    if roll < 0.85:
        return f"{query}: {value}"
    if roll < 0.93:
        return f'{{"result": "{value}"}}'
    return draw.free("[Result|Answer|Found]: {v}", v=value)
