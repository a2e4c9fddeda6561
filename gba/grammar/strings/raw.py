"""Raw text that ends where a closing text first occurs: automata over the text and what closes it."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from gba.grammar.regular.automata import Dfa, Ranges, explore, invert
from gba.schema.work import remembered

__all__ = ["Progress", "closes_first", "followed", "progress"]

_STATES = 1500

_State: TypeAlias = tuple[int, int, frozenset[int]]
"""The automaton's state (or `_DEAD`), how much of the closing text has just been read, and which lengths of it may be
its beginning, since the text was allowed to end before them."""

_DEAD = -1
_END: _State = (_DEAD, -1, frozenset())


def closes_first(text: str, closing: str) -> bool:
    """Whether the closing text, put behind the text, occurs nowhere earlier."""
    return (text + closing).find(closing) == len(text)


class Progress(NamedTuple):
    """What is read of the closing text after one more character: by character, and by all ``others`` nothing."""

    after: dict[str, int]
    others: Ranges


@functools.lru_cache(maxsize=256)
def progress(closing: str) -> tuple[Progress, ...]:
    """For each length of the closing text that has just been read, the lengths after one more character.

    This is the automaton of Knuth, Morris and Pratt (1977). Raises ValueError for a closing text that is empty.
    """
    if not closing:
        raise ValueError("an empty text closes nothing")
    found: list[Progress] = []
    back = 0  # the longest proper beginning of the text that has been read which that text also ends with
    for length, char in enumerate(closing):
        after = {**found[back].after, char: length + 1} if length else {char: 1}
        found.append(Progress(after, invert(tuple((ord(char), ord(char)) for char in sorted(after)))))
        if length:
            back = found[back].after.get(char, 0)
    return tuple(found)


@remembered(256)
def followed(dfa: Dfa, closing: str) -> Dfa:
    """The strings of the language, each with the closing text behind it, which occurs nowhere earlier.

    Raises TooLargeError, and ValueError for a closing text that is empty.
    """
    table = progress(closing)

    def moves(state: _State) -> Iterable[tuple[int, int, _State]]:
        at, length, begun = state
        if state == _END:
            return
        starts = begun | {0} if at in dfa.accepting else begun
        after, others = table[length]
        for char, following in after.items():
            going = frozenset(start + 1 for start in starts if closing[start] == char)
            target = _DEAD if at == _DEAD else dfa.step(at, ord(char))
            if following == len(closing):
                if following in going:
                    yield ord(char), ord(char), _END
            elif going or target not in (None, _DEAD):
                yield ord(char), ord(char), (_DEAD if target is None else target, following, going)
        for low, high, target in dfa.edges[at] if at != _DEAD else ():
            for first, last in others:
                if first <= high and low <= last:
                    yield max(low, first), min(high, last), (target, 0, frozenset())

    start: _State = (0, 0, frozenset())
    return explore(start, moves, lambda state: state == _END, limit=_STATES)
