"""The operators of a program: Python's on Python's values, sympy's where one of the values is sympy's.

What would become too large is refused before it is calculated.
"""

from __future__ import annotations

import datetime
import functools
import operator
from collections import Counter, deque
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import sympy
from sympy.matrices import MatrixBase
from sympy.tensor.array import NDimArray

from gba.errors import MathError
from gba.tools.math import arithmetic
from gba.tools.math.bounds import BITS, check_value, too_large
from gba.tools.math.interpreter import texts
from gba.tools.math.interpreter.conversions import as_index, entries, is_sympy, number_of, to_sympy
from gba.tools.math.interpreter.fuel import Fuel
from gba.tools.math.interpreter.reals import Real, near, traced
from gba.tools.math.library.masks import compared, is_mask

__all__ = ["Operators", "iterated", "truth"]

Binary = Callable[[Any, Any], Any]

_DATES = (datetime.date, datetime.timedelta, datetime.time)
_SMALL = 2**64
_REALS = frozenset({int, bool, float, Real})
_EXACTS = frozenset({int, bool, Fraction})
_NUMBERS = _REALS | {Fraction, Decimal}
_SEQUENCES = frozenset({str, list, tuple})
_SETS = frozenset({set, frozenset})
_PLAIN: dict[str, Binary] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "&": operator.and_,
    "|": operator.or_,
}
_IN_PLACE: dict[str, Binary] = {"+": operator.iadd, "*": operator.imul, "|": operator.ior, "&": operator.iand,
                                "-": operator.isub}  # fmt: skip
