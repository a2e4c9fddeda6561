"""Sets of characters as sorted, disjoint, inclusive ranges of code points: what lies under ``CharClass``."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import TypeAlias

from gba.grammar.gbnf.nodes import CharClass

__all__ = ["Ranges", "complement", "contains", "normalise", "plainest", "ranges_of", "without_char"]

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""Sorted, disjoint, not adjacent, both ends included."""

FIRST, LAST = 1, 0x10FFFF
"""The code points that can be generated at all: llama.cpp ends a text at U+0000."""

_PLAIN = "0a123456789bcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-.,:;!?+*/=()<>@#$%&'|~^`[]{} \"\\"


def normalise(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """The same set, sorted and merged; ranges that end before they begin are empty, as in llama.cpp."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted((max(low, FIRST), min(high, LAST)) for low, high in ranges):
        if low > high:
            continue
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)


def complement(ranges: Ranges) -> Ranges:
    """Every character that is not in the set; expects and returns a normalised set."""
    gaps, start = [], FIRST
    for low, high in ranges:
        if start < low:
            gaps.append((start, low - 1))
        start = high + 1
    if start <= LAST:
        gaps.append((start, LAST))
    return tuple(gaps)


def ranges_of(node: CharClass) -> Ranges:
    """The characters of a class, its negation carried out."""
    ranges = normalise(node.ranges)
    return complement(ranges) if node.negated else ranges


def contains(ranges: Ranges, code: int) -> bool:
    """Whether the code point is in the normalised set."""
    at = bisect_right(ranges, (code, LAST)) - 1
    return at >= 0 and ranges[at][0] <= code <= ranges[at][1]


def without_char(node: CharClass, code: int) -> CharClass | None:
    """The class without one character, negated where it was; None where nothing is left."""
    if node.negated:
        return CharClass(normalise((*node.ranges, (code, code))), negated=True)
    pieces: list[tuple[int, int]] = []
    for low, high in normalise(node.ranges):
        pieces += [(low, min(high, code - 1)), (max(low, code + 1), high)]
    left = normalise(pieces)
    return CharClass(left) if left else None


def plainest(ranges: Ranges) -> str:
    """The character of a set that reads best and needs no care: a digit, a letter, punctuation; "" of an empty set."""
    for char in _PLAIN:
        if contains(ranges, ord(char)):
            return char
    printable = (chr(low) for low, _ in ranges if chr(low).isprintable())
    return next(printable, chr(ranges[0][0]) if ranges else "")
