"""How strings become grammar: what the writers of all spellings have in common, and JSON's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from gba.grammar.gbnf.nodes import EMPTY, Literal, Node, alt, lit, seq
from gba.grammar.gbnf.rules import Rules
from gba.grammar.regular.automata import Dfa, finite
from gba.grammar.regular.regex import Expression
from gba.grammar.strings.json_strings import QUOTE, char_node, dfa_node, quoted, string_between, texts_node
from gba.grammar.strings.plain import PlainPrinter
from gba.grammar.strings.structure import structure_node

__all__ = ["JsonStrings", "Strings", "one_of_texts"]

_FEW = 12
"""Texts that are written one by one; more of them become an automaton."""


class Strings(Protocol):
    """The strings of one spelling, all that quotes or closes them included."""

    def writable(self, text: str) -> bool:
        """Whether the string can be written at all."""

    def literal(self, text: str) -> str:
        """The string as it is written."""

    def between(self, minimum: int, maximum: int | None) -> Node | None:
        """The strings of so many code points; None where there is none. Raises TooLargeError."""

    def counts(self, minimum: int, maximum: int | None) -> bool:
        """Whether ``between`` is exact; if not, some strings may be longer."""

    def of(self, dfa: Dfa, hint: str) -> Node | None:
        """The strings of a language; None where none of them can be written. Raises TooLargeError."""

    def texts(self, texts: Iterable[str]) -> Node:
        """One of the texts, all of which can be written."""

    def structured(self, tree: Expression) -> Node | None:
        """The texts of a pattern as it is built; None where they cannot be written so. Raises TooLargeError."""


def one_of_texts(texts: Iterable[str], rules: Rules) -> Node:
    """One of the texts, which are written as they are: a choice where they are few, else an automaton."""
    listed = list(dict.fromkeys(texts))
    if len(listed) <= _FEW:
        return alt(*map(lit, listed))
    return rules.share("text", dfa_node(finite(listed), rules, "text", EMPTY, PlainPrinter))


class JsonStrings:
    """Strings as JSON writes them."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    def writable(self, text: str) -> bool:  # noqa: ARG002 - every text can be
        return True

    def literal(self, text: str) -> str:
        return quoted(text)

    def between(self, minimum: int, maximum: int | None) -> Node | None:
        return string_between(minimum, maximum, self.rules)

    def counts(self, minimum: int, maximum: int | None) -> bool:  # noqa: ARG002 - rules count as far as need be
        return True

    def of(self, dfa: Dfa, hint: str) -> Node | None:
        return self.rules.share(hint, seq(Literal('"'), dfa_node(dfa, self.rules, hint)))

    def texts(self, texts: Iterable[str]) -> Node:
        return texts_node(texts, self.rules)

    def structured(self, tree: Expression) -> Node | None:
        return seq(Literal('"'), structure_node(tree, self.rules, "pattern", char_node, QUOTE))
