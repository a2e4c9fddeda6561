"""How the strings of each spelling become grammar: in JSON, as Python's ``repr`` writes them, or raw."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Protocol

from gba.grammar.automata import (
    ANY_CHAR,
    EVERY_STRING,
    Dfa,
    Ranges,
    TooLargeError,
    Work,
    complement,
    finite,
    intersect,
    invert,
    unite,
)
from gba.grammar.bounded import bounded_text
from gba.grammar.languages import full_match, length_between
from gba.grammar.nodes import EMPTY, CharClass, Literal, Node, alt, lit, repeat, seq
from gba.grammar.raw import closes_first, followed
from gba.grammar.rules import Rules
from gba.grammar.spelling import Spelling
from gba.grammar.strings import DfaPrinter, dfa_node, quoted, raw_class, string_between, texts_node
from gba.grammar.text import PlainPrinter

__all__ = ["JsonStrings", "PythonStrings", "RawStrings", "Strings", "strings_of"]

_FEW = 12
"""Texts that are written one by one; more of them become an automaton."""

_COUNTING = 400
"""States with which an automaton may count the characters of raw text; beyond that they are counted by rules."""


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


def strings_of(spelling: Spelling, rules: Rules) -> Strings:
    """The strings of a spelling."""
    if spelling.escapes == "json":
        return JsonStrings(rules)
    if spelling.escapes == "python":
        return PythonStrings(rules)
    return RawStrings(rules, spelling.quote, spelling.unquote)


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


class RawStrings:
    """Strings as they are, up to where their closing text first occurs.

    ``refused``: what would be read as something else (a number, say) where it stands.
    """

    def __init__(self, rules: Rules, opening: str, closing: str, refused: Dfa | None = None) -> None:
        self.rules, self.opening, self.closing, self.refused = rules, opening, closing, refused
        with Work(2000):  # is needed whatever else turns out to be too large
            self.allowed = EVERY_STRING if refused is None else complement(refused)
            self.any = followed(self.allowed, closing)

    def writable(self, text: str) -> bool:
        return closes_first(text, self.closing) and (self.refused is None or not self.refused.matches(text))

    def literal(self, text: str) -> str:
        return f"{self.opening}{text}{self.closing}"

    def between(self, minimum: int, maximum: int | None) -> Node | None:
        if minimum == 0 and maximum is None:
            return self._node(self.any, "text")
        if not self._small(minimum, maximum):
            counted = bounded_text(self.allowed, self.closing, minimum, maximum, self.rules)
            return self.rules.share("text", seq(lit(self.opening), counted))
        return self._node(followed(length_between(self.allowed, minimum, maximum), self.closing), "text")

    def counts(self, minimum: int, maximum: int | None) -> bool:
        exact = len(self.closing) == 1 and self.refused is None
        return maximum is None or exact or self._small(minimum, maximum)

    def _small(self, minimum: int, maximum: int | None) -> bool:
        """Whether an automaton can count the characters."""
        return (max(minimum, maximum or 0) + 1) * len(self.closing) <= _COUNTING

    def of(self, dfa: Dfa, hint: str) -> Node | None:
        return self._node(followed(intersect(dfa, self.allowed), self.closing), hint)

    def texts(self, texts: Iterable[str]) -> Node:
        listed = list(dict.fromkeys(texts))
        if len(listed) <= _FEW:
            return alt(*(lit(self.literal(text)) for text in listed))
        found = self.of(finite(listed), "text")
        assert found is not None
        return found

    def _node(self, whole: Dfa, hint: str) -> Node | None:
        if whole.empty:
            return None
        body = dfa_node(whole, self.rules, hint, EMPTY, PlainPrinter)
        return self.rules.share(hint, seq(lit(self.opening), body))


@functools.cache
def _in_single_quotes() -> Dfa:
    """What ``repr`` writes in single quotes: without any, or with double ones as well."""
    return full_match('(?:[^\']*|[^"]*"[\\s\\S]*)')


@functools.cache
def _in_double_quotes() -> Dfa:
    """What ``repr`` writes in double quotes: with single ones, and without double ones."""
    return full_match("(?:[^\"']*'[^\"]*)")


@functools.cache
def _without_double_quote() -> Dfa:
    return full_match('(?:[^"]*)')


class PythonStrings:
    """Strings as Python's ``repr`` writes them.

    Where that needs too large an automaton a string may stand in either kind of quotes.
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    def writable(self, text: str) -> bool:  # noqa: ARG002 - every text can be
        return True

    def literal(self, text: str) -> str:
        return repr(text)

    def between(self, minimum: int, maximum: int | None) -> Node | None:
        if max(minimum, maximum or 0) <= _COUNTED:
            return self.of(length_between(EVERY_STRING, minimum, maximum), "string")
        single = self.rules.counted("chars", python_char(ANY_CHAR, "'", self.rules), minimum, maximum)
        plain = python_char(invert(((34, 34),)), '"', self.rules)
        double = self.rules.counted("chars", plain, minimum, maximum)
        quotes = alt(seq(Literal("'"), single, Literal("'")), seq(Literal('"'), double, Literal('"')))
        return self.rules.share("string", quotes)

    def counts(self, minimum: int, maximum: int | None) -> bool:  # noqa: ARG002 - rules count as far as need be
        return True

    def of(self, dfa: Dfa, hint: str) -> Node | None:
        try:
            single, double = intersect(dfa, _in_single_quotes()), intersect(dfa, _in_double_quotes())
        except TooLargeError:
            single, double = dfa, intersect(dfa, _without_double_quote())
        options = [
            seq(Literal(quote), dfa_node(part, self.rules, hint, Literal(quote), printer))
            for part, quote, printer in ((single, "'", _SingleQuoted), (double, '"', _DoubleQuoted))
            if not part.empty
        ]
        return self.rules.share(hint, alt(*options)) if options else None

    def texts(self, texts: Iterable[str]) -> Node:
        listed = list(dict.fromkeys(texts))
        if len(listed) <= _FEW:
            return alt(*(Literal(repr(text)) for text in listed))
        found = self.of(finite(listed), "text")
        assert found is not None
        return found


