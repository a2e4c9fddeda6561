"""What those who write arrays, objects, strings and listed values need of the compiler, and no more than that."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from gba.grammar.gbnf.nodes import Node
from gba.grammar.gbnf.rules import Rules
from gba.grammar.regular.automata import Dfa
from gba.grammar.regular.regex import Expression
from gba.grammar.values.style import Style
from gba.schema.nodes import Conjunction, Language, Residual, Shape, String
from gba.schema.nodes import Node as Kind
from gba.schema.work import Work

__all__ = ["Context", "Strings"]


class Strings(Protocol):
    """The strings of one document as automata; see `gba.grammar.values.string_sets`."""

    work: Work

    def of(self, node: String) -> Dfa:
        """The strings of a node without listed values."""

    def language(self, language: Language) -> Dfa:
        """The strings of a language; more of them where it is left to the check."""

    def exact(self, language: Language) -> Dfa | None:
        """The strings of a language; None where it is left to the check."""

    def name_languages(self, names: Conjunction) -> Iterable[Dfa]:
        """The keys that propertyNames allows, an automaton for each alternative."""

    def structured(self, node: String, write: Callable[[Expression], Node | None]) -> Node | None:
        """A pattern whose automaton is too large, as it is built; None for all others."""


class Context(Protocol):
    """One compilation. ``closed``: an object that names its keys and says nothing of other ones has no other ones."""

    closed: bool
    rules: Rules
    style: Style

    @property
    def sets(self) -> Strings:
        """The strings of languages."""

    @property
    def decimal_integers(self) -> bool:
        """Whether 1.0 is an integer and may be written so."""

    def leave(self, note: Residual) -> None:
        """Leave a constraint to the check."""

    def contradict(self, keyword: str, pointer: str, why: str) -> None:
        """Remember why something is impossible."""

    def shape(self, conjunction: Conjunction) -> Shape:
        """What satisfies the conjunction, by JSON type."""

    def value(self, conjunction: Conjunction) -> Node | None:
        """The texts of what satisfies the conjunction; None where nothing does."""

    def required(self, conjunction: Conjunction) -> Node:
        """As ``value``, where it is known that something satisfies the conjunction."""

    def holds(self, conjunction: Conjunction, value: Any) -> bool:
        """Whether a value satisfies the conjunction, as far as it can be told here."""

    def satisfying(self, node: Kind) -> list[Any]:
        """The values that a node lists and that satisfy its other constraints."""
