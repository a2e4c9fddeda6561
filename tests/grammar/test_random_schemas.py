"""Random schemas: every sampled sentence is valid, every generated valid instance is accepted."""

from __future__ import annotations

import json
import random
from typing import Any

from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from schemas import accepts, text_of, valid

from gba.errors import SchemaError
from gba.grammar import Grammar

KEYS = ["a", "b", "ab", "é"]
NUMBERS = st.integers(-20, 20) | st.sampled_from([0.5, 2.5, -1.25])


def _leaves() -> st.SearchStrategy[Any]:
    integer = st.fixed_dictionaries(
        {"type": st.sampled_from(["integer", "number"])},
        optional={
            "minimum": st.integers(-9, 9),
            "maximum": st.integers(0, 30),
            "multipleOf": st.sampled_from([1, 2, 3]),
        },
    )
    string = st.fixed_dictionaries(
        {"type": st.just("string")},
        optional={
            "minLength": st.integers(0, 3),
            "maxLength": st.integers(2, 12),
            "pattern": st.sampled_from(["^a", "b$", "^[ab]*$", "[^a]", "^(?!ab)"]),
            "format": st.sampled_from(["date", "ipv4", "no-such-format"]),
        },
    )
    listed = st.fixed_dictionaries({"enum": st.lists(st.sampled_from(["a", "bb", 1, 2.5, None, True, []]), min_size=1)})
    return st.one_of(integer, string, listed, st.booleans(), st.just({"type": "null"}), st.just({"type": "boolean"}))


def _bigger(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    array = st.fixed_dictionaries(
        {"type": st.just("array")},
        optional={
            "items": inner,
            "prefixItems": st.lists(inner, min_size=1, max_size=2),
            "contains": inner,
            "minItems": st.integers(0, 2),
            "maxItems": st.integers(1, 4),
        },
    )
    thing = st.fixed_dictionaries(
        {"type": st.just("object")},
        optional={
            "properties": st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
            "required": st.lists(st.sampled_from(KEYS), max_size=2, unique=True),
            "additionalProperties": inner,
            "patternProperties": st.dictionaries(st.sampled_from(["^a", "b$"]), inner, max_size=1),
            "maxProperties": st.integers(0, 4),
            "minProperties": st.integers(0, 1),
            "dependentRequired": st.just({"a": ["b"]}),
        },
    )
    branches = st.lists(inner, min_size=1, max_size=3)
    applied = st.one_of(
        st.fixed_dictionaries({"anyOf": branches}),
        st.fixed_dictionaries({"oneOf": branches}),
        st.fixed_dictionaries({"allOf": branches}),
        st.fixed_dictionaries({"not": inner}),
        st.fixed_dictionaries({"if": inner, "then": inner, "else": inner}),
    )
    return st.one_of(array, thing, applied)


SCHEMAS = st.recursive(_leaves(), _bigger, max_leaves=6)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text("abé1", max_size=4) | st.sampled_from(["2024-02-29", "1.2.3.4"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=5,
)


def _compiled(schema: Any, whitespace: Any = "compact") -> Grammar | None:
    try:
        return Grammar.from_json_schema(schema, whitespace=whitespace)
    except SchemaError as error:
        if "nothing satisfies" not in str(error):
            raise
        return None


def _ordered(schema: Any, value: Any) -> bool:
    """Whether any key order of the value that a compact grammar could ask for is moot: at most one key an object."""
    if isinstance(value, dict):
        return len(value) <= 1 and all(_ordered(schema, item) for item in value.values())
    return all(_ordered(schema, item) for item in value) if isinstance(value, list) else True


@settings(max_examples=examples(400), deadline=None)
@given(SCHEMAS, VALUES)
def test_a_valid_value_is_accepted_and_an_invalid_one_is_not(schema: Any, value: Any) -> None:
    right = valid(schema, value)
    for whitespace in ("compact", "flexible"):
        if whitespace == "compact" and right and not _ordered(schema, value):
            continue
        grammar = _compiled(schema, whitespace)
        found = grammar is not None and accepts(grammar, text_of(value, whitespace)) and not grammar.check(value)
        assert found == right, whitespace


@settings(max_examples=examples(300), deadline=None)
@given(SCHEMAS, st.integers(0, 2**32))
def test_a_sampled_sentence_is_valid(schema: Any, seed: int) -> None:
    grammar = _compiled(schema)
    if grammar is None:
        return
    chance = random.Random(seed)
    for _ in range(3):
        text = _sampled(grammar, chance)
        value = json.loads(text)
        assert valid(schema, value) or grammar.check(value), text


def _sampled(grammar: Grammar, chance: random.Random) -> str:
    """A random walk over likely characters, closed along the shortest way."""
    matcher = grammar.matcher()
    text = ""
    for _ in range(25):
        forced = matcher.forced()
        if forced:
            matcher.advance(forced)
            text += forced
            continue
        options = [char for char in '{}[],:"\\ab1024-.enultrfs é' if matcher.allows(char)]
        if not options:
            break
        char = chance.choice(options)
        matcher.advance(char)
        text += char
    return text + matcher.shortest()
