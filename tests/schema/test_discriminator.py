"""OpenAPI's discriminator: the key that it names has to be there, and tells the alternatives apart."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gba import Grammar

CAT = {"type": "object", "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}}
DOG = {"type": "object", "properties": {"kind": {"const": "dog"}, "name": {"type": "string"}}}
BY_KIND = {"propertyName": "kind", "mapping": {"cat": "#/$defs/Cat", "dog": "#/$defs/Dog"}}


def accepts(schema: Any, value: Any) -> bool:
    grammar = Grammar.from_json_schema(schema)
    matcher = grammar.matcher()
    text = json.dumps(value, separators=(",", ":"))
    return matcher.advance(text) and matcher.accepting and not grammar.check(value)


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
def test_its_key_is_required(keyword: str) -> None:
    schema = {"discriminator": BY_KIND, keyword: [CAT, DOG]}
    assert accepts(schema, {"kind": "cat", "lives": 9})
    assert accepts(schema, {"kind": "dog"})
    assert not accepts(schema, {"lives": 9})
    assert not accepts(schema, {})
    assert not accepts(schema, {"kind": "cow"})
    assert accepts({keyword: [CAT, DOG], "type": "object"}, {"kind": "dog"})


def test_alternatives_of_references() -> None:
    schema = {
        "$defs": {"Cat": CAT, "Dog": DOG},
        "discriminator": BY_KIND,
        "oneOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}],
        "required": ["lives"],
    }
    assert accepts(schema, {"kind": "cat", "lives": 3})
    assert not accepts(schema, {"lives": 3})


def test_the_opposite() -> None:
    schema = {"type": "object", "not": {"discriminator": BY_KIND, "anyOf": [CAT, DOG]}}
    assert accepts(schema, {})
    assert not accepts(schema, {"kind": "dog"})


def test_the_check_knows_it_too() -> None:
    grammar = Grammar.from_json_schema(
        {
            "discriminator": BY_KIND,
            "anyOf": [{**CAT, "not": {"format": "x"}}, True],
            "properties": {"a": {"pattern": r"(a)\1"}},
        }
    )
    assert grammar.residual
    assert grammar.check({"kind": "x"}) == []
    assert grammar.check({}) == ["/: the key 'kind', which tells the alternatives apart, is missing"]
    assert grammar.check(5) == []


@pytest.mark.parametrize("said", [None, 5, "kind", [], {}, {"propertyName": 5}, {"mapping": {}}])
def test_what_is_no_discriminator_is_an_annotation(said: Any) -> None:
    assert accepts({"discriminator": said, "anyOf": [CAT, DOG]}, {"lives": 1})


def test_without_alternatives_it_is_an_annotation() -> None:
    assert accepts({"discriminator": BY_KIND, **CAT}, {"lives": 1})
    assert accepts({"properties": {"discriminator": {"type": "string"}}, "anyOf": [True]}, {"discriminator": "x"})
