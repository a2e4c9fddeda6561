"""Arrays that are compared, chosen from and put together: what numpy does with truth values, shapes and pieces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import Integer, S
from sympy.tensor.array import ImmutableDenseNDimArray, NDimArray

from gba.errors import MathError
from gba.tools.math.arithmetic import as_matrix, binary, compare, each, is_scalar
from gba.tools.math.bounds import check_items, natural
from gba.tools.math.library import lists
from gba.tools.math.library.arrays import NUMPY as ARRAYS
from gba.tools.math.library.arrays import array_of, flat

__all__ = ["NUMPY", "chosen", "compared", "is_mask"]

Function = Callable[..., Any]


def is_mask(value: Any) -> bool:
    """Whether a value is an array of truth values."""
    return isinstance(value, NDimArray) and any(item in (S.true, S.false) for item in flat(value)[:1])


def compared(sign: str, left: Any, right: Any) -> Any:
    """The array of truth values that numpy compares arrays to. Raises MathError where one is not decided."""

    def one(a: Any, b: Any) -> Any:
        found = compare(sign, a, b)
        if not isinstance(found, bool):
            raise MathError("An array of unknowns is not compared.", kind="domain")
        return S.true if found else S.false

    return each(one, *(side if is_scalar(side) else array_of(side) for side in (left, right)))


def chosen(value: Any, mask: Any) -> Any:
    """The entries, or rows, where the mask is true, or at the places of a list."""
    rows = value.tolist()
    if is_mask(mask):
        marks = mask.tolist()
        if mask.rank() == 2:
            if mask.shape != value.shape:
                raise MathError("The mask is of another shape than the array.", kind="domain")
            rows, marks = flat(value), flat(mask)
        if len(marks) != len(rows):
            raise MathError("The mask is of another length than the array.", kind="domain")
        found = [row for row, mark in zip(rows, marks, strict=True) if mark == S.true]
    else:
        found = [rows[int(place)] for place in flat(mask)]
    if not found:
        raise MathError("No entry is chosen, and an array without entries cannot be calculated with.", kind="domain")
    return ImmutableDenseNDimArray(found)


def _truths(value: Any) -> list[bool]:
    return [bool(item != 0) if item not in (S.true, S.false) else bool(item) for item in flat(value)]


def _where(mask: Any, left: Any = None, right: Any = None) -> Any:
    if left is None or right is None:
        raise MathError("np.where takes a condition and two values here.", kind="domain")
    return each(lambda mark, a, b: a if mark == S.true or (mark != S.false and mark != 0) else b,
                *(side if is_scalar(side) or side in (S.true, S.false) else array_of(side)
                  for side in (mask, left, right)))  # fmt: skip


def _close(a: Any, b: Any) -> bool:
    return bool(abs(a - b) <= sympy.Rational(1, 10**8) + sympy.Rational(1, 10**5) * abs(b))


def _is_close(left: Any, right: Any) -> Any:
    return each(lambda a, b: S.true if _close(a, b) else S.false, array_of(left), array_of(right))


def _all_close(left: Any, right: Any) -> bool:
    return all(_truths(_is_close(left, right)))


def _equal(left: Any, right: Any) -> bool:
    a, b = array_of(left), array_of(right)
    return getattr(a, "shape", ()) == getattr(b, "shape", ()) and flat(a) == flat(b)


def _reshaped(value: Any, *shape: Any) -> Any:
    items = flat(value)
    sizes = list(lists.items(shape[0])) if len(shape) == 1 and not is_scalar(shape[0]) else list(shape)
    if not 1 <= len(sizes) <= 2:
        raise MathError("Arrays have one or two dimensions here.", kind="domain")
    if sizes.count(-1) == 1:
        known = int(sympy.prod([size for size in sizes if size != -1]))
        if known == 0 or len(items) % known:
            raise MathError("The entries do not fill that shape.", kind="domain")
        sizes = [len(items) // known if size == -1 else size for size in sizes]
    whole = [natural("The size of an array", Integer(size), 20_000) for size in sizes]
    if sympy.prod(whole) != len(items):
        raise MathError(f"{len(items)} entries do not fill that shape.", kind="domain")
    return ImmutableDenseNDimArray(items, tuple(whole))


def _order(value: Any) -> Any:
    items = flat(value)
    if len(set(items)) < len(items):
        raise MathError("np.argsort of equal values has no certain order.", kind="domain")
    return ImmutableDenseNDimArray([Integer(at) for at in sorted(range(len(items)), key=lambda at: items[at])])


def _fitted(x: Any, y: Any, degree: Any) -> Any:
    """The coefficients of the polynomial of least squares, the highest power first, exactly."""
    xs, ys = flat(x), flat(y)
    size = natural("The degree", degree, 30) + 1
    if len(xs) != len(ys) or len(xs) < size or len(set(xs)) < size:
        raise MathError("np.polyfit needs as many values as coefficients at least.", kind="domain")
    columns = sympy.ImmutableDenseMatrix(len(xs), size, lambda row, column: xs[row] ** (size - 1 - column))
    found = (columns.T * columns).LUsolve(columns.T * sympy.ImmutableDenseMatrix(ys))
    return ImmutableDenseNDimArray(list(found))


def _trapezoid(y: Any, x: Any = None, dx: Any = S.One) -> Any:
    heights = flat(y)
    places = flat(x) if x is not None else [dx * at for at in range(len(heights))]
    if len(places) != len(heights):
        raise MathError("np.trapezoid takes as many places as heights.", kind="domain")
    return sympy.Add(*((places[k + 1] - places[k]) * (heights[k] + heights[k + 1]) / 2
                       for k in range(len(heights) - 1)))  # fmt: skip


def _centred(value: Any) -> list[Any]:
    items = flat(value)
    mean = sympy.Add(*items) / len(items)
    return [item - mean for item in items]


def _covariances(x: Any, y: Any, ddof: int) -> list[list[Any]]:
    lines = [_centred(x), _centred(y)]
    if len(lines[0]) != len(lines[1]) or len(lines[0]) < 2:
        raise MathError("These take two lists of the same length.", kind="domain")
    count = len(lines[0]) - ddof
    return [[sympy.Add(*(p * q for p, q in zip(a, b, strict=True))) / count for b in lines] for a in lines]


def _correlated(x: Any, y: Any) -> Any:
    rows = _covariances(x, y, 0)
    if rows[0][0] == 0 or rows[1][1] == 0:
        raise MathError("A list of equal values has no correlation.", kind="domain")
    share = rows[0][1] / sympy.sqrt(rows[0][0] * rows[1][1])
    return ImmutableDenseNDimArray([[S.One, share], [share, S.One]])


def _interpolated(x: Any, xp: Any, fp: Any) -> Any:
    places, values = flat(xp), flat(fp)

    def one(at: Any) -> Any:
        if at <= places[0]:
            return values[0]
        for k in range(len(places) - 1):
            if at <= places[k + 1]:
                slope = (values[k + 1] - values[k]) / (places[k + 1] - places[k])
                return values[k] + slope * (at - places[k])
        return values[-1]

    return each(one, array_of(x))


def _like(value: Any, item: Any) -> Any:
    return each(lambda _: item, array_of(value))


def _repeated(value: Any, count: Any) -> Any:
    times = natural("The number of copies", count, 20_000)
    items = flat(value)
    check_items(len(items) * times)
    return ImmutableDenseNDimArray([item for item in items for _ in range(times)])


def _tiled(value: Any, count: Any) -> Any:
    times = natural("The number of copies", count, 20_000)
    check_items(len(flat(value)) * times)
    return ImmutableDenseNDimArray(flat(value) * times)


def _flipped(value: Any) -> Any:
    found = array_of(value)
    rows = found.tolist()[::-1]
    return ImmutableDenseNDimArray([row[::-1] for row in rows] if found.rank() == 2 else rows)


def _stacked(values: Any) -> Any:
    rows = [array_of(part) for part in lists.items(values)]
    parts = [part if part.rank() == 2 else ImmutableDenseNDimArray([part.tolist()]) for part in rows]
    return ARRAYS["concatenate"](parts, S.Zero)


def _side_by_side(values: Any) -> Any:
    parts = [array_of(part) for part in lists.items(values)]
    return ARRAYS["concatenate"](parts, Integer(parts[0].rank() - 1))


NUMPY: dict[str, Function] = {
    "all": lambda value: all(_truths(value)),
    "any": lambda value: any(_truths(value)),
    "allclose": _all_close,
    "argsort": _order,
    "array_equal": _equal,
    "corrcoef": _correlated,
    "count_nonzero": lambda value: sum(_truths(value)),
    "cov": lambda x, y: ImmutableDenseNDimArray(_covariances(x, y, 1)),
    "flip": _flipped,
    "hstack": _side_by_side,
    "interp": _interpolated,
    "isclose": _is_close,
    "kron": lambda a, b: ImmutableDenseNDimArray(sympy.kronecker_product(as_matrix(a), as_matrix(b)).tolist()),
    "ones_like": lambda value: _like(value, S.One),
    "polyfit": _fitted,
    "ravel": lambda value: ImmutableDenseNDimArray(flat(value)),
    "repeat": _repeated,
    "reshape": _reshaped,
    "tile": _tiled,
    "trapezoid": _trapezoid,
    "vstack": _stacked,
    "where": _where,
    "zeros_like": lambda value: _like(value, S.Zero),
    "float64": lambda value: value,
    "int64": lambda value: binary("//", value, S.One) if value >= 0 else -binary("//", -value, S.One),
}
"""Each of these functions of numpy."""
