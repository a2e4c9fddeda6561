"""The language of the math programs, as one table: what is not in it cannot be written, nor evaluated.

The grammar (grammar.py) is compiled from this table, the checker (checker.py) reads it, and the library
(library.py) binds each name to what evaluates it; a test holds the three together. The language is the part of
Python that code models write when they calculate: assignments, arithmetic, comparisons, calls of the functions
below, and a last line that assigns ``result``. There is no statement that repeats, nothing is defined, and no name
reaches anything but a value.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "ASSUMPTIONS",
    "BINARY",
    "COMPARISONS",
    "CONSTANTS",
    "FORBIDDEN_NAMES",
    "FUNCTIONS",
    "KEYWORD_TEXTS",
    "LINALG",
    "METHODS",
    "MODULES",
    "NUMPY",
    "PROPERTIES",
    "RESULT",
    "SETS",
    "STATISTICS",
    "Signature",
    "Text",
]

Text = Literal["", "names", "number", "sign"]
"""What may stand between quotes: nothing, names of symbols, a number, or the side of a limit."""

RESULT = "result"
"""The name that the last line assigns."""


@dataclass(frozen=True)
class Signature:
    """What a call may look like: ``least`` to ``most`` positional arguments (None: any number), then ``keywords``.

    ``text`` says what the argument at place ``text_at`` may be besides an expression: a quoted text of that kind.
    """

    least: int
    most: int | None
    keywords: tuple[str, ...] = ()
    text: Text = ""
    text_at: int = 0


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _each(names: str, signature: Signature) -> Iterator[tuple[str, Signature]]:
    return ((name, signature) for name in names.split())


BINARY = ("+", "-", "*", "/", "**", "//", "%", "@", "^")
"""Operators between two values. ``^`` is a power, as people write it; it is the last, as ``^=`` is left out."""

COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")

ASSUMPTIONS = (
    "complex",
    "even",
    "finite",
    "integer",
    "negative",
    "nonnegative",
    "nonzero",
    "odd",
    "positive",
    "prime",
    "rational",
    "real",
)
"""What may be said of a symbol, as ``symbols("x", real=True)``."""

MODULES: dict[str, tuple[str, ...]] = {
    "math": (),
    "cmath": (),
    "numpy": ("np",),
    "sympy": ("sp", "sym"),
    "statistics": ("stats",),
    "fractions": (),
    "decimal": (),
}
"""The modules that an import may name (it does nothing) and a function's name may begin with, and their short names."""

CONSTANTS = _words("pi e E I tau oo inf EulerGamma GoldenRatio golden Catalan")
"""Names that have a value until a program assigns them another."""

SETS = _words("Reals Integers Naturals Naturals0 Rationals Complexes EmptySet Half One Zero Infinity")
"""What may follow ``S.``"""

FORBIDDEN_NAMES = frozenset(keyword.kwlist)
"""Names that no value may have."""


KEYWORD_TEXTS: dict[str, Text] = {"dir": "sign"}
"""The keywords whose value is a quoted text, and of which kind."""


_ONE = """
    Integer
    Abs abs fabs sqrt cbrt exp exp2 expm1 ln log2 log10 log1p sign floor ceil ceiling trunc frac int float
    sin cos tan cot sec csc asin acos atan acot asec acsc arcsin arccos arctan sinc
    sinh cosh tanh coth sech csch asinh acosh atanh acoth arcsinh arccosh arctanh
    degrees radians deg rad deg2rad rad2deg square reciprocal
    factorial factorial2 subfactorial gamma loggamma lgamma digamma erf erfc erfinv Ei li Heaviside DiracDelta
    fibonacci lucas catalan bernoulli bell
    isprime is_prime prime primepi nextprime prevprime factorint primefactors divisors divisor_count totient mobius
    primeomega primenu isqrt perfect_power is_square is_perfect npartitions primitive_root digits
    re im conjugate arg numer denom fraction
    simplify together apart trigsimp expand_log expand_trig logcombine powsimp powdenest radsimp ratsimp combsimp
    det inv transpose trace rank eye nroots real_roots
    mean median mode fmean geometric_mean harmonic_mean median_low median_high
    sorted list tuple len set S sympify cumsum average
"""
_ONE_OR_TWO = """
    log round harmonic zeta primerange divisor_sigma
    root real_root nsimplify degree
    zeros ones var std stdev pstdev variance pvariance norm
    LambertW primorial cancel roots
"""
_TWO = """
    Pow power Mod mod fmod remainder divmod floor_divide
    atan2 arctan2 beta binomial comb binom ff rf
    integer_nthroot n_order jacobi_symbol legendre_symbol multiplicity mod_inverse crt
    dot cross
    legendre hermite chebyshevt chebyshevu laguerre besselj bessely besseli besselk polylog
    Eq Ne Lt Le Gt Ge solve_univariate_inequality polygamma percentile quantile
"""
_MANY = """
    max min Max Min gcd lcm igcd ilcm hypot And Or Not FiniteSet Union Intersection Piecewise
    expand factor collect diff Derivative integrate Integral summation Sum product Product diag
"""
_SERIES = "range arange"

