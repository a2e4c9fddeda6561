"""A deterministic finite automaton, and the smallest one of the same language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
        row = [(low, high, -1 if goal == state else block_of[goal]) for low, high, goal in edges[state]]
        own = (ends, join_edges(row))
        found = known.get(own)
        if found is None:
            goals = {goal for *_, goal in row}
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
        if state not in live and any(target in live for _, _, target in dfa.edges[state]):
            live.add(state)
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
    """Equivalence classes: for each state one of its block. No edge may leave the states."""
    cuts = sorted({cut for state in states for low, high, _ in edges[state] for cut in (low, high + 1)})
    at = {cut: index for index, cut in enumerate(cuts)}
    into: list[dict[int, list[int]]] = [{} for _ in cuts]
    for state in states:
        for low, high, target in edges[state]:
            for atom in range(at[low], at[high + 1]):
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


def renumber(
    edges: Mapping[int, Sequence[tuple[int, int, int]]], block_of: dict[int, int], accepting: frozenset[int]
) -> Dfa:
    """The automaton whose states are the blocks, in breadth-first order from that of state 0."""
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
        found.append(join_edges(row))
    return Dfa(tuple(found), frozenset(numbers[block] for block in numbers if sample[block] in accepting))
