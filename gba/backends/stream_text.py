"""From the bytes that tokens spell to text: characters that several tokens share, and stop strings."""

from __future__ import annotations

import codecs
from collections.abc import Sequence

__all__ = ["StopWatch", "Utf8Assembler"]


class Utf8Assembler:
    """Joins pieces of UTF-8 to text as it comes; a character is held back until its last byte is there.

    What is no UTF-8 becomes U+FFFD, exactly as ``bytes.decode(errors="replace")`` of all pieces at once has it.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def feed(self, piece: bytes) -> str:
        """The text that the piece completes; "" in the middle of a character."""
        return self._decoder.decode(piece)

    def finish(self) -> str:
        """What an unfinished character leaves behind."""
        return self._decoder.decode(b"", True)


class StopWatch:
    """Looks for stop strings in a text that grows, without searching any of it twice."""

    def __init__(self, stop: Sequence[str]) -> None:
        self._stop = tuple(word for word in stop if word)
        self._keep = max((len(word) for word in self._stop), default=1) - 1
        self._tail = ""

    def feed(self, text: str) -> bool:
        """Whether a stop string ends in this piece of text."""
        if not self._stop or not text:
            return False
        window = self._tail + text
        self._tail = window[-self._keep :] if self._keep else ""
        return any(word in window for word in self._stop)
