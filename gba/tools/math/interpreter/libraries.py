"""The modules that a program can import: each name means what it means in its own library.

``math`` and ``statistics`` are Python's own on Python's numbers, and sympy's where sympy's values are involved;
``numpy`` is the table of the library; ``sympy`` is everything without a module in front.
"""

from __future__ import annotations

import cmath
import datetime
import decimal
import functools
import itertools
import math
import statistics
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import sympy

from gba.errors import MathError
from gba.tools.math import language
from gba.tools.math.arithmetic import power
from gba.tools.math.bounds import too_large
from gba.tools.math.interpreter import containers
from gba.tools.math.interpreter.builtins import Builtins, called, number_from
from gba.tools.math.interpreter.calls import Calls
from gba.tools.math.interpreter.conversions import as_index, is_sympy, native, number_of, to_sympy
from gba.tools.math.interpreter.functions import Function
from gba.tools.math.interpreter.numpy_results import of_numpy
from gba.tools.math.interpreter.operators import truth
from gba.tools.math.interpreter.reals import Real, near, traced
from gba.tools.math.library import CONSTANTS, FUNCTIONS, LINALG, NUMPY, SCIPY
from gba.tools.math.library.numbers import FUNCTIONS as NUMBERS

__all__ = ["Libraries"]

Call = Callable[..., Any]

_MATH_FLOATS = """
    sqrt cbrt exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh
    degrees radians erf erfc gamma lgamma atan2 hypot fabs fmod remainder
"""
_STATISTICS = """
    mean fmean median median_low median_high mode geometric_mean harmonic_mean variance pvariance stdev pstdev
"""
_ROUNDING: dict[str, Call] = {"floor": math.floor, "ceil": math.ceil, "ceiling": math.ceil, "trunc": math.trunc}
_JUMPS = {"Mod": "%", "mod": "%", "floor_divide": "//"}


def _constant(number: float, value: Any) -> Real:
    made = traced(number, lambda one: one, value)
    if not isinstance(made, Real):
        raise TypeError("a constant is finite")
    return made


_MATH_CONSTANTS = {
    "pi": _constant(math.pi, sympy.pi),
    "e": _constant(math.e, sympy.E),
    "tau": _constant(math.tau, 2 * sympy.pi),
    "inf": math.inf,
    "nan": math.nan,
}


