"""Schemas as tables: the instances that a grammar accepts and those it refuses, each judged by jsonschema as well."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from schemas import accepts, text_of, valid

from gba.errors import SchemaError
from gba.grammar import Grammar

GRAMMARS = Path(__file__).parents[2] / "grammars"

NODE = {
    "$defs": {
        "node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}, "additionalProperties": False}
    },
    "$ref": "#/$defs/node",
}
LINE = {"properties": {"a": {"type": "integer"}, "b": {"type": "integer"}, "c": {"type": "integer"}}, "type": "object"}
CLOSED_LINE = {**LINE, "additionalProperties": False}

CASES: dict[str, tuple[Any, list[Any], list[Any]]] = {
    "any": (True, [None, True, 0, -1.5, 1e22, "x", [], [1, "a", {}], {"a": {"b": [None]}}], []),
    "type list": ({"type": ["integer", "null"]}, [1, None], ["1", 1.5, [], {}]),
    "enum": ({"enum": [1, "a", None, [1, {"b": 2}]]}, [1, "a", None, [1, {"b": 2}]], [2, "b", [1], False]),
    "many texts": ({"enum": [f"name {n}" for n in range(40)]}, ["name 0", "name 39"], ["name", "name 40", "name 4 "]),
    "const object": ({"const": {"a": 1, "b": [True]}}, [{"a": 1, "b": [True]}], [{"a": 1}, {"a": 1, "b": [1]}]),
    "enum and type": ({"enum": ["a", 1, 2.5], "type": "integer"}, [1], ["a", 2.5]),
    "enum and pattern": ({"enum": ["ab", "cd"], "pattern": "^a"}, ["ab"], ["cd"]),
    "required mixed": (
        {**CLOSED_LINE, "required": ["b"]},
        [{"b": 1}, {"a": 1, "b": 2}, {"b": 1, "c": 2}, {"a": 1, "b": 2, "c": 3}],
        [{}, {"a": 1}, {"a": 1, "c": 1}, {"b": "1"}, {"b": 1, "d": 1}],
    ),
    "required, not described": ({"required": ["x"], "type": "object"}, [{"x": None}, {"y": 1, "x": 2}], [{}, {"y": 1}]),
    "open": (LINE, [{}, {"a": 1, "z": "any"}, {"z": [1]}, {"ab": "1"}], [{"a": "1"}, {"c": None}]),
    "additional": (
        {**LINE, "additionalProperties": {"type": "string"}},
        [{"a": 1, "d": "x"}, {"aa": "x", "": "y"}],
        [{"d": 1}, {"a": "x"}, {"a": 1, "d": None}],
    ),
    "patterns": (
        {"patternProperties": {"^n": {"type": "integer"}, "s$": {"minimum": 5}}, "additionalProperties": False},
        [{}, {"n": 1}, {"ns": 7}, {"xs": "free"}, {"xs": 9}],
        [{"n": "1"}, {"ns": 3}, {"xs": 3}, {"other": 1}],
    ),
    "property and pattern": (
        {"properties": {"no": {"maximum": 9}}, "patternProperties": {"^n": {"type": "integer"}}, "type": "object"},
        [{"no": 3}, {"na": 30}, {"x": "y"}],
        [{"no": 10}, {"no": "x"}, {"na": 1.5}],
    ),
    "names": (
        {"propertyNames": {"pattern": "^[a-c]+$"}, "properties": {"abc": {"type": "null"}}, "type": "object"},
        [{}, {"abc": None}, {"a": 1, "cb": 2}],
        [{"abc": 1}, {"d": 1}, {"": 1}],
    ),
    "counted keys": (
        {**CLOSED_LINE, "minProperties": 2, "maxProperties": 2},
        [{"a": 1, "b": 2}, {"a": 1, "c": 2}, {"b": 1, "c": 2}],
        [{}, {"a": 1}, {"a": 1, "b": 2, "c": 3}],
    ),
    "one key at least": ({"minProperties": 1, "type": "object"}, [{"a": 1}, {"a": 1, "b": 2}], [{}]),
    "dependent keys": (
        {**CLOSED_LINE, "dependentRequired": {"a": ["b"]}},
        [{}, {"b": 1}, {"a": 1, "b": 1}, {"c": 1}],
        [{"a": 1}, {"a": 1, "c": 1}],
    ),
    "dependent schema": (
        {**CLOSED_LINE, "dependentSchemas": {"a": {"properties": {"b": {"minimum": 10}}}}},
        [{"b": 1}, {"a": 1}, {"a": 1, "b": 10}],
        [{"a": 1, "b": 9}],
    ),
    "one of two keys": (
        {**CLOSED_LINE, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
        [{"a": 1}, {"b": 1}, {"b": 1, "c": 1}],
        [{}, {"a": 1, "b": 1}, {"c": 1}, {"a": 1, "b": 1, "c": 1}],
    ),
    "tagged": (
        {
            "oneOf": [
                {"properties": {"k": {"const": "a"}, "v": {"type": "integer"}}, "required": ["k", "v"]},
                {"properties": {"k": {"const": "b"}, "v": {"type": "string"}}, "required": ["k", "v"]},
            ],
            "type": "object",
        },
        [{"k": "a", "v": 1}, {"k": "b", "v": "1"}],
        [{"k": "a", "v": "1"}, {"k": "b", "v": 1}, {"k": "c", "v": 1}, {"v": 1}],
    ),
    "one of types": ({"oneOf": [{"type": "integer"}, {"type": "string"}]}, [1, "a"], [None, 1.5]),
    "one of ranges": (
        {"oneOf": [{"type": "integer", "minimum": 0}, {"type": "integer", "maximum": 10}]},
        [11, -1, 400],
        [0, 5, 10],
    ),
    "all of": (
        {"allOf": [LINE, {"required": ["a"]}, {"properties": {"a": {"maximum": 5}}}], "additionalProperties": True},
        [{"a": 5}],
        [{}, {"a": 6}, {"a": "x"}],
    ),
    "not a value": ({"type": "string", "not": {"enum": ["a", "b"]}}, ["c", "", "ab"], ["a", "b"]),
    "not an annotation": ({"not": {"type": "string", "format": "no-such-format"}}, [1, None], ["", "a"]),
    "not a key": ({**LINE, "not": {"required": ["a"]}}, [{}, {"b": 1}], [{"a": 1}, {"a": 1, "b": 1}]),
    "if then else": (
        {
            "properties": {"k": {"enum": ["x", "y"]}, "n": {"type": "integer"}},
            "if": {"properties": {"k": {"const": "x"}}},
            "then": {"required": ["n"]},
            "else": {"properties": {"n": False}},
            "required": ["k"],
            "type": "object",
            "additionalProperties": False,
        },
        [{"k": "x", "n": 1}, {"k": "y"}],
        [{"k": "x"}, {"k": "y", "n": 1}],
    ),
    "recursive": (NODE, [{}, {"next": {}}, {"next": {"next": {"next": {}}}}], [{"next": 1}, {"other": {}}]),
    "items": (
        {"items": {"type": "integer"}, "minItems": 1, "maxItems": 3, "type": "array"},
        [[1], [1, 2, 3]],
        [[], [1] * 4, ["a"]],
    ),
    "many items": (
        {"items": {"const": 1}, "minItems": 5, "maxItems": 11},
        [[1] * 5, [1] * 11, "free"],
        [[1] * 4, [1] * 12],
    ),
    "tuple": (
        {"prefixItems": [{"type": "integer"}, {"type": "string"}], "items": {"type": "null"}, "type": "array"},
        [[], [1], [1, "a"], [1, "a", None, None]],
        [["a"], [1, 2], [1, "a", 3]],
    ),
    "closed tuple": (
        {"prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False, "minItems": 2, "type": "array"},
        [[1, "a"]],
        [[], [1], [1, "a", None]],
    ),
    "contains": (
        {"type": "array", "items": {"type": "integer"}, "contains": {"minimum": 10}, "maxContains": 2, "maxItems": 4},
        [[10], [1, 11], [10, 1, 11, 2]],
        [[], [1, 2], [10, 11, 12], [1, 2, 3, 4, 10], ["10"]],
    ),
    "unevaluated": (
        {
            "type": "object",
            "properties": {"a": {"type": "integer"}},
            "anyOf": [{"properties": {"b": {"type": "null"}}, "required": ["b"]}, {"properties": {"c": True}}],
            "unevaluatedProperties": False,
        },
        [{"a": 1}, {"a": 1, "b": None}, {"b": None, "c": 1}, {"c": 1}],
        [{"d": 1}, {"a": 1, "b": 2}],
    ),
    "draft 4": (
        {
            "$schema": "http://json-schema.org/draft-04/schema#",
            "items": [{"type": "integer"}],
            "additionalItems": False,
            "type": "array",
            "minItems": 1,
        },
        [[1]],
        [[], [1, 2], ["a"]],
    ),
    "draft 4 bounds": (
        {
            "$schema": "http://json-schema.org/draft-04/schema#",
            "type": "integer",
            "minimum": 3,
            "exclusiveMinimum": True,
        },
        [4, 40],
        [3, -4, 2],
    ),
    "draft 7 reference": (
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "definitions": {"a~b/c%": {"type": "integer"}},
            "properties": {"x": {"$ref": "#/definitions/a~0b~1c%25", "type": "string"}},
        },
        [{"x": 1}],
        [{"x": "1"}],
    ),
    "odd keys": (
        {"properties": {'q"\\\n': {"type": "integer"}, "é😀": {"type": "null"}}, "additionalProperties": False},
        [{'q"\\\n': 1}, {"é😀": None}, {'q"\\\n': 1, "é😀": None}],
        [{"q": 1}, {"é": None}],
    ),
}


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
    from goldens import GOLDENS

    assert str(GOLDENS[path.stem]()) == path.read_text()


def test_every_golden_has_its_file() -> None:
    from goldens import GOLDENS

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