FUNCTIONS: dict[str, Signature] = {
    **dict(_each(_ONE, Signature(1, 1))),
    **dict(_each(_ONE_OR_TWO, Signature(1, 2))),
    **dict(_each(_TWO, Signature(2, 2))),
    **dict(_each(_MANY, Signature(1, None))),
    **dict(_each(_SERIES, Signature(1, 3))),
    **dict(_each("sum fsum prod", Signature(1, 2))),
    **dict(_each("f g h u v w x y z", Signature(1, 3))),
    **dict(_each("symbols Symbol", Signature(1, 1, ASSUMPTIONS, "names"))),
    "Function": Signature(1, 1, (), "names"),
    **dict(_each("Rational Fraction", Signature(1, 2, (), "number"))),
    **dict(_each("Float Decimal", Signature(1, 2, (), "number"))),
    **dict(_each("N nsolve", Signature(1, 3))),
    "perm": Signature(1, 2),
    "complex": Signature(1, 2),
    "limit": Signature(3, 4, ("dir",), "sign", 3),
    "series": Signature(1, 4, ("x0", "n")),
    "residue": Signature(3, 3),
    "laplace_transform": Signature(3, 3, ("noconds",)),
    "inverse_laplace_transform": Signature(3, 3),
    "solve": Signature(1, None, ("dict",)),
    "solveset": Signature(1, 3, ("domain",)),
    **dict(_each("linsolve nonlinsolve", Signature(1, None))),
    "reduce_inequalities": Signature(1, 2),
    "dsolve": Signature(1, 2, ("ics",)),
    "rsolve": Signature(2, 3),
    "diophantine": Signature(1, 1),
    "interpolate": Signature(2, 2),
    **dict(_each("div quo rem resultant", Signature(2, 3))),
    "idiff": Signature(3, 4),
    "discriminant": Signature(1, 2),
    "discrete_log": Signature(3, 3),
    "Poly": Signature(1, 3),
    "Interval": Signature(2, 4),
    "Matrix": Signature(1, 3),
    "array": Signature(1, 1),
    "linspace": Signature(2, 3),
    "pow": Signature(2, 3),
    "clip": Signature(3, 3),
}
"""The functions, by the name that a program calls them by, bare or after a module's name."""

LINALG: dict[str, Signature] = {
    **dict(_each("det inv eigvals matrix_rank pinv", Signature(1, 1))),
    **dict(_each("solve matrix_power", Signature(2, 2))),
    "norm": Signature(1, 2),
}
"""The functions of ``np.linalg``, where their names mean something else than sympy's do."""

_NUMPY_ONE = """
    abs fabs sqrt cbrt exp exp2 expm1 log log2 log10 log1p sign floor ceil trunc square
    sin cos tan arcsin arccos arctan asin acos atan sinh cosh tanh arcsinh arccosh arctanh asinh acosh atanh
    degrees radians deg2rad rad2deg conjugate absolute conj negative real imag angle sinc rint
    array asarray zeros ones eye identity unique trace transpose diag roots
"""
_NUMPY_TWO = """
    add subtract multiply divide true_divide floor_divide power pow mod remainder fmod divmod arctan2 atan2 hypot
    gcd lcm maximum minimum full dot matmul inner vdot outer cross polyval percentile quantile
"""
_NUMPY_AXIS = "sum prod mean median max min amax amin ptp argmax argmin cumsum cumprod sort concatenate"

NUMPY: dict[str, Signature] = {
    **dict(_each(_NUMPY_ONE, Signature(1, 1))),
    **dict(_each(_NUMPY_TWO, Signature(2, 2))),
    **dict(
        _each("sum prod mean median max min amax amin ptp argmax argmin cumsum cumprod", Signature(1, 2, ("axis",)))
    ),
    **dict(_each("sort concatenate", Signature(1, 2, ("axis",)))),
    **dict(_each("var std", Signature(1, 2, ("axis", "ddof")))),
    **dict(_each("round around", Signature(1, 2, ("decimals",)))),
    "average": Signature(1, 2, ("axis", "weights")),
    "diff": Signature(1, 2, ("n",)),
    "clip": Signature(3, 3),
    "arange": Signature(1, 3),
    "linspace": Signature(2, 3, ("num", "endpoint")),
}
"""The functions of numpy, after ``np.`` or ``numpy.``: a name there never means sympy's."""

STATISTICS: dict[str, Signature] = dict(_each("variance pvariance stdev pstdev", Signature(1, 2)))
"""The functions of ``statistics`` whose second argument is the mean, after the module's name."""

_METHOD_NONE = """
    det inv transpose trace rank eigenvals eigenvects rref nullspace columnspace rowspace adjugate tolist conjugate
    as_numer_denom all_coeffs coeffs doit removeO trigsimp together apart cancel radsimp items keys values
    mean flatten copy
"""

METHODS: dict[str, Signature] = {
    **dict(_each(_METHOD_NONE, Signature(0, 0))),
    **dict(_each("evalf n simplify round sum charpoly norm degree expand factor prod", Signature(0, 1))),
    **dict(_each("diff integrate", Signature(0, None))),
    **dict(_each("dot cross LUsolve solve row col get", Signature(1, 1))),
    **dict(_each("subs coeff", Signature(1, 2))),
    "limit": Signature(2, 3, ("dir",), "sign", 2),
    "series": Signature(0, 3, ("n",)),
    **dict(_each("collect contains", Signature(1, 1))),
}
"""The methods that a value may be asked for."""

PROPERTIES = _words("T H lhs rhs real imag numerator denominator shape rows cols free_symbols")
"""The attributes that are no calls."""
