"""Numbers: ranges and multiples, each against arithmetic on the numbers themselves."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schemas import accepts

from gba.errors import SchemaError
from gba.grammar import Grammar

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


@settings(max_examples=60, deadline=None)
@given(BOUNDS, BOUNDS, st.none() | st.integers(1, 40), st.lists(st.integers(-2000, 2000), min_size=1))
def test_integers_in_a_range(low: int | None, high: int | None, step: int | None, numbers: list[int]) -> None:
    grammar = _integers(low, high, step)
    for number in [*numbers, *(bound for bound in (low, high) if bound is not None)]:
        wanted = (low is None or number >= low) and (high is None or number <= high) and number % (step or 1) == 0
        assert (grammar is not None and accepts(grammar, str(number))) == wanted, number
    if grammar is not None:
        assert grammar.residual == ()


DECIMALS = st.decimals(-200, 200, places=3, allow_nan=False, allow_infinity=False)


@settings(max_examples=60, deadline=None)
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


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["0.01", "0.05", "0.25", "2.5", "1.5", "0.1"]), st.integers(-3000, 3000))
def test_decimal_multiples_are_exact(step: str, thousandths: int) -> None:
    grammar = Grammar.from_json_schema({"type": "number", "multipleOf": float(step)})
    number = Decimal(thousandths) / 1000
    assert accepts(grammar, f"{number:f}") == (number % Decimal(step) == 0)


@settings(max_examples=60, deadline=None)
@given(st.floats(-1e307, 1e307).filter(lambda number: number == 0 or abs(number) >= 1e-307) | st.integers())
def test_every_number_has_a_text(number: float) -> None:
    text = json.dumps(number)
    assert accepts(Grammar.from_json_schema({"type": "number"}), text)
    assert accepts(Grammar.from_json_schema({"type": "number", "minimum": 0}), text) == (not text.startswith("-"))


@settings(max_examples=60, deadline=None)
@given(st.floats(-1e307, 1e307), st.floats(-1e3, 1e3))
def test_what_json_dumps_writes_is_in_range_when_the_number_is(number: float, low: float) -> None:
    """Exponents included, but those that stand nearer to zero than the bound."""
    grammar = Grammar.from_json_schema({"type": "number", "minimum": low})
    text = json.dumps(number)
    if accepts(grammar, text):
        assert number >= low
    elif number >= low and text != "-0.0":  # no range that begins at zero has a minus sign in it
        assert "e-" in text or "e+" in text
        assert abs(number) < 1e-4 or low > -1e16


@pytest.mark.parametrize("text", ["01", "+1", "1.", ".5", "1e", "--1", "0x1", "1e400", "NaN", "Infinity", "1e+308", ""])
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
