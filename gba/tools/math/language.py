"""The language of the math programs, as one table: what is not in it cannot be written, nor evaluated.

The grammar (grammar.py) is compiled from this table, the checker (checker.py) reads it, and the libraries bind each
name to what evaluates it; a test holds them together. The language is the part of Python that code models write when
they calculate: assignments, loops and conditions, functions of their own, lists, dicts, sets and texts, and calls of
the functions below. There is no class, nothing is opened, and no name reaches anything but a value.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

__all__ = [
    "ANSWERS",
    "ASSUMPTIONS",
    "ATTRIBUTES",
    "BINARY",
    "BUILTINS",
    "COMPARISONS",
    "CONSTANTS",
    "DEFINED",
    "EXCEPTIONS",
    "FORBIDDEN_NAMES",
    "FUNCTIONS",
    "KEYWORD_TEXTS",
    "LINALG",
    "MEMBERS",
    "METHODS",
    "MODULES",
    "NUMPY",
    "PROPERTIES",
    "RESULT",
    "SCIPY",
    "SETS",
    "TEXTS",
    "VALUE_METHODS",
    "Signature",
    "Text",
]

Text = Literal["", "names", "number", "sign"]
"""What may stand between quotes: nothing, names of symbols, a number, or the side of a limit."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


RESULT = "result"
"""The name that the last line assigns, where a model writes."""

DEFINED = _words("f g h calculate check compute count fact fib find helper is_valid main solution total")
"""Names that a model may give to functions of its own: it can call no others."""

ANSWERS = (RESULT, "answer", "ans", "solution")
"""Names whose value is the program's, the first one that has one."""

TEXTS = {
    "names": re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:(?:, ?| )[A-Za-z][A-Za-z0-9_]*){0,60}"),
    "number": re.compile(r"-?(?:\d[\d_]*(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?(?:/\d[\d_]*)?"),
    "sign": re.compile(r"\+-?|-"),
}
"""What the texts look like that a function of sympy's may be given, by their kind."""


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

    def behind(self, count: int) -> Signature:
        """The same with so many arguments in front."""
        most = None if self.most is None else self.most + count
        return replace(self, least=self.least + count, most=most, text_at=self.text_at + count)


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
    "numpy.linalg": (),
    "sympy": ("sp", "sym"),
    "statistics": ("stats",),
    "fractions": (),
    "decimal": (),
    "itertools": (),
    "functools": (),
    "operator": (),
    "datetime": (),
    "collections": (),
    "heapq": (),
    "bisect": (),
    "scipy": (),
    "scipy.special": (),
    "scipy.stats": (),
    "scipy.stats.norm": (),
    "scipy.stats.binom": (),
    "scipy.stats.poisson": (),
    "scipy.stats.expon": (),
    "scipy.stats.uniform": (),
}
"""The modules that an import may name, and the short names that they have without one."""

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
    **dict(_each("all any argsort count_nonzero flip ones_like ravel zeros_like float64 int64", Signature(1, 1))),
    **dict(_each("allclose array_equal corrcoef cov isclose kron repeat tile", Signature(2, 2))),
    **dict(_each("hstack vstack", Signature(1, 1))),
    **dict(_each("interp polyfit", Signature(3, 3))),
    "reshape": Signature(2, 3),
    "trapezoid": Signature(1, 3, ("x", "dx")),
    "where": Signature(3, 3),
    "average": Signature(1, 2, ("axis", "weights")),
    "diff": Signature(1, 2, ("n",)),
    "clip": Signature(3, 3),
    "arange": Signature(1, 3),
    "linspace": Signature(2, 3, ("num", "endpoint")),
}
"""The functions of numpy, after ``np.`` or ``numpy.``: a name there never means sympy's."""

BUILTINS: dict[str, Signature] = {
    **dict(_each("abs all any bin chr hex iter len oct ord repr reversed", Signature(1, 1))),
    **dict(_each("bool float frozenset list set str tuple", Signature(0, 1))),
    **dict(_each("complex int", Signature(0, 2))),
    **dict(_each("divmod filter isinstance", Signature(2, 2))),
    **dict(_each("format next", Signature(1, 2))),
    "dict": Signature(0, 1),
    "enumerate": Signature(1, 2, ("start",)),
    "map": Signature(2, None),
    **dict(_each("max min", Signature(1, None, ("key", "default")))),
    "pow": Signature(2, 3, ("mod",)),
    "print": Signature(0, None, ("sep", "end", "flush")),
    "range": Signature(1, 3),
    "round": Signature(1, 2, ("ndigits",)),
    "sorted": Signature(1, 1, ("key", "reverse")),
    "sum": Signature(1, 2, ("start",)),
    "zip": Signature(0, None, ("strict",)),
}
"""Python's own functions. They go before sympy's of the same name."""