_HOW = {sign: functools.partial(arithmetic.binary, sign) for sign in ("+", "-", "*", "/", "**")}
_RELATIONS: dict[str, Binary] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Operators:
    """The operators, as functions of two values; they use up what a program may use up."""

    def __init__(self, fuel: Fuel) -> None:
        self.fuel = fuel
        self.binary: dict[str, Binary] = {sign: functools.partial(self._any, sign) for sign in (*_PLAIN, "@")}
        self.binary.update({"+": self._add, "-": self._subtract, "*": self._multiply})

    # the most frequent ones, of whole numbers, by themselves

    def _add(self, left: Any, right: Any) -> Any:
        if type(left) is int and type(right) is int:
            value = left + right
            if -_SMALL < value < _SMALL:
                return value
            self.fuel.bits_of(value.bit_length())
            return value
        return self._any("+", left, right)

    def _subtract(self, left: Any, right: Any) -> Any:
        if type(left) is int and type(right) is int:
            value = left - right
            if -_SMALL < value < _SMALL:
                return value
            self.fuel.bits_of(value.bit_length())
            return value
        return self._any("-", left, right)

    def _multiply(self, left: Any, right: Any) -> Any:
        if type(left) is int and type(right) is int:
            if -_SMALL < left < _SMALL and -_SMALL < right < _SMALL:
                return left * right
            self.fuel.bits_of(left.bit_length() + right.bit_length() - 1)
            return left * right
        return self._any("*", left, right)

    def _any(self, sign: str, left: Any, right: Any) -> Any:
        kinds = type(left), type(right)
        if kinds[0] in _NUMBERS and kinds[1] in _NUMBERS:
            return self._numbers(sign, left, right)
        if is_sympy(left) or is_sympy(right):
            return self._with_sympy(sign, left, right)
        if kinds[0] is str and sign == "%":
            return texts.percent(self.fuel, left, right)
        if kinds[0] in _SEQUENCES or kinds[1] in _SEQUENCES:
            return self._sequences(sign, left, right)
        if sign in "-|&" and ({*kinds} <= _SETS or (kinds == (dict, dict) and sign == "|")):
            self.fuel.list_of(len(left) + len(right))
            return _PLAIN[sign](left, right)
        if kinds == (Counter, Counter) and sign in "+-|&":
            self.fuel.list_of(len(left) + len(right))
            return _PLAIN[sign](left, right)
        if (isinstance(left, _DATES) or isinstance(right, _DATES)) and sign in ("+", "-", "*", "/", "//", "%"):
            return _PLAIN[sign](left, right)
        raise TypeError(f"unsupported operand types for {sign}: {_kind(left)} and {_kind(right)}")

    # numbers of Python's

    def _numbers(self, sign: str, left: Any, right: Any) -> Any:
        kinds = type(left), type(right)
        if sign == "@":
            raise TypeError("@ takes arrays or matrices")
        if sign == "**":
            return self._power(left, right)
        if sign == "<<" and kinds[0] in _EXACTS and kinds[1] in _EXACTS and right > 0:
            self.fuel.bits_of(int(left).bit_length() + min(int(right), 2**40))
        elif kinds[0] in _EXACTS and kinds[1] in _EXACTS:
            self.fuel.bits_of(max(_bits(left) + _bits(right) - 64, 0))
        try:
            value = _PLAIN[sign](left, right)
        except OverflowError:  # beyond the floats: exactly
            return self._with_sympy(sign, left, right)
        if type(value) is float:
            if sign in ("//", "%"):
                return traced(value, lambda a, b: near(value, arithmetic.binary(sign, a, b)), left, right)
            return traced(value, _HOW[sign], left, right)
        return value

    def _power(self, base: Any, exponent: Any) -> Any:
        if isinstance(exponent, Fraction) and exponent.denominator == 1:
            exponent = exponent.numerator
        if type(base) in _EXACTS and type(exponent) in (int, bool):
            bits = _bits(base)
            if base not in (0, 1, -1) and bits * abs(exponent) > BITS + bits:
                digits = sympy.Float(sympy.Integer(bits) * abs(exponent) * sympy.Float("0.30103"), 2)
                raise too_large(f"The power would have about {digits} digits")
            self.fuel.bits_of(max(bits * min(abs(exponent), BITS) - 64, 0) if base not in (0, 1, -1) else 1)
        elif Decimal in (type(base), type(exponent)) and abs(exponent) > 10**6:
            raise too_large("The exponent is too large")
        try:
            value = base**exponent
        except OverflowError:
            return self._with_sympy("**", base, exponent)
        if isinstance(value, complex):
            return self._with_sympy("**", base, exponent)
        return traced(value, _HOW["**"], base, exponent) if type(value) is float else value

    # lists and texts of Python's

    def _sequences(self, sign: str, left: Any, right: Any) -> Any:
        if sign == "+" and type(left) is type(right):
            self._make(left, len(left) + len(right))
            return left + right
        if sign == "*":
            items, count = (left, right) if type(left) in _SEQUENCES else (right, left)
            count = as_index(count)
            if type(count) in (int, bool):
                self._make(items, len(items) * max(count, 0))
                return items * count
        kinds = f"{_kind(left)} and {_kind(right)}"
        raise TypeError(f"{sign} does not work on lists and texts like {kinds}. For vectors use np.array or Matrix")

    def _make(self, kind: Any, length: int) -> None:
        if isinstance(kind, str):
            self.fuel.text_of(length)
        else:
            self.fuel.list_of(length)

    # with sympy

    def _with_sympy(self, sign: str, left: Any, right: Any) -> Any:
        if type(left) in (list, tuple, str) or type(right) in (list, tuple, str):
            if not any(isinstance(side, (NDimArray, MatrixBase)) for side in (left, right)):
                return self._sequences(sign, left, right)
            left, right = to_sympy(left), to_sympy(right)
        if sign in ("<<", ">>", "&", "|"):
            sides = as_index(left), as_index(right)
            if all(type(side) in (int, bool) for side in sides):
                return self._numbers(sign, *sides)
            if sign in "&|" and is_mask(left) and is_mask(right):
                return arithmetic.each(_PLAIN[sign], left, right)
            if sign in "&|" and all(isinstance(side, sympy.logic.boolalg.Boolean) for side in (left, right)):
                return arithmetic.clean(_PLAIN[sign](left, right))
            if sign in "&|" and all(isinstance(side, sympy.Set) for side in (left, right)):
                return _PLAIN[sign](left, right)
            raise TypeError(f"unsupported operand types for {sign}")
        value = arithmetic.binary(sign, number_of(left), number_of(right))
        check_value(value)
        return value

    def in_place(self, sign: str, left: Any, right: Any) -> Any:
        """``left sign= right``: lists, sets and dicts are changed, as in Python; other values made anew."""
        kind = type(left)
        if isinstance(left, NDimArray):
            raise MathError(
                f"{sign}= would change other values that share the array, too, which is not possible here: "
                f"write a = a {sign} ...",
                kind="forbidden",
            )
        if kind is list and sign == "+":
            items = right if type(right) in (list, tuple) else self.fuel.listed(iterated(right))
            self.fuel.list_of(len(left) + len(items))
            left += items
            return left
        if kind is list and sign == "*":
            count = as_index(right)
            if type(count) in (int, bool):
                self.fuel.list_of(len(left) * max(count, 0))
                left *= count
                return left
        sets = kind is set and type(right) in _SETS and sign in "-|&"
        if sets or (kind is dict and type(right) is dict and sign == "|"):
            self.fuel.list_of(len(left) + len(right))
            return _IN_PLACE[sign](left, right)
        return self.binary[sign](left, right)

    def negative(self, value: Any) -> Any:
        """``-value``."""
        kind = type(value)
        if kind in (int, bool, Fraction, Decimal) or isinstance(value, datetime.timedelta):
            return -value
        if isinstance(value, float):
            return traced(-value, operator.neg, value)
        if is_sympy(value):
            return arithmetic.negative(value)
        raise TypeError(f"bad operand type for unary -: {_kind(value)}")

    def positive(self, value: Any) -> Any:
        """``+value``."""
        if type(value) in _NUMBERS:
            return value if not isinstance(value, bool) else int(value)
        if is_sympy(value) or isinstance(value, datetime.timedelta):
            return value
        raise TypeError(f"bad operand type for unary +: {_kind(value)}")

    def inverted(self, value: Any) -> Any:
        """``~value``."""
        value = as_index(value)
        if type(value) in (int, bool):
            return -int(value) - 1
        if is_mask(value):
            return value.applyfunc(lambda one: ~one)
        if isinstance(value, sympy.logic.boolalg.Boolean):
            return arithmetic.clean(~value)
        raise TypeError(f"bad operand type for unary ~: {_kind(value)}")

    def compare(self, sign: str, left: Any, right: Any) -> Any:
        """True or False; with sympy's values an equation or inequality where it is not decided."""
        if not (is_sympy(left) or is_sympy(right)):
            if sign not in ("==", "!=") and {type(left), type(right)} & {dict, type(None)}:
                raise TypeError(f"{sign} not supported between {_kind(left)} and {_kind(right)}")
            return _RELATIONS[sign](left, right)
        if isinstance(left, (str, type(None))) or isinstance(right, (str, type(None))):
            if sign in ("==", "!="):
                return sign == "!="
            raise TypeError(f"{sign} not supported between {_kind(left)} and {_kind(right)}")
        if isinstance(left, NDimArray) or isinstance(right, NDimArray):
            return compared(sign, to_sympy(left), to_sympy(right))
        if isinstance(left, (list, tuple, dict, set)) or isinstance(right, (list, tuple, dict, set)):
            left, right = to_sympy(left), to_sympy(right)
        return arithmetic.compare(sign, number_of(left), number_of(right))

    def contains(self, item: Any, container: Any) -> Any:
        """``item in container``."""
        if isinstance(container, range) and not isinstance(item, int):  # Python would go through all of it
            whole = isinstance(item, (float, Fraction, Decimal, sympy.Integer)) and item % 1 == 0
            return whole and int(item) in container
        if isinstance(container, (list, tuple, set, frozenset, dict, str, range, deque)):
            return item in container
        if isinstance(container, sympy.Set):
            return arithmetic.clean(container.contains(to_sympy(item)))
        return item in self.fuel.over(iterated(container))


