"""The operators: what two values of a program give, exactly where that is possible in bounded size."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import sympy
from sympy.matrices import ImmutableDenseMatrix, MatrixBase
from sympy.tensor.array import ImmutableDenseNDimArray, NDimArray

from gba.errors import MathError
from gba.tools.math.bounds import BITS, EXACT_BITS, bits, check_items, check_value, too_large

__all__ = ["as_matrix", "binary", "clean", "compare", "defined", "each", "is_scalar", "negative", "power"]

_LOOSE_DIGITS = 60
"""Digits of a power that is not calculated exactly."""
_COMPLEX_POWER = 64
"""The largest power of a complex number that is multiplied out."""
_RADICAL_BITS = 512
"""Of a base whose roots are written exactly, which takes its factors out."""


def clean(value: Any) -> Any:
    """A value as the programs know it: sympy's numbers instead of Python's, matrices that cannot be changed."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if value is sympy.true or value is sympy.false:
        return bool(value)
    if isinstance(value, (int, float, complex)):
        return sympy.sympify(value)
    if isinstance(value, MatrixBase):
        return ImmutableDenseMatrix(value)
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((clean(item) for item in value), key=sympy.default_sort_key)
    if isinstance(value, (list, range)):
        return [clean(item) for item in value]
    if type(value) is tuple or isinstance(value, sympy.Tuple):
        return tuple(clean(item) for item in value)
    return value


def defined(value: Any, what: str) -> Any:
    """The value, unless it is one of sympy's signs for what has no value."""
    if value is sympy.zoo or value is sympy.nan:
        raise MathError(f"{what} is not defined: it divides by zero or has no value there.", kind="domain")
    return value


def as_matrix(value: Any) -> ImmutableDenseMatrix:
    """A matrix from a matrix, an array, a list of rows, or a list (one column)."""
    if isinstance(value, NDimArray):
        value = value.tolist()
    return value if isinstance(value, ImmutableDenseMatrix) else ImmutableDenseMatrix(value)


def is_scalar(value: Any) -> bool:
    """Whether the value is a number or an expression (to sympy, a matrix is an expression as well)."""
    return isinstance(value, sympy.Expr) and not isinstance(value, MatrixBase)


def negative(value: Any) -> Any:
    """The value with the opposite sign."""
    if isinstance(value, (list, tuple)):
        raise MathError("A list has no opposite. Use Matrix or array.", kind="domain")
    return -_number(value)


def binary(operator: str, left: Any, right: Any) -> Any:
    """The result of ``left operator right``."""
    left, right = _number(left), _number(right)
    if isinstance(left, NDimArray) or isinstance(right, NDimArray):
        return _arrays(operator, left, right)
    if isinstance(left, (list, tuple)) or isinstance(right, (list, tuple)):
        return _lists(operator, left, right)
    if isinstance(left, dict) or isinstance(right, dict):
        raise MathError(f"The operator {operator} does not work on a table of values.", kind="domain")
    value = _complex_form(_OPERATORS[operator](left, right))
    if value.is_Float and left.is_Float and right.is_Float:
        value = sympy.Float(value, precision=min(left._prec, right._prec))  # sympy keeps the left one's digits
    check_value(value)
    return defined(value, f"A value of {operator}")


def _complex_form(value: Any) -> Any:
    """A product or a small power of complex numbers in the form a + b*i, which sympy leaves to ``expand``."""
    if not (isinstance(value, (sympy.Mul, sympy.Pow)) and value.is_number and value.has(sympy.I)):
        return value
    exponents = [part.exp for part in sympy.Mul.make_args(value) if isinstance(part, sympy.Pow)]
    if all(exponent.is_Integer and abs(exponent) <= _COMPLEX_POWER for exponent in exponents):
        return sympy.expand_complex(value)
    return value


def _number(value: Any) -> Any:
    if isinstance(value, bool) or value is sympy.true or value is sympy.false:
        return sympy.Integer(bool(value))
    if value is None or isinstance(value, str):
        raise MathError("A text or nothing cannot be calculated with.", kind="domain")
    return value


def _arrays(operator: str, left: Any, right: Any) -> Any:
    sides = [_as_array(side) if isinstance(side, (list, tuple, MatrixBase)) else side for side in (left, right)]
    if operator == "@":
        return _array_product(*sides)
    return each(lambda a, b: binary(operator, a, b), *sides)


def _as_array(value: Any) -> Any:
    return ImmutableDenseNDimArray(value.tolist() if isinstance(value, MatrixBase) else value)


def each(function: Callable[..., Any], *values: Any) -> Any:
    """The function of each entry of arrays of one or two dimensions, as numpy broadcasts them; of numbers, itself.

    Raises MathError for arrays whose shapes do not go together.
    """
    shapes = [value.shape for value in values if isinstance(value, NDimArray)]
    if not shapes:
        return function(*values)
    rank = max(map(len, shapes))
    whole = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    sizes = [max(shape[axis] for shape in whole) for axis in range(rank)]
    if any(shape[axis] not in (1, sizes[axis]) for shape in whole for axis in range(rank)):
        told = ", ".join(str(tuple(map(int, shape))) for shape in shapes)
        raise MathError(f"The arrays are of different shapes: {told}.", kind="domain")
    check_items(sympy.Integer(sympy.prod(sizes)))

    def entry(value: Any, place: tuple[int, ...]) -> Any:
        if not isinstance(value, NDimArray):
            return value
        own = place[rank - len(value.shape) :]
        return value[tuple(at if size > 1 else 0 for at, size in zip(own, value.shape, strict=True))]

    places = product(*(range(size) for size in sizes))
    return ImmutableDenseNDimArray([function(*(entry(value, place) for value in values)) for place in places], sizes)


