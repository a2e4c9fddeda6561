"""Strategies of hypothesis: schemas, the keys in them, and values."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

__all__ = ["KEYS", "SCHEMAS", "VALUES"]

KEYS = ["a", "b", "ab", "é"]

NUMBERS = st.integers(-20, 20) | st.sampled_from([0.5, 2.5, -1.25])


def _leaves() -> st.SearchStrategy[Any]:
    integer = st.fixed_dictionaries(
        {"type": st.sampled_from(["integer", "number"])},
        optional={
            "minimum": st.integers(-9, 9),
            "maximum": st.integers(0, 30),
            "multipleOf": st.sampled_from([1, 2, 3]),
        },
    )
    string = st.fixed_dictionaries(
        {"type": st.just("string")},
        optional={
            "minLength": st.integers(0, 3),
            "maxLength": st.integers(2, 12),
            "pattern": st.sampled_from(["^a", "b$", "^[ab]*$", "[^a]", "^(?!ab)"]),
            "format": st.sampled_from(["date", "ipv4", "no-such-format"]),
        },
    )
    listed = st.fixed_dictionaries({"enum": st.lists(st.sampled_from(["a", "bb", 1, 2.5, None, True, []]), min_size=1)})
    return st.one_of(integer, string, listed, st.booleans(), st.just({"type": "null"}), st.just({"type": "boolean"}))


def _bigger(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    array = st.fixed_dictionaries(
        {"type": st.just("array")},
        optional={
            "items": inner,
            "prefixItems": st.lists(inner, min_size=1, max_size=2),
            "contains": inner,
            "minItems": st.integers(0, 2),
            "maxItems": st.integers(1, 4),
        },
    )
    thing = st.fixed_dictionaries(
        {"type": st.just("object")},
        optional={
            "properties": st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
            "required": st.lists(st.sampled_from(KEYS), max_size=2, unique=True),
            "additionalProperties": inner,
            "patternProperties": st.dictionaries(st.sampled_from(["^a", "b$"]), inner, max_size=1),
            "maxProperties": st.integers(0, 4),
            "minProperties": st.integers(0, 1),
            "dependentRequired": st.just({"a": ["b"]}),
        },
    )
    branches = st.lists(inner, min_size=1, max_size=3)
    applied = st.one_of(
        st.fixed_dictionaries({"anyOf": branches}),
        st.fixed_dictionaries({"oneOf": branches}),
        st.fixed_dictionaries({"allOf": branches}),
        st.fixed_dictionaries({"not": inner}),
        st.fixed_dictionaries({"if": inner, "then": inner, "else": inner}),
    )
    return st.one_of(array, thing, applied)


SCHEMAS = st.recursive(_leaves(), _bigger, max_leaves=6)

VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text("abé1", max_size=4) | st.sampled_from(["2024-02-29", "1.2.3.4"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=5,
)
