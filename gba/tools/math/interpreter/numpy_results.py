"""What numpy's functions give back: its floats and whole numbers as Python's, arrays of a kind that is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy

from gba.errors import MathError
from gba.tools.math.arithmetic import is_scalar
from gba.tools.math.interpreter.functions import Function
from gba.tools.math.interpreter.reals import traced
from gba.tools.math.library import FUNCTIONS

__all__ = ["as_kind", "of_numpy"]

Call = Callable[..., Any]

_FLOATS = frozenset(
    """
    mean average median var std percentile quantile divide true_divide sqrt cbrt exp exp2 expm1 log log2 log10 log1p sin
    cos tan arcsin arccos arctan asin acos atan sinh cosh tanh arcsinh arccosh arctanh asinh acosh atanh degrees radians
    deg2rad rad2deg arctan2 atan2 hypot sinc rint floor ceil trunc fabs det norm trapezoid interp float64
    """.split()
)
"""Functions of numpy that give floats whatever they are given."""


def of_numpy(name: str, call: Call) -> Call:
    """A function of numpy's: a number comes back as Python's, since numpy's are floats or whole ones."""

    def called_(*values: Any, dtype: Any = None, **keywords: Any) -> Any:
        if name == "power" and [type(value) for value in values] == [int, int] and values[1] < 0:
            raise ValueError("Integers to negative integer powers are not allowed.")
        found = call(*values, **keywords)
        if dtype is not None:
            return as_kind(found, dtype)
        if isinstance(found, bool):
            return found
        counts = name in ("argmax", "argmin", "count_nonzero")
        whole = counts or (name not in _FLOATS and not any(map(_has_floats, values)))
        if isinstance(found, sympy.Integer) and whole:
            return int(found)
        if is_scalar(found) and found.is_number and found.is_finite and found.is_extended_real:
            return traced(float(found), lambda value: value, found)
        return found

    return called_


def as_kind(value: Any, kind: Any) -> Any:
    """An array's entries as whole numbers or floats. Raises MathError for other kinds."""
    name = kind.name if isinstance(kind, Function) else kind
    if name in ("float", "float64") or not isinstance(value, sympy.NDimArray):
        return value
    if name in ("int", "int64"):
        return value.applyfunc(FUNCTIONS["int"])
    raise MathError("Arrays are of int or float here.", kind="forbidden")


def _has_floats(value: Any) -> bool:
    """Whether there is a float in a value, or what only a float can be."""
    if isinstance(value, (list, tuple)):
        return any(map(_has_floats, value))
    if isinstance(value, sympy.NDimArray):
        whole = (sympy.Integer, sympy.logic.boolalg.BooleanAtom)
        return any(not isinstance(item, whole) for item in sympy.flatten(value))
    return isinstance(value, float)
