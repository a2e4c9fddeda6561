"""Stop strings: holding back text that may turn out to be one, and choosing those that end a JSON value."""

from __future__ import annotations

from collections.abc import Sequence

from gba.grammar.matcher import Matcher

__all__ = ["StopFilter", "value_stops"]

_IN_STRING = ('",', '"}', '"]')
_IN_NUMBER = (",", "}", "]")
_LETTER = "a"


class StopFilter:
    """Passes text on as it comes, but not the beginning of a stop string."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = [stop for stop in stops if stop]
        self._held, self.text, self.stopped = "", "", False

    def feed(self, more: str) -> str:
        """The text that can be shown now. ``stopped`` is set once a stop string is complete; nothing comes after."""
        if self.stopped:
            return ""
        held = self._held + more
        found = min((at for stop in self._stops if (at := held.find(stop)) >= 0), default=-1)
        if found >= 0:
            self.stopped, self._held = True, ""
            return self._pass(held[:found])
        keep = max((_overlap(held, stop) for stop in self._stops), default=0)
        self._held = held[len(held) - keep :]
        return self._pass(held[: len(held) - keep])

    def flush(self) -> str:
        """What was held back, when nothing more comes."""
        held, self._held = self._held, ""
        return self._pass(held)

    def _pass(self, text: str) -> str:
        self.text += text
        return text


def _overlap(text: str, stop: str) -> int:
    """Length of the longest end of the text with which the stop string begins."""
    return next((size for size in range(min(len(stop) - 1, len(text)), 0, -1) if text.endswith(stop[:size])), 0)


def value_stops(matcher: Matcher) -> tuple[str, ...]:
    """Where a server should end the generation of a value, so that what follows can be forced again.

    Only a matter of speed: text that ends too early is gone on with, text that goes on too far is still valid.
    """
    inside = matcher.copy()
    if not _in_string(inside):
        inside.advance('"')
    if _in_string(inside):
        return _IN_STRING
    if any(matcher.allows(digit) for digit in "0123456789"):
        return _IN_NUMBER
    return _IN_STRING


def _in_string(matcher: Matcher) -> bool:
    return matcher.allows(_LETTER) and matcher.allows(" ")
