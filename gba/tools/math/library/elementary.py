"""Arithmetic, powers and logarithms, trigonometry, and special functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import Integer
from sympy.tensor.array import NDimArray

from gba.errors import MathError
from gba.tools.math.arithmetic import as_matrix, binary, power
from gba.tools.math.bounds import at_most, bits, check_items, natural

__all__ = ["FUNCTIONS", "items", "rounded", "total"]


def items(value: Any) -> list[Any]:
    """The items of a list, an array or a matrix, in a flat list."""
    if isinstance(value, NDimArray):
        return list(sympy.flatten(value))
    if isinstance(value, dict):
        return list(value)
    if isinstance(value, (list, tuple)) or hasattr(value, "__iter__"):
        found = list(value)
        check_items(Integer(len(found)))
        return found
    raise MathError("This needs a list of values.", kind="domain")


def total(values: Any, start: Any = Integer(0)) -> Any:
    """The sum of the items, matrices too."""
    found = items(values)
    if all(isinstance(item, sympy.Expr) for item in (*found, start)):
        return sympy.Add(start, *found)
    for item in found:
        start = item if start == 0 else binary("+", start, item)
    return start


def _product(values: Any, start: Any = Integer(1)) -> Any:
    for item in items(values):
        start = binary("*", start, item)
    return start


def rounded(value: Any, digits: Any = Integer(0)) -> Any:
    """Rounded half to even, as Python does, of the exact decimal; an irrational value by its digits."""
    at_most("The number of digits", digits, 1_000)
    if not getattr(value, "is_number", False) or not digits.is_Integer:
        raise MathError("round takes a number, and a whole number of digits.", kind="domain")
    if not value.is_real:
        return sympy.Add(
            *(rounded(part, digits) * unit for part, unit in zip(value.as_real_imag(), (1, sympy.I), strict=True))
        )
    if not value.is_finite:
        return value
    scaled = value * Integer(10) ** digits
    whole = sympy.floor(scaled)
    rest = scaled - whole
    half = Integer(1) / 2
    up = bool(rest > half) or (bool(rest == half) and bool(whole % 2 == 1))
    return (whole + up) / Integer(10) ** digits


def _truncated(value: Any) -> Any:
    if getattr(value, "is_number", False) and value.is_real:
        return sympy.floor(value) if value >= 0 else sympy.ceiling(value)
    if isinstance(value, bool):
        return Integer(int(value))
    raise MathError("Only a real number can be made a whole one.", kind="domain")


def _log(value: Any, base: Any = None) -> Any:
    if value == 0 or base in (0, 1):
        raise MathError("The logarithm is not defined there.", kind="domain")
    return sympy.log(value) if base is None else sympy.log(value, base)


def _root(value: Any, degree: Any = Integer(2)) -> Any:
    if degree == 0:
        raise MathError("There is no zeroth root.", kind="domain")
    return power(value, 1 / degree)


def _real_root(value: Any, degree: Any = Integer(2)) -> Any:
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
    return Integer(pow(int(base), int(exponent), int(modulus)))


def _mapped(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The function, of each entry where it is given an array or a list, as numpy's functions are."""

    def of_each(value: Any) -> Any:
        if isinstance(value, NDimArray):
            return value.applyfunc(function)
        if isinstance(value, (list, tuple)):
            return [of_each(item) for item in value]
        return function(value)

    return of_each


def _extreme(choose: Callable[..., Any], builtin: Callable[..., Any]) -> Callable[..., Any]:
    def of_all(*values: Any) -> Any:
        found = items(values[0]) if len(values) == 1 and not isinstance(values[0], sympy.Expr) else list(values)
        if not found:
            raise MathError("There is no largest or smallest of nothing.", kind="domain")
        if all(getattr(value, "is_Rational", False) for value in found):
            return builtin(found)
        return choose(*found)

    return of_all


def _remainder(left: Any, right: Any) -> Any:
    """C's fmod: the remainder has the sign of the first number."""
    return left - right * _truncated(binary("/", left, right))


