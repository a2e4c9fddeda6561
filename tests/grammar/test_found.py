"""Values are checked against patterns in bounded time, also where no automaton can be made of them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gba import Grammar
from gba.errors import SchemaError
from gba.grammar.regular.found import UndecidedError, _Follower, can_be_judged, found
from gba.grammar.regular.regex import parse

TEXTS = ["", "a", "b", "ab", "aab", "abab", "a b", "-a-", "aaab\n", "ba", "b a ab", "aaaaa", "\n", "a\nb"]
PATTERNS = [
    "a",
    "^a",
    "b$",
    "^$",
    "a*b",
    "(a|ab)(b|)a",
    "^(a*)*$",
    "^(a|b)*?ab$",
    "^(?:a{2,3}b?){1,2}$",
    "a{0}b",
    r"\bab\b",
    r"\Ba",
    "(?=ab)a",
    "(?!ab)a",
    "(?<=b)a",
    "(?<!b)a",
    "(?<=a|-)a",
    "^(?=.*a)(?=.*b).{2,}$",
    "(?:){3,}",
    "(?:a?){4}b",
    "[^a]b",
    r"\s",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_following_is_what_re_says(pattern):
    python = re.compile(pattern.replace("$", r"\Z"))
    for text in TEXTS:
        assert _Follower(text).found(parse(pattern)) == bool(python.search(text)), text


@given(st.sampled_from(PATTERNS), st.text("ab -\n", max_size=12))
def test_following_is_what_the_automaton_says(pattern, text):
    assert _Follower(text).found(parse(pattern)) == found(pattern, text)


def test_a_pattern_whose_automaton_is_too_large():
    pattern = "(a.{60}b|b.{61}c).*d$"
    assert found(pattern, "xa" + "_" * 60 + "b-d")
    assert not found(pattern, "xa" + "_" * 59 + "b-d")


@pytest.mark.parametrize(
    "pattern, text",
    [
        (r"^(a+)+\1$", "a" * 40 + "!"),
        (r"^(([a-z])+.)+\2!$", "a" * 60),
    ],
)
def test_backtracking_without_end_is_cut_off(pattern, text):
    with pytest.raises(UndecidedError, match="takes more than 2 s"):
        found(pattern, text)


def test_back_references_are_judged():
    assert found(r"^(.)(.)\2\1$", "abba")
    assert not found(r"^(.)(.)\2\1$", "abab")
    assert found(r"^(?<first>.)[$]\k<first>$", "a$a")
    assert not found(r"^(?<first>.)\k<first>$", "aa\n")
    assert not found(r"^(\d)\1$", "\u0663\u0663")


def test_a_check_that_cannot_be_made_is_a_violation():
    grammar = Grammar.from_json_schema({"type": "string", "pattern": r"^(a+)+\1$"})
    assert grammar.check("aaaa") == []
    assert grammar.check("b") == ["/: 'b' does not match '^(a+)+\\\\1$'"]
    (said,) = grammar.check("a" * 60 + "!")
    assert "taken for a violation" in said or "does not match" in said


@pytest.mark.parametrize("pattern", [r"^\p{Script=Greek}+$", r"^\p{Emoji}(a)\1$", r"\p{Lu}(.)\1"])
def test_what_nothing_can_read_is_refused(pattern):
    assert not can_be_judged(pattern)
    with pytest.raises(SchemaError, match="neither enforced nor checked") as caught:
        Grammar.from_json_schema({"properties": {"a": {"type": "string", "pattern": pattern}}})
    assert caught.value.pointer == "/properties/a"


def test_properties_in_a_pattern_that_is_left_to_the_check():
    grammar = Grammar.from_json_schema({"type": "string", "pattern": r"^(?=.*\p{Lu})(?=.*\p{Ll})(?=.*\p{N}).{8,64}$"})
    assert grammar.check("Ab345678") == []
    if grammar.residual:
        assert grammar.check("ab345678")


def test_keys_are_matched_as_ecma_262_has_it():
    schema = {
        "type": "object",
        "patternProperties": {r"^\p{Lu}": {"type": "integer"}, r"^(.)\1": {"type": "string"}},
        "additionalProperties": False,
        "not": {"required": ["Z"], "patternProperties": {"^Z": {"const": 5}}},
    }
    grammar = Grammar.from_json_schema(schema)
    assert grammar.residual
    assert grammar.check({"A": 1, "bb": "x"}) == []
    assert grammar.check({"A": "x"})
    assert grammar.check({"bb": 1})
    assert grammar.check({"c": 1}) == ["/: the key 'c' is not allowed"]


def test_unevaluated_properties_beside_patterns_that_re_cannot_read():
    schema = {"patternProperties": {r"^\p{Lu}": True, r"^(.)\1": True}, "unevaluatedProperties": False}
    grammar = Grammar.from_json_schema(schema)
    assert all(isinstance(said, str) for said in grammar.check({"A": 1, "c": 2}))


def test_messages_are_short():
    schema = {"not": {"anyOf": [{"const": f"v{number}"} for number in range(5000)], "pattern": r"(.)\1"}}
    grammar = Grammar.from_json_schema(schema)
    assert all(len(said) < 1100 for said in grammar.check("vv"))
