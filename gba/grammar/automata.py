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

    Where no state leads back to itself but directly, equal states are found from the ends (as for acyclic automata);
    else by Hopcroft's refinement.
    """
    live = _live(dfa)
    if 0 not in live:
        return Dfa(((),), frozenset())
    states = sorted(live)
    if len(live) == len(dfa.edges):
        edges: dict[int, Sequence[tuple[int, int, int]]] = dict(enumerate(dfa.edges))
    else:
        edges = {state: [edge for edge in dfa.edges[state] if edge[2] in live] for state in states}
    order = _from_the_ends(edges)
    block_of = _partition(states, edges, dfa.accepting) if order is None else _merge(order, edges, dfa.accepting)
    return _renumber(edges, block_of, dfa.accepting)


def _from_the_ends(edges: Mapping[int, Sequence[tuple[int, int, int]]]) -> list[int] | None:
    """The states, each after all that it leads to; None where a circle of several states stands against it."""
    waiting = {state: len({goal for _, _, goal in row if goal != state}) for state, row in edges.items()}
    sources: dict[int, list[int]] = {state: [] for state in edges}
    for state, row in edges.items():
        for goal in {goal for _, _, goal in row if goal != state}:
            sources[goal].append(state)
    order = [state for state, count in waiting.items() if not count]
    for state in order:
        for source in sources[state]:
            waiting[source] -= 1
            if not waiting[source]:
                order.append(source)
    return order if len(order) == len(edges) else None


def _merge(
    order: Iterable[int], edges: Mapping[int, Sequence[tuple[int, int, int]]], accepting: frozenset[int]
) -> dict[int, int]:
    """The block of each state: states are equal when they accept alike and lead to equal states."""
    block_of: dict[int, int] = {}
    known: dict[tuple[bool, Edges], int] = {}
    for state in order:
        ends = state in accepting
        row = [(low, high, block_of.get(goal, -1)) for low, high, goal in edges[state]]
        signature = (ends, _join(row))
        found = known.get(signature)
        if found is None:
            found = known[signature] = state
            known[ends, _join([(low, high, state if goal < 0 else goal) for low, high, goal in row])] = state
        block_of[state] = found
    return block_of


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
    """Equivalence classes: the block of each state."""
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
    return block_of


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
            rows = [
                (max(low, first), min(high, last), (*targets, target))
                for low, high, targets in rows
                for first, last, target in dfa.edges[number]
                if first <= high and last >= low
            ]
        return rows

    def accepts(state: tuple[int, ...]) -> bool:
        return all(number in dfa.accepting for dfa, number in zip(automata, state, strict=True))

    return explore((0,) * len(automata), moves, accepts, limit=limit)


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
    """All strings that are not in the language."""
    sink = len(dfa.edges)

    def moves(state: int) -> Iterable[tuple[int, int, int]]:
        if state == sink:
            return [(low, high, sink) for low, high in ANY_CHAR]
        taken = unite((low, high) for low, high, _ in dfa.edges[state])
        return [*dfa.edges[state], *((low, high, sink) for low, high in invert(taken))]

    return explore(0, moves, lambda state: state not in dfa.accepting, limit=max(STATES, sink) + 2)


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
    edges = tuple(_join([(point, point, target) for point, target in row.items()]) for row in tree)
    return minimise(Dfa(edges, frozenset(ends)))
