"""What is no schema is refused as a whole, and a schema of a metaschema of the user's own is taken for its draft."""

from __future__ import annotations

import json
from typing import Any

import pytest
import referencing
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing.jsonschema import DRAFT202012

from gba.errors import SchemaError
from gba.grammar import Grammar
from gba.schema.metaschema import require_schema

WRONG: list[tuple[Any, str, str]] = [
    (3, "", ""),
    ({"type": "strng"}, "type", "/type"),
    ({"type": []}, "type", "/type"),
    ({"$defs": {"a/b": {"type": "int"}}}, "type", "/$defs/a~1b/type"),
    ({"type": "string", "minimum": "3"}, "minimum", "/minimum"),
    ({"multipleOf": 0}, "multipleOf", "/multipleOf"),
    ({"minLength": -1}, "minLength", "/minLength"),
    ({"maxItems": 1.5}, "maxItems", "/maxItems"),
    ({"maximum": float("nan")}, "maximum", "/maximum"),
    ({"uniqueItems": "yes"}, "uniqueItems", "/uniqueItems"),
    ({"required": "a"}, "required", "/required"),
    ({"required": ["a", "a"]}, "required", "/required"),
    ({"properties": []}, "properties", "/properties"),
    ({"properties": {"a": 1}}, "properties", "/properties/a"),
    ({"items": {"items": "no"}}, "items", "/items/items"),
    ({"anyOf": []}, "anyOf", "/anyOf"),
    ({"oneOf": [{"not": 3}]}, "not", "/oneOf/0/not"),
    ({"enum": "a"}, "enum", "/enum"),
    ({"pattern": 1}, "pattern", "/pattern"),
    ({"dependentRequired": {"a": "b"}}, "dependentRequired", "/dependentRequired"),
    ({"if": 1, "type": "string"}, "if", "/if"),
]


@pytest.mark.parametrize("schema, keyword, pointer", WRONG)
def test_the_keyword_at_fault_and_its_place_are_named(schema: Any, keyword: str, pointer: str) -> None:
    with pytest.raises(SchemaError, match="has to be") as caught:
        Grammar.from_json_schema(schema)
    assert (caught.value.keyword, caught.value.pointer) == (keyword, pointer)
    assert caught.value.remedy


RIGHT: list[Any] = [
    True,
    {"title": 5, "examples": "many", "default": {"type": "strng"}},
    {"enum": [{"type": "strng"}], "unknown": {"type": "strng"}},
    {"properties": {"type": {"type": "string"}, "required": True}},
    {"$schema": "http://json-schema.org/draft-04/schema#", "if": 1, "contains": 2, "type": "integer"},
    {"type": "number", "minimum": 0, "exclusiveMinimum": True},
    {"type": "array", "items": [{"type": "string"}]},
]


@pytest.mark.parametrize("schema", RIGHT)
def test_what_says_nothing_about_a_value_may_be_anything(schema: Any) -> None:
    assert str(Grammar.from_json_schema(schema))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["a", "string", ""]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "type", "not", "items"]), inner, max_size=2)
    ),
    max_leaves=4,
)
KEYWORDS = ["type", "enum", "minimum", "multipleOf", "maxLength", "pattern", "required", "properties", "anyOf", "not"]
KEYWORDS += ["additionalProperties", "prefixItems", "contains", "minContains", "dependentSchemas", "uniqueItems", "if"]


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYWORDS), VALUES, max_size=2))
def test_it_agrees_with_the_metaschema(schema: dict[str, Any]) -> None:
    metaschema = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    try:
        require_schema(schema, "2020-12")
    except SchemaError:
        assert not metaschema.is_valid(schema)
    else:
        lists_of_items = "'items': [" in repr(schema)  # let through, as older drafts have it
        assert metaschema.is_valid(schema) or lists_of_items


