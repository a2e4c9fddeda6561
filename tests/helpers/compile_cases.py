"""Schemas as a table: each with instances that its grammar accepts, and others that it refuses."""

from __future__ import annotations

from typing import Any

__all__ = ["CASES"]

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
