"""From a nondeterministic automaton to a deterministic one, by the subset construction.

A pattern may look around: what has been read is remembered by monitors (automata that run along from the beginning of
the text), what must come next by a condition on the next character (`Ahead`), and what must come at all by a second
position that has to succeed as well (`Nfa.both`). Without the latter a state of the result is a set of positions; with
it, a set of threads, each of them a set of positions that must *all* succeed.

All of this is done over an alphabet of classes: code points that no part of the automaton tells apart are one symbol.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from gba.grammar.regular.automata import ANY_CHAR, Dfa, Ranges, explore, sweep, unite
from gba.schema.work import TooLargeError, spend

__all__ = ["Ahead", "Nfa", "determinise"]

_THREADS = 500
"""Threads that a state may have."""

_DEEP = 60
"""Steps without reading that the search for threads may take: it recurses."""


class Ahead(NamedTuple):
    """What must come next: a character out of the ranges, or, with ``end``, the end of the text."""

    ranges: Ranges
    end: bool


@dataclass(slots=True)
class Nfa:
    """Positions are numbered from 0; position 0 accepts whatever follows.

    ``chars``: what a position reads, and where it leads; ``empty``: where it leads without reading. ``ahead``: a
    condition on what comes next, and where it leads if that holds; ``behind``: a monitor, whether it must not accept,
    and where that leads; ``both``: two positions that must both succeed.
    """

    chars: list[list[tuple[Ranges, int]]] = field(default_factory=list)
    empty: list[list[int]] = field(default_factory=list)
    ahead: dict[int, tuple[Ahead, int]] = field(default_factory=dict)
    behind: dict[int, tuple[int, bool, int]] = field(default_factory=dict)
    both: dict[int, tuple[int, int]] = field(default_factory=dict)
    final: set[int] = field(default_factory=set)
    monitors: list[Dfa] = field(default_factory=list)


_Condition: TypeAlias = "tuple[frozenset[int], bool] | None"
"""The classes of which one must come next, and whether the text may end instead; None: no condition."""

Element: TypeAlias = "tuple[int, _Condition]"
"""A position that reads, or where a text may end, and what must come next."""

Thread: TypeAlias = frozenset[int]
Monitors: TypeAlias = "tuple[int | None, ...]"

_ALL: Element = (0, None)
_EVERYTHING = frozenset({_ALL})


def determinise(nfa: Nfa, start: int, monitors: Monitors | None = None) -> Dfa:
    """The minimal automaton of the texts that are read from this position.

    ``monitors`` are the states of the monitors there, by default those at the beginning of a text. Raises
    TooLargeError.
    """
    first = (0,) * len(nfa.monitors) if monitors is None else monitors
    simulation = (_Threads if nfa.both else _Positions)(nfa)
    return simulation.alphabet.spelled(simulation.automaton(start, first))


class _Alphabet:
    """Code points that are in the same ones of all ranges are one class."""

    def __init__(self, nfa: Nfa) -> None:
        self.members: dict[Ranges, frozenset[int]] = {}
        sets = {ranges for way in nfa.chars for ranges, _ in way}
        sets.update(condition.ranges for condition, _ in nfa.ahead.values())
        sets.update(_ranges_to(dfa, state, goal) for dfa in nfa.monitors for state, goal in _steps(dfa))
        listed = list(sets)
        spend(sum(map(len, listed)))
        known: dict[frozenset[int], int] = {}
        stretches: list[list[tuple[int, int]]] = []
        found: list[set[int]] = [set() for _ in listed]
        edges = [(low, high, number) for number, ranges in enumerate(listed) for low, high in ranges]
        for low, high, live in sweep(edges):
            pieces = [(max(low, first), min(high, last)) for first, last in ANY_CHAR if first <= high and low <= last]
            if pieces:
                name = known.setdefault(frozenset(live), len(known))
                if name == len(stretches):
                    stretches.append([])
                    for number in live:
                        found[number].add(name)
                stretches[name].extend(pieces)
        self.members = {ranges: frozenset(found[number]) for number, ranges in enumerate(listed)}
        self._stretches = stretches
        self._spelled: dict[tuple[int, ...], list[tuple[int, int]]] = {}

    def spelled(self, dfa: Dfa) -> Dfa:
        """The automaton over classes as one over code points."""
        rows: list[tuple[tuple[int, int, int], ...]] = []
        for edges in dfa.edges:
            goals: dict[int, list[int]] = {}
            for low, high, goal in edges:
                goals.setdefault(goal, []).extend(range(low, high + 1))
            row = [
                (low, high, goal) for goal, names in goals.items() for low, high in self._ranges(tuple(sorted(names)))
            ]
            spend(len(row))
            rows.append(tuple(sorted(row)))
        return Dfa(tuple(rows), dfa.accepting)

    def _ranges(self, names: tuple[int, ...]) -> list[tuple[int, int]]:
        found = self._spelled.get(names)
        if found is None:
            united = unite(pair for name in names for pair in self._stretches[name])
            found = self._spelled[names] = [
                (max(low, first), min(high, last))
                for low, high in united
                for first, last in ANY_CHAR
                if first <= high and low <= last
            ]
        return found


def _steps(dfa: Dfa) -> Iterator[tuple[int, int]]:
    for state, edges in enumerate(dfa.edges):
        for goal in {goal for _, _, goal in edges}:
            yield state, goal


def _ranges_to(dfa: Dfa, state: int, goal: int) -> Ranges:
    return tuple((low, high) for low, high, target in dfa.edges[state] if target == goal)


class _Simulation:
    def __init__(self, nfa: Nfa) -> None:
        self.nfa = nfa
        self.alphabet = _Alphabet(nfa)
        members = self.alphabet.members
        self.reads = [[(members[ranges], target) for ranges, target in ways if ranges] for ways in nfa.chars]
        self.ahead = {
            number: ((members[condition.ranges], condition.end), target)
            for number, (condition, target) in nfa.ahead.items()
        }
        self.watching = [
            [
                {name: goal for goal in goals for name in members[_ranges_to(dfa, state, goal)]}
                for state, goals in enumerate({goal for _, _, goal in edges} for edges in dfa.edges)
            ]
            for dfa in nfa.monitors
        ]
        self.readings: dict[Element, list[tuple[int, int]]] = {}

    def ways(self, element: Element) -> list[tuple[int, int]]:
        """The classes that the element reads, each with where it leads."""
        found = self.readings.get(element)
        if found is None:
            number, condition = element
            found = self.readings[element] = [
                (name, target)
                for names, target in self.reads[number]
                for name in (names if condition is None else names & condition[0])
            ]
        return found

    def watched(self, monitors: Monitors, name: int) -> Monitors:
        """Where the monitors are after a character of the class."""
        return tuple(
            None if state is None else rows[state].get(name)
            for rows, state in zip(self.watching, monitors, strict=True)
        )

    def following(self, element: Element, monitors: Monitors) -> Iterator[Element]:
        """Where an element leads without reading."""
        number, condition = element
        for target in self.nfa.empty[number]:
            yield target, condition
        if number in self.ahead:
            (names, end), target = self.ahead[number]
            if condition is not None:
                names, end = names & condition[0], end and condition[1]
            if names or end:
                yield target, (names, end)
        if number in self.nfa.behind:
            monitor, negated, target = self.nfa.behind[number]
            state = monitors[monitor]
            if (state is not None and state in self.nfa.monitors[monitor].accepting) != negated:
                yield target, condition

    def stays(self, element: Element) -> bool:
        """Whether the element reads something, or a text may end there."""
        return self.ends(element) or bool(self.reads[element[0]] and self.ways(element))

    def ends(self, element: Element) -> bool:
        """Whether a text may end at the element."""
        number, condition = element
        return number in self.nfa.final and (condition is None or condition[1])


_State: TypeAlias = "tuple[Monitors, frozenset[Element]]"


class _Positions(_Simulation):
    """Nothing has two positions that must both succeed: a state is what the monitors know, and a set of elements."""

    def __init__(self, nfa: Nfa) -> None:
        super().__init__(nfa)
        self.closures: dict[tuple[int, Monitors], frozenset[Element]] = {}

    def automaton(self, start: int, monitors: Monitors) -> Dfa:
        return explore((monitors, self.reached(frozenset({start}), monitors)), self.moves, self.accepts)

    def reached(self, targets: Iterable[int], monitors: Monitors) -> frozenset[Element]:
        found = frozenset().union(*[self.closure(target, monitors) for target in targets])
        return _EVERYTHING if _ALL in found else found

    def closure(self, start: int, monitors: Monitors) -> frozenset[Element]:
        """The elements that a position becomes without reading."""
        key = (start, monitors)
        found = self.closures.get(key)
        if found is None:
            seen: dict[Element, None] = {(start, None): None}
            order = list(seen)
            for element in order:
                for target in self.following(element, monitors):
                    if target not in seen:
                        seen[target] = None
                        order.append(target)
            spend(len(seen))
            found = self.closures[key] = frozenset([element for element in seen if self.stays(element)])
        return found

    def moves(self, state: _State) -> Iterable[tuple[int, int, _State]]:
        monitors, elements = state
        targets: dict[int, set[int]] = {}
        steps = 0
        for element in elements:
            ways = self.ways(element)
            steps += len(ways)
            for name, target in ways:
                if name in targets:
                    targets[name].add(target)
                else:
                    targets[name] = {target}
        spend(steps)
        known: dict[tuple[Monitors, frozenset[int]], _State] = {}
        for name, goals in targets.items():
            passed = self.watched(monitors, name) if monitors else monitors
            key = (passed, frozenset(goals))
            following = known.get(key)
            if following is None:
                spend(len(goals))
                following = known[key] = (passed, self.reached(key[1], passed))
            yield name, name, following

    def accepts(self, state: _State) -> bool:
        return any(map(self.ends, state[1]))


class _Threads(_Simulation):
    """A state is what the monitors know, and a set of threads, each a set of positions that must all succeed."""

    def __init__(self, nfa: Nfa) -> None:
        super().__init__(nfa)
        self.reaches: dict[tuple[int, Monitors], set[frozenset[Element]]] = {}

    def automaton(self, start: int, monitors: Monitors) -> Dfa:
        return explore((monitors, frozenset({frozenset({start})})), self.moves, self.accepts)

    def accepts(self, state: tuple[Monitors, frozenset[Thread]]) -> bool:
        return any(all(map(self.ends, thread)) for thread in self.expanded(*state))

    def expanded(self, monitors: Monitors, threads: frozenset[Thread]) -> set[frozenset[Element]]:
        """The threads that these become without reading."""
        return {found for thread in threads for found in self.product(thread, monitors)}

    def product(self, thread: Thread, monitors: Monitors) -> set[frozenset[Element]]:
        partial: set[frozenset[Element]] = {frozenset()}
        for number in thread:
            if number == 0 and len(thread) > 1:
                continue
            found = self.reach(number, monitors)
            spend(len(partial) * len(found))
            partial = {done | more for done in partial for more in found}
            if len(partial) > _THREADS:
                raise TooLargeError
        return partial

    def reach(self, start: int, monitors: Monitors) -> set[frozenset[Element]]:
        key = (start, monitors)
        found = self.reaches.get(key)
        if found is None:
            found = self.reaches[key] = self.walk((start, None), monitors, frozenset())
        return found

    def walk(self, element: Element, monitors: Monitors, path: frozenset[Element]) -> set[frozenset[Element]]:
        if element in path:
            return set()
        if len(path) > _DEEP:
            raise TooLargeError
        spend(2 + len(path) // 8)
        path |= {element}
        number, condition = element
        found: set[frozenset[Element]] = set()
        if self.stays(element):
            found.add(frozenset({element}))
        if number in self.nfa.both:
            left, right = (self.walk((part, condition), monitors, path) for part in self.nfa.both[number])
            spend(len(left) * len(right))
            found |= {one | other for one in left for other in right}
        for target in self.following(element, monitors):
            found |= self.walk(target, monitors, path)
        if len(found) > _THREADS:
            raise TooLargeError
        return found

    def moves(
        self, state: tuple[Monitors, frozenset[Thread]]
    ) -> Iterable[tuple[int, int, tuple[Monitors, frozenset[Thread]]]]:
        monitors = state[0]
        threads = self.expanded(*state)
        targets: dict[int, dict[Element, list[int]]] = {}
        for element in set().union(*threads):
            ways = self.ways(element)
            spend(len(ways))
            for name, target in ways:
                targets.setdefault(name, {}).setdefault(element, []).append(target)
        for name, by_element in targets.items():
            after = self.step(threads, by_element)
            if after:
                yield name, name, (self.watched(monitors, name), _simplified(after))

    def step(self, threads: set[frozenset[Element]], targets: dict[Element, list[int]]) -> set[Thread]:
        """The threads after a character: a thread lives while each of its positions can go on."""
        after: set[Thread] = set()
        for thread in threads:
            partial: set[Thread] = {frozenset()}
            for element in thread:
                partial = {done | {target} for done in partial for target in targets.get(element, ())}
            spend(1 + len(partial))
            after |= partial
            if len(after) > _THREADS:
                raise TooLargeError
        return after


def _simplified(threads: set[Thread]) -> frozenset[Thread]:
    """Without positions that accept anything, and without threads that ask for more than another one."""
    everything = frozenset({0})
    if everything in threads:
        return frozenset({everything})
    if all(len(thread) == 1 for thread in threads):
        return frozenset(threads)
    plain = {(thread - everything) or everything for thread in threads}
    if everything in plain:
        return frozenset({everything})
    spend(len(plain) ** 2 // 4)
    return frozenset(thread for thread in plain if not any(other < thread for other in plain))