def _registry(vocabulary: dict[str, bool] | None, base: str) -> referencing.Registry[Any]:
    metaschema = {"$schema": base, **({} if vocabulary is None else {"$vocabulary": vocabulary})}
    resource = referencing.Resource(metaschema, DRAFT202012)
    return referencing.Registry().with_resource("https://example.com/meta", resource)


MINE = {"$schema": "https://example.com/meta", "prefixItems": [{"type": "null"}], "items": False}
LATEST = "https://json-schema.org/draft/2020-12/schema"
VOCABULARY = {
    f"https://json-schema.org/draft/2020-12/vocab/{name}": True for name in ("core", "applicator", "validation")
}


@pytest.mark.parametrize("vocabulary", [None, VOCABULARY, {**VOCABULARY, "https://example.com/vocabulary": False}])
def test_a_metaschema_of_ones_own_is_taken_for_its_draft(vocabulary: dict[str, bool] | None) -> None:
    grammar = Grammar.from_json_schema(MINE, registry=_registry(vocabulary, LATEST))
    matcher = grammar.matcher()
    assert matcher.advance("[null]")
    assert not grammar.matcher().advance("[1")


@pytest.mark.parametrize(
    "vocabulary, base, why",
    [
        (None, "https://example.com/meta", "unknown dialect"),
        ({**VOCABULARY, "https://example.com/vocabulary": True}, LATEST, "requires the vocabulary"),
        (dict(list(VOCABULARY.items())[:2]), LATEST, "leaves the validation vocabulary"),
    ],
)
def test_a_metaschema_that_changes_the_draft_is_refused(
    vocabulary: dict[str, bool] | None, base: str, why: str
) -> None:
    with pytest.raises(SchemaError, match=why) as caught:
        Grammar.from_json_schema(MINE, registry=_registry(vocabulary, base))
    assert (caught.value.keyword, caught.value.pointer) == ("$schema", "/$schema")


def test_an_unknown_dialect_is_refused() -> None:
    with pytest.raises(SchemaError, match="unknown dialect") as caught:
        Grammar.from_json_schema(MINE)
    assert caught.value.keyword == "$schema"


def test_a_schema_that_holds_itself_is_a_recursive_one() -> None:
    schema: dict[str, Any] = {"type": "object", "additionalProperties": False}
    schema["properties"] = {"a": schema}
    matcher = Grammar.from_json_schema(schema).matcher()
    assert matcher.advance('{"a":{"a":{}}}')
    assert matcher.accepting


LATER: list[tuple[str, dict[str, Any], Any]] = [
    ("draft-04", {"const": 5}, 6),
    ("draft-04", {"propertyNames": False}, {"a": 1}),
    ("draft-06", {"if": {"type": "string"}, "then": False}, "a"),
    ("draft-07", {"dependentRequired": {"a": ["b"]}}, {"a": 1}),
    ("draft-07", {"unevaluatedProperties": False}, {"a": 1}),
    ("draft-07", {"contains": {"const": 1}, "maxContains": 1}, [1, 1]),
    ("draft-07", {"items": {"type": "integer"}, "prefixItems": [{"type": "string"}]}, [1]),
]


@pytest.mark.parametrize("draft, keywords, value", LATER)
def test_keywords_that_came_after_a_draft_are_annotations(draft: str, keywords: dict[str, Any], value: Any) -> None:
    schema = {"$schema": f"http://json-schema.org/{draft}/schema#", **keywords}
    for other, allowed in ((schema, True), (keywords, False)):
        matcher = Grammar.from_json_schema(other, whitespace="flexible").matcher()
        assert (matcher.advance(json.dumps(value)) and matcher.accepting) is allowed


def test_the_opposite_of_a_keyword_that_a_draft_does_not_have_is_nothing() -> None:
    with pytest.raises(SchemaError, match="nothing satisfies"):
        Grammar.from_json_schema({"$schema": "http://json-schema.org/draft-04/schema#", "not": {"const": 5}})
