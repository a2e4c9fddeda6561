"""Texts that are nearly the same: found by MinHash, then compared exactly, in time that grows with the texts only.

A text is the set of its pieces of three words. The pieces' hashes fall into as many bins as a signature has places, and
the least of each bin is kept (an empty bin takes that of another one): two signatures agree in about as many places as
the sets have in common. Those that agree in one whole band of places are compared. A band that very many texts share
names the first of them only, so that texts of one pattern do not cost their number squared.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain

__all__ = ["Near", "plain"]

_WORDS = 3
_PLACES = 192
_SURE = 0.995
"""Of two texts that are just near enough, the share that is to be found."""
_IN_BAND, _COMPARED = 100, 50
"""Texts that one band names at most, and with which a text is compared at most: those that share the most bands."""
_WORD = re.compile(r"[^\W_]+|[^\w\s]")


def plain(text: str) -> str:
    """The text without what makes no difference: case and white space."""
    return " ".join(_WORD.findall(text.lower()))


def _pieces(text: str) -> frozenset[int]:
    """The hashes of all runs of three words or signs; what is shorter is one piece."""
    words = _WORD.findall(text.lower())
    runs = {" ".join(words[at : at + _WORDS]) for at in range(max(1, len(words) - _WORDS + 1))}
    return frozenset(map(_hash, runs))


def _hash(piece: str) -> int:
    return int.from_bytes(hashlib.blake2b(piece.encode(errors="replace"), digest_size=8).digest(), "big")


class Near:
    """Texts that were seen; `find` names one that is near. ``least``: pieces in common, of all pieces of both."""

    def __init__(self, least: float = 0.8) -> None:
        self._least, self._rows = least, _rows(least)
        self._texts: list[tuple[str, frozenset[int]]] = []
        self._bands: dict[tuple[int, ...], list[int]] = defaultdict(list)
        self._equal: dict[frozenset[int], int] = {}

    def find(self, text: str) -> str | None:
        """The name of a text that is near to this one."""
        found = _pieces(text)
        return self._near(found, self._keys(found))

    def add(self, name: str, text: str) -> None:
        """Remember a text."""
        found = _pieces(text)
        self._remember(name, found, self._keys(found))

    def find_or_add(self, name: str, text: str) -> str | None:
        """The name of a text that is near to this one, which is remembered where there is none."""
        found = _pieces(text)
        keys = self._keys(found)
        near = self._near(found, keys)
        if near is None:
            self._remember(name, found, keys)
        return near

    def add_all(self, texts: Iterable[tuple[str, str]]) -> None:
        """Remember texts by name."""
        for name, text in texts:
            self.add(name, text)

    def _near(self, found: frozenset[int], keys: Sequence[tuple[int, ...]]) -> str | None:
        if found in self._equal:
            return self._texts[self._equal[found]][0]
        shared = Counter(chain.from_iterable(self._bands.get(key, ()) for key in keys))
        for number, _ in shared.most_common(_COMPARED):
            name, other = self._texts[number]
            if _likeness(found, other, self._least) >= self._least:
                return name
        return None

    def _remember(self, name: str, found: frozenset[int], keys: Sequence[tuple[int, ...]]) -> None:
        self._equal.setdefault(found, len(self._texts))
        for key in keys:
            if len(self._bands[key]) < _IN_BAND:
                self._bands[key].append(len(self._texts))
        self._texts.append((name, found))

    def _keys(self, found: frozenset[int]) -> list[tuple[int, ...]]:
        places = _signature(found)
        starts = range(0, _PLACES - self._rows + 1, self._rows)
        return [(start, *places[start : start + self._rows]) for start in starts]


def _likeness(one: frozenset[int], other: frozenset[int], least: float) -> float:
    """Pieces in common of all; 0 where their numbers alone show that it is below ``least``."""
    few, many = sorted((len(one), len(other)))
    if few < least * many:
        return 0.0
    common = len(one & other)
    return common / (few + many - common)


def _rows(least: float) -> int:
    """The longest bands with which nearly all texts are found that are near enough: the fewest comparisons in vain."""
    return max(
        (rows for rows in range(1, 17) if 1 - (1 - least**rows) ** (_PLACES // rows) >= _SURE),
        default=1,
    )


def _signature(found: frozenset[int]) -> list[int]:
    places: list[int | None] = [None] * _PLACES
    for piece in found:
        value, place = divmod(piece, _PLACES)
        known = places[place]
        if known is None or value < known:
            places[place] = value
    return [value if value is not None else _borrowed(places, place) for place, value in enumerate(places)]


def _borrowed(places: Sequence[int | None], place: int) -> int:
    """What an empty bin takes: the least of a bin that is as good as random, the same for all texts."""
    for at in _ORDERS[place]:
        value = places[at]
        if value is not None:
            return value
    return 0


def _order(place: int) -> list[int]:
    return sorted(range(_PLACES), key=lambda at: hashlib.blake2b(f"{place} {at}".encode(), digest_size=8).digest())


_ORDERS = [_order(place) for place in range(_PLACES)]
