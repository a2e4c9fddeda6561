"""Texts that are nearly the same: found by MinHash, then compared exactly.

A text is the set of its pieces of a few words. Each of `_HASHES` hashes gives its least value over them; two sets whose
shares in common are large agree in many of these. Those that agree in one whole band of them are compared.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable

__all__ = ["Near", "pieces", "plain"]

_WORDS = 3
_BANDS, _ROWS = 24, 4
_HASHES = _BANDS * _ROWS
_BITS = 61
_PRIME = (1 << _BITS) - 1
_WORD = re.compile(r"[^\W_]+|[^\w\s]")


def plain(text: str) -> str:
    """The text without what makes no difference: case and white space."""
    return " ".join(_WORD.findall(text.lower()))


def pieces(text: str) -> frozenset[str]:
    """All runs of three words or signs; what is shorter is one piece."""
    words = _WORD.findall(text.lower())
    return frozenset(" ".join(words[at : at + _WORDS]) for at in range(max(1, len(words) - _WORDS + 1)))


def _coefficients() -> list[tuple[int, int]]:
    digests = [hashlib.sha256(f"minhash {number}".encode()).digest() for number in range(_HASHES)]
    return [
        (int.from_bytes(each[:8], "big") % _PRIME or 1, int.from_bytes(each[8:16], "big") % _PRIME) for each in digests
    ]


_COEFFICIENTS = _coefficients()


class Near:
    """Texts that were seen; `find` names one that is near. ``least``: pieces in common, of all pieces of both."""

    def __init__(self, least: float = 0.8) -> None:
        self._least = least
        self._texts: dict[str, frozenset[str]] = {}
        self._bands: dict[tuple[int, tuple[int, ...]], list[str]] = defaultdict(list)

    def find(self, text: str) -> str | None:
        """The name of a text that is near to this one."""
        found = pieces(text)
        near = dict.fromkeys(name for band in _bands(found) for name in self._bands.get(band, ()))
        return next((name for name in near if _likeness(found, self._texts[name]) >= self._least), None)

    def add(self, name: str, text: str) -> None:
        """Remember a text."""
        self._texts[name] = pieces(text)
        for band in _bands(self._texts[name]):
            self._bands[band].append(name)

    def add_all(self, texts: Iterable[tuple[str, str]]) -> None:
        """Remember texts by name."""
        for name, text in texts:
            self.add(name, text)


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)


def _bands(found: frozenset[str]) -> list[tuple[int, tuple[int, ...]]]:
    hashes = [int.from_bytes(hashlib.blake2b(piece.encode(), digest_size=8).digest(), "big") for piece in found]
    least = [min((a * each + b) % _PRIME for each in hashes) for a, b in _COEFFICIENTS]
    return [(band, tuple(least[band * _ROWS : (band + 1) * _ROWS])) for band in range(_BANDS)]
