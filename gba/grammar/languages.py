"""From regular expressions to automata.

A pattern is searched for, not matched in full, and may look ahead and behind. The simulation therefore runs sets of
threads, each thread a set of positions that must *all* succeed (that is what a look-ahead adds), beside monitors that
remember what has been read (look-behind, ``^`` and word boundaries). Both are finite, so the result is a DFA.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import TypeAlias

from gba.grammar.automata import (
    ANY_CHAR,
    STATES,
    Dfa,
    Ranges,
    TooLargeError,
    complement,
    explore,
    intersect,
    sweep,
    unrolled,
)
from gba.grammar.regex import WORD, Chars, Concat, Edge, Expression, Look, NotRegularError, Or, Times, parse

__all__ = ["full_match", "length_between", "search"]

Thread: TypeAlias = frozenset[int]
_NFA_STATES = 20_000
_START_OF_TEXT = Dfa(((),), frozenset({0}))


@functools.lru_cache(maxsize=1024)
def search(pattern: str) -> Dfa:
    """All strings in which the pattern is found. Raises RegexError, NotRegularError, TooLargeError."""
    return _Builder().automaton(parse(pattern), anchored=False)


@functools.lru_cache(maxsize=256)
def full_match(pattern: str) -> Dfa:
    """All strings that the pattern matches from beginning to end. Raises as ``search`` does."""
    return _Builder().automaton(Concat((parse(pattern), Edge("$"))), anchored=True)


def length_between(dfa: Dfa, minimum: int, maximum: int | None) -> Dfa:
    """The strings of the language of so many code points. Raises TooLargeError."""
    if (minimum == 0 and maximum is None) or _lengths_within(dfa, minimum, maximum):
        return dfa
    if (minimum if maximum is None else maximum + 1) > STATES:
        raise TooLargeError
    return unrolled(dfa, minimum, maximum)


def _lengths_within(dfa: Dfa, minimum: int, maximum: int | None) -> bool:
    """Whether all strings have such a length anyway."""
    level, depth = {0}, 0
    while level and depth < minimum:
        if level & dfa.accepting:
            return False
        level = {target for state in level for _, _, target in dfa.edges[state]}
        depth += 1
        if depth > len(dfa.edges):
            return False
    if maximum is None or not level:
        return True
    while level and depth <= maximum:
        level = {target for state in level for _, _, target in dfa.edges[state]}
        depth += 1
        if depth > len(dfa.edges):
            return not level
    return not level


class _Builder:
    """A Thompson automaton, built from its end: each part is given the state that follows it."""

    def __init__(self) -> None:
        self.chars: list[list[tuple[Ranges, int]]] = []
        self.empty: list[list[int]] = []
        self.both: dict[int, tuple[int, int]] = {}
        self.ends: dict[int, int] = {}
        self.behind: dict[int, tuple[int, bool, int]] = {}
        self.final: set[int] = set()
        self.monitors: list[Dfa] = []
        self.all = self.state()
        self.chars[self.all].append((ANY_CHAR, self.all))
        self.final.add(self.all)

    def state(self) -> int:
        if len(self.chars) >= _NFA_STATES:
            raise TooLargeError
        self.chars.append([])
        self.empty.append([])
        return len(self.chars) - 1

    def automaton(self, tree: Expression, *, anchored: bool) -> Dfa:
        start = self.state()
        for option in tree.options if isinstance(tree, Or) else (tree,):
            items = option.items if isinstance(option, Concat) else (option,)
            if anchored or (items and items[0] == Edge("^")):
                rest = Concat(items[1:]) if items and items[0] == Edge("^") else option
                self.empty[start].append(self.build(rest, self.all))
                continue
            seek = self.state()
            self.chars[seek].append((ANY_CHAR, seek))
            self.empty[seek].append(self.build(option, self.all))
            self.empty[start].append(seek)
        return self.determinise(start)

    def build(self, tree: Expression, following: int) -> int:
        """The state from which the tree, and then what follows, is read."""
        if isinstance(tree, Chars):
            state = self.state()
            if tree.ranges:
                self.chars[state].append((tree.ranges, following))
            return state
        if isinstance(tree, Concat):
            for item in reversed(tree.items):
                following = self.build(item, following)
            return following
        if isinstance(tree, Or):
            state = self.state()
            self.empty[state] = [self.build(option, following) for option in tree.options]
            return state
        if isinstance(tree, Times):
            return self.repeat(tree, following)
        return self.look(tree, following) if isinstance(tree, Look) else self.edge(tree, following)

    def repeat(self, tree: Times, following: int) -> int:
        if tree.maximum is None:
            loop = self.state()
            self.empty[loop] = [self.build(tree.item, loop), following]
            following = loop
        else:
            end = following
            for _ in range(tree.maximum - tree.minimum):
                state = self.state()
                self.empty[state] = [self.build(tree.item, following), end]
                following = state
        for _ in range(tree.minimum):
            following = self.build(tree.item, following)
        return following

    def edge(self, tree: Edge, following: int) -> int:
        if tree.kind == "$":
            state = self.state()
            self.ends[state] = following
            return state
        if tree.kind == "^":
            return self.monitored(_START_OF_TEXT, False, following)
        word = Chars(WORD)
        inside = tree.kind == "b"
        return self.build(
            Or(
                (
                    Concat((Look(word, True, False), Look(word, False, inside))),
                    Concat((Look(word, True, True), Look(word, False, not inside))),
                )
            ),
            following,
        )

    def look(self, tree: Look, following: int) -> int:
        if tree.behind:
            return self.monitored(_ends_with(tree.item), tree.negated, following)
        state = self.state()
        if tree.negated:
            self.both[state] = (
                self.embed(complement(_Builder().automaton(_inner(tree.item), anchored=True))),
                following,
            )
        else:
            self.both[state] = (self.build(_inner(tree.item), self.all), following)
        return state

    def monitored(self, monitor: Dfa, negated: bool, following: int) -> int:
        if monitor not in self.monitors:
            self.monitors.append(monitor)
        state = self.state()
        self.behind[state] = (self.monitors.index(monitor), negated, following)
        return state

    def embed(self, dfa: Dfa) -> int:
        numbers = [self.state() for _ in dfa.edges]
        for number, edges in zip(numbers, dfa.edges, strict=True):
            self.chars[number] = [(((low, high),), numbers[target]) for low, high, target in edges]
        self.final.update(numbers[state] for state in dfa.accepting)
        return numbers[0]

    def determinise(self, start: int) -> Dfa:
        if not self.both and not self.behind:
            return self.determinise_plain(start)
        first: tuple[tuple[int | None, ...], frozenset[Thread]] = (
            (0,) * len(self.monitors),
            frozenset({frozenset({start})}),
        )
        return explore(first, self.moves, self.accepts)

    def determinise_plain(self, start: int) -> Dfa:
        """The same where nothing looks around: a state is a set of positions that read, or where a text may end."""
        everything = frozenset({self.all})

        @functools.cache
        def closure(number: int) -> frozenset[int]:
            seen = {number: None}
            for at in (order := [number]):
                fresh = [target for target in self.empty[at] if target not in seen]
                seen.update(dict.fromkeys(fresh))
                order.extend(fresh)
            return frozenset(at for at in seen if self.chars[at] or at in self.final or at in self.ends)

        @functools.cache
        def after(targets: frozenset[int]) -> frozenset[int]:
            reached = frozenset().union(*map(closure, targets))
            return everything if self.all in reached else reached

        @functools.cache
        def ways(number: int) -> list[tuple[int, int, tuple[int, int]]]:
            return [
                (low, high, (number, target))
                for ranges, target in self.chars[number]
                for first, last in ranges
                for low, high in _without_surrogates(first, last)
            ]

        def moves(state: frozenset[int]) -> Iterable[tuple[int, int, frozenset[int]]]:
            for low, high, live in sweep([edge for number in state for edge in ways(number)]):
                yield low, high, after(frozenset([target for _, target in live]))

        @functools.cache
        def final(number: int) -> bool:
            return any(thread <= self.final for thread in self.reach_flat(number, (), at_end=True))

        return explore(after(frozenset({start})), moves, lambda state: any(map(final, state)))

    def accepts(self, state: tuple[tuple[int | None, ...], frozenset[Thread]]) -> bool:
        monitors, threads = state
        return any(
            self.final.issuperset(reached)
            for thread in threads
            for reached in self.closure(thread, monitors, at_end=True)
        )

    def moves(
        self, state: tuple[tuple[int | None, ...], frozenset[Thread]]
    ) -> Iterable[tuple[int, int, tuple[tuple[int | None, ...], frozenset[Thread]]]]:
        monitors, threads = state
        reached = {done for thread in threads for done in self.closure(thread, monitors, at_end=False)}
        cuts = {0, 0xD800, 0xE000, 0x110000}
        for thread in reached:
            for number in thread:
                for ranges, _ in self.chars[number]:
                    for low, high in ranges:
                        cuts.update((low, high + 1))
        for dfa, at in zip(self.monitors, monitors, strict=True):
            if at is not None:
                for low, high, _ in dfa.edges[at]:
                    cuts.update((low, high + 1))
        ordered = sorted(cuts)
        simple = all(len(thread) == 1 for thread in reached)
        targets = self.simple_targets(reached, ordered) if simple else None
        for index, low in enumerate(ordered[:-1]):
            if 0xD800 <= low < 0xE000:
                continue
            after = targets[index] if targets is not None else self.step(reached, low)
            if after:
                passed = tuple(
                    None if at is None else dfa.step(at, low) for dfa, at in zip(self.monitors, monitors, strict=True)
                )
                yield low, ordered[index + 1] - 1, (passed, self.simplified(after))

    def simple_targets(self, threads: set[Thread], ordered: list[int]) -> list[set[Thread]]:
        index = {cut: number for number, cut in enumerate(ordered)}
        found: list[set[Thread]] = [set() for _ in ordered]
        for thread in threads:
            for number in thread:
                for ranges, target in self.chars[number]:
                    goal = frozenset({target})
                    for low, high in ranges:
                        for at in range(index[low], index[high + 1]):
                            found[at].add(goal)
        return found

    def step(self, threads: set[Thread], point: int) -> set[Thread]:
        """The threads after one code point: a thread lives while each of its positions can go on."""
        after: set[Thread] = set()
        for thread in threads:
            partial: set[Thread] = {frozenset()}
            for number in thread:
                targets = [
                    target for ranges, target in self.chars[number] if any(low <= point <= high for low, high in ranges)
                ]
                partial = {done | {target} for done in partial for target in targets}
            after |= partial
        return after

    def simplified(self, threads: set[Thread]) -> frozenset[Thread]:
        """Without positions that accept anything, and without threads that ask for more than another one."""
        everything = frozenset({self.all})
        if everything in threads:
            return frozenset({everything})
        if all(len(thread) == 1 for thread in threads):
            return frozenset(threads)
        plain = {(thread - everything) or everything for thread in threads}
        if everything in plain:
            return frozenset({everything})
        return frozenset(thread for thread in plain if not any(other < thread for other in plain))

    def closure(self, thread: Thread, monitors: tuple[int | None, ...], *, at_end: bool) -> set[Thread]:
        """The threads that this one becomes without reading: all its positions are ones that read, or final."""
        partial: set[Thread] = {frozenset()}
        for number in thread:
            found = self.reach(number, monitors, at_end, frozenset())
            partial = {done | more for done in partial for more in found}
            if len(partial) > 2000:
                raise TooLargeError
        return partial

    def reach(self, number: int, monitors: tuple[int | None, ...], at_end: bool, path: frozenset[int]) -> set[Thread]:
        if not self.both:
            return self.reach_flat(number, monitors, at_end)
        if number in path:
            return set()
        path |= {number}
        found: set[Thread] = set()
        if self.chars[number] or number in self.final:
            found.add(frozenset({number}))
        if number in self.both:
            left, right = (self.reach(part, monitors, at_end, path) for part in self.both[number])
            found |= {one | other for one in left for other in right}
        for target in self.following(number, monitors, at_end):
            found |= self.reach(target, monitors, at_end, path)
        return found

    def reach_flat(self, number: int, monitors: tuple[int | None, ...], at_end: bool) -> set[Thread]:
        seen, stack = {number}, [number]
        found: set[Thread] = set()
        while stack:
            at = stack.pop()
            if self.chars[at] or at in self.final:
                found.add(frozenset({at}))
            for target in self.following(at, monitors, at_end):
                if target not in seen:
                    seen.add(target)
                    stack.append(target)
        return found

    def following(self, number: int, monitors: tuple[int | None, ...], at_end: bool) -> Iterable[int]:
        yield from self.empty[number]
        if at_end and number in self.ends:
            yield self.ends[number]
        if number in self.behind:
            monitor, negated, target = self.behind[number]
            holds = monitors[monitor] is not None and monitors[monitor] in self.monitors[monitor].accepting
            if holds != negated:
                yield target


def _without_surrogates(first: int, last: int) -> Ranges:
    if last < 0xD800 or first > 0xDFFF:
        return ((first, last),)
    return tuple((low, high) for low, high in ((first, 0xD7FF), (0xE000, last)) if low <= high)


def _inner(tree: Expression) -> Expression:
    """The tree of an assertion. Raises NotRegularError where it looks behind itself."""
    stack: list[Expression] = [tree]
    while stack:
        at = stack.pop()
        if (isinstance(at, Edge) and at.kind != "$") or (isinstance(at, Look) and at.behind):
            raise NotRegularError("an assertion inside another one")
        if isinstance(at, (Concat, Or)):
            stack.extend(at.items if isinstance(at, Concat) else at.options)
        elif isinstance(at, (Times, Look)):
            stack.append(at.item)
    return tree


@functools.lru_cache(maxsize=128)
def _ends_with(tree: Expression) -> Dfa:
    """All texts that end with the tree."""
    if isinstance(tree, Chars):
        found = _Builder().automaton(Concat((Times(Chars(ANY_CHAR), 0, None), tree, Edge("$"))), anchored=True)
    else:
        found = _Builder().automaton(Concat((_inner(tree), Edge("$"))), anchored=False)
    return found


def all_of(automata: Iterable[Dfa]) -> Dfa:
    """The strings that are in every language, smallest automata first."""
    ordered = sorted(automata, key=lambda dfa: len(dfa.edges))
    result = ordered[0]
    for dfa in ordered[1:]:
        result = intersect(result, dfa)
    return result