_COUNTED = 64
"""Lengths from which on characters are counted by rules instead of states."""


class _SingleQuoted(DfaPrinter):
    quote = "'"

    def spelled(self, ranges: Ranges) -> Node:
        return python_char(ranges, self.quote, self.rules)


class _DoubleQuoted(_SingleQuoted):
    quote = '"'


_HEX = CharClass(((48, 57), (97, 102)))
_SHORT = {9: "t", 10: "n", 13: "r", 92: "\\"}
_CONTROLS: Ranges = ((0, 31), (127, 160), (173, 173))
"""The characters below U+0100 that ``repr`` escapes; of those beyond any may be escaped."""


def python_char(ranges: Ranges, quote: str, rules: Rules) -> Node:
    """One character out of the ranges in a string of Python that stands between these quotes."""
    key = ("python", quote, ranges)
    found = rules.memo.get(key)
    if found is None:
        options = _python_options(ranges, quote)
        found = rules.memo[key] = rules.share("chars", alt(*options)) if len(options) > 1 else options[0]
    return found


@functools.lru_cache(maxsize=512)
def _python_options(ranges: Ranges, quote: str) -> list[Node]:
    short = {**_SHORT, ord(quote): quote}
    escaped = unite([*_CONTROLS, *((point, point) for point in short)])
    plain = invert(escaped, ranges)
    after: list[Node] = [Literal(text) for point, text in sorted(short.items()) if _holds(ranges, point)]
    for letter, width, part in (
        ("x", 2, invert(tuple((point, point) for point in sorted(short)), _common(ranges, _CONTROLS))),
        ("u", 4, _common(ranges, ((256, 0xD7FF), (0xE000, 0xFFFF)))),
        ("U", 8, _common(ranges, ((0x10000, 0x10FFFF),))),
    ):
        if part:
            after.append(seq(Literal(letter), _hexadecimal(part, width)))
    options: list[Node] = [seq(Literal("\\"), alt(*after))] if after else []
    if len(plain) == 1 and plain[0][0] == plain[0][1]:
        options.append(Literal(chr(plain[0][0])))
    elif plain:
        options.append(raw_class(plain))
    return options


def _holds(ranges: Ranges, point: int) -> bool:
    return any(low <= point <= high for low, high in ranges)


def _common(one: Ranges, other: Ranges) -> Ranges:
    """The code points in both."""
    return tuple(
        (max(low, first), min(high, last))
        for low, high in one
        for first, last in other
        if first <= high and low <= last
    )


def _hexadecimal(ranges: Ranges, width: int) -> Node:
    """The numbers of the ranges, each with so many digits."""
    if not width:
        return EMPTY
    if ranges == ((0, 16**width - 1),):
        return repeat(_HEX, width, width)
    size = 16 ** (width - 1)
    digits: dict[Node, list[tuple[int, int]]] = {}
    for digit in range(16):
        part = _common(ranges, ((digit * size, (digit + 1) * size - 1),))
        if part:
            below = _hexadecimal(tuple((low - digit * size, high - digit * size) for low, high in part), width - 1)
            point = ord(f"{digit:x}")
            digits.setdefault(below, []).append((point, point))
    return alt(
        *(
            seq(Literal(chr(points[0][0])) if len(points) == 1 else CharClass(unite(points)), below)
            for below, points in digits.items()
        )
    )
