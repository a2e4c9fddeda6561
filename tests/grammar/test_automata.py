"""The algorithms of the automata, each against the plainest way to say the same."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gba.grammar.regular import subsets
from gba.grammar.regular.automata import (
    ANY_CHAR,
    Dfa,
    divide,
    finite,
    intersect,
    invert,
    join,
    sweep,
    unite,
    unrolled,
)
from gba.grammar.regular.languages import full_match, search
from gba.grammar.regular.minimal import minimise
from gba.grammar.regular.regex import parse
from gba.grammar.regular.thompson import automaton
from gba.schema.work import TooLargeError, Work

_WORDS = ["".join(word) for length in range(5) for word in itertools.product("ab1", repeat=length)]
"""All texts of up to four of three characters."""

_POINTS = st.integers(0, 30)
_RANGES = st.lists(st.tuples(_POINTS, _POINTS).map(sorted).map(tuple), max_size=6)
_PATTERNS = st.sampled_from(
    [
        "^a",
        "b$",
        "^[ab]*$",
        "1",
        "^(ab|1)*$",
        "a.b",
        "^.{2}$",
        "[^a]",
        "(a|b)1?$",
        "^a*b*1*$",
        "^$",
        "^(?:a|ab)(?:1|b1)$",
    ]
)


@given(_RANGES)
def test_a_sweep_tells_what_lies_over_each_point(ranges: list[tuple[int, int]]) -> None:
    over: dict[int, set[int]] = {}
    for low, high, live in sweep((low, high, number) for number, (low, high) in enumerate(ranges)):
        assert live
        for point in range(low, high + 1):
            assert point not in over
            over[point] = set(live)
    for point in range(31):
        assert over.get(point, set()) == {at for at, (low, high) in enumerate(ranges) if low <= point <= high}


@given(_RANGES)
def test_ranges_are_united_and_inverted(ranges: list[tuple[int, int]]) -> None:
    points = {point for low, high in ranges for point in range(low, high + 1)}
    united = unite(ranges)
    assert {point for low, high in united for point in range(low, high + 1)} == points
    assert all(high + 1 < low for (_, high), (low, _) in itertools.pairwise(united))
    outside = invert(united, ((0, 30),))
    assert {point for low, high in outside for point in range(low, high + 1)} == set(range(31)) - points


@settings(deadline=None)
@given(_PATTERNS, st.lists(_PATTERNS, max_size=3))
def test_a_language_is_divided_by_others(base: str, others: list[str]) -> None:
    whole, languages = search(base), [search(other) for other in others]
    parts = divide(whole, languages)
    for word in _WORDS:
        inside = frozenset(at for at, language in enumerate(languages) if language.matches(word))
        found = [key for key, part in parts.items() if part.matches(word)]
        assert found == ([inside] if whole.matches(word) else []), word
    assert not any(part.empty for part in parts.values())


@st.composite
def _automata(draw: st.DrawFn) -> Dfa:
    """Any automaton of up to eight states over two characters: with circles, equal states, useless ones."""
    size = draw(st.integers(1, 8))
    goals = st.sampled_from([*range(size), *range(size), None])
    rows = [[(ord(char), ord(char), draw(goals)) for char in "ab"] for _ in range(size)]
    edges = tuple(tuple((low, high, goal) for low, high, goal in row if goal is not None) for row in rows)
    return Dfa(edges, frozenset(draw(st.sets(st.integers(0, size - 1)))))


def _told_apart(dfa: Dfa) -> int:
    """How many of the states that are reached, and that lead to an end, differ in what may follow."""
    words = ["".join(word) for length in range(8) for word in itertools.product("ab", repeat=length)]
    reached, order = {0}, [0]
    for state in order:
        fresh = {goal for _, _, goal in dfa.edges[state]} - reached
        reached |= fresh
        order.extend(fresh)
    futures = set()
    for state in reached:
        ends = []
        for word in words:
            at: int | None = state
            for char in word:
                at = dfa.step(at, ord(char)) if at is not None else None
            ends.append(at in dfa.accepting)
        futures.add(tuple(ends))
    return len([future for future in futures if any(future)])


_CIRCLE = Dfa(tuple(((97, 97, (state + 1) % 8),) for state in range(8)), frozenset({0}))
"""Multiples of eight: no two states are equal, and it takes eight characters to tell some of them apart."""

_EQUAL = Dfa((((97, 97, 1), (98, 98, 2)), ((97, 98, 1),), ((97, 98, 3),), ((97, 98, 2),)), frozenset(range(4)))
"""All states are equal, but one leads to itself and two lead to each other."""


@settings(deadline=None)
@given(_automata())
@example(_CIRCLE)
@example(_EQUAL)
def test_the_smallest_automaton_has_a_state_for_each_way_to_go_on(dfa: Dfa) -> None:
    smallest = minimise(dfa)
    for length in range(8):
        for word in map("".join, itertools.product("ab", repeat=length)):
            assert smallest.matches(word) == dfa.matches(word), word
    assert len(smallest.edges) == max(1, _told_apart(dfa))
    assert minimise(smallest) == smallest


@settings(deadline=None)
@given(_PATTERNS, st.integers(0, 4), st.none() | st.integers(0, 4))
def test_a_language_is_unrolled_to_lengths(pattern: str, minimum: int, more: int | None) -> None:
    maximum = None if more is None else minimum + more
    language = search(pattern)
    bounded = unrolled(language, minimum, maximum)
    for word in _WORDS:
        fits = minimum <= len(word) and (maximum is None or len(word) <= maximum)
        assert bounded.matches(word) == (fits and language.matches(word)), word


@settings(deadline=None)
@given(st.lists(_PATTERNS, min_size=1, max_size=3))
def test_unions_and_intersections(patterns: list[str]) -> None:
    languages = [search(pattern) for pattern in patterns]
    one, every = join(*languages), intersect(*languages)
    for word in _WORDS:
        assert one.matches(word) == any(language.matches(word) for language in languages)
        assert every.matches(word) == all(language.matches(word) for language in languages)


@pytest.mark.parametrize("anchored", [True, False])
@given(pattern=_PATTERNS)
@settings(deadline=None)
def test_sets_of_positions_and_of_threads_become_the_same_automaton(pattern: str, anchored: bool) -> None:
    tree = parse(pattern)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subsets, "_Positions", subsets._Threads)
        threads = automaton(tree, anchored=anchored)
    assert threads == automaton(tree, anchored=anchored)


def test_the_work_of_all_automata_together_is_bounded() -> None:
    with Work(10), pytest.raises(TooLargeError):
        intersect(full_match("[a-z]{20}"), full_match("[a-y]{20}"))
    assert intersect(full_match("[a-z]{20}"), full_match("[a-y]{20}")).matches("a" * 20)


def test_states_are_limited() -> None:
    with pytest.raises(TooLargeError):
        unrolled(search(""), 9000, None)
    with pytest.raises(TooLargeError):
        join(*(full_match(f"[ab]*a[ab]{{{length}}}") for length in (12, 13)))


def test_any_text_but_surrogates() -> None:
    assert invert((), ANY_CHAR) == ANY_CHAR
    assert not finite(["a"]).matches("b")
