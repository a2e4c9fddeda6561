"""Many branches that only name values are one list, whatever their number."""

from __future__ import annotations

import itertools
import json

import jsonschema
import pytest

from gba import Grammar
from gba.errors import SchemaError
from gba.schema.branches import constants

VALUES = [f"v{number}" for number in range(40)]
MIXED = ["a", 1, 1.5, True, None, [1], {"b": 2}, "b", False, 2, 3, 4, 5, 6, 7, 8, 9, "c"]
OTHERS = ["x", "v", "v40", "", 0, 2.5, {}, [], [1, 1], {"b": 3}]


def accepts(grammar, value):
    matcher = grammar.matcher()
    return matcher.advance(json.dumps(value, separators=(",", ":"))) and matcher.accepting and not grammar.check(value)


def branch(value, number):
    ways = [
        {"const": value},
        {"const": value, "title": "T", "description": "D", "deprecated": True, "x-of-my-own": [1]},
        {"enum": [value]},
        {"enum": [value, value]},
    ]
    return ways[number % len(ways)]


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
@pytest.mark.parametrize("values", [VALUES, MIXED, VALUES + VALUES[:5], [*MIXED, 1.0, "a"]], ids=range(4))
def test_it_means_what_the_branches_mean(keyword, values):
    schema = {keyword: [branch(value, number) for number, value in enumerate(values)]}
    grammar = Grammar.from_json_schema(schema)
    assert not grammar.residual
    validator = jsonschema.Draft202012Validator(schema)
    for value in itertools.chain(values, OTHERS):
        if value == 1 and type(value) is float:
            continue  # the same value as 1, which is how it is written
        assert accepts(grammar, value) == validator.is_valid(value), value


@pytest.mark.parametrize("wanted", ["string", "integer", "number", "boolean", "null", "array", "object"])
def test_the_types_of_branches_hold(wanted):
    schema = {"anyOf": [{"type": wanted, "const": value} for value in [*MIXED, 2.0]]}
    validator = jsonschema.Draft202012Validator(schema)
    grammar = Grammar.from_json_schema(schema)
    for value in MIXED:
        assert accepts(grammar, value) == validator.is_valid(value), value


def test_none_of_many():
    grammar = Grammar.from_json_schema({"type": "string", "not": {"anyOf": [{"const": value} for value in VALUES]}})
    assert not grammar.residual
    assert accepts(grammar, "v40")
    assert not accepts(grammar, "v39")


def test_equal_branches_of_a_one_of_leave_nothing():
    with pytest.raises(SchemaError, match="nothing satisfies"):
        Grammar.from_json_schema({"oneOf": [{"const": "a"}] * 20})


@pytest.mark.parametrize(
    "other",
    [
        {"const": 1, "minimum": 2},
        {"type": "string"},
        True,
        {"const": 1, "enum": [1]},
        {"$ref": "#"},
        {"enum": "ab"},
        {"const": 1, "$recursiveRef": "#"},
        {"const": 1, "$id": "x"},
        {"const": 1, "nullable": True},
        {"const": 1, "not": {}},
    ],
)
def test_branches_that_say_more_are_not_gathered(other):
    assert constants([{"const": number} for number in range(30)], once=False) is not None
    assert constants([*({"const": number} for number in range(30)), other], once=False) is None


def test_unevaluated_properties_see_nothing_of_them():
    objects = [{"const": {"a": number}} for number in range(20)]
    schema = {"anyOf": objects, "unevaluatedProperties": False}
    validator = jsonschema.Draft202012Validator(schema)
    assert not validator.is_valid({"a": 3})
    with pytest.raises(SchemaError, match="nothing satisfies"):
        Grammar.from_json_schema(schema)