def _nearest_remainder(left: Any, right: Any) -> Any:
    return left - right * rounded(binary("/", left, right))


def _divmod(left: Any, right: Any) -> Any:
    return (binary("//", left, right), binary("%", left, right))


def _complex(real: Any, imaginary: Any = Integer(0)) -> Any:
    return real + imaginary * sympy.I


def _length(value: Any) -> Any:
    return Integer(len(value))


def _bounded(function: Callable[..., Any], limit: int, what: str) -> Callable[..., Any]:
    """The function, with a bound on each of its arguments."""

    def guarded(*values: Any) -> Any:
        for value in values:
            at_most(f"The argument of {what}", value, limit)
        return function(*values)

    return guarded


def _finite_log(value: Any) -> Any:
    return _log(value)


def _range(first: Any, last: Any = None, step: Any = Integer(1)) -> Any:
    start, stop = (Integer(0), first) if last is None else (first, last)
    if step == 0 or not all(getattr(bound, "is_Rational", False) for bound in (start, stop, step)):
        raise MathError("range takes numbers, and a step that is not zero.", kind="domain")
    count = max(sympy.ceiling((stop - start) / step), Integer(0))
    check_items(count)
    return [start + step * place for place in range(int(count))]


def _linspace(first: Any, last: Any, count: Any = Integer(50)) -> Any:
    check_items(count)
    number = natural("The number of points", count, 20_000)
    return [first + (last - first) * place / max(number - 1, 1) for place in range(number)]


def _sorted(value: Any) -> Any:
    found = items(value)
    if all(getattr(item, "is_Rational", False) for item in found):
        return sorted(found)
    if all(getattr(item, "is_real", False) and getattr(item, "is_number", False) for item in found):
        return sorted(found, key=lambda item: item.evalf(30))
    return sorted(found, key=sympy.default_sort_key)


def _identity(value: Any) -> Any:
    return value


def _float(value: Any, digits: Any = None) -> Any:
    """The same, exactly: that it is shown as a decimal number is noted by the interpreter."""
    if isinstance(value, str):
        return _number(value)
    if not getattr(value, "is_number", False):
        raise MathError("Only a number can be shown as a decimal.", kind="domain")
    return value if digits is None else value.evalf(natural("The number of digits", digits, 1_000))


def _number(text: str) -> Any:
    top, _, bottom = text.replace("_", "").partition("/")
    at_most("The exponent of a number", int(top.lower().partition("e")[2] or 0), 5_000)
    return sympy.Rational(top) / sympy.Rational(bottom or 1)


def _rational(value: Any, bottom: Any = Integer(1)) -> Any:
    top = _number(value) if isinstance(value, str) else value
    if not (getattr(top, "is_number", False) and getattr(bottom, "is_number", False)):
        raise MathError("A fraction takes numbers.", kind="domain")
    return binary("/", top, bottom)


def _integer(value: Any, base: Any = None) -> Any:
    if base is not None:
        raise MathError("Numbers are written to the base 10 here.", kind="domain")
    return _truncated(value)


def _dot(left: Any, right: Any) -> Any:
    return as_matrix(left).dot(as_matrix(right))


_PLAIN: dict[str, Callable[..., Any]] = {
    "sqrt": _root,
    "cbrt": lambda value: _real_root(value, Integer(3)),
    "exp": _exp,
    "exp2": lambda value: power(Integer(2), value),
    "expm1": lambda value: _exp(value) - 1,
    "ln": _finite_log,
    "log2": lambda value: _log(value, Integer(2)),
    "log10": lambda value: _log(value, Integer(10)),
    "log1p": lambda value: _log(1 + value),
    "sign": sympy.sign,
    "floor": sympy.floor,
    "ceil": sympy.ceiling,
    "ceiling": sympy.ceiling,
    "trunc": _truncated,
    "frac": sympy.frac,
    "square": lambda value: power(value, Integer(2)),
    "reciprocal": lambda value: binary("/", Integer(1), value),
    "degrees": lambda value: value * 180 / sympy.pi,
    "radians": lambda value: value * sympy.pi / 180,
    "re": sympy.re,
    "im": sympy.im,
    "conjugate": sympy.conjugate,
    "arg": sympy.arg,
    **{name: getattr(sympy, name) for name in "sin cos tan cot sec csc asin acos atan acot asec acsc sinc".split()},
    **{name: getattr(sympy, name) for name in "sinh cosh tanh coth sech csch asinh acosh atanh acoth".split()},
    **{name: getattr(sympy, name) for name in "erf erfc erfinv Ei li Heaviside DiracDelta digamma".split()},
}
_ALIASES = {
    "fabs": "abs",
    "Abs": "abs",
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
    "angle": "arg",
}


