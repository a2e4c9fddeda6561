"""Names of control tokens in anybody's text, and how such text is cut so that it stays text.

llama.cpp makes no control token of a text unless it is asked to; but user-defined tokens (Gemma's ``<|tool_call>``)
come out of any text, and where a syntax has no tokens of its own its marks are spelled like anything else.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

__all__ = ["Specials", "marks_in"]

_MARK = re.compile(r"<[^<>\s\0]{1,60}>|\[/?[A-Z_]{2,40}\]|<</?SYS>>")


def marks_in(text: str) -> list[str]:
    """The tags in a text of a format or a syntax."""
    return _MARK.findall(text)


_SHAPES = (
    re.compile(r"<[^<>\s]{1,60}>"),
    re.compile(r"\[/?[A-Z][A-Z_0-9]{1,30}\]"),
    re.compile(r"\]<?\]?[~a-z]+\[?>?\[?"),
)
"""What names of control tokens look like, for vocabularies of which nothing else is known."""


class Specials:
    """Finds names of special tokens, and marks of the format, in texts.

    ``names``: those of the vocabulary, None where that does not tell. ``turns``: the format's marks between turns;
    ``calls``: those of its calls and thoughts, which are not looked for in text of its own (``own``). White space and
    single characters are left alone: no structure is made of them.
    """

    def __init__(self, names: Collection[str] | None, turns: Iterable[str] = (), calls: Iterable[str] = ()) -> None:
        known = {name for name in (names or ()) if len(name) > 1 and not name.isspace()}
        self.calls = frozenset(mark for mark in calls if len(mark) > 1 and not mark.isspace())
        self.marks = self.calls | {mark for mark in turns if len(mark) > 1 and not mark.isspace()}
        self.told = names is not None
        self._by_first: dict[str, list[int]] = {}
        self._all = known | self.marks
        for name in self._all:
            self._by_first.setdefault(name[0], []).append(len(name))
        self._lengths = {first: sorted(set(sizes), reverse=True) for first, sizes in self._by_first.items()}
        self._starts = re.compile("|".join(re.escape(first) for first in self._lengths)) if self._lengths else None

    def find(self, text: str, *, own: bool = False) -> list[tuple[int, int]]:
        """Where names stand in the text: begins and ends, from left to right, the longest at each place."""
        found = []
        at = 0
        while self._starts is not None and (start := self._starts.search(text, at)):
            begin = start.start()
            size = next((n for n in self._lengths[text[begin]] if text[begin : begin + n] in self._all), 0)
            if size and not (own and text[begin : begin + size] in self.calls):
                found.append((begin, begin + size))
            at = begin + max(size, 1)
        return found

    def names(self, text: str) -> Sequence[str]:
        """The names in the text."""
        return [text[begin:end] for begin, end in self.find(text)]

    def suspects(self, text: str) -> list[tuple[int, int]]:
        """Where the text has what looks like such a name, the longest ones first; [] for a vocabulary that is known."""
        if self.told:
            return []
        spans = [found.span() for shape in _SHAPES for found in shape.finditer(text)]
        return sorted(spans, key=lambda span: span[0] - span[1])
