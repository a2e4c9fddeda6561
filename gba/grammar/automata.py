"""Deterministic finite automata over code points: the one form in which gba combines sets of strings.

Own code rather than a library: what is needed (interval alphabets over all of Unicode, intersection, complement,
minimisation, an upper bound on the work, printing as right-linear GBNF) is small, and the automata libraries on PyPI
are built on explicit alphabets or are slower than a compile may take.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias, TypeVar

__all__ = [
    "ANY_CHAR",
    "Dfa",
    "Ranges",
    "TooLargeError",
    "Work",
    "complement",
    "explore",
    "finite",
    "intersect",
    "invert",
    "join",
    "unite",
]

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""Code points: sorted, disjoint, both ends included."""

Edges: TypeAlias = tuple[tuple[int, int, int], ...]

ANY_CHAR: Ranges = ((0, 0xD7FF), (0xE000, 0x10FFFF))
"""Every code point that text can hold: all but the surrogates."""

S = TypeVar("S", bound=Hashable)

STATES = 2000
"""How many states an automaton may have."""


class TooLargeError(Exception):
    """An automaton would need more states than the limit; the caller leaves the constraint to a check."""


class Work:
    """How many states all automata of one grammar may take together: what keeps a compilation short.

    Used as a context; beyond the limit every further automaton is TooLargeError.
    """

    def __init__(self, states: int) -> None:
        self.left = states

    def spend(self) -> None:
        """Count one state. Raises TooLargeError when none is left."""
        self.left -= 1
        if self.left < 0:
            raise TooLargeError

    def __enter__(self) -> Work:
        self._token = _WORK.set(self)
        return self

    def __exit__(self, *error: object) -> None:
        _WORK.reset(self._token)


_WORK: ContextVar[Work | None] = ContextVar("work", default=None)


@dataclass(frozen=True, slots=True)
class Dfa:
    """States are 0 (the start) to ``len(edges) - 1``; where no edge leads on, the text is refused."""

    edges: tuple[Edges, ...]
    accepting: frozenset[int]

    def matches(self, text: str) -> bool:
        """Whether the text is in the language."""
        state: int | None = 0
        for char in text:
            state = self.step(state, ord(char))  # type: ignore[arg-type]
            if state is None:
                return False
        return state in self.accepting

    def step(self, state: int, point: int) -> int | None:
        """The state after one code point; None where it is refused."""
        for low, high, target in self.edges[state]:
            if low <= point <= high:
                return target
        return None

    @property
    def empty(self) -> bool:
        """Whether no string is in the language; exact for what ``explore`` returns."""
        return not self.accepting


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


def explore(
    start: S,
    moves: Callable[[S], Iterable[tuple[int, int, S]]],
    accepts: Callable[[S], bool],
    *,
    limit: int = STATES,
) -> Dfa:
    """The minimal automaton of all states that can be reached. Raises TooLargeError beyond ``limit`` states."""
    numbers: dict[S, int] = {start: 0}
    order: list[S] = [start]
    edges: list[Edges] = []
    index = 0
    work = _WORK.get()
    while index < len(order):
        if work is not None:
            work.spend()
        found: list[tuple[int, int, int]] = []
        for low, high, target in moves(order[index]):
            number = numbers.get(target)
            if number is None:
                number = numbers[target] = len(order)
                if number >= limit:
                    raise TooLargeError
                order.append(target)
            found.append((low, high, number))
        edges.append(_join(found))
        index += 1
    accepting = frozenset(number for state, number in numbers.items() if accepts(state))
    return minimise(Dfa(tuple(edges), accepting))


def _join(edges: list[tuple[int, int, int]]) -> Edges:
    edges.sort()
    joined: list[tuple[int, int, int]] = []
    for low, high, target in edges:
        if joined and joined[-1][2] == target and joined[-1][1] + 1 == low:
            joined[-1] = (joined[-1][0], high, target)
        else:
            joined.append((low, high, target))
    return tuple(joined)


def minimise(dfa: Dfa) -> Dfa:
    """The smallest automaton of the same language, useless states left out, states in breadth-first order.

    Equal states on circles, and those that circles lead to, are found by Hopcroft's refinement; all that comes before
    any circle, most of an automaton of many texts, from its ends (as for acyclic automata).
    """
    live = _live(dfa)
    if 0 not in live:
        return Dfa(((),), frozenset())
    if len(live) == len(dfa.edges):
        edges: dict[int, Sequence[tuple[int, int, int]]] = dict(enumerate(dfa.edges))
    else:
        edges = {state: [edge for edge in dfa.edges[state] if edge[2] in live] for state in sorted(live)}
    order = _before_circles(edges)
    block_of: dict[int, int] = {}
    if len(order) < len(edges):
        before = set(order)
        block_of = _partition([state for state in edges if state not in before], edges, dfa.accepting)
    return _renumber(edges, _merge(reversed(order), edges, dfa.accepting, block_of), dfa.accepting)


