"""Numbers: ranges and multiples, each against arithmetic on the numbers themselves."""

from __future__ import annotations

import json
import math
import sys
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gba.errors import SchemaError
from gba.grammar import Grammar
from tests.helpers.examples import examples
from tests.helpers.schemas import accepts

BOUNDS = st.none() | st.integers(-1200, 1200)


def _integers(low: int | None, high: int | None, step: int | None) -> Grammar | None:
    schema: dict[str, Any] = {"type": "integer"}
    for keyword, value in (("minimum", low), ("maximum", high), ("multipleOf", step)):
        if value is not None:
            schema[keyword] = value
    try:
        return Grammar.from_json_schema(schema)
    except SchemaError:
        return None


@settings(max_examples=examples(60), deadline=None)
@given(BOUNDS, BOUNDS, st.none() | st.integers(1, 40), st.lists(st.integers(-2000, 2000), min_size=1))
def test_integers_in_a_range(low: int | None, high: int | None, step: int | None, numbers: list[int]) -> None:
    grammar = _integers(low, high, step)
    for number in [*numbers, *(bound for bound in (low, high) if bound is not None)]:
        wanted = (low is None or number >= low) and (high is None or number <= high) and number % (step or 1) == 0
        assert (grammar is not None and accepts(grammar, str(number))) == wanted, number
    if grammar is not None:
        assert grammar.residual == ()


DECIMALS = st.decimals(-200, 200, places=3, allow_nan=False, allow_infinity=False)


@settings(max_examples=examples(60), deadline=None)
@given(DECIMALS, DECIMALS, st.booleans(), st.booleans(), DECIMALS)
def test_numbers_in_a_range(one: Decimal, other: Decimal, above: bool, below: bool, number: Decimal) -> None:
    low, high = sorted((one, other))
    schema = {
        "type": "number",
        "exclusiveMinimum" if above else "minimum": float(low),
        "exclusiveMaximum" if below else "maximum": float(high),
    }
    if low == high and (above or below):
        return
    grammar = Grammar.from_json_schema(schema)
    for value in (number, low, high, Decimal(0), number.quantize(Decimal(1))):
        wanted = (low < value if above else low <= value) and (value < high if below else value <= high)
        for text in (f"{value:f}", f"{value:f}0" if "." in f"{value:f}" else f"{value:f}.00"):
            assert accepts(grammar, text) == wanted, text


@settings(max_examples=examples(60), deadline=None)
@given(st.sampled_from(["0.01", "0.05", "0.25", "2.5", "1.5", "0.1"]), st.integers(-3000, 3000))
def test_decimal_multiples_are_exact(step: str, thousandths: int) -> None:
    grammar = Grammar.from_json_schema({"type": "number", "multipleOf": float(step)})
    number = Decimal(thousandths) / 1000
    assert accepts(grammar, f"{number:f}") == (number % Decimal(step) == 0)


LARGEST = sys.float_info.max
# Of the doubles from 1.79e308 on the grammar has the largest alone (docs/departures.md).
FLOATS = st.floats(-LARGEST, LARGEST).filter(lambda number: abs(number) < 1.79e308 or abs(number) == LARGEST)


@settings(max_examples=examples(200), deadline=None)
@given(FLOATS | st.integers())
@example(5e-324)
@example(-2.2250738585072014e-308)
@example(1e308)
@example(sys.float_info.max)
@example(-0.0)
def test_every_number_has_a_text(number: float) -> None:
    text = json.dumps(number)
    assert accepts(Grammar.from_json_schema({"type": "number"}), text)
    assert accepts(Grammar.from_json_schema({"type": "number", "minimum": 0}), text) == (number >= 0)


@settings(max_examples=examples(100), deadline=None)
@given(FLOATS, st.floats(-1e3, 1e3))
def test_what_json_dumps_writes_is_in_range_when_the_number_is(number: float, low: float) -> None:
    """Exponents included, but those that stand nearer to zero than the bound."""
    grammar = Grammar.from_json_schema({"type": "number", "minimum": low})
    text = json.dumps(number)
    if accepts(grammar, text):
        assert number >= low
    elif number >= low:
        assert "e-" in text
        assert abs(number) < 1e-4


@pytest.mark.parametrize("bounds", [{"minimum": 0}, {"maximum": 0}, {"minimum": -1.5, "maximum": 7}, {"minimum": -1}])
def test_minus_zero_is_zero(bounds: dict[str, Any]) -> None:
    assert accepts(Grammar.from_json_schema({"type": "number", **bounds}), "-0.0")
    assert accepts(Grammar.from_json_schema({"type": "number", **bounds}), "-0")
    assert accepts(Grammar.from_json_schema({"type": "integer", **bounds}, whitespace="flexible"), "-0.0")


@pytest.mark.parametrize("bounds", [{"exclusiveMinimum": 0}, {"exclusiveMaximum": 0}, {"minimum": 1}, {"maximum": -1}])
def test_minus_zero_is_not_in_a_range_without_zero(bounds: dict[str, Any]) -> None:
    assert not accepts(Grammar.from_json_schema({"type": "number", **bounds}), "-0.0")
    assert not accepts(Grammar.from_json_schema({"type": "number", **bounds}), "-0")