def iterated(value: Any) -> Any:
    """What a loop goes through. Raises TypeError for what it cannot."""
    if (
        isinstance(value, (list, tuple, dict, set, frozenset, str, range, deque, Iterator))
        or type(value).__name__ in _VIEWS
    ):
        return value
    if isinstance(value, NDimArray):
        return [item if isinstance(item, NDimArray) else entries(item) for item in value]
    if isinstance(value, (MatrixBase, sympy.Tuple, sympy.FiniteSet, sympy.Range)):
        if isinstance(value, sympy.Range) and not value.size.is_Integer:
            raise TypeError("an endless range cannot be gone through")
        return value if not isinstance(value, sympy.Range) else (as_index(item) for item in value)
    raise TypeError(f"{_kind(value)} object is not iterable")


_VIEWS = ("dict_keys", "dict_values", "dict_items")


def truth(value: Any) -> bool:
    """What an ``if`` makes of a value. Raises MathError where sympy has not decided."""
    if value is True or value is False:
        return value
    if not is_sympy(value):
        return bool(value)
    if value is sympy.true or value is sympy.false:
        return bool(value)
    if isinstance(value, sympy.Expr) and not isinstance(value, MatrixBase) and value.is_number:
        return bool(value != 0)
    if isinstance(value, NDimArray) and len(value) == 1:
        return truth(value[(0,) * value.rank()])
    if isinstance(value, (sympy.Tuple, sympy.FiniteSet)):
        return bool(value.args)
    if value is sympy.S.EmptySet:
        return False
    raise MathError(
        f"A condition has to be true or false, and {str(value)[:80]} is neither: it has unknowns, or is an array.",
        kind="domain",
    )


def _bits(value: Any) -> int:
    if isinstance(value, Fraction):
        return value.numerator.bit_length() + value.denominator.bit_length()
    return int(value).bit_length()


def _kind(value: Any) -> str:
    return "float" if isinstance(value, float) else type(value).__name__
