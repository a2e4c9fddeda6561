"""gba's own matcher over the vocabulary of any model: the grammar of a backend that brings no engine for GBNF.

    Spellings (a model's)  ── MatcherGrammar (a grammar's, kept) ── MatcherGate (a generation's)

What a grammar allows in one place does not depend on how it was reached, so that it is worked out once for each place
and kept: a string's inside is one place, or a few.
"""

from __future__ import annotations

import codecs
import math
from collections import OrderedDict
from typing import Any

import numpy as np

from gba.backends.vocabulary import TokenTable
from gba.grammar.gbnf.matcher import Matcher
from gba.grammar.gbnf.parser import parse_gbnf
from gba.grammar.gbnf.trie import Trie

__all__ = ["MatcherGate", "MatcherGrammar", "Spellings"]

_MASKS = 256
"""Places of one grammar whose masks are kept; one of them has a byte for each token."""


class Spellings:
    """The vocabulary, made ready: whole texts as a trie, and the tokens that are only a part of a character."""

    def __init__(self, table: TokenTable, size: int) -> None:
        self.size = size
        self.texts: list[str | None] = []
        """The text of each token; None where its bytes are no whole characters."""
        self.parts: dict[int, bytes] = {}
        self.ends = [token for token in range(size) if table.is_eog(token)]
        for token in range(size):
            piece = table.piece(token)
            try:
                self.texts.append(piece.decode("utf-8"))
            except UnicodeDecodeError:
                self.texts.append(None)
                self.parts[token] = piece
        ends = frozenset(self.ends)
        self.trie = Trie((token, text) for token, text in enumerate(self.texts) if text and token not in ends)


class MatcherGrammar:
    """A grammar on a vocabulary. Raises GrammarError for text that is no GBNF, and what `Matcher` raises."""

    def __init__(self, text: str, spellings: Spellings) -> None:
        self.spellings, self.start = spellings, Matcher(parse_gbnf(text))
        self._masks: OrderedDict[tuple[object, bytes], np.ndarray[Any, Any]] = OrderedDict()

    def mask(self, place: _Place) -> np.ndarray[Any, Any]:
        """Which tokens may come next: truth values, one for each token. Not to be changed."""
        key = (place.matcher.place, place.begun)
        found = self._masks.get(key)
        if found is None:
            found = self._masks[key] = self._work_out(place)
            if len(self._masks) > _MASKS:
                self._masks.popitem(last=False)
        else:
            self._masks.move_to_end(key)
        return found

    def _work_out(self, place: _Place) -> np.ndarray[Any, Any]:
        spellings = self.spellings
        allowed = np.zeros(spellings.size, dtype=bool)
        if not place.begun:
            allowed[place.matcher.among(spellings.trie)] = True
            allowed[spellings.ends] = place.matcher.accepting
        for token, piece in spellings.parts.items():
            allowed[token] = place.after(piece) is not None
        return allowed


class _Place:
    """Where a text stands in a grammar; ``begun``: bytes of a character that is not finished."""

    __slots__ = ("begun", "matcher")

    def __init__(self, matcher: Matcher, begun: bytes = b"") -> None:
        self.matcher, self.begun = matcher, begun

    def after(self, piece: bytes) -> _Place | None:
        """The place behind these bytes, or None where they are refused."""
        decoder = codecs.getincrementaldecoder("utf-8")("strict")
        try:
            text = decoder.decode(self.begun + piece)
        except UnicodeDecodeError:
            return None
        begun = decoder.getstate()[0]
        matcher = self.matcher.copy()
        if not (text or begun) or not matcher.advance(text):
            return None
        if begun:
            low, high = _code_points(begun)
            if low > high or not any(first <= high and last >= low for first, last in matcher.next_chars().ranges):
                return None
        return _Place(matcher, begun)


class MatcherGate:
    """`Gate` for one generation."""

    def __init__(self, grammar: MatcherGrammar) -> None:
        self._grammar, self._place = grammar, _Place(grammar.start.copy())

    def allows(self, token: int) -> bool:
        """See `Gate`. Quicker than a mask: the token's text is followed."""
        spellings, place = self._grammar.spellings, self._place
        text = spellings.texts[token]
        if token in spellings.ends:
            return not place.begun and place.matcher.accepting
        if text is None:
            return place.after(spellings.parts[token]) is not None
        return not place.begun and bool(text) and place.matcher.allows(text)

    def mask(self, candidates: np.ndarray[Any, Any]) -> None:
        """See `Gate`."""
        allowed = self._grammar.mask(self._place)
        candidates["logit"][~allowed[candidates["id"]]] = -math.inf

    def accept(self, token: int) -> None:
        """See `Gate`."""
        spellings, place = self._grammar.spellings, self._place
        text = spellings.texts[token]
        if text is not None:
            place.matcher.advance(text)
            return
        following = place.after(spellings.parts[token])
        if following is not None:
            self._place = following

    def close(self) -> None:
        """Nothing has to be freed."""


def _code_points(begun: bytes) -> tuple[int, int]:
    """The first and the last character that can begin with these bytes, which are not yet a whole one.

    Where there is none the first is behind the last: ED A0 begins a surrogate, which Python's incremental decoder takes
    for the beginning of a character.
    """
    first, missing = begun[0], (2 if begun[0] < 0xE0 else 3 if begun[0] < 0xF0 else 4) - len(begun)
    value = first & (0x1F if first < 0xE0 else 0x0F if first < 0xF0 else 0x07)
    for byte in begun[1:]:
        value = value << 6 | byte & 0x3F
    low, high = value << 6 * missing, (value + 1 << 6 * missing) - 1
    least, most = {0xE0: 0x800, 0xF0: 0x10000}.get(first, low), {0xED: 0xD7FF}.get(first, 0x10FFFF)
    return max(low, least), min(high, most)