def _array_product(left: Any, right: Any) -> Any:
    """numpy's ``@``: of two vectors their scalar product, else the product of matrices, a vector staying one."""
    if not (isinstance(left, NDimArray) and isinstance(right, NDimArray)):
        raise MathError("The operator @ takes arrays on both sides.", kind="domain")
    a = as_matrix(left).T if left.rank() == 1 else as_matrix(left)
    b = as_matrix(right)
    if a.cols != b.rows:
        raise MathError("The arrays are of shapes that cannot be multiplied.", kind="domain")
    found = a * b
    if left.rank() == right.rank() == 1:
        return found[0, 0]
    return ImmutableDenseNDimArray(list(found) if 1 in (left.rank(), right.rank()) else found.tolist())


def _lists(operator: str, left: Any, right: Any) -> Any:
    """Python's own: lists are joined by +, repeated by *."""
    if operator == "+" and type(left) is type(right):
        return left + right
    if operator == "*":
        items, count = (left, right) if isinstance(left, (list, tuple)) else (right, left)
        if getattr(count, "is_Integer", False):
            check_items(max(len(items), 1) * max(int(count), 0))
            return items * int(count)
    raise MathError(f"The operator {operator} does not work on lists. Use Matrix, array or sum.", kind="domain")


def _add(left: Any, right: Any) -> Any:
    return left + right


def _subtract(left: Any, right: Any) -> Any:
    return left - right


def _multiply(left: Any, right: Any) -> Any:
    if bits(left) + bits(right) > 2 * BITS:
        raise too_large("The product is too large")
    return left * right


def _divide(left: Any, right: Any) -> Any:
    if isinstance(right, MatrixBase):
        raise MathError("A matrix cannot be divided by. Use .inv().", kind="domain")
    if right == 0:
        raise MathError("Division by zero.", kind="domain")
    return left / right


def _floor(left: Any, right: Any) -> Any:
    if right == 0:
        raise MathError("Division by zero.", kind="domain")
    return sympy.floor(left / right)


def _modulo(left: Any, right: Any) -> Any:
    if right == 0:
        raise MathError("Division by zero.", kind="domain")
    return sympy.Mod(left, right)


def _matrix_multiply(left: Any, right: Any) -> Any:
    return as_matrix(left) * as_matrix(right)


def power(base: Any, exponent: Any) -> Any:
    """``base`` raised to ``exponent``: exactly, or to 60 digits where an exact decimal would be too long."""
    if isinstance(base, MatrixBase):
        return _matrix_power(base, exponent)
    if isinstance(exponent, MatrixBase):
        raise MathError("A matrix cannot be an exponent.", kind="domain")
    if base == 0 and exponent.is_negative:
        raise MathError("Division by zero: zero raised to a negative power.", kind="domain")
    if exponent.is_number and not _small(exponent):
        raise too_large("The exponent is too large")
    if base.is_Rational and base not in (0, 1, -1) and exponent.is_Rational:
        return _rational_power(base, exponent)
    return base**exponent


def _small(exponent: Any) -> bool:
    """Whether the exponent is below 2**64; of an expression, its digits alone are looked at."""
    if exponent.is_Rational or exponent.is_Float:
        return bool(abs(exponent) < 2**64)
    return all(bits(number) <= 4 * _RADICAL_BITS for number in exponent.atoms(sympy.Rational))


def _rational_power(base: Any, exponent: Any) -> Any:
    length = bits(base) * abs(exponent)
    if exponent.is_Integer and base.is_Integer:
        if length > BITS + bits(base):
            raise too_large(f"The power would have about {sympy.Float(length * 0.30103, 2)} digits")
        return base**exponent
    if length > EXACT_BITS or (not exponent.is_Integer and bits(base) > _RADICAL_BITS):
        return sympy.Float(base, _LOOSE_DIGITS) ** exponent
    return base**exponent


def _matrix_power(base: Any, exponent: Any) -> Any:
    if not exponent.is_Integer:
        raise MathError("A matrix is raised to whole powers only.", kind="domain")
    longest = max((bits(entry) for entry in base), default=0) + base.rows.bit_length()
    if longest * abs(exponent) > BITS or (base.free_symbols and abs(exponent) > 40):
        raise too_large("The power of the matrix would be too large")
    return base**exponent


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "//": _floor,
    "%": _modulo,
    "**": power,
    "@": _matrix_multiply,
}

_RELATIONS = {"==": sympy.Eq, "!=": sympy.Ne, "<": sympy.Lt, "<=": sympy.Le, ">": sympy.Gt, ">=": sympy.Ge}


def compare(operator: str, left: Any, right: Any) -> Any:
    """True or False where that is decided, else the equation or inequality."""
    if isinstance(left, NDimArray) or isinstance(right, NDimArray):  # numpy's answer is an array of truth values
        raise MathError(
            f"Arrays are not compared with {operator} here: compare single entries, as a[0] {operator} b[0].",
            kind="domain",
        )
    if any(isinstance(side, (list, tuple, dict, MatrixBase, NDimArray, bool)) for side in (left, right)):
        if operator not in ("==", "!="):
            raise MathError(f"The operator {operator} does not work on these values.", kind="domain")
        return bool(left == right) is (operator == "==")
    left, right = _number(left), _number(right)
    if not (left.free_symbols or right.free_symbols) and operator in ("==", "!="):
        same = bool(left == right) or bool(sympy.simplify(left - right) == 0)
        return same is (operator == "==")
    return clean(_RELATIONS[operator](left, right))
