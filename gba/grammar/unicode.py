"""Unicode's general categories as ranges of code points, for ``\\p{…}`` in patterns."""

from __future__ import annotations

import functools
import sys
import unicodedata

from gba.grammar.automata import Ranges, unite

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


@functools.cache
def _by_category() -> dict[str, list[tuple[int, int]]]:
    categories: dict[str, list[tuple[int, int]]] = {}
    for point in range(sys.maxunicode + 1):
        category = unicodedata.category(chr(point))
        if category == "Cs":
            continue
        ranges = categories.setdefault(category, [])
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1] = (ranges[-1][0], point)
        else:
            ranges.append((point, point))
    return categories
