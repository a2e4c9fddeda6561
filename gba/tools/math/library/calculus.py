"""Derivatives, integrals, limits, series, sums, transforms and differential equations."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import sympy

from gba.errors import MathError
from gba.tools.math.bounds import at_most, check_expansion, too_large

__all__ = ["FUNCTIONS", "derivative", "integral", "limit", "series"]

_ORDER = 60
_TERMS = sympy.Integer(6)


def derivative(value: Any, *variables: Any) -> Any:
    """The derivative; orders are bounded."""
    for variable in variables:
        for part in variable if isinstance(variable, (tuple, list)) else (variable,):
            at_most("The order of a derivative", part, _ORDER)
    if isinstance(value, (list, tuple)):
        return [derivative(item, *variables) for item in value]
    return sympy.diff(value, *(tuple(v) if isinstance(v, list) else v for v in variables))


def integral(value: Any, *limits: Any) -> Any:
    """The integral, definite where a limit is (variable, from, to)."""
    check_expansion(value)
    bounds = [tuple(bound) if isinstance(bound, list) else bound for bound in limits]
    found = sympy.integrate(value, *bounds)
    if len(bounds) == 1 and isinstance(bounds[0], tuple) and len(bounds[0]) == 3:
        _check_numerically(value, *bounds[0], found)
    return found


_KINKED = (
    sympy.Abs,
    sympy.Max,
    sympy.Min,
    sympy.Piecewise,
    sympy.sign,
    sympy.floor,
    sympy.ceiling,
    sympy.frac,
    sympy.Mod,
    sympy.Heaviside,
)
"""Functions with kinks or jumps: sympy integrates some of them over the first piece only."""
_PIECES, _POINTS = 400, 4
_TOLERANCE = 0.01


def _check_numerically(value: Any, variable: Any, first: Any, last: Any, found: Any) -> None:
    """Refuse an integral over kinks that its sum over small pieces contradicts."""
    if not (isinstance(value, sympy.Expr) and value.has(*_KINKED) and value.free_symbols == {variable}):
        return
    if not all(getattr(bound, "is_finite", False) and bound.is_extended_real for bound in (first, last)):
        return
    if not (getattr(found, "is_number", False) and found.is_finite):
        return
    rough = _by_pieces(sympy.lambdify(variable, value, "mpmath"), float(first), float(last))
    if rough is None:
        return
    whole, size = rough
    told = complex(found.evalf(15))
    if abs(told - whole) > _TOLERANCE * max(size, abs(told)):
        raise MathError(
            f"sympy's value of this integral, {told.real:.6g}, cannot be right: summed up in small pieces it is about "
            f"{whole:.4g}. Split the integral where the function has its kinks.",
            kind="domain",
        )


def _by_pieces(function: Callable[[float], Any], first: float, last: float) -> tuple[float, float] | None:
    """The integral by the midpoints of many pieces, and that of the absolute value; None where it cannot be had."""
    count = _PIECES * _POINTS
    width = (last - first) / count
    try:
        heights = [float(function(first + (place + 0.5) * width)) for place in range(count)]
    except (TypeError, ValueError, ArithmeticError):
        return None
    return math.fsum(heights) * width, math.fsum(map(abs, heights)) * abs(width)


def limit(value: Any, variable: Any, point: Any, side: str | None = None, *, dir: str | None = None) -> Any:  # noqa: A002
    """The limit; from above unless a side is given, and from both sides where they agree."""
    check_expansion(value)
    side = side or dir
    if side:
        return sympy.limit(value, variable, point, side)
    found = sympy.limit(value, variable, point)
    if getattr(point, "is_infinite", False):
        return found
    return _both_sides(value, variable, point, found)


def _both_sides(value: Any, variable: Any, point: Any, above: Any) -> Any:
    """What people mean by a limit: an error where the two sides differ, but for a point at the edge of the domain."""
    below = sympy.limit(value, variable, point, "-")
    if below == above or sympy.simplify(below - above) == 0 or not below.is_extended_real:
        return above
    raise MathError(
        f"There is no limit: {above} from above, {below} from below. Give the side, as limit(f, x, a, '+').",
        kind="domain",
    )


def series(value: Any, variable: Any = None, x0: Any = sympy.S.Zero, n: Any = _TERMS) -> Any:
    """The first terms of the power series, and the order of the rest."""
    at_most("The number of terms", n, 30)
    check_expansion(value)
    return sympy.series(value, variable, x0, int(n))


def _ranges(limits: tuple[Any, ...]) -> list[Any]:
    found = []
    for bounds in limits:
        if not isinstance(bounds, (tuple, list)) or len(bounds) != 3:
            raise MathError("A sum takes (variable, first, last).", kind="domain")
        found.append(tuple(bounds))
    return found


def _summed(value: Any, *limits: Any) -> Any:
    """The sum in closed form where sympy finds one; a short finite one term by term."""
    check_expansion(value)
    return sympy.summation(value, *_ranges(limits))


def _multiplied(value: Any, *limits: Any) -> Any:
    check_expansion(value)
    for _, first, last in _ranges(limits):
        at_most("The number of factors", last - first, 5_000)
    return sympy.product(value, *_ranges(limits))


def _as_given(kind: Any) -> Callable[..., Any]:
    def built(value: Any, *limits: Any) -> Any:
        check_expansion(value)
        if kind is sympy.Product:
            for _, first, last in _ranges(limits):
                at_most("The number of factors", last - first, 5_000)
        if kind is sympy.Derivative:
            for bound in limits:
                at_most("The order of a derivative", bound[-1] if isinstance(bound, (tuple, list)) else bound, _ORDER)
        return kind(value, *(tuple(bound) if isinstance(bound, list) else bound for bound in limits))

    return built


def _transformed(value: Any, t: Any, s: Any, *, noconds: Any = True) -> Any:
    del noconds
    return sympy.laplace_transform(value, t, s, noconds=True)


def _differential(equation: Any, function: Any = None, *, ics: Any = None) -> Any:
    if isinstance(equation, bool):
        raise MathError("The equation has no unknown function in it.", kind="domain")
    return sympy.dsolve(equation, function, ics=ics)


def _implicit(equation: Any, y: Any, x: Any, order: Any = sympy.S.One) -> Any:
    at_most("The order of a derivative", order, 5)
    return sympy.idiff(equation, y, x, int(order))


def _residue(value: Any, variable: Any, point: Any) -> Any:
    check_expansion(value)
    if value == sympy.oo:
        raise too_large("There is no residue")
    return sympy.residue(value, variable, point)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "diff": derivative,
    "Derivative": _as_given(sympy.Derivative),
    "idiff": _implicit,
    "integrate": integral,
    "Integral": _as_given(sympy.Integral),
    "limit": limit,
    "series": series,
    "residue": _residue,
    "summation": _summed,
    "Sum": _as_given(sympy.Sum),
    "product": _multiplied,
    "Product": _as_given(sympy.Product),
    "laplace_transform": _transformed,
    "inverse_laplace_transform": lambda value, s, t: sympy.inverse_laplace_transform(value, s, t),
    "dsolve": _differential,
}
