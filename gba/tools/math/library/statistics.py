"""Statistics of lists, exactly; names and conventions of Python's statistics and of numpy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import sympy
from sympy import Rational, S

from gba.errors import MathError
from gba.tools.math.library.lists import items, total

__all__ = ["FUNCTIONS", "STATISTICS", "mean"]


def _sample(values: Any, least: int = 1) -> list[Any]:
    found = items(values)
    if len(found) < least:
        raise MathError(f"This needs at least {least} value{'s' if least > 1 else ''}.", kind="domain")
    return found


def _ordered(values: Any) -> list[Any]:
    found = _sample(values)
    if not all(getattr(value, "is_number", False) and value.is_extended_real for value in found):
        raise MathError("These values have no order.", kind="domain")
    return sorted(found, key=lambda value: value if value.is_Rational else value.evalf(30))


def mean(values: Any) -> Any:
    """The arithmetic mean."""
    found = _sample(values)
    return total(found) / len(found)


def _median(values: Any) -> Any:
    found = _ordered(values)
    half = len(found) // 2
    return found[half] if len(found) % 2 else (found[half - 1] + found[half]) / 2


def _mode(values: Any) -> Any:
    """The commonest value, the first one of several."""
    return Counter(_sample(values)).most_common(1)[0][0]


def _variance(values: Any, correction: Any, least: int) -> Any:
    found = _sample(values, least)
    centre = mean(found)
    if len(found) - correction == 0:
        raise MathError("Too few values.", kind="domain")
    return sympy.Add(*((value - centre) ** 2 for value in found)) / (len(found) - correction)


def _of_all(values: Any, correction: Any = S.Zero) -> Any:
    return _variance(values, correction, 1)


def _of_sample(values: Any, correction: Any = S.One) -> Any:
    return _variance(values, correction, 2)


def _quantile(values: Any, share: Any) -> Any:
    """The value below which that share of the values lies, interpolated linearly as numpy does."""
    if isinstance(share, (list, tuple)):
        return [_quantile(values, one) for one in share]
    if not 0 <= share <= 1:
        raise MathError("A share lies between 0 and 1, a percentage between 0 and 100.", kind="domain")
    found = _ordered(values)
    place = share * (len(found) - 1)
    low = sympy.floor(place)
    above = found[min(int(low) + 1, len(found) - 1)]
    return found[int(low)] + (above - found[int(low)]) * (place - low)


def _percentile(values: Any, percent: Any) -> Any:
    shares = [one / 100 for one in percent] if isinstance(percent, (list, tuple)) else percent / 100
    return _quantile(values, shares)


def _geometric(values: Any) -> Any:
    found = _sample(values)
    return sympy.Mul(*found) ** Rational(1, len(found))


def _harmonic(values: Any) -> Any:
    found = _sample(values)
    return len(found) / sympy.Add(*(1 / value for value in found))


def _about(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of Python's statistics, whose second argument is the mean that is known already."""

    def of_values(values: Any, centre: Any = None) -> Any:
        if centre is not None and sympy.simplify(centre - mean(values)) != 0:
            raise MathError(
                "The second argument is the mean of the values, and this is not: leave it out.", kind="domain"
            )
        return function(values)

    return of_values


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "mean": mean,
    "average": mean,
    "fmean": mean,
    "median": _median,
    "median_low": lambda values: _ordered(values)[(len(_sample(values)) - 1) // 2],
    "median_high": lambda values: _ordered(values)[len(_sample(values)) // 2],
    "mode": _mode,
    "var": _of_all,
    "pvariance": _of_all,
    "variance": _of_sample,
    "std": lambda values, correction=S.Zero: sympy.sqrt(_of_all(values, correction)),
    "pstdev": lambda values, correction=S.Zero: sympy.sqrt(_of_all(values, correction)),
    "stdev": lambda values, correction=S.One: sympy.sqrt(_of_sample(values, correction)),
    "percentile": _percentile,
    "quantile": _quantile,
    "geometric_mean": _geometric,
    "harmonic_mean": _harmonic,
}

STATISTICS: dict[str, Callable[..., Any]] = {
    name: _about(FUNCTIONS[name]) for name in ("variance", "pvariance", "stdev", "pstdev")
}
"""The functions of Python's statistics that take the mean as a second argument."""
