"""The intersection of typed nodes: what satisfies both, or None where nothing does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import zip_longest
from math import gcd
from typing import Any, TypeAlias, TypeVar

from gba.schema.nodes import (
    ANYTHING,
    Array,
    Boolean,
    Bound,
    Conjunction,
    Node,
    Null,
    Number,
    Object,
    Part,
    Residual,
    String,
)
from gba.schema.work import spend

__all__ = ["Values", "both_values", "conjoin", "equal", "intersect", "unique_values", "value_key"]

T = TypeVar("T")


def conjoin(*conjunctions: Conjunction) -> Conjunction:
    """All parts together."""
    if len(conjunctions) == 1:
        return conjunctions[0]
    parts: dict[Part, None] = {}
    for conjunction in conjunctions:
        parts.update(dict.fromkeys(conjunction))
    return tuple(sorted(parts, key=lambda part: (part.place.serial, part.negated))) if len(parts) > 1 else tuple(parts)


class Values(tuple[Any, ...]):
    """JSON values, hashable though some of them are lists or objects."""

    __slots__ = ()

    def __hash__(self) -> int:
        return hash(repr(tuple(self)))


def equal(one: Any, other: Any) -> bool:
    """Equality of JSON values: 1 is 1.0, but true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(equal, one, other))
    return bool(one == other)


def unique_values(values: Iterable[Any]) -> tuple[Any, ...]:
    """The values, each once, in their order."""
    if isinstance(values, list) and all(type(value) is str for value in values):  # quicker, for lists of thousands
        return Values(dict.fromkeys(values))
    kept: dict[Any, Any] = {}
    for value in values:
        kept.setdefault(value_key(value), value)
    return Values(kept.values())


def intersect(one: Node, other: Node) -> Node | None:
    """What satisfies both nodes, which are of one type."""
    spend(3)
    values = _values(one.values, other.values)
    if values is not None and not values:
        return None
    return _MERGE[type(one)](one, other, values, _union(one.notes, other.notes))


def _values(one: tuple[Any, ...] | None, other: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    if one is None or other is None:
        return other if one is None else one
    return both_values(one, other)


def both_values(one: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[Any, ...]:
    """The values of the first tuple that are also in the second one."""
    spend(len(one) + len(other))
    wanted = set(map(value_key, other))
    return Values(value for value in one if value_key(value) in wanted)


def value_key(value: Any) -> Any:
    """What is the same for equal JSON values only, and can be hashed."""
    if type(value) is str:  # by far the most, where there are many
        return (False, value)
    if isinstance(value, (dict, Mapping)):
        return ("object", frozenset((key, value_key(item)) for key, item in value.items()))
    if isinstance(value, (list, tuple)):
        return ("array", tuple(map(value_key, value)))
    return (isinstance(value, bool), value)


def _union(one: tuple[T, ...], other: tuple[T, ...]) -> tuple[T, ...]:
    if not one or not other:
        return one or other
    spend(len(one) * len(other) // 4)
    return one + tuple([item for item in other if item not in one])


_Values: TypeAlias = "tuple[Any, ...] | None"
_Notes: TypeAlias = tuple[Residual, ...]


def _plain(one: Node, _other: Node, values: _Values, notes: _Notes) -> Node:
    return replace(one, values=values, notes=notes)


def _number(one: Number, other: Number, values: _Values, notes: _Notes) -> Number | None:
    integer, fractional = one.integer or other.integer, one.fractional or other.fractional
    if integer and fractional:
        return None
    low, high = _tighter(one.low, other.low, 1), _tighter(one.high, other.high, -1)
    if low and high and (low.value > high.value or (low.value == high.value and (low.exclusive or high.exclusive))):
        return None
    multiples = one.multiples
    for multiple in other.multiples:
        multiples = (_common(multiples[0], multiple),) if multiples else (multiple,)
    excluded = _union(one.excluded, other.excluded)
    return Number(integer, low, high, multiples, excluded, fractional, values, one.pointer or other.pointer, notes)


def _common(one: Fraction, other: Fraction) -> Fraction:
    """The least common multiple."""
    numerator = one.numerator * other.denominator
    against = other.numerator * one.denominator
    return Fraction(numerator * against // gcd(numerator, against), one.denominator * other.denominator)


def _tighter(one: Bound | None, other: Bound | None, sign: int) -> Bound | None:
    if one is None or other is None:
        return one or other
    if one.value == other.value:
        return one if one.exclusive else other
    return one if (one.value > other.value) == (sign > 0) else other


def _counts(one: Any, other: Any) -> tuple[int, int | None] | None:
    minimum, maximum = max(one.minimum, other.minimum), one.maximum
    if maximum is None or (other.maximum is not None and other.maximum < maximum):
        maximum = other.maximum
    return None if maximum is not None and minimum > maximum else (minimum, maximum)


def _string(one: String, other: String, values: _Values, notes: _Notes) -> String | None:
    counts = _counts(one, other)
    if counts is None:
        return None
    return String(*counts, _union(one.languages, other.languages), values, one.pointer or other.pointer, notes)


def _array(one: Array, other: Array, values: _Values, notes: _Notes) -> Array | None:
    counts = _counts(one, other)
    if counts is None:
        return None
    if one.prefix or other.prefix:
        pairs = zip_longest(one.prefix, other.prefix)
        prefix = tuple(
            conjoin(one.rest if left is None else left, other.rest if right is None else right) for left, right in pairs
        )
    else:
        prefix = ()
    evaluated = None if one.evaluated is None or other.evaluated is None else max(one.evaluated, other.evaluated)
    return Array(
        prefix,
        conjoin(one.rest, other.rest),
        *counts,
        _union(one.contains, other.contains),
        one.unique if one.unique is not None else other.unique,
        evaluated,
        values,
        one.pointer or other.pointer,
        notes,
    )


def _object(one: Object, other: Object, values: _Values, notes: _Notes) -> Object | None:
    counts = _counts(one, other)
    if counts is None:
        return None
    return Object(
        _union(one.scopes, other.scopes),
        _union(one.required, other.required),
        *counts,
        conjoin(one.names, other.names) if one.names or other.names else ANYTHING,
        values,
        one.pointer or other.pointer,
        notes,
    )


_MERGE: dict[type, Callable[[Any, Any, _Values, _Notes], Node | None]] = {
    Null: _plain,
    Boolean: _plain,
    Number: _number,
    String: _string,
    Array: _array,
    Object: _object,
}
