"""Raw text that ends where a closing text first occurs: as automata over the text and what closes it."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import TypeAlias

from gba.grammar.automata import STATES, Dfa, explore, invert

__all__ = ["closes_first", "followed"]

_State: TypeAlias = tuple[int, int, frozenset[int]]
"""The automaton's state (or `_DEAD`), how much of the closing text has just been read, and the lengths that may count
as its beginning, since the text was allowed to end before them."""

_DEAD = -1
_END: _State = (_DEAD, -1, frozenset())


def closes_first(text: str, closing: str) -> bool:
    """Whether the closing text, put behind the text, occurs nowhere earlier."""
    return (text + closing).find(closing) == len(text)


@functools.lru_cache(maxsize=256)
def followed(dfa: Dfa, closing: str, *, limit: int = 2 * STATES) -> Dfa:
    """The strings of the language, each with the closing text behind it, which occurs nowhere earlier.

    Raises TooLargeError, and ValueError for a closing text that is empty.
    """
    if not closing:
        raise ValueError("an empty text closes nothing")
    back = _fallback(closing)
    special = {char: (ord(char), ord(char)) for char in sorted(set(closing))}
    plain = invert(tuple(special.values()))

    def matched(length: int, char: str) -> int:
        while length and closing[length] != char:
            length = back[length - 1]
        return length + 1 if closing[length] == char else 0

    def moves(state: _State) -> Iterable[tuple[int, int, _State]]:
        at, length, begun = state
        if state == _END:
            return
        starts = begun | {0} if at in dfa.accepting else begun
        for char, (point, _) in special.items():
            after = matched(length, char)
            going = frozenset(start + 1 for start in starts if closing[start] == char)
            target = _DEAD if at == _DEAD else dfa.step(at, point)
            if after == len(closing):
                if after in going:
                    yield point, point, _END
            elif target is not None and (target != _DEAD or going):
                yield point, point, (target, after, going)
            elif going:
                yield point, point, (_DEAD, after, going)
        for low, high, target in dfa.edges[at] if at != _DEAD else ():
            for first, last in plain:
                if first <= high and low <= last:
                    yield max(low, first), min(high, last), (target, 0, frozenset())

    start: _State = (0, 0, frozenset())
    return explore(start, moves, lambda state: state == _END, limit=limit)


def _fallback(closing: str) -> list[int]:
    """For each beginning of the text, the length of its longest proper beginning that it also ends with.

    This is the failure function of Knuth, Morris and Pratt (1977).
    """
    back = [0]
    length = 0
    for char in closing[1:]:
        while length and closing[length] != char:
            length = back[length - 1]
        length += closing[length] == char
        back.append(length)
    return back
