"""Whether a pattern is found in a text, for the check of values: in bounded time, whatever the pattern.

Patterns are judged by their automaton. One that is too large for that is followed through the text on all of its ways
at once, with the set of places that it can have come to: no backtracking. What is no regular language (back references)
is left to Python's ``re`` in a process of its own, which is killed where it takes too long.
"""

from __future__ import annotations

import contextlib
import functools
import json
import re
import subprocess
import sys
from bisect import bisect_right

from gba.grammar.regular.languages import search
from gba.grammar.regular.regex import (
    WORD,
    Chars,
    Concat,
    Edge,
    Expression,
    Look,
    NotRegularError,
    Or,
    RegexError,
    parse,
)
from gba.schema.work import TooLargeError, Work, spend

__all__ = ["UndecidedError", "can_be_judged", "found"]

_STEPS = 1_000_000
"""Steps that one text may take."""

_SECONDS = 2.0
"""Time that ``re`` may take for one text."""

_SEARCH = "import json, re, sys; print(int(re.search(*json.load(sys.stdin), re.ASCII) is not None))"
_TOKEN = re.compile(r"\\k<(\w+)>|\\.|\[(?:\\.|[^\]\\])*\]|\(\?<(?![=!])|\$", re.DOTALL)
"""The parts of a pattern that Python writes otherwise, and those within which it does not."""


class UndecidedError(ValueError):
    """It would take too long to tell whether the pattern is found, or nothing here can read the pattern."""


@functools.lru_cache(maxsize=256)
def found(pattern: str, text: str) -> bool:
    """Whether the pattern is found in the text, as ECMA-262 has it. Raises UndecidedError."""
    try:
        return search(pattern).matches(text)
    except TooLargeError:
        with contextlib.suppress(TooLargeError), Work(_STEPS):
            return _Follower(text).found(parse(pattern))
    except (NotRegularError, RegexError, RecursionError):
        if can_be_judged(pattern):
            return _by_backtracking(pattern, text)
    raise UndecidedError(f"whether {pattern[:80]!r} is found cannot be told")


def can_be_judged(pattern: str) -> bool:
    """Whether Python's ``re`` can read the pattern."""
    try:
        re.compile(_for_python(pattern), re.ASCII)
    except (re.error, OverflowError, RecursionError, MemoryError):
        return False
    return True


def _for_python(pattern: str) -> str:
    """Named groups, and the end of the text, as Python writes them."""

    def written(found: re.Match[str]) -> str:
        token = found.group()
        if token.startswith("\\k<"):
            return f"(?P={found.group(1)})"
        return {"(?<": "(?P<", "$": r"\Z"}.get(token, token)

    return _TOKEN.sub(written, pattern)


def _by_backtracking(pattern: str, text: str) -> bool:
    given = json.dumps([_for_python(pattern), text])
    command = [sys.executable, "-I", "-S", "-c", _SEARCH]
    try:
        done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=_SECONDS, check=True)
    except (subprocess.SubprocessError, OSError):
        raise UndecidedError(f"it takes more than {_SECONDS:g} s to tell whether {pattern[:80]!r} is found") from None
    return done.stdout.strip() == "1"


class _Follower:
    """Follows patterns through one text. Raises TooLargeError where the steps of the context are used up."""

    def __init__(self, text: str) -> None:
        self._points = [ord(char) for char in text]
        self._ends: dict[tuple[int, int], frozenset[int]] = {}
        self._keep: list[Expression] = []

    def found(self, tree: Expression) -> bool:
        return any(self._from(tree, at) for at in range(len(self._points) + 1))

    def _from(self, tree: Expression, at: int) -> frozenset[int]:
        """Where the tree can end that begins at this place."""
        key = (id(tree), at)
        ends = self._ends.get(key)
        if ends is None:
            self._keep.append(tree)
            ends = self._ends[key] = frozenset(self._ending(tree, at))
            spend(1 + len(ends))
        return ends

    def _ending(self, tree: Expression, at: int) -> set[int] | frozenset[int]:
        if isinstance(tree, Chars):
            return {at + 1} if at < len(self._points) and _within(self._points[at], tree.ranges) else set()
        if isinstance(tree, Concat):
            places: set[int] = {at}
            for item in tree.items:
                places = self._from_all(item, places)
            return places
        if isinstance(tree, Or):
            return set().union(*(self._from(option, at) for option in tree.options))
        if isinstance(tree, Look):
            return {at} if self._looks(tree, at) != tree.negated else set()
        if isinstance(tree, Edge):
            return {at} if self._edge(tree.kind, at) else set()
        return self._repeated(tree.item, tree.minimum, tree.maximum, at)

    def _from_all(self, tree: Expression, places: set[int]) -> set[int]:
        spend(len(places))
        return set().union(*(self._from(tree, place) for place in places))

    def _repeated(self, item: Expression, minimum: int, maximum: int | None, at: int) -> set[int]:
        places = {at}
        for _ in range(minimum):
            following = self._from_all(item, places)
            if following == places or not following:
                places = following
                break
            places = following
        ends, fresh = set(places), places
        count = minimum
        while fresh and (maximum is None or count < maximum):
            fresh = self._from_all(item, fresh) - ends
            ends |= fresh
            count += 1
        return ends

    def _looks(self, tree: Look, at: int) -> bool:
        if tree.behind:
            return any(at in self._from(tree.item, start) for start in range(at + 1))
        return bool(self._from(tree.item, at))

    def _edge(self, kind: str, at: int) -> bool:
        if kind == "^":
            return at == 0
        if kind == "$":
            return at == len(self._points)
        before = at > 0 and _within(self._points[at - 1], WORD)
        after = at < len(self._points) and _within(self._points[at], WORD)
        return (before != after) == (kind == "b")


def _within(point: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    at = bisect_right(ranges, (point, sys.maxunicode)) - 1
    return at >= 0 and ranges[at][0] <= point <= ranges[at][1]
