"""Decimal numbers: Python's floats, which know the exact value that they stand for as long as that stays small.

``0.1 + 0.2`` is the float 0.30000000000000004 for whatever asks as Python would (a comparison, print, int, round), and
three tenths where it is the result, or where sympy is given it. The exact value is worked out only then: a float keeps
what it was made of (``made``), up to ``LARGEST`` parts. A float without that is its own shortest decimal.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import sympy
from sympy import S

from gba.errors import MathError

__all__ = ["LARGEST", "Real", "exact", "is_close", "literal", "near", "shortest", "traced"]

LARGEST = 120
"""Parts that a float may be made of and still know its exact value."""
_BITS = 4_096
"""Of an integer that may be a part."""
_ENTRIES = 400
"""Numbers in the lists that may be a part."""

Exactly = Callable[..., Any]
"""Works out an exact value from sympy's values of the parts. Raises where there is none."""


class Real(float):
    """A float that knows how to work out its exact value: ``made`` is that value, or a function and its parts."""

    __slots__ = ("exact", "made", "size")
    exact: Any
    made: Any
    size: int


def literal(value: Fraction) -> Any:
    """A decimal number of a program; sympy's where it is beyond the floats."""
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if math.isinf(number) or (number == 0 and value):
        return sympy.Rational(value.numerator, value.denominator)
    made = Real(number)
    made.exact, made.made, made.size = sympy.Rational(value.numerator, value.denominator), None, 1
    return made


def traced(number: float, how: Exactly, *parts: Any) -> float:
    """The float as the value of ``how`` of these parts; without its history where that is too long."""
    size = 1
    for part in parts:
        kind = type(part)
        if kind is Real:
            size += part.size
        elif kind is int:
            size += 1 if -(2**64) < part < 2**64 else 1 + part.bit_length() // 64
        else:
            size += _size(part)
    if size > LARGEST or number - number != 0:  # the latter: infinite, or no number
        return float(number)
    made = Real(number)
    made.exact, made.made, made.size = None, (how, parts), size
    return made


def _size(part: Any) -> int:
    """How much a part of another kind adds; more than allowed where it has no exact value."""
    if isinstance(part, (bool, Fraction, Decimal, str)) or part is None:
        return 2
    if isinstance(part, int):
        return 1 + part.bit_length() // 64
    if isinstance(part, Real):
        return part.size
    if isinstance(part, (list, tuple)):
        if len(part) > LARGEST:
            return LARGEST + 1
        return 1 + sum(_size(item) for item in part)
    if isinstance(part, (sympy.Basic, sympy.NDimArray)):
        return 3
    return LARGEST + 1


def exact(number: float) -> Any:
    """sympy's value of a float: the exact one where it is known, else that of its shortest decimal."""
    if type(number) is not Real:
        return shortest(number)
    if number.exact is None:
        how, parts = number.made
        try:
            number.exact = how(*map(_part, parts))
        except (MathError, ArithmeticError, TypeError, ValueError, AttributeError, RecursionError):
            number.exact = shortest(number)
    return number.exact


def _part(value: Any) -> Any:
    if isinstance(value, float):
        return exact(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return sympy.Integer(value)
    if isinstance(value, Fraction):
        return sympy.Rational(value.numerator, value.denominator)
    if isinstance(value, Decimal):
        return sympy.Rational(*value.as_integer_ratio())
    if isinstance(value, (list, tuple)):
        return [_part(item) for item in value]
    return value


def shortest(number: float) -> Any:
    """The decimal that Python writes for a float, exactly. Raises MathError for what is no number."""
    if math.isnan(number):
        raise MathError("A value is not defined: Python has nan (not a number) here.", kind="domain")
    if math.isinf(number):
        return S.Infinity if number > 0 else S.NegativeInfinity
    value = Fraction(float.__repr__(number))
    return sympy.Rational(value.numerator, value.denominator)


def is_close(value: Any, number: float) -> bool:
    """Whether an exact value is the one that a float stands for."""
    try:
        return math.isclose(float(value), number, rel_tol=1e-9, abs_tol=1e-12)
    except (TypeError, OverflowError):
        return False


def near(number: float, value: Any) -> Any:
    """The exact value where a float stands for it; a jump (``1.0 % 0.1``) may separate them, and Python's counts."""
    return value if is_close(value, number) else shortest(number)
