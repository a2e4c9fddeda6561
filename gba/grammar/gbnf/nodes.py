"""The syntax tree of a GBNF grammar: what the compiler writes, the printer prints and the matcher interprets.

All nodes are immutable and hashable, so that equal parts of a grammar can be shared, interned and memoised; those with
parts keep their hash, which would otherwise be that of the whole tree below them each time. The kinds that large
grammars have by the thousand are ``Final`` rather than frozen: made in less than half of the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

__all__ = [
    "ANY",
    "EMPTY",
    "CharClass",
    "Choice",
    "GbnfTree",
    "Literal",
    "Node",
    "Ref",
    "Repeat",
    "Sequence",
    "TokenTerminal",
    "alt",
    "lit",
    "one_of",
    "optional",
    "repeat",
    "seq",
]


@dataclass(slots=True, eq=False)
class Literal:
    """The text itself; the empty text is allowed."""

    text: Final[str]

    def __eq__(self, other: object) -> bool:
        return type(other) is Literal and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)


@dataclass(slots=True, unsafe_hash=True)
class CharClass:
    """One character out of ``ranges`` (code points, both ends included), or, ``negated``, one out of none of them."""

    ranges: Final[tuple[tuple[int, int], ...]]
    negated: Final[bool] = False


@dataclass(frozen=True, slots=True)
class TokenTerminal:
    """One token of the vocabulary, or, ``negated``, any token but that one.

    It is known by its ``text``, the angle brackets belonging to it (``<think>``), or by its ``id`` (``<[1000]>``).
    """

    text: str | None
    id: int | None
    negated: bool = False


@dataclass(slots=True, eq=False)
class Ref:
    """The rule of this name."""

    name: Final[str]

    def __eq__(self, other: object) -> bool:
        return type(other) is Ref and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)


@dataclass(slots=True)
class Sequence:
    """All items in order; without items the empty text."""

    items: Final[tuple[Node, ...]]
    _hash: int | None = field(default=None, init=False, repr=False, compare=False)

    def __hash__(self) -> int:
        found = self._hash
        if found is None:
            found = self._hash = hash((Sequence, self.items))
        return found

    def __reduce__(self) -> tuple[type[Sequence], tuple[tuple[Node, ...]]]:
        return Sequence, (self.items,)  # a hash is good in its own process only


@dataclass(slots=True)
class Choice:
    """One of the options; there is at least one."""

    options: Final[tuple[Node, ...]]
    _hash: int | None = field(default=None, init=False, repr=False, compare=False)

    def __hash__(self) -> int:
        found = self._hash
        if found is None:
            found = self._hash = hash((Choice, self.options))
        return found

    def __reduce__(self) -> tuple[type[Choice], tuple[tuple[Node, ...]]]:
        return Choice, (self.options,)  # a hash is good in its own process only


@dataclass(frozen=True, slots=True)
class Repeat:
    """The item, ``minimum`` to ``maximum`` times in a row; None: without bound."""

    item: Node
    minimum: int
    maximum: int | None


Node: TypeAlias = Literal | CharClass | TokenTerminal | Ref | Sequence | Choice | Repeat

EMPTY = Sequence(())
"""The empty text."""

ANY = CharClass((), negated=True)
"""Any one character, printed as ``.``."""


@dataclass(frozen=True, slots=True)
class GbnfTree:
    """A grammar: rules by name, in the order in which they are printed, and the name of the one to begin with."""

    rules: Mapping[str, Node]
    root: str = "root"


def lit(text: str) -> Node:
    """The text as a node: EMPTY where it is empty."""
    return Literal(text) if text else EMPTY


def seq(*items: Node) -> Node:
    """The items in order: nested sequences flattened, neighbouring literals joined, a single item as itself."""
    flat: list[Node] = []
    _append(flat, items)
    return flat[0] if len(flat) == 1 else Sequence(tuple(flat))


def alt(*options: Node) -> Node:
    """One of the options: nested choices flattened, each option once, a single option as itself.

    Raises ValueError without options: no text at all cannot be said in GBNF.
    """
    flat = tuple(dict.fromkeys(_flattened(options)))
    if not flat:
        raise ValueError("a choice needs at least one option")
    return flat[0] if len(flat) == 1 else Choice(flat)


def one_of(*options: Node) -> Node:
    """As ``alt``, for options that are known to differ: they are not compared."""
    flat = tuple(_flattened(options))
    return flat[0] if len(flat) == 1 else Choice(flat)


def repeat(item: Node, minimum: int = 0, maximum: int | None = None) -> Node:
    """The item, so many times; as itself where that is exactly once, EMPTY where it is never."""
    if minimum < 0 or (maximum is not None and maximum < minimum):
        raise ValueError(f"a repetition from {minimum} to {maximum} times makes no sense")
    if maximum == 0 or item == EMPTY:
        return EMPTY
    return item if minimum == maximum == 1 else Repeat(item, minimum, maximum)


def optional(item: Node) -> Node:
    """The item, or nothing."""
    return repeat(item, 0, 1)


def _append(flat: list[Node], items: Iterable[Node]) -> None:
    """Put the items behind those of the list, as ``seq`` does.

    Types are compared, which is quicker than isinstance: whole grammars go through here.
    """
    for item in items:
        if type(item) is Sequence:
            _append(flat, item.items)
        elif type(item) is not Literal:
            flat.append(item)
        elif flat and type(before := flat[-1]) is Literal:
            flat[-1] = Literal(before.text + item.text)
        elif item.text:
            flat.append(item)


def _flattened(options: Iterable[Node]) -> list[Node]:
    flat: list[Node] = []
    for option in options:
        if type(option) is Choice:
            flat.extend(_flattened(option.options))
        else:
            flat.append(option)
    return flat
