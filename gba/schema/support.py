"""What becomes of each keyword of JSON Schema, with schemas that show it: the support table of the documentation.

The table is data, so that a test can hold the compiler to each row of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["ANNOTATIONS", "KEYWORDS", "NAMES", "Keyword", "table"]


@dataclass(frozen=True)
class Keyword:
    """``enforced``: a schema that the grammar enforces wholly; ``left``: one that leaves a residual, and ``when``."""

    name: str
    enforced: Mapping[str, Any]
    left: Mapping[str, Any] | None = None
    when: str = ""


_PAIR = {"properties": {"a": {"type": "integer"}, "b": {"type": "string"}}}

KEYWORDS: tuple[Keyword, ...] = (
    Keyword("type", {"type": ["integer", "null"]}, {"not": {"type": "integer"}, "type": "number"}, "`not` an integer"),
    Keyword(
        "enum", {"enum": [1, "a", None, [1]]}, {"not": {"enum": [[1]]}}, "`not` of arrays or objects that are not empty"
    ),
    Keyword(
        "const", {"const": {"a": 1}}, {"not": {"const": {"a": 1}}}, "`not` of an array or object that is not empty"
    ),
    Keyword("properties", _PAIR),
    Keyword(
        "required",
        {**_PAIR, "type": "object", "required": ["b"]},
        {"type": "object", "allOf": [{"anyOf": [{"required": [f"a{n}"]}, {"required": [f"b{n}"]}]} for n in range(9)]},
        "many alternatives of keys multiply",
    ),
    Keyword(
        "additionalProperties",
        {**_PAIR, "additionalProperties": False},
        {"not": {"additionalProperties": False}},
        "in a `not`",
    ),
    Keyword(
        "patternProperties",
        {"patternProperties": {"^x-": True}},
        {"patternProperties": {r"(a)\1": True}},
        "a pattern is not regular",
    ),
    Keyword(
        "propertyNames", {"propertyNames": {"maxLength": 3}}, {"not": {"propertyNames": {"maxLength": 3}}}, "in a `not`"
    ),
    Keyword(
        "minProperties",
        {**_PAIR, "additionalProperties": False, "minProperties": 2},
        {"minProperties": 2},
        "2 or more, and keys without names: one may come twice",
    ),
    Keyword("maxProperties", {"maxProperties": 3}, {**_PAIR, "maxProperties": 10**6}, "too many keys to be counted"),
    Keyword(
        "dependentRequired",
        {**_PAIR, "dependentRequired": {"a": ["b"]}},
        {"not": {"dependentRequired": {"a": ["b"]}}},
        "in a `not`",
    ),
    Keyword(
        "dependentSchemas",
        {**_PAIR, "dependentSchemas": {"a": {"required": ["b"]}}},
        {"not": {"dependentSchemas": {"a": {"required": ["b"]}}}},
        "in a `not`",
    ),
    Keyword("dependencies", {"$schema": "http://json-schema.org/draft-07/schema#", "dependencies": {"a": ["b"]}}),
    Keyword(
        "unevaluatedProperties",
        {**_PAIR, "unevaluatedProperties": False},
        {"not": {"unevaluatedProperties": False}},
        "in a `not`; beside an `anyOf` of more than five",
    ),
    Keyword("items", {"items": {"type": "integer"}}),
    Keyword("prefixItems", {"prefixItems": [{"type": "integer"}], "items": False}),
    Keyword(
        "additionalItems",
        {"$schema": "http://json-schema.org/draft-07/schema#", "items": [{}], "additionalItems": False},
    ),
    Keyword(
        "contains",
        {"contains": {"const": 1}},
        {"contains": {"const": 1}, "minItems": 1000},
        "many items have to be counted; a second `contains` of one array",
    ),
    Keyword("minContains", {"contains": {"const": 1}, "minContains": 2}),
    Keyword("maxContains", {"contains": {"const": 1}, "maxContains": 2}),
    Keyword("minItems", {"minItems": 3}),
    Keyword("maxItems", {"maxItems": 10**9}),
    Keyword("uniqueItems", {"uniqueItems": True, "maxItems": 1}, {"uniqueItems": True}, "more than one item may come"),
    Keyword(
        "unevaluatedItems",
        {"prefixItems": [True], "unevaluatedItems": False},
        {"not": {"unevaluatedItems": False}},
        "in a `not`; beside an `anyOf` of more than five",
    ),
    Keyword("minimum", {"type": "number", "minimum": 0.5}),
    Keyword("maximum", {"type": "integer", "maximum": 99}),
    Keyword("exclusiveMinimum", {"exclusiveMinimum": 0}),
    Keyword("exclusiveMaximum", {"exclusiveMaximum": 10}),
    Keyword("multipleOf", {"multipleOf": 0.25}, {"multipleOf": 1_000_003}, "its automaton is too large; in a `not`"),
    Keyword("minLength", {"minLength": 3}),
    Keyword(
        "maxLength",
        {"maxLength": 10**9},
        {"maxLength": 9999, "pattern": "b"},
        "together with a pattern it is too large",
    ),
    Keyword(
        "pattern", {"pattern": "^(?!a)[a-z]+$"}, {"pattern": r"(a)\1"}, "back references, or too large an automaton"
    ),
    Keyword(
        "format",
        {"format": "date-time"},
        {"format": "regex"},
        "hostname, iban (its check digits), idn-hostname, iri, iri-reference, regex, uri-template",
    ),
    Keyword("allOf", {"allOf": [{"minimum": 1}, {"maximum": 5}]}, None, ""),
    Keyword("anyOf", {"anyOf": [{"minimum": 1}, {"type": "string"}]}),
    Keyword(
        "oneOf",
        {"oneOf": [{"type": "string"}, {"type": "integer"}]},
        {"oneOf": [{"patternProperties": {"a": {"type": "integer"}}}, {"required": ["x"], "type": "object"}]},
        "branches overlap, and the opposite of one is no grammar",
    ),
    Keyword(
        "not",
        {"not": {"required": ["a"]}},
        {"not": {"patternProperties": {"a": False}}},
        "the opposite is no grammar: see the other keywords",
    ),
    Keyword(
        "if, then, else",
        {"if": {"required": ["a"]}, "then": {"required": ["b"]}},
        {"if": {"uniqueItems": True}, "then": {"maxItems": 3}},
        "the opposite of `if` is no grammar",
    ),
    Keyword("$ref", {"$ref": "#/$defs/a", "$defs": {"a": {"type": "null"}}}),
    Keyword("$dynamicRef", {"$dynamicRef": "#a", "$defs": {"a": {"$dynamicAnchor": "a", "type": "null"}}}),
    Keyword(
        "discriminator",
        {
            "discriminator": {"propertyName": "kind"},
            "oneOf": [{"type": "object", "properties": {"kind": {"const": each}}} for each in "ab"],
        },
    ),
    Keyword("nullable", {"type": "string", "nullable": True}),
)
"""Every keyword that says something about a value."""

NAMES = frozenset(part for keyword in KEYWORDS for part in keyword.name.split(", "))
"""Their names."""

ANNOTATIONS = (
    "$anchor", "$comment", "$defs", "$dynamicAnchor", "$id", "$recursiveAnchor", "$schema", "$vocabulary",
    "contentEncoding", "contentMediaType", "contentSchema", "default", "definitions", "deprecated", "description",
    "example", "examples", "externalDocs", "readOnly", "title", "writeOnly", "xml",
)  # fmt: skip
"""Keywords that say nothing about a value; so do all that JSON Schema does not know."""


def table() -> Iterator[str]:
    """The support table as lines of Markdown."""
    yield "| keyword | enforced by the grammar | left to the check |"
    yield "|---|---|---|"
    for keyword in KEYWORDS:
        name = ", ".join(f"`{part}`" for part in keyword.name.split(", "))
        if keyword.left is None:
            yield f"| {name} | always | never |"
        else:
            yield f"| {name} | otherwise | {keyword.when} |"
