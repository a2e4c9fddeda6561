"""Server-sent events from the bytes of a response, one after another and never more than was asked for."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError
from pydantic_core import from_json

from gba.backends.replies import Event, fault_of, parse

__all__ = ["EventDecoder"]

_LINE = 2**22
_AVERAGE = 2**14
_LINES = 4096
_ALTERNATIVE = 2**10
"""Bytes of one alternative: its text, and its bytes as numbers."""


class EventDecoder:
    """Decodes the stream of one generation.

    Lines end at a newline and nowhere else: the JSON in them may hold characters that Unicode counts as line ends.
    ``tokens``: how many were asked for; ``sent``: bytes of the request, which the last event repeats; ``alternatives``:
    how many are told with each token. A stream with longer lines, or many more of them, than these can need is not read
    any further.
    """

    def __init__(self, *, tokens: int, sent: int = 0, alternatives: int = 0) -> None:
        self._rest = bytearray()
        self._line = _LINE + 16 * sent + _ALTERNATIVE * alternatives
        self._lines = _LINES + 4 * tokens
        self._bytes = self._line + self._lines * (_AVERAGE + _ALTERNATIVE * alternatives)

    def feed(self, data: bytes) -> Iterator[Event]:
        """The events that the bytes complete. Raises ValueError for what is no event of a llama-server."""
        self._bytes -= len(data)
        if self._bytes < 0:
            raise ValueError("the server sends far more than it was asked for")
        start = len(self._rest)
        self._rest += data
        end = self._rest.find(b"\n", start)
        if len(self._rest) > self._line and end < 0:
            raise ValueError(f"the server sends a line of more than {self._line} bytes")
        if end < 0:
            return
        *lines, rest = bytes(self._rest).split(b"\n")
        self._rest = bytearray(rest)
        for line in lines:
            self._lines -= 1
            if self._lines < 0:
                raise ValueError("the server sends far more events than it was asked for tokens")
            if (event := _event(line)) is not None:
                yield event


def _event(line: bytes) -> Event | None:
    """The event in a line; None for the other lines of such a stream."""
    name, colon, value = line.rstrip(b"\r").partition(b":")
    if not colon or name not in {b"data", b"error"} or value.strip() == b"[DONE]":
        return None
    if name == b"error":
        return Event(error=from_json(value))
    try:
        return parse(Event, value.strip())
    except ValidationError as error:
        raise ValueError(f"it sent what is no event of a llama-server ({fault_of(error)})") from error