def _before_circles(edges: Mapping[int, Sequence[tuple[int, int, int]]]) -> list[int]:
    """The states that no circle of several states leads to, each before all that it leads to."""
    goals = {state: {goal for _, _, goal in row if goal != state} for state, row in edges.items()}
    sources = dict.fromkeys(edges, 0)
    for targets in goals.values():
        for goal in targets:
            sources[goal] += 1
    order = [state for state, count in sources.items() if not count]
    for state in order:
        for goal in goals[state]:
            sources[goal] -= 1
            if not sources[goal]:
                order.append(goal)
    return order


def _merge(
    order: Iterable[int],
    edges: Mapping[int, Sequence[tuple[int, int, int]]],
    accepting: frozenset[int],
    block_of: dict[int, int],
) -> dict[int, int]:
    """The block of each state, those that are given included: equal states accept alike and lead to equal states.

    A block is called by one of its states. In a signature, -1 stands for the state itself.
    """
    known: dict[tuple[bool, Edges], int] = {}
    for state in (*dict.fromkeys(block_of.values()), *order):
        ends = state in accepting
        row = [(low, high, -1 if goal == state else block_of[goal]) for low, high, goal in edges[state]]
        own = (ends, _join(row))
        found = known.get(own)
        goals = {goal for *_, goal in row}
        if found is None and -1 in goals:
            # Perhaps it is equal to one that it leads to.
            found = next((goal for goal in goals if goal >= 0 and known.get((ends, _called(row, goal))) == goal), None)
        if found is None:
            found = block_of.get(state, state)
            known[own] = known[ends, _called(row, found)] = found
        block_of[state] = found
    return block_of


def _called(row: Iterable[tuple[int, int, int]], name: int) -> Edges:
    return _join([(low, high, name if goal < 0 else goal) for low, high, goal in row])


def _live(dfa: Dfa) -> set[int]:
    """The states from which an accepting one can be reached."""
    sources: list[list[int]] = [[] for _ in dfa.edges]
    for state, edges in enumerate(dfa.edges):
        for _, _, target in edges:
            sources[target].append(state)
    live, stack = set(dfa.accepting), list(dfa.accepting)
    while stack:
        for source in sources[stack.pop()]:
            if source not in live:
                live.add(source)
                stack.append(source)
    return live


def _partition(
    states: Sequence[int], edges: Mapping[int, Sequence[tuple[int, int, int]]], accepting: frozenset[int]
) -> dict[int, int]:
    """Equivalence classes: for each state one of its block. No edge may leave the states."""
    cuts = sorted({cut for state in states for low, high, _ in edges[state] for cut in (low, high + 1)})
    into: list[dict[int, list[int]]] = [{} for _ in cuts]
    for state in states:
        for low, high, target in edges[state]:
            for atom in range(bisect_right(cuts, low) - 1, bisect_right(cuts, high)):
                into[atom].setdefault(target, []).append(state)
    into = list({tuple(sorted((t, tuple(s)) for t, s in atom.items())): atom for atom in into if atom}.values())
    yes = {state for state in states if state in accepting}
    no = set(states) - yes
    blocks: list[set[int]] = [block for block in (yes, no) if block]
    block_of = {state: number for number, block in enumerate(blocks) for state in block}
    waiting = {(number, atom) for number in range(len(blocks)) for atom in range(len(into))}
    while waiting:
        number, atom = waiting.pop()
        arrows = into[atom]
        touched: dict[int, list[int]] = {}
        for target in tuple(blocks[number]):
            for source in arrows.get(target, ()):
                touched.setdefault(block_of[source], []).append(source)
        for block, sources in touched.items():
            if len(sources) == len(blocks[block]):
                continue
            _split(block, sources, blocks, block_of, waiting, len(into))
    names = [min(block) for block in blocks]
    return {state: names[block] for state, block in block_of.items()}


def _split(
    block: int,
    part: list[int],
    blocks: list[set[int]],
    block_of: dict[int, int],
    waiting: set[tuple[int, int]],
    atoms: int,
) -> None:
    fresh = len(blocks)
    moved = set(part)
    blocks[block] -= moved
    if len(moved) > len(blocks[block]):
        blocks[block], moved = moved, blocks[block]
    blocks.append(moved)
    for state in moved:
        block_of[state] = fresh
    waiting.update((fresh, atom) for atom in range(atoms))


