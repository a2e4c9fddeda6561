"""Text to tokens, piece by piece, so that a piece's tokens do not depend on what stands before it."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable

from gba.chat.io import Detokenize, Task, Tokenize

__all__ = ["Tokens"]

_CACHED_TEXTS = 8192
_CACHED_LENGTH = 4096
_ANCHOR = "\n"
"""SentencePiece vocabularies put a space before a first word; behind this character, which never joins with what
follows it, they do not."""


class Tokens:
    """A cached tokenizer of pieces. All methods are tasks (see `gba.chat.io`)."""

    def __init__(self) -> None:
        self._anchor: list[int] | None = None
        self._prefixed = False
        self._cache: OrderedDict[tuple[str, bool], list[int]] = OrderedDict()
        self._texts: dict[int, str] = {}

    def glue(self, text: str) -> Task[list[int]]:
        """The tokens of text of the chat format: names of control tokens become control tokens."""
        return (yield from self._piece(text, True))

    def content(self, text: str, markers: re.Pattern[str] | None = None) -> Task[list[int]]:
        """The tokens of anybody's text. No control token comes of it, and what ``markers`` finds is cut in its middle,
        so that its tokens are not those of the marker, though it spells the same."""
        tokens: list[int] = []
        for piece in _split(text, markers):
            tokens += yield from self._piece(piece, False)
        return tokens

    def text(self, token: int) -> Task[str]:
        """What one token spells."""
        if token not in self._texts:
            self._texts[token] = yield Detokenize((token,))
        return self._texts[token]

    def _piece(self, text: str, special: bool) -> Task[list[int]]:
        if not text:
            return []
        key = text, special
        cached = self._cache.get(key)
        if cached is not None:
            self._cache.move_to_end(key)
            return list(cached)
        tokens = yield from self._tokenize(text, special)
        if len(text) <= _CACHED_LENGTH:
            self._cache[key] = tokens
            if len(self._cache) > _CACHED_TEXTS:
                self._cache.popitem(last=False)
        return list(tokens)

    def _tokenize(self, text: str, special: bool) -> Task[list[int]]:
        if self._anchor is None:
            anchor: list[int] = yield Tokenize(_ANCHOR)
            behind: list[int] = yield Tokenize(_ANCHOR + "a")
            alone: list[int] = yield Tokenize("a")
            self._prefixed = behind[len(anchor) :] != alone and behind[: len(anchor)] == anchor
            self._anchor = anchor
        if not self._prefixed:
            plain: list[int] = yield Tokenize(text, special)
            return plain
        tokens: list[int] = yield Tokenize(_ANCHOR + text, special)
        if tokens[: len(self._anchor)] == self._anchor:
            return tokens[len(self._anchor) :]
        fallback: list[int] = yield Tokenize(text, special)
        return fallback


def _split(text: str, markers: re.Pattern[str] | None) -> Iterable[str]:
    """The text, cut in the middle of each marker."""
    at = 0
    for found in markers.finditer(text) if markers else ():
        middle = (found.start() + found.end()) // 2
        yield text[at:middle]
        at = middle
    yield text[at:]
