"""Look-ups of one to four hops in a store that is made up anew for each task: the value of the answer counts.

People, companies, towns and countries are invented, so that no model knows them: what is asked for has to be looked up.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from gba.environments.answers import says
from gba.environments.base import (
    Act,
    EnvironmentFailure,
    Functions,
    Split,
    Task,
    Tool,
    World,
    draw,
    share,
    spec,
)
from gba.environments.words import FIRST_NAMES, LAST_NAMES

__all__ = ["Lookup"]

_LINKS: Mapping[str, Mapping[str, str]] = {
    "person": {"home town": "town", "employer": "company", "manager": "person"},
    "company": {"head office": "town", "director": "person"},
    "town": {"country": "country", "mayor": "person"},
    "country": {"capital": "town", "president": "person"},
}
"""What leads from one thing to another, by kind."""
_VALUES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "person": {
        "profession": "baker carpenter dentist engineer farmer gardener lawyer nurse painter pilot".split(),
        "instrument": "cello clarinet drums flute guitar harp organ piano trumpet violin".split(),
    },
    "company": {"product": "bicycles clocks engines furniture glass lamps paper shoes soap toys".split()},
    "town": {"river": "Alda Benna Corvo Dresk Elmar Fenn Gild Hurn Istra Jorl".split()},
    "country": {
        "currency": "crown dinar florin guilder mark peso rand rupee shilling thaler".split(),
        "language": "Alban Borean Cerric Dorish Elvan Fardic Gorean Hestic Ilian Jovic".split(),
    },
}
"""What is only looked up, with the values that it may have."""
_ATTRIBUTES = sorted({name for kinds in (_LINKS, _VALUES) for names in kinds.values() for name in names})
_COUNTS = {"person": 6, "company": 3, "town": 4, "country": 3}
_STARTS = "Bar Cal Dor El Fen Gal Hal Ister Kor Lun Mar Nor Or Per Quin Ros Sel Tar Ul Ver".split()
_ENDS: Mapping[str, Sequence[str]] = {
    "company": [" Works", " Brothers", " Systems", " Trading"],
    "town": ["ville", "haven", "burg", "wick"],
    "country": ["ia", "land", "onia", "istan"],
}

_LOOK_UP = spec(
    "look_up",
    "Look up an attribute of a person, company, town or country.",
    subject={"type": "string", "description": "The name."},
    attribute={"type": "string", "enum": _ATTRIBUTES},
)

Store = Mapping[str, Mapping[str, str]]
"""Attributes by name."""


@dataclass(frozen=True)
class _Goal:
    value: str
    others: tuple[str, ...]


class Lookup:
    """See `Environment`."""

    name = "lookup"
    system = "Look up what you need, step by step. Then answer in one sentence."

    def task(self, index: int, split: Split = "train", *, seed: int = 0) -> Task:
        """See `Environment.task`."""
        return draw(self.name, index, split, seed, lambda rng: _task(rng, index, split), lambda task: task.request)

    @contextmanager
    def open(self, task: Task) -> Iterator[World]:
        """See `Environment.open`."""
        store, goal = task.data
        yield _Library(store, goal)


class _Library(Functions):
    def __init__(self, store: Store, goal: _Goal) -> None:
        super().__init__([Tool(_LOOK_UP, self._look_up)])
        self._store, self._goal = store, goal

    def _look_up(self, subject: str, attribute: str) -> str:
        names = {name.lower(): name for name in self._store}
        name = names.get(subject.strip().lower())
        if name is None:
            raise EnvironmentFailure(f"nothing is known of {subject!r}")
        value = self._store[name].get(attribute)
        if value is None:
            raise EnvironmentFailure(f"{name} has no {attribute}. There is: {', '.join(sorted(self._store[name]))}")
        return f"The {attribute} of {name} is {value}."

    def reward(self, answer: str) -> float:
        """1 for an answer with the value that was asked for and no other one of its kind."""
        return float(self.looked and says(answer, self._goal.value, self._goal.others))


def _task(rng: random.Random, index: int, split: Split) -> Task:
    names = _names(rng, split)
    kinds = {name: kind for kind, of_kind in names.items() for name in of_kind}
    store = {name: _entry(rng, kind, name, names) for name, kind in kinds.items()}
    hops = rng.randint(1, 4)
    subject = rng.choice(sorted(store))
    path: list[tuple[str, str]] = []
    here = subject
    for hop in range(hops):
        links = sorted(_LINKS[kinds[here]])
        attribute = rng.choice(links if hop < hops - 1 else sorted(_VALUES[kinds[here]]))
        path.append((here, attribute))
        here = store[here][attribute] if hop < hops - 1 else here
    place, attribute = path[-1]
    value = store[place][attribute]
    return Task(
        Lookup.name,
        split,
        index,
        f"{hops} hops",
        _request(rng, subject, [attribute for _, attribute in path]),
        tuple(
            Act("look_up", {"subject": name, "attribute": wanted}, f"I look up the {wanted} of {name}.")
            for name, wanted in path
        ),
        "I have found it.",
        f"The {attribute} is {value}.",
        data=(store, _Goal(value, tuple(_VALUES[kinds[place]][attribute]))),
    )


def _names(rng: random.Random, split: Split) -> dict[str, list[str]]:
    first, last = share(FIRST_NAMES, split), share(LAST_NAMES, split)
    people = [f"{one} {other}" for one, other in zip(rng.sample(first, 6), rng.sample(last, 6), strict=True)]
    starts = rng.sample(_STARTS, sum(_COUNTS.values()) - _COUNTS["person"])
    named = {
        kind: [starts.pop() + rng.choice(_ENDS[kind]) for _ in range(count)]
        for kind, count in _COUNTS.items()
        if kind != "person"
    }
    return {"person": people, **named}


def _entry(rng: random.Random, kind: str, name: str, names: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Attributes of one thing; no link leads back to itself."""
    links = {
        attribute: rng.choice([other for other in names[target] if other != name])
        for attribute, target in _LINKS[kind].items()
    }
    return {**links, **{attribute: rng.choice(pool) for attribute, pool in _VALUES[kind].items()}}


def _request(rng: random.Random, subject: str, attributes: Sequence[str]) -> str:
    chain = f"the {attributes[-1]} of "
    chain += "".join(f"the {attribute} of " for attribute in reversed(attributes[:-1])) + subject
    return rng.choice(["What is {}?", "Find {}.", "Tell me {}.", "I need {}."]).format(chain)
