"""Schemas as tables: the instances that a grammar accepts and those it refuses, each judged by jsonschema as well."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from gba.errors import SchemaError
from gba.grammar import Grammar
from tests.helpers.compile_cases import CASES
from tests.helpers.schemas import accepts, text_of, valid

GRAMMARS = Path(__file__).parents[2] / "grammars"


@pytest.mark.parametrize("whitespace", ["compact", "spaced", "flexible"])
@pytest.mark.parametrize("name", CASES)
def test_accepts_what_is_valid_and_refuses_what_is_not(name: str, whitespace: Any) -> None:
    schema, right, wrong = CASES[name]
    grammar = Grammar.from_json_schema(schema, whitespace=whitespace)
    for value in right:
        assert valid(schema, value)
        assert accepts(grammar, text_of(value, whitespace)), value
        assert grammar.check(value) == []
    for value in wrong:
        assert not valid(schema, value)
        assert not (accepts(grammar, text_of(value, whitespace)) and not grammar.check(value)), value


def test_a_grammar_enforces_all_of_the_table_but_what_it_says() -> None:
    """Every case is enforced by its grammar alone."""
    left = {name for name, (schema, _, _) in CASES.items() if Grammar.from_json_schema(schema).residual}
    assert left == set()


@pytest.mark.parametrize("path", sorted(GRAMMARS.glob("schema-*.gbnf")), ids=lambda path: path.stem)
def test_the_text_is_the_golden_one(path: Path) -> None:
    """A change of a golden is a change of what llama.cpp reads: it has to be meant."""
    from tests.helpers.goldens import GOLDENS

    assert str(GOLDENS[path.stem]()) == path.read_text()


def test_every_golden_has_its_file() -> None:
    from tests.helpers.goldens import GOLDENS

    assert {path.stem for path in GRAMMARS.glob("schema-*.gbnf")} == set(GOLDENS)


def test_rule_names_are_what_llama_cpp_reads() -> None:
    schema = {"properties": {"naïve key_1": {"$ref": "#/$defs/日本"}}, "$defs": {"日本": {"enum": ["a", "b", 1]}}}
    for line in str(Grammar.from_json_schema(schema)).splitlines():
        assert re.match(r"[a-z0-9-]+ ::= ", line), line


WRONG: dict[str, tuple[Any, str, str]] = {
    "no schema": ([], "", ""),
    "unknown type": ({"type": "int"}, "type", "/type"),
    "type of a property": ({"properties": {"a": {"type": 3}}}, "type", "/properties/a/type"),
    "properties are a list": ({"type": "object", "properties": []}, "properties", "/properties"),
    "required is a text": ({"type": "object", "required": "a"}, "required", "/required"),
    "negative count": ({"type": "string", "minLength": -1}, "minLength", "/minLength"),
    "infinite bound": ({"type": "number", "maximum": float("inf")}, "maximum", "/maximum"),
    "not a number": ({"const": float("nan")}, "const", "/const"),
    "lone surrogate": ({"enum": ["\ud800"]}, "enum", "/enum"),
    "no multiple": ({"type": "number", "multipleOf": 0}, "multipleOf", "/multipleOf"),
    "unknown dialect": ({"$schema": "https://example.org/mine"}, "$schema", "/$schema"),
    "dangling reference": ({"properties": {"a": {"$ref": "#/$defs/b"}}}, "$ref", "/properties/a"),
    "unknown document": ({"$ref": "https://example.org/other.json"}, "$ref", ""),
    "broken pattern": ({"type": "string", "pattern": "(a"}, "pattern", ""),
    "empty anyOf": ({"anyOf": []}, "anyOf", "/anyOf"),
    "refers to itself": ({"$ref": "#"}, "$ref", ""),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_schema_is_refused_with_keyword_pointer_and_remedy(name: str) -> None:
    schema, keyword, pointer = WRONG[name]
    with pytest.raises(SchemaError) as caught:
        Grammar.from_json_schema(schema)
    assert (caught.value.keyword, caught.value.pointer) == (keyword, pointer)
    assert caught.value.remedy


IMPOSSIBLE: dict[str, tuple[Any, str]] = {
    "false": (False, "false"),
    "bounds": ({"type": "integer", "minimum": 5, "maximum": 4}, "no number"),
    "between integers": ({"type": "integer", "exclusiveMinimum": 1, "exclusiveMaximum": 2}, "no number"),
    "lengths": ({"type": "string", "minLength": 5, "maxLength": 4}, "minLength is greater"),
    "pattern and length": ({"type": "string", "pattern": "^a+$", "format": "date"}, "no string"),
    "types": ({"type": "string", "allOf": [{"type": "integer"}]}, "exclude each other"),
    "required, but never": ({"properties": {"a": False}, "required": ["a"], "type": "object"}, "'a' can have no value"),
    "too many keys": ({"type": "object", "required": ["a", "b"], "maxProperties": 1}, "more keys"),
    "endless": ({"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}, "for ever"),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_nothing_satisfies_is_refused_with_the_contradiction(name: str) -> None:
    schema, why = IMPOSSIBLE[name]
    with pytest.raises(SchemaError, match="nothing satisfies the schema") as caught:
        Grammar.from_json_schema(schema)
    assert why in str(caught.value)


def test_a_format_left_to_the_check_is_left_in_every_grammar() -> None:
    """What one grammar has left twice is not forgotten in the next one."""
    iri = {"$ref": "#/$defs/iri"}
    twice = {"properties": {"a": iri, "b": {"allOf": [iri, {"minProperties": 1}]}}, "$defs": {"iri": {"format": "iri"}}}
    assert Grammar.from_json_schema(twice).residual
    assert Grammar.from_json_schema({"format": "iri"}).residual


def test_keys_stay_in_any_order_where_which_go_together_is_left_to_the_check() -> None:
    """Any but all of so many keys: the sets of keys are too many, their order is free all the same."""
    schema = {"not": {"required": list("hgfedcbai")}}
    grammar = Grammar.from_json_schema(schema, whitespace="flexible")
    assert [note.keyword for note in grammar.residual] == ["required"]
    assert accepts(grammar, '{"i": 1, "a": 2, "z": 3, "b": 4}')
    assert grammar.check(dict.fromkeys("ia")) == []
    assert grammar.check(dict.fromkeys("abcdefghi")) != []