BOUNDED: list[dict[str, float]] = [
    {},
    {"minimum": 0},
    {"minimum": 3},
    {"maximum": -2.5},
    {"exclusiveMinimum": 0},
    {"exclusiveMinimum": -1, "exclusiveMaximum": 10},
    {"exclusiveMaximum": 2.5},
    {"minimum": 0, "exclusiveMaximum": 0.0001},
]
TEXTS = st.from_regex(
    r"-?(0|[1-9][0-9]{0,2}|[1-9][0-9]{200,400}|9{1,2})(\.(0{0,330}[0-9]+|9{1,30}))?([eE][+-]?[0-9]{1,3})?",
    fullmatch=True,
)


@settings(max_examples=examples(400), deadline=None)
@given(st.sampled_from(BOUNDED), TEXTS)
def test_what_is_accepted_is_a_finite_double_within_the_bounds(bounds: dict[str, float], text: str) -> None:
    number = float(text)
    if accepts(Grammar.from_json_schema({"type": "number", **bounds}), text):
        assert math.isfinite(number)
        assert bounds.get("minimum", -math.inf) <= number <= bounds.get("maximum", math.inf)
        assert bounds.get("exclusiveMinimum", -math.inf) < number < bounds.get("exclusiveMaximum", math.inf)


@pytest.mark.parametrize(
    "bounds, text",
    [
        ({"exclusiveMaximum": 10}, "9." + "9" * 30),
        ({"exclusiveMinimum": 0}, "0." + "0" * 400 + "1"),
        ({"exclusiveMinimum": 2.5}, "2.5" + "0" * 30 + "1"),
        ({"minimum": 3}, "9" * 400 + ".5"),
        ({}, "9" * 400),
        ({}, "99e307"),
        ({"minimum": 3}, "9.9e+308"),
    ],
)
def test_what_is_read_as_another_number_is_refused(bounds: dict[str, float], text: str) -> None:
    assert not accepts(Grammar.from_json_schema({"type": "number", **bounds}), text)


@pytest.mark.parametrize("bounds, number", [({"exclusiveMaximum": 10}, 10.0), ({"exclusiveMaximum": 2.5}, 2.5)])
def test_the_next_number_to_an_excluded_bound_is_accepted(bounds: dict[str, float], number: float) -> None:
    grammar = Grammar.from_json_schema({"type": "number", **bounds})
    assert accepts(grammar, json.dumps(math.nextafter(number, -math.inf)))
    assert not accepts(grammar, json.dumps(number))


@pytest.mark.parametrize(
    "text", ["01", "+1", "1.", ".5", "1e", "--1", "0x1", "1e400", "NaN", "Infinity", "1e+309", "1.8e308", ""]
)
def test_what_is_no_number_of_json_is_refused(text: str) -> None:
    assert not accepts(Grammar.from_json_schema({"type": "number"}), text)


def test_an_integer_may_be_a_decimal_only_where_anything_goes() -> None:
    assert not accepts(Grammar.from_json_schema({"type": "integer"}), "1.0")
    assert accepts(Grammar.from_json_schema({"type": "integer"}, whitespace="flexible"), "1.0")
    draft4 = {"$schema": "http://json-schema.org/draft-04/schema#", "type": "integer"}
    assert not accepts(Grammar.from_json_schema(draft4, whitespace="flexible"), "1.0")


def test_a_multiple_that_needs_too_large_an_automaton_is_left_to_the_check() -> None:
    grammar = Grammar.from_json_schema({"type": "integer", "multipleOf": 1_000_003})
    assert [note.keyword for note in grammar.residual] == ["multipleOf"]
    assert grammar.check(1_000_003) == []
    assert grammar.check(7) != []


def test_numbers_that_are_excluded() -> None:
    grammar = Grammar.from_json_schema({"type": "number", "not": {"enum": [1, 2.5]}})
    assert [text for text in ("1", "1.0", "2.5", "2.50", "0.5", "-1", "25") if accepts(grammar, text)] == [
        "0.5",
        "-1",
        "25",
    ]


@pytest.mark.parametrize("value", [2.5, 0, 1, -3, 0.1, 1e15, -7.25, 1e17, 3e-5, 123456.789])
def test_what_is_read_as_an_excluded_number_is_refused(value: float) -> None:
    grammar = Grammar.from_json_schema({"type": "number", "not": {"const": value}})
    for text in (json.dumps(value), f"{value:.30f}", f"{value:.6f}000000000000000000000000001"):
        if float(text) == value:
            assert not accepts(grammar, text), text
    for other in (value + 1, value * 2 + 1):
        assert accepts(grammar, json.dumps(other)) or abs(other) >= 1e16
    if 1e-4 < abs(value) < 1e16:
        for other in (math.nextafter(value, math.inf), math.nextafter(value, -math.inf)):
            assert accepts(grammar, json.dumps(other)), other
