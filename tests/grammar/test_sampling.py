"""Sampled sentences: each is one of the grammar, and the same seed draws the same."""

from __future__ import annotations

import json

import pytest

from gba import Grammar
from gba.errors import GrammarError
from gba.grammar.sampling import sample

SCHEMAS = [
    {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer", "minimum": 3}}},
    {"type": "array", "items": {"enum": ["x", "y", None, 1.5]}, "minItems": 2},
    {"type": "string", "pattern": "^[0-9]{3}-[α-ω]+$"},
    {"$ref": "#/$defs/t", "$defs": {"t": {"type": "array", "items": {"$ref": "#/$defs/t"}}}},
    {"type": "string", "minLength": 500},
    {},
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=json.dumps)
def test_each_is_a_sentence(schema: dict) -> None:
    grammar = Grammar.from_json_schema(schema)
    drawn = [sample(grammar, seed=seed) for seed in range(20)]
    for text in drawn:
        matcher = grammar.matcher()
        assert matcher.advance(text), text
        assert matcher.accepting, text
        json.loads(text)
    assert drawn == [sample(grammar, seed=seed) for seed in range(20)]
    assert len(set(drawn)) > 1


def test_of_one_sentence_it_is_that() -> None:
    assert sample(Grammar.from_choices(["so"])) == "so"


def test_it_ends_soon_after_as_many_characters_as_it_may_have() -> None:
    grammar = Grammar.from_json_schema({"type": "array", "items": {"type": "string"}})
    assert all(len(sample(grammar, seed=seed, characters=50)) < 60 for seed in range(50))


def test_a_grammar_without_an_end_has_none() -> None:
    with pytest.raises(GrammarError):
        sample(Grammar.from_gbnf('root ::= "a" root'))
