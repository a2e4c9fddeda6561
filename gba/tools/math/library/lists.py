"""Lists: making them, going through them, adding them up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import S
from sympy.tensor.array import NDimArray

from gba.errors import MathError
from gba.tools.math.arithmetic import binary, is_scalar
from gba.tools.math.bounds import check_items, natural

__all__ = ["FUNCTIONS", "items", "total"]

_POINTS = sympy.Integer(50)


def items(value: Any) -> list[Any]:
    """The items of a list, an array or a matrix, in a flat list."""
    if isinstance(value, NDimArray):
        return list(sympy.flatten(value))
    if isinstance(value, sympy.Range):
        check_items(value.size)
    if isinstance(value, (list, tuple, dict)) or hasattr(value, "__iter__"):
        return list(value)
    raise MathError("This needs a list of values.", kind="domain")


def total(values: Any, start: Any = S.Zero) -> Any:
    """The sum of the items, which may be matrices."""
    if isinstance(values, sympy.Range):
        return start + (values.start + values.stop - values.step) * values.size / 2
    found = items(values)
    if all(is_scalar(item) for item in (*found, start)):
        return sympy.Add(start, *found)
    for item in found:
        start = item if start == 0 else binary("+", start, item)
    return start


def _product(values: Any, start: Any = S.One) -> Any:
    for item in items(values):
        start = binary("*", start, item)
    return start


def _cumulated(values: Any) -> Any:
    sums: list[Any] = []
    for item in items(values):
        sums.append(binary("+", sums[-1], item) if sums else item)
    return sums


def _extreme(choose: Callable[..., Any], among_rationals: Callable[..., Any]) -> Callable[..., Any]:
    def of_all(*values: Any) -> Any:
        found = list(values) if len(values) > 1 or is_scalar(values[0]) else items(values[0])
        if not found:
            raise MathError("There is no largest or smallest of nothing.", kind="domain")
        if all(getattr(value, "is_Rational", False) for value in found):
            return among_rationals(found)
        return choose(*found)

    return of_all


def _range(first: Any, last: Any = None, step: Any = S.One) -> Any:
    start, stop = (S.Zero, first) if last is None else (first, last)
    if step == 0 or not all(getattr(bound, "is_Rational", False) for bound in (start, stop, step)):
        raise MathError("range takes numbers, and a step that is not zero.", kind="domain")
    if all(bound.is_Integer for bound in (start, stop, step)):
        return sympy.Range(start, stop, step)
    count = max(sympy.ceiling((stop - start) / step), S.Zero)
    check_items(count)
    return [start + step * place for place in range(int(count))]


def _linspace(first: Any, last: Any, count: Any = _POINTS) -> Any:
    check_items(count)
    number = natural("The number of points", count, 20_000)
    return [first + (last - first) * place / max(number - 1, 1) for place in range(number)]


def _sorted(value: Any) -> Any:
    found = items(value)
    if all(getattr(item, "is_number", False) and item.is_extended_real for item in found):
        return sorted(found, key=lambda item: item if item.is_Rational else item.evalf(30))
    return sorted(found, key=sympy.default_sort_key)


def _length(value: Any) -> Any:
    if isinstance(value, sympy.Range):
        return value.size
    if not isinstance(value, (list, tuple, dict)) and not hasattr(value, "__len__"):
        raise MathError("len takes a list.", kind="domain")
    return len(value)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "max": _extreme(sympy.Max, max),
    "Max": _extreme(sympy.Max, max),
    "min": _extreme(sympy.Min, min),
    "Min": _extreme(sympy.Min, min),
    "sum": total,
    "fsum": total,
    "prod": _product,
    "cumsum": _cumulated,
    "len": _length,
    "list": items,
    "tuple": lambda value: tuple(items(value)),
    "set": lambda value: sorted(set(items(value)), key=sympy.default_sort_key),
    "sorted": _sorted,
    "range": _range,
    "arange": _range,
    "linspace": _linspace,
}
