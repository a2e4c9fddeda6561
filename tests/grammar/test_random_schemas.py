"""Random schemas: every sampled sentence is valid, every generated valid instance is accepted."""

from __future__ import annotations

import json
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gba.errors import SchemaError
from gba.grammar import Grammar
from tests.helpers.examples import examples
from tests.helpers.random_schemas import SCHEMAS, VALUES
from tests.helpers.schemas import accepts, text_of, valid


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
