"""A deterministic finite automaton, and the smallest one of the same language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

__all__ = ["Dfa", "Edges", "Ranges", "join_edges", "minimise", "renumber"]

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""Code points: sorted, disjoint, both ends included."""

Edges: TypeAlias = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Dfa:
    """States are 0 (the start) to ``len(edges) - 1``; where no edge leads on, the text is refused."""

    edges: tuple[Edges, ...]
    accepting: frozenset[int]
    _hash: int | None = field(default=None, init=False, repr=False, compare=False)

    def __hash__(self) -> int:
        found = self._hash
        if found is None:
            found = hash((self.edges, self.accepting))
            object.__setattr__(self, "_hash", found)
        return found

    def __reduce__(self) -> tuple[type[Dfa], tuple[tuple[Edges, ...], frozenset[int]]]:
        return Dfa, (self.edges, self.accepting)  # a hash is good in its own process only

    def matches(self, text: str) -> bool:
        """Whether the text is in the language."""
        edges, state = self.edges, 0
        for char in text:
            point = ord(char)
            for low, high, target in edges[state]:
                if low <= point <= high:
                    state = target
                    break
            else:
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


def join_edges(edges: list[tuple[int, int, int]]) -> Edges:
    """The edges sorted (in place), those of neighbouring code points to one state joined."""
    if len(edges) < 2:
        return tuple(edges)
    edges.sort()
    after = goal = -1
    for low, high, target in edges:
        if low == after and target == goal:
            break
        after, goal = high + 1, target
    else:
        return tuple(edges)
    joined: list[tuple[int, int, int]] = []
    for low, high, target in edges:
        if joined and joined[-1][2] == target and joined[-1][1] + 1 == low:
            joined[-1] = (joined[-1][0], high, target)
        else:
            joined.append((low, high, target))
    return tuple(joined)


def minimise(dfa: Dfa) -> Dfa:
    """The smallest automaton of the same language, useless states left out, states in breadth-first order.

    Equal states on circles, and those that circles lead to, are found by refinement; all that comes before
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
    return renumber(edges, _merge(reversed(order), edges, dfa.accepting, block_of), dfa.accepting)


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
        name = block_of.get(state, state)  # a state on a circle also leads to itself by way of an equal state
        row = [
            (low, high, -1 if goal == state or block_of[goal] == name else block_of[goal])
            for low, high, goal in edges[state]
        ]
        own = (ends, join_edges(row))
        found = known.get(own)
        if found is None:
            goals = {edge[2] for edge in row}
            if -1 in goals:  # perhaps it is equal to one that it leads to
                equal = (goal for goal in goals if goal >= 0 and known.get((ends, _called(row, goal))) == goal)
                found = next(equal, None)
            if found is None:
                found = block_of.get(state, state)
                known[own] = found
                if -1 in goals:
                    known[ends, _called(row, found)] = found
        block_of[state] = found
    return block_of


def _called(row: Iterable[tuple[int, int, int]], name: int) -> Edges:
    return join_edges([(low, high, name if goal < 0 else goal) for low, high, goal in row])


def _live(dfa: Dfa) -> set[int]:
    """The states from which an accepting one can be reached."""
    live = set(dfa.accepting)
    sources: dict[int, list[int]] = {}
    for state in range(len(dfa.edges) - 1, -1, -1):  # most edges lead to a higher number
        if state not in live:
            for _, _, target in dfa.edges[state]:
                if target in live:
                    live.add(state)
                    break
        if state in live:
            stack = [state]
            while stack and sources:
                fresh = [source for source in sources.pop(stack.pop(), ()) if source not in live]
                live.update(fresh)
                stack.extend(fresh)
        else:
            for _, _, target in dfa.edges[state]:
                sources.setdefault(target, []).append(state)
    return live


def _partition(
    states: Sequence[int], edges: Mapping[int, Sequence[tuple[int, int, int]]], accepting: frozenset[int]
) -> dict[int, int]:
    """Hopcroft's partition refinement: each state is mapped to one state of its equivalence class. No edge may lead
    to a state outside of ``states``.

    In each round the states that lead to a block which was split in the round before are looked at again, and each
    block is split by where its states lead. The largest part keeps the number, so that a state is seldom looked at.
    """
    sources: dict[int, list[int]] = {state: [] for state in states}
    for state in states:
        for target in {target for _, _, target in edges[state]}:
            sources[target].append(state)
    block_of = {state: int(state in accepting) for state in states}
    blocks = [{state for state in states if block_of[state] == ends} for ends in (0, 1)]
    rows: list[Edges] = [(), ()]  # where the states of a block lead
    waiting: Iterable[int] = states
    while waiting:
        found: dict[int, dict[Edges, list[int]]] = {}
        for state in waiting:
            row = join_edges([(low, high, block_of[target]) for low, high, target in edges[state]])
            found.setdefault(block_of[state], {}).setdefault(row, []).append(state)
        waiting = set()
        for number, parts in found.items():
            sizes = {row: len(part) for row, part in parts.items()}
            before, others = rows[number], len(blocks[number]) - sum(sizes.values())
            if others:  # those that were not looked at lead where they led before
                sizes[before] = sizes.get(before, 0) + others
            rows[number] = largest = max(sizes, key=sizes.__getitem__)
            if others and before != largest:
                rest = blocks[number].difference(*parts.values())
                parts.setdefault(before, []).extend(rest)
            parts.pop(largest, None)
            for row, part in parts.items():
                block_of.update(dict.fromkeys(part, len(blocks)))
                blocks[number].difference_update(part)
                blocks.append(set(part))
                rows.append(row)
                for state in part:
                    waiting.update(sources[state])
    names = [min(block, default=0) for block in blocks]
    return {state: names[block] for state, block in block_of.items()}


def renumber(
    edges: Mapping[int, Sequence[tuple[int, int, int]]], block_of: dict[int, int], accepting: frozenset[int]
) -> Dfa:
    """The automaton whose states are the blocks, in breadth-first order from that of state 0."""
    sample: dict[int, int] = {}
    for state in edges:
        sample.setdefault(block_of[state], state)
    merged = len(sample) < len(edges)
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
        found.append(join_edges(row) if merged else tuple(row))
    return Dfa(tuple(found), frozenset(numbers[block] for block in numbers if sample[block] in accepting))
