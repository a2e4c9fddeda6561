"""What scipy has of distributions and special functions, exactly where that is possible: in sympy's functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import Integer, S

from gba.errors import MathError
from gba.tools.math.bounds import at_most, natural
from gba.tools.math.library.elementary import FUNCTIONS as ELEMENTARY
from gba.tools.math.library.numbers import FUNCTIONS as NUMBERS

__all__ = ["SCIPY"]

Function = Callable[..., Any]
_LARGEST = 5_000


def _standard(x: Any, loc: Any, scale: Any) -> Any:
    if not scale > 0:
        raise MathError("The scale of a distribution is above zero.", kind="domain")
    return (x - loc) / scale


def _normal_pdf(x: Any, loc: Any = S.Zero, scale: Any = S.One) -> Any:
    return sympy.exp(-(_standard(x, loc, scale) ** 2) / 2) / (scale * sympy.sqrt(2 * sympy.pi))


def _normal_cdf(x: Any, loc: Any = S.Zero, scale: Any = S.One) -> Any:
    return sympy.erfc(-_standard(x, loc, scale) / sympy.sqrt(2)) / 2


def _normal_sf(x: Any, loc: Any = S.Zero, scale: Any = S.One) -> Any:
    return sympy.erfc(_standard(x, loc, scale) / sympy.sqrt(2)) / 2


def _normal_ppf(share: Any, loc: Any = S.Zero, scale: Any = S.One) -> Any:
    if not 0 < share < 1:
        raise MathError("A share lies between 0 and 1 here.", kind="domain")
    return loc + scale * sympy.sqrt(2) * sympy.erfinv(2 * share - 1)


def _share(p: Any) -> Any:
    if not 0 <= p <= 1:
        raise MathError("A probability lies between 0 and 1.", kind="domain")
    return p


def _whole(k: Any) -> int:
    at_most("The number of events", k, _LARGEST)
    return int(sympy.floor(k))


def _binomial_pmf(k: Any, n: Any, p: Any) -> Any:
    count, share = natural("The number of trials", n, _LARGEST), _share(p)
    if k != sympy.floor(k) or not 0 <= k <= count:
        return S.Zero
    return sympy.binomial(count, k) * share ** int(k) * (1 - share) ** (count - int(k))


def _binomial_cdf(k: Any, n: Any, p: Any) -> Any:
    last = min(_whole(k), natural("The number of trials", n, _LARGEST))
    return sympy.Add(*(_binomial_pmf(Integer(at), n, p) for at in range(last + 1)))


def _poisson_pmf(k: Any, mu: Any) -> Any:
    if mu < 0:
        raise MathError("The mean of a Poisson distribution is not negative.", kind="domain")
    if k != sympy.floor(k) or k < 0:
        return S.Zero
    return sympy.exp(-mu) * mu ** _whole(k) / sympy.factorial(_whole(k))


def _poisson_cdf(k: Any, mu: Any) -> Any:
    return sympy.Add(*(_poisson_pmf(Integer(at), mu) for at in range(_whole(k) + 1)))


def _exponential(x: Any, loc: Any, scale: Any) -> Any:
    return sympy.exp(-_standard(x, loc, scale))


def _exponential_pdf(x: Any, loc: Any = S.Zero, scale: Any = S.One) -> Any:
    return _exponential(x, loc, scale) / scale if x >= loc else S.Zero


def _exponential_cdf(x: Any, loc: Any = S.Zero, scale: Any = S.One) -> Any:
    return 1 - _exponential(x, loc, scale) if x >= loc else S.Zero


def _uniform_cdf(x: Any, loc: Any = S.Zero, scale: Any = S.One) -> Any:
    return sympy.Max(0, sympy.Min(1, _standard(x, loc, scale)))


def _uniform_pdf(x: Any, loc: Any = S.Zero, scale: Any = S.One) -> Any:
    return 1 / scale if 0 <= _standard(x, loc, scale) <= 1 else S.Zero


def _rest(cumulated: Function) -> Function:
    return lambda *values, **options: 1 - cumulated(*values, **options)


def _choose(n: Any, k: Any, exact: Any = False, repetition: Any = False) -> Any:
    del exact
    if repetition:
        raise MathError("comb has no repetition here.", kind="forbidden")
    return NUMBERS["comb"](n, k) if 0 <= k <= n else S.Zero


def _factorial(n: Any, exact: Any = False) -> Any:
    del exact
    return NUMBERS["factorial"](n)


def _perm(n: Any, k: Any, exact: Any = False) -> Any:
    del exact
    return NUMBERS["perm"](n, k) if 0 <= k <= n else S.Zero


SCIPY: dict[str, dict[str, Function]] = {
    "scipy.stats.norm": {"pdf": _normal_pdf, "cdf": _normal_cdf, "sf": _normal_sf, "ppf": _normal_ppf},
    "scipy.stats.binom": {"pmf": _binomial_pmf, "cdf": _binomial_cdf, "sf": _rest(_binomial_cdf)},
    "scipy.stats.poisson": {"pmf": _poisson_pmf, "cdf": _poisson_cdf, "sf": _rest(_poisson_cdf)},
    "scipy.stats.expon": {"pdf": _exponential_pdf, "cdf": _exponential_cdf, "sf": _rest(_exponential_cdf)},
    "scipy.stats.uniform": {"pdf": _uniform_pdf, "cdf": _uniform_cdf, "sf": _rest(_uniform_cdf)},
    "scipy.special": {
        "comb": _choose,
        "perm": _perm,
        "factorial": _factorial,
        "binom": NUMBERS["binom"],
        "gamma": ELEMENTARY["gamma"],
        "gammaln": ELEMENTARY["loggamma"],
        "beta": ELEMENTARY["beta"],
        "erf": ELEMENTARY["erf"],
        "erfc": ELEMENTARY["erfc"],
        "expit": lambda x: 1 / (1 + sympy.exp(-x)),
        "zeta": lambda x: ELEMENTARY["zeta"](x),
    },
}
"""The functions of each module of scipy's that is there."""
