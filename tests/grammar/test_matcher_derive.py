"""Grammars without one of their sentences."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gba.errors import GrammarError
from gba.grammar.gbnf.derive import without
from gba.grammar.gbnf.matcher import Matcher
from gba.grammar.gbnf.parser import parse_gbnf
from gba.grammar.gbnf.printer import print_gbnf
from tests.helpers.examples import examples
from tests.helpers.grammar_trees import TEXTS, sentences, trees

ARGUMENTS = r"""
root   ::= "{\"query\": " string ", \"limit\": " number "}"
string ::= "\"" ([^"\\\x00-\x1F] | "\\" ["\\/bfnrt])* "\""
number ::= "0" | [1-9] [0-9]*
"""
CALL = '{"query": "say \\"é\\"", "limit": 10}'


def accepts(grammar: str, text: str) -> bool:
    matcher = Matcher(parse_gbnf(grammar))
    return matcher.advance(text) and matcher.accepting


def test_only_that_call_is_out() -> None:
    left = print_gbnf(without(parse_gbnf(ARGUMENTS), CALL))
    assert not accepts(left, CALL)
    for other in (
        CALL.replace("10", "1"),
        CALL.replace("10", "100"),
        CALL.replace("10", "11"),
        CALL.replace("é", "e"),
        CALL.replace("say", "sa"),
        CALL.replace("say", "says"),
        CALL.replace('\\"', "\\n"),
        '{"query": "", "limit": 0}',
    ):
        assert accepts(left, other), other
    for wrong in ("", "{}", CALL[:-1], CALL + "}", CALL.replace("10", "01")):
        assert not accepts(left, wrong), wrong


def test_calls_are_taken_out_one_after_the_other() -> None:
    tree = parse_gbnf(ARGUMENTS)
    out = [CALL, CALL.replace("10", "1"), CALL.replace("10", "12"), '{"query": "", "limit": 0}']
    for text in out:
        tree = without(tree, text)
    grammar = print_gbnf(tree)
    assert not any(accepts(grammar, text) for text in out)
    assert accepts(grammar, CALL.replace("10", "2"))


def test_a_text_that_is_no_sentence_changes_nothing() -> None:
    tree = parse_gbnf(ARGUMENTS)
    assert without(tree, CALL[:-1]) is tree
    assert without(tree, "no call at all") is tree


def test_a_long_text_takes_a_grammar_of_its_length() -> None:
    text = CALL.replace("é", "long " * 400)
    grammar = print_gbnf(without(parse_gbnf(ARGUMENTS), text))
    assert len(grammar) < 100 * len(text)
    assert not accepts(grammar, text)
    assert accepts(grammar, CALL)


def test_a_sentence_with_many_derivations() -> None:
    grammar = print_gbnf(without(parse_gbnf('root ::= a* a* "b"?\na ::= "a" | [a-c]'), "aaa"))
    assert [text for text in ("aa", "aaa", "aaaa", "aaab", "") if accepts(grammar, text)] == ["aa", "aaaa", "aaab", ""]


def test_nothing_left_is_an_error() -> None:
    with pytest.raises(GrammarError, match="no sentence but 'ab'"):
        without(parse_gbnf('root ::= "a" "b" | "ab"'), "ab")


def test_the_empty_text() -> None:
    assert print_gbnf(without(parse_gbnf('root ::= "a"?'), "")) == 'root ::= "a"\n'


@settings(max_examples=examples(150), deadline=None)
@given(st.data())
def test_random_grammars(data: st.DataObject) -> None:
    tree = data.draw(trees())
    expected = sentences(tree)
    out = data.draw(st.sampled_from(sorted(expected) or TEXTS))
    try:
        left = print_gbnf(without(tree, out))
    except GrammarError:
        assert expected == {out}
        return
    matcher = Matcher(parse_gbnf(left))
    for text in TEXTS:
        following = matcher.copy()
        assert (following.advance(text) and following.accepting) == (text in expected - {out})
