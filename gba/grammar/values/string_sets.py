"""The strings of a node: patterns, formats, listed texts and lengths as one automaton, while that is small enough."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from gba.errors import SchemaError
from gba.grammar.gbnf.nodes import Node
from gba.grammar.regular.automata import EVERY_STRING, Dfa, complement, finite, intersect, join
from gba.grammar.regular.formats import INEXACT, format_language
from gba.grammar.regular.found import can_be_judged
from gba.grammar.regular.languages import length_between, search, superset
from gba.grammar.regular.regex import Chars, Expression, NotRegularError, RegexError, Times
from gba.grammar.strings.json_strings import QUOTE, char_node
from gba.grammar.strings.structure import counted_class, lengths_of, structure
from gba.grammar.values.context import Context
from gba.schema.nodes import Conjunction, Language, Residual, String
from gba.schema.work import TooLargeError, Work, remembered, spend

__all__ = ["StringSets"]

_AUTOMATA = 500_000
"""Steps of a document's work that automata may take: what is left is for the rules."""

_PRINTED, _RULE = 4, 80
"""Steps that printing an edge and a state of an automaton take."""


class StringSets:
    """Sets of strings of one document. What is too large, or not regular, is left to the check by the compiler."""

    def __init__(self, compiler: Context) -> None:
        self._compiler = compiler
        self.work = Work(_AUTOMATA)
        """The part of the work that automata may take."""
        self._printed: set[Dfa] = set()
        self._inexact: set[Language] = set()

    def _leave(self, keyword: str, pointer: str, why: str) -> None:
        self._compiler.leave(Residual(keyword, pointer, why))

    def exact(self, language: Language) -> Dfa | None:
        """The strings of a language; None where it is left to the check. Raises SchemaError."""
        found = self.language(language)
        return None if language in self._inexact else found

    def language(self, language: Language) -> Dfa:
        """The strings of a language; more of them where it is left to the check. Raises SchemaError."""
        try:
            with self.work:
                found = self._language(language)
        except RegexError as error:
            raise SchemaError(
                f"{language.text!r} is no regular expression: {error}",
                keyword="pattern",
                pointer=language.pointer,
                remedy="Write a regular expression as in ECMA-262.",
            ) from None
        except (NotRegularError, RecursionError) as error:
            if not can_be_judged(language.text):
                raise SchemaError(
                    f"{language.text[:80]!r} can be neither enforced nor checked: {error}",
                    keyword="pattern",
                    pointer=language.pointer,
                    remedy="Write the characters as ranges, or as a general category (\\p{L}).",
                ) from None
            self._inexact.add(language)
            self._leave(language.kind, language.pointer, f"{language.text[:80]!r} is not regular: {error}")
            return EVERY_STRING
        except TooLargeError:
            self._inexact.add(language)
            why = f"{language.text[:80]!r} needs too large an automaton"
            self._leave(language.kind, language.pointer, why)
            return self._superset(language)
        return found

    def _superset(self, language: Language) -> Dfa:
        """What is enforced of a language that is left to the check."""
        if language.kind != "pattern" or language.negated:
            return EVERY_STRING
        try:
            with self.work:
                return superset(language.text)
        except TooLargeError:
            return EVERY_STRING

    def _language(self, language: Language) -> Dfa:
        if language.kind == "texts":
            found = finite(language.texts)
        elif language.kind == "pattern":
            found = search(language.text)
        else:
            known = format_language(language.text)
            if known is None:  # an annotation, which every string satisfies
                return complement(EVERY_STRING) if language.negated else EVERY_STRING
            if language.text in INEXACT:
                self._leave("format", language.pointer, f"{language.text!r} is checked in full afterwards")
                return known if not language.negated else EVERY_STRING
            found = known
        return complement(found) if language.negated else found

    def structured(self, node: String, write: Callable[[Expression], Node | None]) -> Node | None:
        """A pattern that needs no automaton, or too large a one, as it is built; None for all others.

        ``write`` writes it, or gives None where it cannot be written so.
        """
        if len(node.languages) > 1 or node.languages[0].kind != "pattern" or node.languages[0].negated:
            return None
        pattern = node.languages[0].text
        try:
            with self.work:
                tree = _structure_of(pattern)
        except (RegexError, NotRegularError, RecursionError, TooLargeError):
            return None
        lengths = lengths_of(tree)
        if lengths is None:
            return None
        if isinstance(tree, Times) and isinstance(tree.item, Chars):
            low = max(tree.minimum, node.minimum)
            high = min((most for most in (tree.maximum, node.maximum) if most is not None), default=None)
            if high is not None and high < low:
                return None
            return write(Times(tree.item, low, high))
        found = write(tree)
        if found is not None:
            for keyword, holds in (
                ("minLength", lengths.minimum >= node.minimum),
                ("maxLength", node.maximum is None or (lengths.maximum or node.maximum + 1) <= node.maximum),
            ):
                if not holds:
                    why = "together with the pattern it needs too large an automaton"
                    self._leave(keyword, node.pointer, why)
        return found

    def of(self, node: String) -> Dfa:
        """The strings of a node without listed values. What is too large is left out and left to the check."""
        found = EVERY_STRING
        for language in node.languages:
            own = self.language(language)
            try:
                with self.work:
                    found = _both(found, own)
            except TooLargeError:
                self._leave(language.kind, language.pointer, "with the others it needs too large an automaton")
        try:
            with self.work:
                found = _bounded(found, node.minimum, node.maximum)
        except TooLargeError:
            self._leave("maxLength", node.pointer, "together with the pattern it needs too large an automaton")
        return self._printable(found, node)

    def _printable(self, dfa: Dfa, node: String) -> Dfa:
        """The automaton, if there is enough work left to print it, else all strings."""
        if dfa in self._printed:
            return dfa
        try:
            with self.work:
                spend(_PRINTED * sum(map(len, dfa.edges)) + _RULE * len(dfa.edges))
        except TooLargeError:
            self._leave("pattern", node.pointer, "all patterns of the schema together take too many rules")
            return EVERY_STRING
        self._printed.add(dfa)
        return dfa

    def name_languages(self, names: Conjunction) -> Iterable[Dfa]:
        """The keys that propertyNames allows, an automaton for each alternative."""
        for node in self._compiler.shape(names).get("string", ()) if names else (String(),):
            for note in node.notes:
                self._compiler.leave(note)
            if isinstance(node, String):
                if node.values is not None:
                    yield finite(self._compiler.satisfying(node))
                else:
                    yield self.of(node)

    def joined(self, nodes: list[String]) -> Dfa:
        """The strings of one of the nodes. Raises TooLargeError."""
        with self.work:
            if len({(node.minimum, node.maximum) for node in nodes}) > 1:
                return join(*map(self.of, nodes))
            whole = join(*(self.of(replace(node, minimum=0, maximum=None)) for node in nodes))
            return length_between(whole, nodes[0].minimum, nodes[0].maximum)


def _structure_of(pattern: str) -> Expression:
    """The pattern as it is built, where it is a class and a count or its automaton is too large."""
    try:
        return counted_class(pattern, False)
    except TooLargeError:
        pass
    try:
        search(pattern)
    except TooLargeError:
        return structure(pattern, False, char_node, QUOTE)
    raise TooLargeError


_both = remembered(512)(intersect)
_bounded = remembered(512)(length_between)