def _renumber(
    edges: Mapping[int, Sequence[tuple[int, int, int]]], block_of: dict[int, int], accepting: frozenset[int]
) -> Dfa:
    sample: dict[int, int] = {}
    for state in edges:
        sample.setdefault(block_of[state], state)
    numbers = {block_of[0]: 0}
    order = [block_of[0]]
    found: list[Edges] = []
    for block in order:
        row: list[tuple[int, int, int]] = []
        for low, high, target in edges[sample[block]]:
            goal = block_of[target]
            if goal not in numbers:
                numbers[goal] = len(order)
                order.append(goal)
            row.append((low, high, numbers[goal]))
        found.append(_join(row))
    return Dfa(tuple(found), frozenset(numbers[block] for block in numbers if sample[block] in accepting))


def intersect(*automata: Dfa, limit: int = STATES) -> Dfa:
    """The strings that are in every language."""
    if len(automata) == 1:
        return automata[0]

    def moves(state: tuple[int, ...]) -> Iterable[tuple[int, int, tuple[int, ...]]]:
        rows: list[tuple[int, int, tuple[int, ...]]] = [
            (low, high, (target,)) for low, high, target in automata[0].edges[state[0]]
        ]
        for dfa, number in zip(automata[1:], state[1:], strict=True):
            rows = _overlaps(rows, dfa.edges[number])
        return rows

    def accepts(state: tuple[int, ...]) -> bool:
        return all(number in dfa.accepting for dfa, number in zip(automata, state, strict=True))

    return explore((0,) * len(automata), moves, accepts, limit=limit)


def _overlaps(rows: Sequence[tuple[int, int, tuple[int, ...]]], edges: Edges) -> list[tuple[int, int, tuple[int, ...]]]:
    """Where both have a range; both are sorted."""
    found: list[tuple[int, int, tuple[int, ...]]] = []
    at = 0
    for low, high, targets in rows:
        while at < len(edges) and edges[at][1] < low:
            at += 1
        for first, last, target in edges[at:]:
            if first > high:
                break
            found.append((max(low, first), min(high, last), (*targets, target)))
    return found


def join(*automata: Dfa, limit: int = STATES) -> Dfa:
    """The strings that are in one of the languages."""
    if len(automata) == 1:
        return automata[0]

    def moves(state: frozenset[tuple[int, int]]) -> Iterable[tuple[int, int, frozenset[tuple[int, int]]]]:
        ranges = [edge[:2] for at, number in state for edge in automata[at].edges[number]]
        cuts = sorted({cut for low, high in ranges for cut in (low, high + 1)})
        for low, after in pairwise(cuts):
            targets = [(at, automata[at].step(number, low)) for at, number in state]
            live = frozenset((at, target) for at, target in targets if target is not None)
            if live:
                yield low, after - 1, live

    def accepts(state: frozenset[tuple[int, int]]) -> bool:
        return any(number in automata[at].accepting for at, number in state)

    return explore(frozenset((at, 0) for at in range(len(automata))), moves, accepts, limit=limit)


def complement(dfa: Dfa) -> Dfa:
    """All strings that are not in the language; minimal, as the automaton itself is."""
    sink = len(dfa.edges)
    loop = [(low, high, sink) for low, high in ANY_CHAR]
    if dfa.empty:
        return Dfa((tuple((low, high, 0) for low, high in ANY_CHAR),), frozenset({0}))
    rows = {state: list(row) for state, row in enumerate(dfa.edges)}
    for state, row in rows.items():
        row.extend((low, high, sink) for low, high in invert(tuple((low, high) for low, high, _ in dfa.edges[state])))
    rows[sink] = loop
    accepting = frozenset(rows) - dfa.accepting
    every = next((at for at, row in rows.items() if at not in accepting and all(goal == at for *_, goal in row)), None)
    if every == 0:
        return Dfa(((),), frozenset())
    kept = {at: sorted(edge for edge in row if edge[2] != every) for at, row in rows.items() if at != every}
    return _renumber(kept, {state: state for state in kept}, accepting)


def finite(texts: Iterable[str]) -> Dfa:
    """Exactly these strings."""
    tree: list[dict[int, int]] = [{}]
    ends: set[int] = set()
    for text in texts:
        state = 0
        for char in text:
            following = tree[state].get(ord(char))
            if following is None:
                following = tree[state][ord(char)] = len(tree)
                tree.append({})
            state = following
        ends.add(state)
    # What follows a state has a higher number, and every state leads to an end: equal ones are found in one pass.
    block_of = [0] * len(tree)
    known: dict[tuple[bool, tuple[tuple[int, int], ...]], int] = {}
    for state in range(len(tree) - 1, -1, -1):
        row = tuple(sorted((point, block_of[target]) for point, target in tree[state].items()))
        block_of[state] = known.setdefault((state in ends, row), state)
    edges = {state: sorted((point, point, target) for point, target in tree[state].items()) for state in set(block_of)}
    return _renumber(edges, dict(enumerate(block_of)), frozenset(ends))
