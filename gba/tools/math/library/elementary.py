"""Numbers, powers and logarithms, trigonometry, rounding, and special functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import S
from sympy.tensor.array import NDimArray

from gba.errors import MathError
from gba.tools.math.arithmetic import binary, power
from gba.tools.math.bounds import at_most, check_digits

__all__ = ["FUNCTIONS", "rounded"]

_TWO, _THREE, _TEN = sympy.Integer(2), sympy.Integer(3), sympy.Integer(10)


def rounded(value: Any, digits: Any = S.Zero) -> Any:
    """Rounded half to even, as Python does, but of the exact value: 2.675 to two digits is 2.68."""
    at_most("The number of digits", digits, 1_000)
    if not getattr(value, "is_number", False) or not digits.is_Integer:
        raise MathError("round takes a number, and a whole number of digits.", kind="domain")
    if value.is_infinite:
        return value
    if not value.is_extended_real:
        real, imaginary = value.as_real_imag()
        return rounded(real, digits) + rounded(imaginary, digits) * S.ImaginaryUnit
    scaled = value * _TEN**digits
    whole = sympy.floor(scaled)
    rest = scaled - whole
    up = rest > S.Half or (rest == S.Half and whole % 2 == 1)
    return (whole + int(bool(up))) / _TEN**digits


def _truncated(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if getattr(value, "is_number", False) and value.is_real:
        return sympy.floor(value) if value >= 0 else sympy.ceiling(value)
    raise MathError("Only a real number can be made a whole one.", kind="domain")


def _log(value: Any, base: Any = None) -> Any:
    if value == 0 or base in (0, 1):
        raise MathError("The logarithm is not defined there.", kind="domain")
    return sympy.log(value) if base is None else sympy.log(value, base)


def _root(value: Any, degree: Any = _TWO) -> Any:
    if degree == 0:
        raise MathError("There is no zeroth root.", kind="domain")
    return power(value, 1 / degree)


def _real_root(value: Any, degree: Any = _TWO) -> Any:
    """The real one, of a negative number as well where the degree is odd."""
    if value.is_negative and degree.is_Integer and degree % 2 == 1:
        return -_root(-value, degree)
    return _root(value, degree)


def _exp(value: Any) -> Any:
    at_most("The exponent", value, 10**12)
    return sympy.exp(value)


def _power(base: Any, exponent: Any, modulus: Any = None) -> Any:
    if modulus is None:
        return binary("**", base, exponent)
    if not (base.is_Integer and exponent.is_Integer and modulus.is_Integer) or modulus == 0:
        raise MathError("pow with a modulus takes whole numbers, and a modulus that is not zero.", kind="domain")
    at_most("The exponent", exponent, 2**8192)
    return pow(int(base), int(exponent), int(modulus))


def _remainder(left: Any, right: Any) -> Any:
    """C's fmod: the remainder has the sign of the first number."""
    return left - right * _truncated(binary("/", left, right))


def _nearest_remainder(left: Any, right: Any) -> Any:
    return left - right * rounded(binary("/", left, right))


def _hypot(*sides: Any) -> Any:
    return _root(sympy.Add(*(power(side, _TWO) for side in sides)))


def _number(text: str) -> Any:
    """A number from a text that the checker let through: 0.1, 1e-3, 2/3."""
    top, _, bottom = text.replace("_", "").partition("/")
    at_most("The exponent of a number", int(top.lower().partition("e")[2] or 0), 5_000)
    return binary("/", sympy.Rational(top), sympy.Rational(bottom or 1))


def _decimal(value: Any, digits: Any = None) -> Any:
    """The same value, exactly: that it is to be shown as a decimal number is noted by the interpreter."""
    if isinstance(value, str):
        return _number(value)
    if isinstance(value, bool) or getattr(value, "is_number", False):
        return value if digits is None else value.evalf(check_digits(digits))
    raise MathError("Only a number can be shown as a decimal.", kind="domain")


def _rational(value: Any, bottom: Any = S.One) -> Any:
    top = _number(value) if isinstance(value, str) else value
    if not (getattr(top, "is_number", False) and getattr(bottom, "is_number", False)):
        raise MathError("A fraction takes numbers.", kind="domain")
    return binary("/", top, bottom)