def _special() -> dict[str, Callable[..., Any]]:
    small = {"zeta": 500, "polygamma": 200, "LambertW": 10**30, "polylog": 10**6, "beta": 5_000}
    orthogonal = "legendre hermite chebyshevt chebyshevu laguerre"
    return {
        **{name: _bounded(getattr(sympy, name), limit, name) for name, limit in small.items()},
        **{name: _orthogonal(getattr(sympy, name), name) for name in orthogonal.split()},
        **{name: _bounded(getattr(sympy, name), 10**6, name) for name in "besselj bessely besseli besselk".split()},
        **{name: _bounded(sympy.gamma, 9_000, "gamma") for name in ("gamma",)},
        **{name: _bounded(sympy.loggamma, 10**18, name) for name in ("loggamma", "lgamma")},
    }


def _orthogonal(function: Any, name: str) -> Callable[..., Any]:
    def guarded(degree: Any, value: Any) -> Any:
        at_most(f"The degree of {name}", degree, 100)
        return function(degree, value)

    return guarded


def _absolute(value: Any) -> Any:
    return abs(value)


def _modulo(left: Any, right: Any) -> Any:
    return binary("%", left, right)


def _cumulated(values: Any) -> Any:
    sums: list[Any] = []
    for item in items(values):
        sums.append(binary("+", sums[-1], item) if sums else item)
    return sums


def _clipped(value: Any, least: Any, most: Any) -> Any:
    return sympy.Max(least, sympy.Min(value, most))


def _hypot(*sides: Any) -> Any:
    return _root(sympy.Add(*(side**2 for side in sides if bits(side) < 50_000)))


def _elementary() -> dict[str, Callable[..., Any]]:
    mapped = {name: _mapped(function) for name, function in (_PLAIN | {"abs": _absolute}).items()}
    return mapped | {alias: mapped[name] for alias, name in _ALIASES.items() if name in mapped and alias != "angle"}


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **_elementary(),
    **_special(),
    "log": _log,
    "root": _root,
    "real_root": _real_root,
    "pow": _power,
    "Pow": _power,
    "power": _power,
    "hypot": _hypot,
    "atan2": sympy.atan2,
    "arctan2": sympy.atan2,
    "Mod": _modulo,
    "mod": _modulo,
    "fmod": _remainder,
    "remainder": _nearest_remainder,
    "divmod": _divmod,
    "floor_divide": lambda left, right: binary("//", left, right),
    "round": rounded,
    "int": _truncated,
    "Integer": _integer,
    "float": _float,
    "Float": _float,
    "Decimal": _float,
    "Rational": _rational,
    "Fraction": _rational,
    "complex": _complex,
    "S": _identity,
    "sympify": _identity,
    "max": _extreme(sympy.Max, max),
    "Max": _extreme(sympy.Max, max),
    "min": _extreme(sympy.Min, min),
    "Min": _extreme(sympy.Min, min),
    "sum": total,
    "fsum": total,
    "prod": _product,
    "cumsum": _cumulated,
    "clip": _clipped,
    "len": _length,
    "list": items,
    "tuple": lambda value: tuple(items(value)),
    "set": lambda value: sorted(set(items(value)), key=sympy.default_sort_key),
    "sorted": _sorted,
    "range": _range,
    "arange": _range,
    "linspace": _linspace,
}
