"""Unicode's general categories as ranges of code points, for ``\\p{…}`` in patterns."""

from __future__ import annotations

import functools
import unicodedata
from itertools import pairwise

from gba.grammar.regular.automata import Ranges, unite

__all__ = ["property_ranges"]

_LONG = {
    "Letter": "L",
    "Alphabetic": "L",
    "Lowercase_Letter": "Ll",
    "Lowercase": "Ll",
    "Uppercase_Letter": "Lu",
    "Uppercase": "Lu",
    "Mark": "M",
    "Number": "N",
    "Decimal_Number": "Nd",
    "Punctuation": "P",
    "Symbol": "S",
    "Separator": "Z",
    "Space_Separator": "Zs",
    "Control": "Cc",
    "cntrl": "Cc",
    "digit": "Nd",
    "punct": "P",
}


@functools.cache
def property_ranges(name: str) -> Ranges | None:
    """The code points of a general category (``L``, ``Lu``, ``Letter``, ``gc=L``); None for other properties."""
    _, _, value = name.rpartition("=")
    value = _LONG.get(value, value)
    if value == "Any":
        return ((0, 0xD7FF), (0xE000, 0x10FFFF))
    if value == "ASCII":
        return ((0, 127),)
    categories = _by_category()
    found = [ranges for category, ranges in categories.items() if category.startswith(value) and value]
    if len(value) not in (1, 2) or not found:
        return None
    return unite(pair for ranges in found for pair in ranges)


_UNASSIGNED = ((0x40000, 0xDFFFF), (0xE1000, 0xEFFFF), (0xFFFFE, 0xFFFFF), (0x10FFFE, 0x10FFFF))
"""Stretches without a character in any version of Unicode: looked at one by one they would take most of the time."""

_PRIVATE = ((0xF0000, 0xFFFFD), (0x100000, 0x10FFFD))


@functools.cache
def _by_category() -> dict[str, list[tuple[int, int]]]:
    categories: dict[str, list[tuple[int, int]]] = {"Cn": list(_UNASSIGNED), "Co": list(_PRIVATE)}
    for first, last in ((0, 0x3FFFF), (0xE0000, 0xE0FFF)):
        named = list(map(unicodedata.category, map(chr, range(first, last + 1))))
        begins = [0, *(at for at, (one, other) in enumerate(pairwise(named), 1) if one != other), len(named)]
        for begin, end in pairwise(begins):
            categories.setdefault(named[begin], []).append((first + begin, first + end - 1))
    del categories["Cs"]
    return categories
