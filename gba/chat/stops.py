"""Stop strings: holding back text that may turn out to be one, and choosing those that end a JSON value."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from gba.grammar.gbnf.matcher import Matcher
from gba.grammar.strings.spelling import ArgumentStyle

__all__ = ["StopFilter", "begun", "few_ways", "value_stops"]

_JSON = ArgumentStyle()
_BEHIND = (",", "}", "]")
_QUOTES = {"json": ('"',), "python": ("'", '"'), "raw": ()}
_LETTER = "a"
_WAYS = 16
"""Ways to go on that are a few."""
_FORCED = 4
_CLOSING = ('"', "'", ",", "}", "]", "<")
"""How many characters are worth to be forced before the model is asked again, and what a value ends with."""


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
        keep = begun(held, self._stops)
        self._held = held[len(held) - keep :]
        return self._pass(held[: len(held) - keep])

    def flush(self) -> str:
        """What was held back, when nothing more comes."""
        held, self._held = self._held, ""
        return self._pass(held)

    def _pass(self, text: str) -> str:
        self.text += text
        return text


def begun(text: str, stops: Iterable[str]) -> int:
    """Length of the longest end of the text with which one of the stop strings begins, but does not end."""
    return max((_overlap(text, stop) for stop in stops), default=0)


def _overlap(text: str, stop: str) -> int:
    return next((size for size in range(min(len(stop) - 1, len(text)), 0, -1) if text.endswith(stop[:size])), 0)


def value_stops(matcher: Matcher, style: ArgumentStyle = _JSON, end: str = "") -> tuple[str, ...]:
    """Where a server should end the generation of a value, so that what follows can be forced again: as soon as it can
    be told from the text whether another value comes. ``end``: what stands behind the last one.

    Only a matter of speed: text that ends too early is gone on with, text that goes on too far is still valid.
    """
    if style.tagged:
        goes_on, ends = style.separator + style.opening, style.end + end
        told = len(os.path.commonprefix([goes_on, ends])) + 1  # noqa: RUF071 - any texts
        return tuple(dict.fromkeys(tag.after + text[:told] for tag in style.tags.values() for text in (goes_on, ends)))
    quotes = _QUOTES[style.spelling.escapes] or (style.spelling.unquote,)
    inside = matcher.copy()
    if not _in_string(inside):
        inside.advance(style.spelling.quote)
    if not _in_string(inside) and any(matcher.allows(digit) for digit in "0123456789"):
        return _BEHIND
    return tuple(quote + text for quote in quotes for text in _BEHIND)


def few_ways(matcher: Matcher) -> dict[str, str]:
    """The few ways to go on, as those of an enum or a boolean: the text by which each is told from the others, at which
    a server can end the generation, and the same with what is forced behind it. {} where there are more than a few."""
    found = dict[str, str]()
    waiting = [("", matcher, _following(matcher))]
    while waiting:
        text, place, chars = waiting.pop()
        if not chars:
            return {}
        for char in chars:
            after = place.copy()
            after.advance(char)
            forced = after.forced()
            after.advance(forced)
            if after.done or len(forced) >= _FORCED or any(mark in forced for mark in _CLOSING):
                found[text + char] = text + char + forced
            else:
                waiting.append((text + char + forced, after, _following(after)))
            if len(found) + sum(len(more) for _, _, more in waiting) > _WAYS or (waiting and not waiting[-1][2]):
                return {}
    return found


def _following(matcher: Matcher) -> str:
    """The characters that may come next; "" where they are more than a few, or nothing may."""
    if matcher.accepting:
        return ""
    ranges = matcher.next_chars().ranges
    if sum(last - first + 1 for first, last in ranges) > _WAYS:
        return ""
    return "".join(chr(code) for first, last in ranges for code in range(first, last + 1))


def _in_string(matcher: Matcher) -> bool:
    return matcher.allows(_LETTER) and matcher.allows(" ")
