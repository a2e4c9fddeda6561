"""Strings with the escapes of Python's ``repr``, and with those of JSON that is all ASCII."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator
from contextlib import nullcontext

from gba.grammar.gbnf.nodes import EMPTY, CharClass, Literal, Node, alt, repeat, seq
from gba.grammar.gbnf.rules import Rules
from gba.grammar.regular.automata import ANY_CHAR, EVERY_STRING, Dfa, Ranges, intersect, invert, unite
from gba.grammar.regular.languages import always, length_between
from gba.grammar.regular.regex import Expression
from gba.grammar.strings.json_strings import DfaPrinter, any_char, char_node, dfa_node, raw_class
from gba.grammar.strings.quoting import JsonStrings, one_of_texts
from gba.grammar.strings.structure import holds_char, structure_node
from gba.schema.work import TooLargeError, Work

__all__ = ["AsciiStrings", "PythonStrings"]

_COUNTED = 64
"""Lengths from which on characters are counted by rules instead of states."""


class AsciiStrings(JsonStrings):
    """Strings as JSON writes them where it escapes all that is not ASCII. That may stand as it is, too."""

    def literal(self, text: str) -> str:
        return json.dumps(text)

    def between(self, minimum: int, maximum: int | None) -> Node | None:
        char = alt(*_ascii_escapes(_BEYOND), any_char(self.rules))
        chars = self.rules.counted("chars", char, minimum, maximum)
        return self.rules.share("string", seq(Literal('"'), chars, Literal('"')))

    def of(self, dfa: Dfa, hint: str) -> Node | None:
        return self.rules.share(hint, seq(Literal('"'), dfa_node(dfa, self.rules, hint, Literal('"'), _AsciiEscapes)))

    def texts(self, texts: Iterable[str]) -> Node:
        return one_of_texts(map(self.literal, texts), self.rules)

    def structured(self, tree: Expression) -> Node | None:
        return seq(Literal('"'), structure_node(tree, self.rules, "pattern", _ascii_char, Literal('"')))


class _AsciiEscapes(DfaPrinter):
    def spelled(self, ranges: Ranges) -> Node:
        return _ascii_char(ranges, self.rules)


_BEYOND: Ranges = ((0x10000, 0x10FFFF),)
"""Characters that JSON escapes as a pair of surrogates."""


def _ascii_char(ranges: Ranges, rules: Rules) -> Node:
    """One character out of the ranges, as it is or escaped as ``json.dumps`` does."""
    key = ("ascii", ranges)
    found = rules.memo.get(key)
    if found is None:
        found = rules.memo[key] = rules.share("chars", alt(*_ascii_escapes(ranges), char_node(ranges, rules)))
    return found


@functools.lru_cache(maxsize=512)
def _ascii_escapes(ranges: Ranges) -> list[Node]:
    single = _common(ranges, ((0x7F, 0xD7FF), (0xE000, 0xFFFF)))
    options: list[Node] = [seq(Literal("\\u"), _hexadecimal(single, 4))] if single else []
    for low, high in _common(ranges, _BEYOND):
        options.extend(_surrogates(low - 0x10000, high - 0x10000))
    return options


def _surrogates(low: int, high: int) -> Iterator[Node]:
    """The UTF-16 surrogate pairs of a range of characters; ends are given as offsets from U+10000."""
    first, last = low >> 10, high >> 10
    if first == last:
        rows = [(first, last, low & 0x3FF, high & 0x3FF)]
    else:
        rows = [(first, first, low & 0x3FF, 0x3FF), (first + 1, last - 1, 0, 0x3FF), (last, last, 0, high & 0x3FF)]
    for start, end, least, most in rows:
        if start <= end:
            leading = _hexadecimal(((0xD800 + start, 0xD800 + end),), 4)
            trailing = _hexadecimal(((0xDC00 + least, 0xDC00 + most),), 4)
            yield seq(Literal("\\u"), leading, Literal("\\u"), trailing)


@functools.cache
def _in_single_quotes() -> Dfa:
    """What ``repr`` writes in single quotes: without any, or with double ones as well."""
    return always('(?:[^\']*|[^"]*"[\\s\\S]*)')


@functools.cache
def _in_double_quotes() -> Dfa:
    """What ``repr`` writes in double quotes: with single ones, and without double ones."""
    return always("(?:[^\"']*'[^\"]*)")


@functools.cache
def _without_double_quote() -> Dfa:
    return always('(?:[^"]*)')


class PythonStrings:
    """Strings as Python's ``repr`` writes them.

    Where that needs too large an automaton a string may stand in either kind of quotes. ``work`` is what automata may
    take.
    """

    def __init__(self, rules: Rules, work: Work | None = None) -> None:
        self.rules, self._work = rules, work or nullcontext()

    def writable(self, text: str) -> bool:  # noqa: ARG002 - every text can be
        return True

    def literal(self, text: str) -> str:
        return repr(text)

    def between(self, minimum: int, maximum: int | None) -> Node | None:
        if max(minimum, maximum or 0) <= _COUNTED:
            return self.of(length_between(EVERY_STRING, minimum, maximum), "string")
        single = self.rules.counted("chars", _python_char(ANY_CHAR, "'", self.rules), minimum, maximum)
        plain = _python_char(invert(((34, 34),)), '"', self.rules)
        double = self.rules.counted("chars", plain, minimum, maximum)
        quotes = alt(seq(Literal("'"), single, Literal("'")), seq(Literal('"'), double, Literal('"')))
        return self.rules.share("string", quotes)

    def counts(self, minimum: int, maximum: int | None) -> bool:  # noqa: ARG002 - rules count as far as need be
        return True

    def of(self, dfa: Dfa, hint: str) -> Node | None:
        with self._work:
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
        return one_of_texts(map(self.literal, texts), self.rules)

    def structured(self, tree: Expression) -> Node | None:
        """In single quotes; none of the texts may hold one."""
        if holds_char(tree, "'"):
            return None
        return seq(Literal("'"), structure_node(tree, self.rules, "pattern", _single_quoted, Literal("'")))


def _single_quoted(ranges: Ranges, rules: Rules) -> Node:
    return _python_char(ranges, "'", rules)


class _SingleQuoted(DfaPrinter):
    quote = "'"

    def spelled(self, ranges: Ranges) -> Node:
        return _python_char(ranges, self.quote, self.rules)


class _DoubleQuoted(_SingleQuoted):
    quote = '"'


_HEX = CharClass(((48, 57), (97, 102)))
_SHORT = {9: "t", 10: "n", 13: "r", 92: "\\"}
_CONTROLS: Ranges = ((0, 31), (127, 160), (173, 173))
"""The characters below U+0100 that ``repr`` escapes; of those beyond any may be escaped."""


def _python_char(ranges: Ranges, quote: str, rules: Rules) -> Node:
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