def _same(value: Any) -> Any:
    return value


def _bounded(function: Callable[..., Any], limit: int, what: str) -> Callable[..., Any]:
    """The function, with a bound on each of its arguments."""

    def guarded(*values: Any) -> Any:
        for value in values:
            at_most(f"The argument of {what}", value, limit)
        return function(*values)

    return guarded


def _orthogonal(name: str) -> Callable[[Any, Any], Any]:
    def guarded(degree: Any, value: Any) -> Any:
        at_most(f"The degree of {name}", degree, 100)
        return getattr(sympy, name)(degree, value)

    return guarded


def _each(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The function, of each entry where it is given an array or a list, as numpy's functions are."""

    def of_each(value: Any) -> Any:
        if isinstance(value, NDimArray):
            return value.applyfunc(function)
        if isinstance(value, (list, tuple)):
            return [of_each(item) for item in value]
        return function(value)

    return of_each


_SYMPY = """
    sin cos tan cot sec csc asin acos atan acot asec acsc sinc sinh cosh tanh coth sech csch asinh acosh atanh acoth
    erf erfc erfinv Ei li Heaviside DiracDelta digamma sign floor ceiling frac re im conjugate arg
"""
_OF_ONE: dict[str, Callable[[Any], Any]] = {
    **{name: getattr(sympy, name) for name in _SYMPY.split()},
    "abs": abs,
    "sqrt": _root,
    "cbrt": lambda value: _real_root(value, _THREE),
    "exp": _exp,
    "exp2": lambda value: power(_TWO, value),
    "expm1": lambda value: _exp(value) - 1,
    "ln": _log,
    "log2": lambda value: _log(value, _TWO),
    "log10": lambda value: _log(value, _TEN),
    "log1p": lambda value: _log(1 + value),
    "trunc": _truncated,
    "square": lambda value: power(value, _TWO),
    "reciprocal": lambda value: binary("/", S.One, value),
    "degrees": lambda value: value * 180 / sympy.pi,
    "radians": lambda value: value * sympy.pi / 180,
}
_ALIASES = {
    "Abs": "abs",
    "fabs": "abs",
    "ceil": "ceiling",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "deg": "degrees",
    "rad2deg": "degrees",
    "rad": "radians",
    "deg2rad": "radians",
}
_LARGEST = {
    "LambertW": 10**30,
    "besseli": 10**6,
    "besselj": 10**6,
    "besselk": 10**6,
    "bessely": 10**6,
    "beta": 5_000,
    "gamma": 9_000,
    "loggamma": 10**18,
    "polygamma": 200,
    "polylog": 10**6,
    "zeta": 500,
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: _each(function) for name, function in _OF_ONE.items()},
    **{alias: _each(_OF_ONE[name]) for alias, name in _ALIASES.items()},
    **{name: _bounded(getattr(sympy, name), limit, name) for name, limit in _LARGEST.items()},
    **{name: _orthogonal(name) for name in ("chebyshevt", "chebyshevu", "hermite", "laguerre", "legendre")},
    "lgamma": _bounded(sympy.loggamma, 10**18, "lgamma"),
    "log": lambda value, base=None: _each(lambda one: _log(one, base))(value),
    "root": _root,
    "real_root": _real_root,
    "pow": _power,
    "Pow": _power,
    "power": _power,
    "hypot": _hypot,
    "atan2": sympy.atan2,
    "arctan2": sympy.atan2,
    "Mod": lambda left, right: binary("%", left, right),
    "mod": lambda left, right: binary("%", left, right),
    "fmod": _remainder,
    "remainder": _nearest_remainder,
    "divmod": lambda left, right: (binary("//", left, right), binary("%", left, right)),
    "floor_divide": lambda left, right: binary("//", left, right),
    "clip": lambda value, least, most: sympy.Max(least, sympy.Min(value, most)),
    "round": rounded,
    "int": _truncated,
    "Integer": _truncated,
    "float": _decimal,
    "Float": _decimal,
    "Decimal": _decimal,
    "Rational": _rational,
    "Fraction": _rational,
    "complex": lambda real, imaginary=S.Zero: real + imaginary * S.ImaginaryUnit,
    "S": _same,
    "sympify": _same,
}
