"""Deterministic finite automata over code points: the one form in which gba combines sets of strings.

Own code rather than a library: what is needed (interval alphabets over all of Unicode, intersection, complement,
minimisation, an upper bound on the work, printing as right-linear GBNF) is small, and the automata libraries on PyPI
are built on explicit alphabets or are slower than a compile may take.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

from gba.grammar.regular.minimal import Dfa, Edges, Ranges, join_edges, minimise, renumber
from gba.schema.work import TooLargeError, remembered, spend

__all__ = [
    "ANY_CHAR",
    "EVERY_STRING",
    "Dfa",
    "Ranges",
    "complement",
    "divide",
    "explore",
    "finite",
    "intersect",
    "invert",
    "join",
    "sweep",
    "unite",
    "unrolled",
]

ANY_CHAR: Ranges = ((0, 0xD7FF), (0xE000, 0x10FFFF))
"""Every code point that text can hold: all but the surrogates."""

EVERY_STRING = Dfa((tuple((low, high, 0) for low, high in ANY_CHAR),), frozenset({0}))
"""All strings."""

S = TypeVar("S", bound=Hashable)
T = TypeVar("T", bound=Hashable)

STATES = 4500
"""How many states an automaton may have."""


def invert(ranges: Ranges, universe: Ranges = ANY_CHAR) -> Ranges:
    """All code points of the universe that are not in the ranges."""
    kept: list[tuple[int, int]] = []
    for low, high in universe:
        start = low
        for first, last in ranges:
            if last < start or first > high:
                continue
            if first > start:
                kept.append((start, first - 1))
            start = last + 1
        if start <= high:
            kept.append((start, high))
    return tuple(kept)


def unite(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """The ranges sorted, overlapping and neighbouring ones joined."""
    joined: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if joined and low <= joined[-1][1] + 1:
            if high > joined[-1][1]:
                joined[-1] = (joined[-1][0], high)
        else:
            joined.append((low, high))
    return tuple(joined)


def sweep(edges: Iterable[tuple[int, int, T]]) -> Iterator[tuple[int, int, set[T]]]:
    """The edges that lie over each stretch of code points, where there are any; the set is the same one each time."""
    begins: dict[int, list[T]] = {}
    ends: dict[int, list[T]] = {}
    for low, high, edge in edges:
        begins.setdefault(low, []).append(edge)
        ends.setdefault(high + 1, []).append(edge)
    live: set[T] = set()
    for low, after in pairwise(sorted(begins.keys() | ends.keys())):
        live.difference_update(ends.get(low, ()))
        live.update(begins.get(low, ()))
        if live:
            yield low, after - 1, live


def explore(
    start: S,
    moves: Callable[[S], Iterable[tuple[int, int, S]]],
    accepts: Callable[[S], bool],
    *,
    limit: int = STATES,
) -> Dfa:
    """The minimal automaton of all states that can be reached.

    Raises TooLargeError beyond ``limit`` states, and where the work that was granted is used up.
    """
    order, edges = _reach(start, moves, limit)
    return _smallest(Dfa(edges, frozenset(number for number, state in enumerate(order) if accepts(state))))


def _smallest(dfa: Dfa) -> Dfa:
    spend(sum(map(len, dfa.edges)))
    return minimise(dfa)


def _reach(
    start: S, moves: Callable[[S], Iterable[tuple[int, int, S]]], limit: int
) -> tuple[list[S], tuple[Edges, ...]]:
    """The states that can be reached, and the edges of each, by their places in that list."""
    numbers: dict[S, int] = {start: 0}
    order: list[S] = [start]
    edges: list[Edges] = []
    for state in order:
        found: list[tuple[int, int, int]] = []
        for low, high, target in moves(state):
            number = numbers.get(target)
            if number is None:
                number = numbers[target] = len(order)
                if number >= limit:
                    raise TooLargeError
                order.append(target)
            found.append((low, high, number))
        spend(1 + len(found))
        edges.append(join_edges(found))
    return order, tuple(edges)


def intersect(*automata: Dfa, limit: int = STATES) -> Dfa:
    """The strings that are in every language."""
    found = EVERY_STRING
    for other in automata:
        found = other if found == EVERY_STRING else found if other == EVERY_STRING else _both(found, other, limit)
    return found


def _both(one: Dfa, other: Dfa, limit: int) -> Dfa:
    def moves(state: tuple[int, int]) -> Iterable[tuple[int, int, tuple[int, int]]]:
        return _overlaps(one.edges[state[0]], other.edges[state[1]])

    def accepts(state: tuple[int, int]) -> bool:
        return state[0] in one.accepting and state[1] in other.accepting

    return explore((0, 0), moves, accepts, limit=limit)


def _overlaps(one: Edges, other: Edges) -> list[tuple[int, int, tuple[int, int]]]:
    """Where both have a range, and where both lead; both are sorted."""
    found: list[tuple[int, int, tuple[int, int]]] = []
    left, right = iter(one), iter(other)
    try:
        low, high, target = next(left)
        first, last, goal = next(right)
        while True:
            if first <= high and low <= last:
                found.append((low if low > first else first, high if high < last else last, (target, goal)))
            if high < last:
                low, high, target = next(left)
            else:
                first, last, goal = next(right)
    except StopIteration:
        return found


def join(*automata: Dfa, limit: int = STATES) -> Dfa:
    """The strings that are in one of the languages."""
    if len(automata) == 1:
        return automata[0]

    def moves(state: frozenset[tuple[int, int]]) -> Iterable[tuple[int, int, frozenset[tuple[int, int]]]]:
        edges = [(low, high, (at, target)) for at, number in state for low, high, target in automata[at].edges[number]]
        spend(2 * len(edges))
        return ((low, high, frozenset(live)) for low, high, live in sweep(edges))

    def accepts(state: frozenset[tuple[int, int]]) -> bool:
        return any(number in automata[at].accepting for at, number in state)

    return explore(frozenset((at, 0) for at in range(len(automata))), moves, accepts, limit=limit)


def divide(base: Dfa, languages: Sequence[Dfa], *, limit: int = 4 * STATES) -> dict[frozenset[int], Dfa]:
    """The strings of ``base`` by which of the languages they are in: the part of each combination that has any."""

    def moves(state: tuple[int, ...]) -> Iterable[tuple[int, int, tuple[int, ...]]]:
        rows: list[tuple[int, int, tuple[int, ...]]] = [
            (low, high, (target,)) for low, high, target in base.edges[state[0]]
        ]
        for dfa, number in zip(languages, state[1:], strict=True):
            spend(len(rows))
            rows = _beside(rows, dfa.edges[number] if number >= 0 else ())
        return rows

    order, edges = _reach((0,) * (1 + len(languages)), moves, limit)
    parts: dict[frozenset[int], list[int]] = {}
    for number, state in enumerate(order):
        if state[0] in base.accepting:
            inside = frozenset(at for at, dfa in enumerate(languages) if state[at + 1] in dfa.accepting)
            parts.setdefault(inside, []).append(number)
    return {inside: _smallest(Dfa(edges, frozenset(numbers))) for inside, numbers in parts.items()}


def _beside(rows: Sequence[tuple[int, int, tuple[int, ...]]], edges: Edges) -> list[tuple[int, int, tuple[int, ...]]]:
    """The rows, each with where the edges lead as well: -1 where they do not. Both are sorted."""
    found: list[tuple[int, int, tuple[int, ...]]] = []
    at = 0
    for low, high, targets in rows:
        while at < len(edges) and edges[at][1] < low:
            at += 1
        while at < len(edges) and edges[at][0] <= high:
            first, last, goal = edges[at]
            if first > low:
                found.append((low, first - 1, (*targets, -1)))
                low = first
            found.append((low, min(high, last), (*targets, goal)))
            low = last + 1
            if last > high:
                break
            at += 1
        if low <= high:
            found.append((low, high, (*targets, -1)))
    return found


def unrolled(dfa: Dfa, minimum: int, maximum: int | None, *, limit: int = STATES) -> Dfa:
    """The strings of the language of so many code points: a copy of the states for each length that counts."""
    last = minimum if maximum is None else maximum
    levels: list[dict[int, int]] = [{0: 0}]
    total = 1
    while len(levels) <= last and levels[-1]:
        following: dict[int, int] = {}
        for state in levels[-1]:
            for _, _, target in dfa.edges[state]:
                if target not in following:
                    following[target] = total
                    total += 1
        if total > limit:
            raise TooLargeError
        levels.append(following)
    endless = maximum is None and len(levels) == last + 1
    if endless:  # from here on lengths do not count
        level = levels[-1]
        for state in (order := list(level)):
            for _, _, target in dfa.edges[state]:
                if target not in level:
                    level[target] = total
                    total += 1
                    order.append(target)
    spend(2 * total)
    edges: list[Edges] = [()] * total
    for length, level in enumerate(levels):
        following = levels[length + 1] if length + 1 < len(levels) else level if endless else {}
        for state, number in level.items():
            if following:
                edges[number] = tuple([(low, high, following[target]) for low, high, target in dfa.edges[state]])
    ends = (level for length, level in enumerate(levels) if length >= minimum)
    return minimise(Dfa(tuple(edges), frozenset(level[at] for level in ends for at in level if at in dfa.accepting)))


@remembered(256)
def complement(dfa: Dfa) -> Dfa:
    """All strings that are not in the language; minimal, as the automaton itself is."""
    spend(2 * sum(map(len, dfa.edges)))
    sink = len(dfa.edges)
    loop = [(low, high, sink) for low, high in ANY_CHAR]
    if dfa.empty:
        return EVERY_STRING
    rows = {state: list(row) for state, row in enumerate(dfa.edges)}
    for state, row in rows.items():
        row.extend((low, high, sink) for low, high in invert(tuple((low, high) for low, high, _ in dfa.edges[state])))
    rows[sink] = loop
    accepting = frozenset(rows) - dfa.accepting
    every = next((at for at, row in rows.items() if at not in accepting and all(goal == at for *_, goal in row)), None)
    if every == 0:
        return Dfa(((),), frozenset())
    kept = {at: sorted(edge for edge in row if edge[2] != every) for at, row in rows.items() if at != every}
    return renumber(kept, {state: state for state in kept}, accepting)


def finite(texts: Iterable[str]) -> Dfa:
    """Exactly these strings.

    Built from the sorted texts, a state closed as soon as no further text goes through it (Daciuk et al., 2000): equal
    states are found at once, and there is never a tree of all texts.
    """
    return _finite(tuple(sorted(set(texts))))


@remembered(64)
def _finite(texts: tuple[str, ...]) -> Dfa:
    spend(2 * sum(map(len, texts)))
    known: dict[tuple[bool, tuple[tuple[str, int], ...]], int] = {}
    rows: list[list[tuple[str, int]]] = [[]]
    ends = [False]
    before = ""
    for text in (*texts, None):
        shared = 0
        for one, other in zip(before, text or "", strict=False):
            if one != other:
                break
            shared += 1
        for at in range(len(before), shared, -1):
            number = known.setdefault((ends.pop(), tuple(rows.pop())), len(known))
            rows[-1].append((before[at - 1], number))
        if text is not None:
            rows.extend([] for _ in range(len(text) - shared))
            ends.extend([False] * (len(text) - shared))
            ends[-1], before = True, text
    states = [*known, (ends[0], tuple(rows[0]))]
    order = [len(known)]
    numbers = {len(known): 0}
    edges: list[Edges] = []
    for state in order:
        row: list[tuple[int, int, int]] = []
        for char, target in states[state][1]:
            number = numbers.setdefault(target, len(order))
            if number == len(order):
                order.append(target)
            row.append((ord(char), ord(char), number))
        edges.append(join_edges(row))
    return Dfa(tuple(edges), frozenset(number for state, number in numbers.items() if states[state][0]))
