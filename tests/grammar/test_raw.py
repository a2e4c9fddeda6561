"""Raw text up to its closing text, against what the definition says of every short text."""

from __future__ import annotations

import itertools

import pytest

from gba.grammar.gbnf.matcher import Matcher
from gba.grammar.gbnf.rules import Rules
from gba.grammar.regular.automata import EVERY_STRING, Dfa, complement, finite
from gba.grammar.regular.languages import length_between, search
from gba.grammar.strings.bounded import bounded_text
from gba.grammar.strings.raw import closes_first, followed

CLOSINGS = ["<", "ab", "aa", "aba", "abab", "aab"]
"""With and without beginnings that are ends as well."""

LONGEST = 7


def _texts(closing: str) -> list[str]:
    """All short strings of the closing text's characters and another one."""
    alphabet = sorted({*closing, "x"})
    return ["".join(chars) for size in range(LONGEST) for chars in itertools.product(alphabet, repeat=size)]


@pytest.mark.parametrize("closing", CLOSINGS)
@pytest.mark.parametrize(
    "language",
    [EVERY_STRING, search("^a"), search("x$"), complement(finite(["", "a", "x"]))],
    ids=["all", "beginning", "end", "some"],
)
def test_the_automaton_has_the_strings_that_the_closing_text_closes_first(language: Dfa, closing: str) -> None:
    whole = followed(language, closing)
    for text in _texts(closing):
        assert whole.matches(text + closing) == (language.matches(text) and closes_first(text, closing)), text
        if not text.endswith(closing):
            assert not whole.matches(text)


def test_an_empty_text_closes_nothing() -> None:
    with pytest.raises(ValueError, match="closes nothing"):
        followed(EVERY_STRING, "")


@pytest.mark.parametrize("closing", CLOSINGS)
@pytest.mark.parametrize("bounds", [(0, 4), (2, 5), (3, 3), (1, 6), (4, None)], ids=str)
def test_counted_text_is_never_shorter_and_longer_only_by_pieces_of_the_closing_text(
    bounds: tuple[int, int | None], closing: str
) -> None:
    minimum, maximum = bounds
    rules = Rules()
    tree = rules.tree(bounded_text(EVERY_STRING, closing, minimum, maximum, rules))
    start = Matcher(tree)
    exact = followed(length_between(EVERY_STRING, minimum, maximum), closing)
    for text in _texts(closing):
        accepted = _accepts(start, text + closing)
        if exact.matches(text + closing):
            assert accepted, text
        elif accepted:
            assert closes_first(text, closing)
            assert maximum is not None
            assert maximum < len(text)
            assert len(closing) > 1
            assert closing[0] in text


def test_counted_text_without_what_is_refused() -> None:
    rules = Rules()
    allowed = complement(finite(["null"]))
    start = Matcher(rules.tree(bounded_text(allowed, "</v>", 0, 500, rules)))
    for text in ("nul", "nulls", "", "x" * 500):
        assert _accepts(start, text + "</v>"), text
    for text in ("null", "x" * 501):
        assert not _accepts(start, text + "</v>"), text


def _accepts(start: Matcher, text: str) -> bool:
    matcher = start.copy()
    return matcher.advance(text) and matcher.accepting