class Libraries:
    """The modules for one program, made when they are first asked for; ``bare`` are the names without a module."""

    def __init__(self, builtins: Builtins, calls: Calls) -> None:
        self.own, self.calls, self.fuel = builtins, calls, builtins.fuel
        self._modules: dict[str, dict[str, Any]] = {}
        self._bare: dict[str, Function] = {}
        self._makers: dict[str, Callable[[], dict[str, Any]]] = {
            "math": self._math,
            "cmath": self._cmath,
            "statistics": self._statistics,
            "fractions": lambda: {"Fraction": self._called("Fraction", self._fraction)},
            "decimal": self._decimal,
            "itertools": self._itertools,
            "functools": self._functools,
            "operator": self._operator,
            "datetime": self._datetime,
            "collections": lambda: containers.collections(self.own),
            "heapq": lambda: containers.heaps(self.own),
            "bisect": lambda: containers.bisections(self.own),
            "scipy": dict,
            "scipy.stats": dict,
            **{module: functools.partial(self._scipy, module) for module in SCIPY},
            "numpy": self._numpy,
            "numpy.linalg": self._linalg,
            "sympy": self._sympy,
        }

    def module(self, name: str) -> Mapping[str, Any]:
        """What a module has, by name."""
        if name not in self._modules:
            self._modules[name] = self._makers[name]()
        return self._modules[name]

    def bare(self, name: str) -> Function | None:
        """What a name without a module calls: Python's builtin, or sympy's function; None where it is neither."""
        if name in self._bare:
            return self._bare[name]
        found: Function | None = None
        if name in ("Fraction", "Decimal"):
            found = self.module(f"{name.lower()}s" if name == "Fraction" else "decimal")[name]
        elif name in self.own.table:
            call = self.own.table[name].call
            found = Function(name, self.calls.noted(name, call) if name in ("float", "round") else call)
        elif name in FUNCTIONS:
            found = Function(name, self._sympys(name))
        if found is not None:
            self._bare[name] = found
        return found

    # sympy

    def _sympys(self, name: str) -> Call:
        call = self.calls.wrap(name, FUNCTIONS[name], language.FUNCTIONS[name], whole=name in NUMBERS)
        if name in _ROUNDING:
            return _if_float(_ROUNDING[name], call)
        if name in _JUMPS:
            sign = _JUMPS[name]
            return lambda left, right: self.own.operators.binary[sign](left, right)
        return call

    def _sympy(self) -> dict[str, Any]:
        names = {name: Function(name, self._sympys(name)) for name in FUNCTIONS if name not in self.own.table}
        return {**CONSTANTS, **names, "nan": sympy.nan}

    # math

    def _math(self) -> dict[str, Any]:
        calls: dict[str, Call] = {
            name: self._twin(name, getattr(math, name, None), FUNCTIONS[name]) for name in _MATH_FLOATS.split()
        }
        calls |= {
            "pow": self._twin("pow", math.pow, power),
            "floor": _if_float(math.floor, self._sympys("floor")),
            "ceil": _if_float(math.ceil, self._sympys("ceil")),
            "trunc": _if_float(math.trunc, self._sympys("trunc")),
            "factorial": self._whole("factorial", math.factorial),
            "comb": self._whole("comb", math.comb),
            "perm": self._whole("perm", math.perm),
            "gcd": self._plain(math.gcd),
            "lcm": self._lcm,
            "isqrt": self._plain(math.isqrt),
            "fsum": self._fsum,
            "prod": self._prod,
            "dist": lambda p, q: self._real(math.dist, *map(self.own.listed, (p, q))),
            "copysign": lambda x, y: self._real(math.copysign, x, y),
            "isclose": self._isclose,
            "isfinite": lambda x: math.isfinite(_plain_number(x)),
            "isinf": lambda x: math.isinf(_plain_number(x)),
            "isnan": lambda x: math.isnan(_plain_number(x)),
            "modf": lambda x: math.modf(_plain_number(x)),
            "frexp": lambda x: math.frexp(_plain_number(x)),
            "ldexp": lambda x, i: math.ldexp(_plain_number(x), as_index(i)),
            "ulp": lambda x: math.ulp(_plain_number(x)),
        }
        return {**{name: Function(name, call) for name, call in calls.items()}, **_MATH_CONSTANTS}

    def _twin(self, name: str, python: Call | None, how: Call) -> Call:
        """A function of floats: Python's own, with sympy's for the exact value and for sympy's arguments."""

        def of_numbers(*values: Any) -> Any:
            values = tuple(as_index(value) for value in values)
            if any(is_sympy(value) for value in values) or python is None:
                self.fuel.step()
                found = how(*map(to_sympy, values))
                if getattr(found, "is_number", False) and found.is_extended_real is False:
                    raise ValueError("math domain error")
                return found
            found = python(*values)
            if type(found) is float:
                return traced(found, lambda *exacts: near(found, how(*exacts)), *values)
            return found

        del name
        return of_numbers

    def _whole(self, name: str, python: Call) -> Call:
        """A function of whole numbers that grows fast: the arguments are Python's, the bounds are the library's."""

        def of_whole(*values: Any) -> Any:
            values = tuple(as_index(value) for value in values)
            if all(isinstance(value, int) for value in values) and all(value >= 0 for value in values):
                if len(values) == 2 and values[1] > values[0]:
                    return 0
                found = native(FUNCTIONS[name](*map(sympy.Integer, values)))
                self.fuel.bits_of(found.bit_length())
                return found
            if any(is_sympy(value) for value in values):
                raise TypeError(f"{name} takes whole numbers")
            return python(*values)

        return of_whole

    def _plain(self, python: Call) -> Call:
        return lambda *values: python(*map(as_index, values))

    def _lcm(self, *values: Any) -> Any:
        values = tuple(as_index(value) for value in values)
        self.fuel.bits_of(sum(value.bit_length() for value in values if isinstance(value, int)))
        return math.lcm(*values)

    def _real(self, python: Call, *values: Any) -> Any:
        return python(*([_plain_number(one) for one in value] if isinstance(value, list) else _plain_number(value)
                        for value in values))  # fmt: skip

    def _fsum(self, values: Any) -> Any:
        items = self.own.listed(values)
        if any(is_sympy(item) for item in items):
            return FUNCTIONS["fsum"](to_sympy(items))
        return traced(math.fsum(items), lambda *parts: sympy.Add(*parts), *items)

    def _prod(self, values: Any, *, start: Any = 1) -> Any:
        return functools.reduce(self.own.operators.binary["*"], self.own.over(values), start)

    def _isclose(self, a: Any, b: Any, *, rel_tol: Any = 1e-9, abs_tol: Any = 0.0) -> bool:
        return math.isclose(_plain_number(a), _plain_number(b), rel_tol=float(rel_tol), abs_tol=float(abs_tol))

    def _cmath(self) -> dict[str, Any]:
        names = [name for name in _MATH_FLOATS.split() if hasattr(cmath, name)]
        calls: dict[str, Call] = {name: self._complex(FUNCTIONS[name]) for name in names}
        calls |= {
            "phase": self._complex(FUNCTIONS["arg"]),
            "polar": lambda z: (self._complex(FUNCTIONS["abs"])(z), self._complex(FUNCTIONS["arg"])(z)),
            "rect": lambda r, phi: number_of(r) * (sympy.cos(number_of(phi)) + sympy.I * sympy.sin(number_of(phi))),
        }
        return {**{name: Function(name, call) for name, call in calls.items()}, **_MATH_CONSTANTS}

    def _complex(self, how: Call) -> Call:
        return lambda *values: how(*map(to_sympy, values))

    # statistics

    def _statistics(self) -> dict[str, Any]:
        calls = {name: self._sample(name) for name in _STATISTICS.split()}
        return {
            **{name: Function(name, call) for name, call in calls.items()},
            "multimode": Function("multimode", lambda data: statistics.multimode(self.own.listed(data))),
            "quantiles": Function("quantiles", self._quantiles),
            "correlation": Function("correlation", self._pairs(statistics.correlation)),
            "covariance": Function("covariance", self._pairs(statistics.covariance)),
            "linear_regression": Function("linear_regression", self._regression),
        }

    def _sample(self, name: str) -> Call:
        python: Call = getattr(statistics, name)
        how = FUNCTIONS[name]

        def of_sample(data: Any, *further: Any, **named: Any) -> Any:
            items = [as_index(item) for item in self.own.listed(data)]
            if any(is_sympy(item) for item in items) and name != "mode":
                if further or named:
                    raise MathError(f"{name} takes one argument here.", kind="domain")
                return native(how([number_of(item) for item in items]))
            given = [float(item) if isinstance(item, float) else item for item in items]
            rest = [_unreal(one) for one in further]
            found = python(given, *rest, **{key: _unreal(one) for key, one in named.items()})
            if type(found) is float and not further and not named:
                return traced(found, lambda values: near(found, how(values)), items)
            return found

        return of_sample

    def _quantiles(self, data: Any, *, n: Any = 4, method: Any = "exclusive") -> Any:
        if as_index(n) > 1_000:
            raise too_large("quantiles takes at most 1,000 parts")
        return statistics.quantiles(_unreal(self.own.listed(data)), n=as_index(n), method=method)

    def _pairs(self, python: Call) -> Call:
        return lambda x, y: python(_unreal(self.own.listed(x)), _unreal(self.own.listed(y)))

    def _regression(self, x: Any, y: Any) -> Any:
        return tuple(statistics.linear_regression(_unreal(self.own.listed(x)), _unreal(self.own.listed(y))))

    # fractions and decimal

    def _called(self, name: str, call: Call) -> Function:
        return Function(name, self.calls.noted(name, call))

    def _fraction(self, numerator: Any = 0, denominator: Any = None) -> Any:
        values = [numerator] if denominator is None else [numerator, denominator]
        if any(isinstance(value, str) for value in values):
            if len(values) > 1 or not language.TEXTS["number"].fullmatch(numerator.strip()):
                raise ValueError(f"Invalid literal for Fraction: {str(numerator)[:40]!r}")
            top, _, bottom = numerator.strip().partition("/")
            top_value = number_of(number_from(top))
            return Fraction(int(top_value.p), int(top_value.q)) / int(bottom or 1)
        values = [Fraction(int(value.p), int(value.q)) if isinstance(value, sympy.Rational) else value
                  for value in values]  # fmt: skip
        if any(is_sympy(value) for value in values):
            return FUNCTIONS["Fraction"](*map(to_sympy, values))
        for value in values:
            if isinstance(value, Decimal):
                number_of(value)
        return Fraction(*values)

    def _decimal(self) -> dict[str, Any]:
        roundings = [name for name in dir(decimal) if name.startswith("ROUND_")]
        return {"Decimal": self._called("Decimal", self._decimal_of), **{name: name for name in roundings}}

    def _decimal_of(self, value: Any = 0) -> Any:
        if isinstance(value, str):
            if value.strip().lower().lstrip("+-") not in ("inf", "infinity", "nan"):
                number_from(value)
            return Decimal(value)
        value = as_index(value)
        if is_sympy(value):
            return FUNCTIONS["Decimal"](value)
        if isinstance(value, (list, tuple)):
            raise TypeError("Decimal takes a number, or a text")
        return Decimal(value)

    # itertools, functools, operator

    def _itertools(self) -> dict[str, Any]:
        over, listed = self.own.over, self.own.listed
        calls: dict[str, Call] = {
            "accumulate": self._accumulate,
            "chain": lambda *parts: itertools.chain(*map(over, parts)),
            "combinations": lambda items, r: self._grouped(itertools.combinations, items, r),
            "combinations_with_replacement":
                lambda items, r: self._grouped(itertools.combinations_with_replacement, items, r),
            "compress": lambda items, which: itertools.compress(over(items), map(truth, over(which))),
            "count": lambda start=0, step=1: itertools.count(*map(_unreal, (start, step))),
            "cycle": lambda items: itertools.cycle(listed(items)),
            "dropwhile": lambda test, items: itertools.dropwhile(_test(test), over(items)),
            "filterfalse": lambda test, items: itertools.filterfalse(_test(test), over(items)),
            "groupby": self._groupby,
            "islice": lambda items, *bounds: itertools.islice(over(items), *map(as_index, bounds)),
            "pairwise": lambda items: itertools.pairwise(over(items)),
            "permutations": lambda items, r=None: self._grouped(itertools.permutations, items, r),
            "product": self._product,
            "repeat": lambda value, *times: itertools.repeat(value, *map(as_index, times)),
            "starmap": lambda function, items: (called(function)(*listed(item)) for item in over(items)),
            "takewhile": lambda test, items: itertools.takewhile(_test(test), over(items)),
            "zip_longest": lambda *parts, fillvalue=None: itertools.zip_longest(*map(over, parts), fillvalue=fillvalue),
        }  # fmt: skip
        return {name: Function(name, call) for name, call in calls.items()}

    def _grouped(self, function: Call, items: Any, r: Any) -> Any:
        r = as_index(r)
        if isinstance(r, int):
            self.fuel.list_of(max(r, 0))
        found = function(self.own.listed(items)) if r is None else function(self.own.listed(items), r)
        return self._tuples(found)

    def _tuples(self, tuples: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        for found in tuples:
            self.fuel.take(len(found) // 4)
            yield found

    def _product(self, *parts: Any, repeat: Any = 1) -> Any:
        self.fuel.list_of(max(as_index(repeat), 0) * len(parts))
        return self._tuples(itertools.product(*map(self.own.listed, parts), repeat=as_index(repeat)))

    def _accumulate(self, items: Any, func: Any = None, *, initial: Any = None) -> Any:
        step = self.own.operators.binary["+"] if func is None else called(func)
        return itertools.accumulate(self.own.over(items), step, initial=initial)

    def _groupby(self, items: Any, key: Any = None) -> Any:
        return itertools.groupby(self.own.over(items), None if key is None else called(key))

    def _functools(self) -> dict[str, Any]:
        calls: dict[str, Call] = {
            "reduce": self._reduce,
            "partial": self._partial,
            "lru_cache": self._cached,
            "cache": self._cached,
        }
        return {name: Function(name, call) for name, call in calls.items()}

    def _reduce(self, function: Any, items: Any, *initial: Any) -> Any:
        return functools.reduce(called(function), self.own.over(items), *initial)

    def _partial(self, function: Any, /, *values: Any, **named: Any) -> Function:
        call = called(function)
        return Function(function.name, lambda *more, **further: call(*values, *more, **{**named, **further}))

    def _cached(self, function: Any = None, *, maxsize: Any = None, typed: Any = False) -> Any:
        """``@lru_cache``, ``@lru_cache(maxsize=None)`` and ``@cache``: what was worked out is kept."""
        del maxsize, typed
        if not isinstance(function, Function):
            return Function("lru_cache", self._cached)
        kept: dict[Any, Any] = {}
        call = function.call

        def cached(*values: Any, **named: Any) -> Any:
            key = (values, tuple(named.items()))
            if key not in kept:
                found = call(*values, **named)
                self.fuel.take(4 + len(values))
                kept[key] = found
            return kept[key]

        return Function(function.name, cached)

    def _operator(self) -> dict[str, Any]:
        binary, compare = self.own.operators.binary, self.own.operators.compare
        calls: dict[str, Call] = {
            "add": binary["+"], "sub": binary["-"], "mul": binary["*"], "truediv": binary["/"],
            "floordiv": binary["//"], "mod": binary["%"], "pow": binary["**"], "neg": self.own.operators.negative,
            "and_": binary["&"], "or_": binary["|"], "lt": functools.partial(compare, "<"),
            "le": functools.partial(compare, "<="), "gt": functools.partial(compare, ">"),
            "ge": functools.partial(compare, ">="), "eq": functools.partial(compare, "=="),
            "ne": functools.partial(compare, "!="),
        }  # fmt: skip
        return {name: Function(name, call) for name, call in calls.items()}

    # datetime

    def _datetime(self) -> dict[str, Any]:
        def made(kind: Call) -> Call:
            return lambda *values, **named: kind(*map(_unreal, values), **{k: _unreal(v) for k, v in named.items()})

        return {
            "date": Function("date", made(datetime.date)),
            "datetime": Function("datetime", lambda *v, **n: made(datetime.datetime)(*v, **_without_zone(n))),
            "timedelta": Function("timedelta", made(datetime.timedelta)),
        }

    # numpy

    def _numpy(self) -> dict[str, Any]:
        wrap = self.calls.wrap
        functions = {name: Function(name, of_numpy(name, wrap(name, function, language.NUMPY[name])))
                     for name, function in NUMPY.items()}  # fmt: skip
        return {**functions, **_MATH_CONSTANTS, "euler_gamma": _constant(0.5772156649015329, sympy.EulerGamma)}

    def _scipy(self, module: str) -> dict[str, Any]:
        wrap, signatures = self.calls.wrap, language.SCIPY[module]
        return {name: Function(name, of_numpy("float64", wrap(name, function, signatures[name])))
                for name, function in SCIPY[module].items()}  # fmt: skip

    def _linalg(self) -> dict[str, Any]:
        wrap = self.calls.wrap
        return {name: Function(name, of_numpy(name, wrap(name, function, language.LINALG[name])))
                for name, function in LINALG.items()}  # fmt: skip


def _without_zone(named: dict[str, Any]) -> dict[str, Any]:
    if named.keys() & {"tzinfo", "fold"}:
        raise MathError("There are no time zones here.", kind="forbidden")
    return named


def _if_float(python: Call, otherwise: Call) -> Call:
    """Python's function for Python's numbers, the other one for sympy's."""

    def chosen(value: Any) -> Any:
        return python(value) if isinstance(value, (int, float, Fraction, Decimal, str)) else otherwise(value)

    return chosen


def _test(function: Any) -> Call:
    call: Call = called(function) if function is not None else truth
    return lambda value: truth(call(value))


def _unreal(value: Any) -> Any:
    """A value with plain floats and ints in it: what Python's own libraries are given."""
    if isinstance(value, float):
        return float(value)
    if isinstance(value, (list, tuple)):
        return [_unreal(item) for item in value]
    if isinstance(value, sympy.Integer):
        return int(value)
    if isinstance(value, sympy.Expr):
        return _plain_number(value)
    return value


def _plain_number(value: Any) -> Any:
    """A number as Python's. Raises TypeError for what is none."""
    if isinstance(value, float):
        return float(value)
    if isinstance(value, (int, Fraction, Decimal)):
        return value
    if isinstance(value, sympy.Expr) and value.is_number and value.is_extended_real:
        return float(value)
    raise TypeError(f"must be real number, not {type(value).__name__}")
