"""The typed form of a schema: what is left of JSON Schema once references, siblings and applicators are gone.

A **conjunction** is a set of subschemas that must hold together (some of them negated). Its **shape** says, for each
JSON type, which alternatives of that type satisfy it; each alternative is one of the frozen nodes below. Children are
conjunctions again, so that a recursive schema stays finite: two conjunctions of the same parts are equal. (Those of
which there are most are ``Final`` rather than frozen: nobody changes them, and they are made faster.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, NamedTuple, TypeAlias

__all__ = [
    "ANYTHING",
    "TYPES",
    "Array",
    "Boolean",
    "Bound",
    "Conjunction",
    "Contains",
    "Either",
    "Language",
    "Node",
    "Null",
    "Number",
    "Object",
    "Part",
    "Place",
    "Residual",
    "Scope",
    "Shape",
    "String",
]

TYPES = ("null", "boolean", "number", "string", "array", "object")
"""The JSON types; an integer is a number."""


@dataclass(frozen=True, slots=True)
class Residual:
    """A constraint that a grammar does not enforce: its keyword, its JSON pointer and the reason."""

    keyword: str
    pointer: str
    why: str

    def __str__(self) -> str:
        return f"{self.keyword} at {self.pointer or '/'}: {self.why}"


@dataclass(eq=False, slots=True)
class Place:
    """A subschema where it stands; its ``schema`` may also be an Either, which no document holds.

    Two places are the same only when they are the same object.

    ``serial`` counts places in the order in which they were met; ``resolver`` is None in a document whose references
    are all plain pointers; ``dialect`` is the draft that rules here.
    """

    schema: Final[Any]
    pointer: Final[str]
    serial: Final[int]
    dialect: Final[str]
    resolver: Final[Any] = None


class Part(NamedTuple):
    """A subschema that must hold, or, ``negated``, must not. A tuple, as such are hashed and compared fastest."""

    place: Place
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Either:
    """One of the conjunctions holds."""

    options: tuple[Conjunction, ...]


Conjunction: TypeAlias = tuple[Part, ...]
"""Parts that hold together, each once, in the order of their serials."""

ANYTHING: Conjunction = ()
"""The conjunction of nothing: every value."""


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of a range of numbers."""

    value: Fraction
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Language:
    """A set of strings: those of a ``pattern``, a ``format`` or one of ``texts``; or, ``negated``, all others."""

    kind: str
    text: str = ""
    texts: tuple[str, ...] = ()
    negated: bool = False
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Null:
    """``null``."""

    values: tuple[Any, ...] | None = None
    notes: tuple[Residual, ...] = ()


@dataclass(frozen=True, slots=True)
class Boolean:
    """``true`` or ``false``: those that ``values`` names, or both."""

    values: tuple[Any, ...] | None = None
    notes: tuple[Residual, ...] = ()


@dataclass(slots=True, unsafe_hash=True)
class Number:
    """A number; ``multiples`` are what it is a multiple of, ``excluded`` the numbers that it is not.

    ``fractional``: it is no integer.
    """

    integer: Final[bool] = False
    low: Final[Bound | None] = None
    high: Final[Bound | None] = None
    multiples: Final[tuple[Fraction, ...]] = ()
    excluded: Final[tuple[Fraction, ...]] = ()
    fractional: Final[bool] = False
    values: Final[tuple[Any, ...] | None] = None
    pointer: Final[str] = ""
    notes: Final[tuple[Residual, ...]] = ()


@dataclass(slots=True, unsafe_hash=True)
class String:
    """A string of ``minimum`` to ``maximum`` code points that is in each of the languages."""

    minimum: Final[int] = 0
    maximum: Final[int | None] = None
    languages: Final[tuple[Language, ...]] = ()
    values: Final[tuple[Any, ...] | None] = None
    pointer: Final[str] = ""
    notes: Final[tuple[Residual, ...]] = ()


@dataclass(frozen=True, slots=True)
class Contains:
    """Between ``minimum`` and ``maximum`` of the items satisfy ``item``; ``negation`` is its opposite.

    ``positive``: unevaluatedItems heeds it.
    """

    item: Conjunction
    negation: Conjunction
    minimum: int
    maximum: int | None
    pointer: str = ""
    positive: bool = True


@dataclass(slots=True, unsafe_hash=True)
class Array:
    """An array: items at fixed places, then ``rest``; ``evaluated``: so many items count as evaluated for
    unevaluatedItems.

    ``evaluated`` is None where every item is evaluated.
    """

    prefix: Final[tuple[Conjunction, ...]] = ()
    rest: Final[Conjunction] = ANYTHING
    minimum: Final[int] = 0
    maximum: Final[int | None] = None
    contains: Final[tuple[Contains, ...]] = ()
    unique: Final[str | None] = None
    evaluated: Final[int | None] = 0
    values: Final[tuple[Any, ...] | None] = None
    pointer: Final[str] = ""
    notes: Final[tuple[Residual, ...]] = ()


@dataclass(slots=True, unsafe_hash=True)
class Scope:
    """What one schema says about keys: named ones, those that match a pattern, and all others.

    ``additional`` is None where the schema says nothing about the others; ``declares`` tells whether it lists its
    properties, be the list empty; ``evaluates`` whether unevaluatedProperties heeds it (a ``not`` has nothing to heed).
    """

    properties: Final[tuple[tuple[str, Conjunction], ...]] = ()
    patterns: Final[tuple[tuple[Language, Conjunction], ...]] = ()
    additional: Final[Conjunction | None] = None
    declares: Final[bool] = False
    evaluates: Final[bool] = True


@dataclass(slots=True, unsafe_hash=True)
class Object:
    """An object: each scope speaks of every key; ``names`` are what keys, as strings, must satisfy."""

    scopes: Final[tuple[Scope, ...]] = ()
    required: Final[tuple[str, ...]] = ()
    minimum: Final[int] = 0
    maximum: Final[int | None] = None
    names: Final[Conjunction] = ANYTHING
    values: Final[tuple[Any, ...] | None] = None
    pointer: Final[str] = ""
    notes: Final[tuple[Residual, ...]] = ()


Node: TypeAlias = Null | Boolean | Number | String | Array | Object

Shape: TypeAlias = Mapping[str, tuple[Node, ...]]
"""The alternatives for each JSON type; a type that is not allowed is not a key."""
