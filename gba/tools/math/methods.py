"""What may be asked of a value by ``value.name(…)`` or ``value.name``: a name means one thing, whatever the value."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import sympy
from sympy.matrices import MatrixBase
from sympy.tensor.array import NDimArray

from gba.errors import MathError
from gba.tools.math.arithmetic import as_matrix, clean
from gba.tools.math.bounds import check_expansion
from gba.tools.math.library import FUNCTIONS, NUMPY
from gba.tools.math.library.algebra import digits_of
from gba.tools.math.library.calculus import derivative, integral, limit, series
from gba.tools.math.library.elementary import rounded
from gba.tools.math.library.lists import items, total
from gba.tools.math.library.matrices import norm
from gba.tools.math.library.statistics import mean

__all__ = ["ARRAY_METHODS", "METHODS", "PROPERTIES"]

_DIGITS = sympy.Integer(15)


def _own(name: str, *kinds: type) -> Callable[..., Any]:
    """The value's own method of that name, where the value is of one of the kinds."""

    def called(value: Any, *arguments: Any, **keywords: Any) -> Any:
        if MatrixBase in kinds and isinstance(value, NDimArray):
            value = as_matrix(value)
        if not isinstance(value, kinds):
            raise MathError(f"This value has no .{name}().", kind="domain")
        check_expansion((value, *arguments))
        return getattr(value, name)(*arguments, **keywords)

    return called


def _substituted(value: Any, old: Any, new: Any = None) -> Any:
    if isinstance(value, (list, tuple)):
        return [_substituted(item, old, new) for item in value]
    if not isinstance(value, (sympy.Basic, MatrixBase)):
        return value
    if new is not None:
        return value.subs(old, new)
    pairs = old.items() if isinstance(old, dict) else [old] if _is_pair(old) else old
    return value.subs([(left, right) for left, right in pairs])


def _is_pair(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and not isinstance(value[0], (tuple, list))


def _entries(value: Any, name: str) -> Any:
    if not isinstance(value, (list, tuple, dict, NDimArray, MatrixBase)):
        raise MathError(f"This value has no .{name}().", kind="domain")
    return items(value)


def _summed(value: Any, _axis: Any = None) -> Any:
    return total(_entries(value, "sum"))


def _part(take: Callable[[dict[Any, Any]], Any], name: str) -> Callable[[Any], Any]:
    def taken(value: Any) -> Any:
        if not isinstance(value, dict):
            raise MathError(f"This value has no .{name}().", kind="domain")
        return list(take(value))

    return taken


def _looked_up(value: Any, key: Any) -> Any:
    if not isinstance(value, dict) or key not in value:
        raise MathError("There is no such entry.", kind="domain")
    return value[key]


def _line(name: str) -> Callable[[Any, Any], Any]:
    return lambda value, place: getattr(as_matrix(value), name)(int(place))


def _each_rounded(value: Any, digits: Any = sympy.S.Zero) -> Any:
    if isinstance(value, (MatrixBase, NDimArray)):
        return value.applyfunc(lambda entry: rounded(entry, digits))
    return rounded(value, digits)


def _numeric(value: Any, digits: Any = _DIGITS) -> Any:
    return digits_of(value, digits)


def _side(name: str) -> Callable[[Any], Any]:
    def taken(value: Any) -> Any:
        if not isinstance(value, sympy.core.relational.Relational):
            raise MathError(f"Only an equation has .{name}.", kind="domain")
        return getattr(value, name)

    return taken


def _shape(value: Any) -> Any:
    if not isinstance(value, (MatrixBase, NDimArray)):
        raise MathError("Only a matrix has a shape.", kind="domain")
    return tuple(clean(size) for size in value.shape)


def _turned(value: Any) -> Any:
    return NUMPY["transpose"](value) if isinstance(value, NDimArray) else as_matrix(value).T


def _solved(value: Any, right: Any) -> Any:
    return as_matrix(value).LUsolve(as_matrix(right))


def _contained(value: Any, item: Any) -> Any:
    if not isinstance(value, sympy.Set):
        raise MathError("Only a set has .contains().", kind="domain")
    return value.contains(item)


_MATRIX = "det inv transpose trace rank eigenvals eigenvects rref nullspace columnspace rowspace adjugate"
_EXPRESSION = "as_numer_denom doit removeO trigsimp together apart cancel radsimp expand factor simplify collect coeff"

METHODS: dict[str, Callable[..., Any]] = {
    **{name: _own(name, MatrixBase) for name in _MATRIX.split()},
    **{name: _own(name, sympy.Basic, MatrixBase) for name in _EXPRESSION.split()},
    "all_coeffs": _own("all_coeffs", sympy.Poly),
    "coeffs": _own("coeffs", sympy.Poly),
    "degree": lambda value, *unknown: FUNCTIONS["degree"](value, *unknown),
    "charpoly": lambda value, *unknown: as_matrix(value).charpoly(*unknown),
    "conjugate": lambda value: value.conjugate(),
    "tolist": lambda value: value.tolist() if isinstance(value, (NDimArray, MatrixBase)) else items(value),
    "flatten": lambda value: _entries(value, "flatten"),
    "copy": lambda value: value,
    "dot": lambda value, other: FUNCTIONS["dot"](value, other),
    "cross": lambda value, other: FUNCTIONS["cross"](value, other),
    "norm": norm,
    "row": _line("row"),
    "col": _line("col"),
    "LUsolve": _solved,
    "solve": _solved,
    "evalf": _numeric,
    "n": _numeric,
    "round": _each_rounded,
    "sum": _summed,
    "prod": lambda value, _axis=None: FUNCTIONS["prod"](_entries(value, "prod")),
    "mean": lambda value: mean(_entries(value, "mean")),
    "subs": _substituted,
    "diff": derivative,
    "integrate": integral,
    "limit": limit,
    "series": series,
    "contains": _contained,
    "items": _part(dict.items, "items"),
    "keys": _part(dict.keys, "keys"),
    "values": _part(dict.values, "values"),
    "get": _looked_up,
}

ARRAY_METHODS = frozenset(
    """
    sum prod mean std var max min ptp argmax argmin argsort cumsum cumprod dot round clip trace transpose any all
    reshape ravel repeat
    """.split()
)
"""The methods of an array that are functions of numpy's with the array as their first argument."""

PROPERTIES: dict[str, Callable[[Any], Any]] = {
    "T": _turned,
    "H": lambda value: as_matrix(value).H,
    "lhs": _side("lhs"),
    "rhs": _side("rhs"),
    "real": sympy.re,
    "imag": sympy.im,
    "numerator": sympy.numer,
    "denominator": sympy.denom,
    "shape": _shape,
    "size": lambda value: math.prod(map(int, _shape(value))),
    "ndim": lambda value: len(_shape(value)),
    "rows": lambda value: _shape(value)[0],
    "cols": lambda value: _shape(value)[1],
    "free_symbols": lambda value: sorted(value.free_symbols, key=str),
}
