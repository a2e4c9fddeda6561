"""Text to tokens, piece by piece, so that a piece's tokens do not depend on what stands before it."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Sequence

from gba.chat.io import Detokenize, Task, Tokenize
from gba.chat.specials import Specials
from gba.chat.syntax import Written

__all__ = ["Tokens"]

_CACHED_TEXTS = 2048
_CACHED_LENGTH = 4096
_ANCHOR = "\n"
"""SentencePiece vocabularies put a space before a first word; behind this character, which never joins with what
follows it, they do not."""
_APART = "\u200b"
"""A space without width, between the halves of a name that no cut makes other tokens of."""


class Tokens:
    """A cached tokenizer of pieces. All methods are tasks (see `gba.chat.io`)."""

    def __init__(self, specials: Specials | None = None) -> None:
        self._anchor: list[int] | None = None
        self._prefixed = False
        self._cache: OrderedDict[tuple[str, bool], array[int]] = OrderedDict()
        self._texts: dict[int, str] = {}
        self._special: dict[int, bool] = {}
        self._apart: dict[str, list[int]] = {}
        self.specials = specials if specials is not None else Specials(None)

    def glue(self, text: str) -> Task[list[int]]:
        """The tokens of a text of the chat format itself: a name such as ``<|im_end|>`` becomes the control token."""
        return (yield from self._piece(text, True))

    def content(self, text: str, *, own: bool = False) -> Task[list[int]]:
        """The tokens of a text that a user, a tool or the model wrote. They never hold a control token or a mark of the
        format: the name of one is split, so that other tokens spell it. ``own``: the text is the model's or gba's, in
        which the marks of calls are kept."""
        tokens: list[int] = []
        at = 0
        for begin, end in (yield from self._names(text, own=own)):
            tokens += yield from self._piece(text[at:begin], False)
            tokens += yield from self._cut(text[begin:end])
            at = end
        return tokens + (yield from self._piece(text[at:], False))

    def pieces(self, pieces: Sequence[Written]) -> Task[list[int]]:
        """The tokens of structure and content, each piece by itself."""
        tokens: list[int] = []
        for piece in pieces:
            if piece.content:
                tokens += yield from self.content(piece.text, own=piece.own)
            else:
                tokens += yield from self.glue(piece.text)
        return tokens

    def text(self, token: int) -> Task[str]:
        """What one token spells."""
        if token not in self._texts:
            self._texts[token] = yield Detokenize((token,))
        return self._texts[token]

    def is_special(self, token: int) -> Task[bool]:
        """Whether a token is a control token: its name, as text, is spelled with others; or is known to be one."""
        if token not in self._special:
            text = yield from self.text(token)
            plain = yield from self._piece(text, False)
            self._special[token] = plain != [token] or (len(text) > 1 and text in self.specials.names(text))
        return self._special[token]

    def is_plain(self, text: str) -> Task[bool]:
        """Whether a text has no name of a control token and no mark, so that it is the same as structure."""
        if self.specials.find(text):
            return False
        for begin, end in self.specials.suspects(text):
            as_structure: list[int] = yield from self._piece(text[begin:end], True)
            as_text: list[int] = yield from self._piece(text[begin:end], False)
            if len(as_text) == 1 or as_structure != as_text:
                return False
        return True

    def _names(self, text: str, *, own: bool) -> Task[list[tuple[int, int]]]:
        """Where the text has names that must not become tokens."""
        found = self.specials.find(text, own=own)
        for begin, end in self.specials.suspects(text):
            inside = any(begin < other_end and other_begin < end for other_begin, other_end in found)
            allowed = own and text[begin:end] in self.specials.calls
            if not inside and not allowed and len((yield from self._piece(text[begin:end], False))) == 1:
                found.append((begin, end))
        return sorted(found)

    def _cut(self, name: str) -> Task[list[int]]:
        """Tokens that spell the name of a control token or mark, and are not its own tokens."""
        if name not in self._apart:
            self._apart[name] = yield from self._cut_anew(name)
        return list(self._apart[name])

    def _cut_anew(self, name: str) -> Task[list[int]]:
        whole: list[int] = yield from self._piece(name, True)
        plain: list[int] = yield from self._piece(name, False)
        if plain != whole:  # a control token, which plain text never becomes
            return plain
        middle = len(name) // 2
        for at in sorted(range(1, len(name)), key=lambda place: abs(place - middle)):
            halves = [name[:at], name[at:]]
            if any(self.specials.find(half) for half in halves):
                continue
            cut: list[int] = []
            for half in halves:
                cut += yield from self._piece(half, False)
            if cut != plain:
                return cut
        first: list[int] = yield from self._piece(name[:middle], False)
        between: list[int] = yield from self._piece(_APART, False)
        second: list[int] = yield from self._piece(name[middle:], False)
        return [*first, *between, *second]

    def _piece(self, text: str, special: bool) -> Task[list[int]]:
        if not text:
            return []
        key = text, special
        cached = self._cache.get(key)
        if cached is not None:
            self._cache.move_to_end(key)
            return list(cached)
        tokens = yield from self._tokenize(text, special)
        if len(text) <= _CACHED_LENGTH and tokens:
            self._cache[key] = array("i", tokens)  # a tenth of what a list takes
            if len(self._cache) > _CACHED_TEXTS:
                self._cache.popitem(last=False)
        return tokens

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
