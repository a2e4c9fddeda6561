"""Strings as they are, up to the text that closes them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext

from gba.grammar.gbnf.nodes import EMPTY, Node, lit, seq
from gba.grammar.gbnf.rules import Rules
from gba.grammar.regular.automata import EVERY_STRING, Dfa, complement, intersect
from gba.grammar.regular.languages import length_between
from gba.grammar.regular.regex import Expression
from gba.grammar.strings.bounded import bounded_text
from gba.grammar.strings.json_strings import dfa_node
from gba.grammar.strings.plain import PlainPrinter, plain_char
from gba.grammar.strings.quoting import one_of_texts
from gba.grammar.strings.raw import closes_first, followed
from gba.grammar.strings.structure import holds_char, structure_node
from gba.schema.work import Work

__all__ = ["RawStrings"]

_COUNTING = 400
"""States with which an automaton may count the characters of raw text; beyond that they are counted by rules."""

_BASE_WORK = 1_000_000
"""Work that the automaton of all strings may take, whatever others have taken."""


class RawStrings:
    """Strings as they are, up to where their closing text first occurs.

    ``refused``: what would be read as something else (a number, say) where it stands. ``work`` is what automata may
    take.
    """

    def __init__(
        self, rules: Rules, opening: str, closing: str, refused: Dfa | None = None, work: Work | None = None
    ) -> None:
        self.rules, self.opening, self.closing, self.refused = rules, opening, closing, refused
        self._work = work or nullcontext()
        with Work(_BASE_WORK):  # is needed whatever else turns out to be too large
            self.allowed = EVERY_STRING if refused is None else complement(refused)
            self.any = followed(self.allowed, closing)

    def writable(self, text: str) -> bool:
        return closes_first(text, self.closing) and (self.refused is None or not self.refused.matches(text))

    def literal(self, text: str) -> str:
        return f"{self.opening}{text}{self.closing}"

    def between(self, minimum: int, maximum: int | None) -> Node | None:
        if minimum == 0 and maximum is None:
            return self._node(self.any, "text")
        with self._work:
            if self._small(minimum, maximum):
                whole = followed(length_between(self.allowed, minimum, maximum), self.closing)
            else:
                counted = bounded_text(self.allowed, self.closing, minimum, maximum, self.rules)
                return self.rules.share("text", seq(lit(self.opening), counted))
        return self._node(whole, "text")

    def counts(self, minimum: int, maximum: int | None) -> bool:
        exact = len(self.closing) == 1 and self.refused is None
        return maximum is None or exact or self._small(minimum, maximum)

    def _small(self, minimum: int, maximum: int | None) -> bool:
        """Whether an automaton can count the characters."""
        return (max(minimum, maximum or 0) + 1) * len(self.closing) <= _COUNTING

    def of(self, dfa: Dfa, hint: str) -> Node | None:
        with self._work:
            whole = self.any if dfa == EVERY_STRING else followed(intersect(dfa, self.allowed), self.closing)
        return self._node(whole, hint)

    def texts(self, texts: Iterable[str]) -> Node:
        return one_of_texts(map(self.literal, texts), self.rules)

    def structured(self, tree: Expression) -> Node | None:
        """Where no text can hold what closes it, nor be read as something else."""
        if self.refused is not None or holds_char(tree, self.closing[0]):
            return None
        return seq(lit(self.opening), structure_node(tree, self.rules, "pattern", plain_char, lit(self.closing)))

    def _node(self, whole: Dfa, hint: str) -> Node | None:
        if whole.empty:
            return None
        body = dfa_node(whole, self.rules, hint, EMPTY, PlainPrinter)
        return self.rules.share(hint, seq(lit(self.opening), body))