_NORMAL = Signature(1, 3, ("loc", "scale"))
SCIPY: dict[str, dict[str, Signature]] = {
    "scipy.stats.norm": dict.fromkeys(("pdf", "cdf", "sf", "ppf"), _NORMAL),
    "scipy.stats.binom": dict.fromkeys(("pmf", "cdf", "sf"), Signature(1, 3, ("n", "p"))),
    "scipy.stats.poisson": dict.fromkeys(("pmf", "cdf", "sf"), Signature(1, 2, ("mu",))),
    "scipy.stats.expon": dict.fromkeys(("pdf", "cdf", "sf"), _NORMAL),
    "scipy.stats.uniform": dict.fromkeys(("pdf", "cdf", "sf"), _NORMAL),
    "scipy.special": {
        "comb": Signature(2, 4, ("exact", "repetition")),
        "perm": Signature(2, 3, ("exact",)),
        "factorial": Signature(1, 2, ("exact",)),
        **dict(_each("gamma gammaln erf erfc expit zeta", Signature(1, 1))),
        **dict(_each("binom beta", Signature(2, 2))),
    },
}
"""The functions of each module of scipy's that is there."""

EXCEPTIONS = _words(
    "ArithmeticError AssertionError Exception IndexError KeyError LookupError OverflowError RuntimeError TypeError"
    " ValueError ZeroDivisionError"
)
"""What may be raised and caught."""

_NOT_SYMPYS = """
    abs exp2 expm1 log2 log10 log1p square reciprocal degrees radians fabs ceil arcsin arccos arctan arcsinh arccosh
    arctanh rad2deg deg2rad lgamma pow power hypot arctan2 mod fmod remainder divmod floor_divide clip round int float
    Decimal Fraction complex max min sum fsum cumsum len list tuple set sorted range arange linspace comb binom perm
    is_prime isqrt is_square crt digits inv array rank dot cross norm mean average fmean median median_low median_high
    mode pvariance variance std pstdev stdev percentile quantile geometric_mean harmonic_mean var trunc
"""
_MATH = """
    acos acosh asin asinh atan atan2 atanh cbrt ceil comb copysign cos cosh degrees dist e erf erfc exp exp2 expm1 fabs
    factorial floor fmod frexp fsum gamma gcd hypot inf isclose isfinite isinf isnan isqrt lcm ldexp lgamma log log10
    log1p log2 modf nan perm pi pow prod radians remainder sin sinh sqrt tan tanh tau trunc ulp
"""
_CMATH = """
    acos acosh asin asinh atan atanh cos cosh e exp inf log log10 nan phase pi polar rect sin sinh sqrt tan tanh tau
"""
_STATISTICS = """
    correlation covariance fmean geometric_mean harmonic_mean linear_regression mean median median_high median_low mode
    multimode pstdev pvariance quantiles stdev variance
"""
_ITERTOOLS = """
    accumulate chain combinations combinations_with_replacement compress count cycle dropwhile filterfalse groupby
    islice pairwise permutations product repeat starmap takewhile zip_longest
"""
_DECIMAL = """
    Decimal ROUND_UP ROUND_DOWN ROUND_CEILING ROUND_FLOOR ROUND_HALF_UP ROUND_HALF_DOWN ROUND_HALF_EVEN ROUND_05UP
"""

MEMBERS: dict[str, frozenset[str]] = {
    "math": _words(_MATH),
    "cmath": _words(_CMATH),
    "statistics": _words(_STATISTICS),
    "fractions": _words("Fraction"),
    "decimal": _words(_DECIMAL),
    "itertools": _words(_ITERTOOLS),
    "functools": _words("cache lru_cache partial reduce"),
    "operator": _words("add and_ eq floordiv ge gt le lt mod mul ne neg or_ pow sub truediv"),
    "datetime": _words("date datetime timedelta"),
    "collections": _words("Counter defaultdict deque"),
    "heapq": _words("heapify heappop heappush heappushpop heapreplace nlargest nsmallest"),
    "bisect": _words("bisect bisect_left bisect_right insort"),
    "scipy": frozenset(),
    "scipy.stats": frozenset(),
    **{module: frozenset(functions) for module, functions in SCIPY.items()},
    "numpy": frozenset(NUMPY) | _words("pi e inf nan euler_gamma"),
    "numpy.linalg": frozenset(LINALG),
    "sympy": (frozenset(FUNCTIONS) - _words(_NOT_SYMPYS) - _words("f g h u v w x y z"))
    | _words("pi E I oo EulerGamma GoldenRatio Catalan nan"),
}
"""What each module has: every name means there what it means in its own library."""

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

PROPERTIES = _words("T H lhs rhs real imag numerator denominator shape size ndim rows cols free_symbols")
"""The attributes that are no calls."""

VALUE_METHODS = _words(
    """
    upper lower title capitalize strip lstrip rstrip startswith endswith find rfind index count isdigit isalpha isalnum
    isupper islower isspace swapcase removeprefix removesuffix isnumeric isdecimal partition splitlines zfill rjust
    ljust center split join replace format
    append extend insert pop remove reverse clear sort copy
    keys values items popitem get update setdefault
    add discard union intersection difference symmetric_difference issubset issuperset isdisjoint
    bit_length bit_count is_integer limit_denominator
    quantize sqrt ln log10 exp normalize to_integral_value copy_abs is_nan is_finite compare
    std var max min ptp argmax argmin argsort cumsum cumprod any all reshape ravel astype item
    most_common elements total subtract popleft appendleft extendleft rotate
    weekday isoweekday toordinal isocalendar isoformat strftime date time total_seconds
    """
)
"""The methods of Python's values: texts, lists, dicts, sets, numbers, dates."""

ATTRIBUTES = _words("numerator denominator real imag year month day hour minute second days seconds start stop step")
"""The attributes of Python's values."""
