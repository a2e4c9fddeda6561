"""Between the values of a program (Python's) and sympy's: what a function of sympy's is given, and what comes back."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import sympy
from sympy.core.function import UndefinedFunction
from sympy.matrices import MatrixBase
from sympy.tensor.array import NDimArray

from gba.errors import MathError
from gba.tools.math.interpreter.reals import exact, traced

__all__ = ["SYMPY", "as_float", "as_index", "entries", "is_sympy", "native", "number_of", "to_sympy"]

SYMPY = (sympy.Basic, MatrixBase, NDimArray, UndefinedFunction)
_PLAIN = frozenset({bool, type(None)})


def is_sympy(value: Any) -> bool:
    """Whether a value is one of sympy's."""
    return isinstance(value, SYMPY)


def number_of(value: Any) -> Any:
    """sympy's value of one of Python's numbers; other values as they are."""
    kind = type(value)
    if kind is int:
        return sympy.Integer(value)
    if isinstance(value, float):
        return exact(value)
    if kind is bool:
        return sympy.Integer(int(value))
    if kind is Fraction:
        return sympy.Rational(value.numerator, value.denominator)
    if kind is Decimal:
        return sympy.Rational(*decimal_ratio(value))
    return value


def decimal_ratio(value: Decimal) -> tuple[int, int]:
    """A number of the decimal module as a fraction. Raises MathError for one that is none, or far out."""
    if not value.is_finite():
        raise MathError(f"Decimal('{value}') is no number.", kind="domain")
    if value and abs(value.adjusted()) > 5_000:
        raise MathError("A number became too large.", kind="too large")
    return value.as_integer_ratio()


def to_sympy(value: Any) -> Any:
    """What a function of sympy's is given for a value. Raises MathError for texts and functions: it would run them."""
    kind = type(value)
    if kind in _PLAIN or is_sympy(value):
        return value
    if kind is list:
        return [to_sympy(item) for item in value]
    if kind is tuple:
        return tuple(to_sympy(item) for item in value)
    if kind is dict:
        return {to_sympy(key): to_sympy(item) for key, item in value.items()}
    if kind is range:
        return sympy.Range(value.start, value.stop, value.step)
    if kind in (set, frozenset):
        return sorted((to_sympy(item) for item in value), key=sympy.default_sort_key)
    if kind is str:
        raise MathError("A text cannot be an argument of this function.", kind="forbidden")
    found = number_of(value)
    if found is value:
        raise MathError(f"{_told(value)} cannot be an argument of this function.", kind="domain")
    return found


def _told(value: Any) -> str:
    return "An iterator (write list(...) around it)" if isinstance(value, Iterator) else f"A {type(value).__name__}"


def native(value: Any) -> Any:
    """Whole numbers and truth values of sympy's as Python's, in lists as well; decimals stay exact."""
    if isinstance(value, sympy.Integer):
        return int(value)
    if value is sympy.true or value is sympy.false:
        return bool(value)
    if type(value) in (list, tuple):
        return type(value)(native(item) for item in value)
    if type(value) is dict:
        return {native(key): native(item) for key, item in value.items()}
    return value


def as_float(value: Any) -> float:
    """A real number of sympy's as a float that knows it. Raises MathError for other values."""
    if isinstance(value, sympy.Expr) and value.is_number and value.is_extended_real:
        return traced(float(value), lambda one: one, value)
    raise MathError("Only a number has a decimal.", kind="domain")


def entries(value: Any) -> Any:
    """An array, or a number out of it, as lists of Python's numbers."""
    if isinstance(value, NDimArray):
        value = value.tolist()
    if isinstance(value, list):
        return [entries(item) for item in value]
    if isinstance(value, sympy.Integer):
        return int(value)
    if value is sympy.true or value is sympy.false:
        return bool(value)
    if isinstance(value, sympy.Expr) and value.is_number and value.is_finite and value.is_extended_real:
        return as_float(value)
    return value


def as_index(value: Any) -> Any:
    """A whole number of sympy's as an int; other values as they are."""
    return int(value) if isinstance(value, sympy.Integer) else value
