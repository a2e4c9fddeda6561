"""Symbols, rewriting of expressions, polynomials, equations, logic and sets."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable
from typing import Any

import sympy
from sympy import Integer

from gba.errors import MathError
from gba.tools.math.arithmetic import clean, compare
from gba.tools.math.bounds import at_most, bits, check_digits, check_expansion, too_large
from gba.tools.math.library.lists import items

__all__ = ["FUNCTIONS", "digits_of", "rewritten"]

_DEGREE = 100
_DIGITS = Integer(15)


def _names(text: str) -> list[str]:
    """The names in a quoted text. sympy writes programs with them (for nsolve), so none may be one of Python's."""
    names = re.split(r", ?| ", text)
    if taken := [name for name in names if hasattr(builtins, name)]:
        raise MathError(f"{taken[0]} cannot be the name of a symbol or a function.", kind="forbidden")
    return names


def _symbols(text: str, **assumptions: Any) -> Any:
    """Symbols by their names; only names can arrive here, none of sympy's patterns."""
    names = _names(text)
    found = tuple(sympy.Symbol(name, **{key: bool(value) for key, value in assumptions.items()}) for name in names)
    return found[0] if len(found) == 1 else found


def _functions(text: str) -> Any:
    found = tuple(sympy.Function(name) for name in _names(text))
    return found[0] if len(found) == 1 else found


def rewritten(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, of an expression that stays small when it is multiplied out."""

    def guarded(value: Any, *others: Any, **keywords: Any) -> Any:
        check_expansion(value)
        check_expansion(others)
        return function(value, *others, **keywords)

    return guarded


def _factored(value: Any, *generators: Any) -> Any:
    if bits(value) > 400:
        raise too_large("Only numbers of up to 120 digits are taken apart")
    return sympy.factor(value, *generators)


def digits_of(value: Any, digits: Any = _DIGITS, *_guess: Any) -> Any:
    """The value as a decimal number of so many digits."""
    wanted = check_digits(digits)
    if isinstance(value, (list, tuple)):
        return [digits_of(item, digits) for item in value]
    return value.evalf(wanted)


def _numerically(equation: Any, *rest: Any) -> Any:
    """A root near a first guess; without a guess, near 1."""
    check_expansion(equation)
    if isinstance(equation, (list, tuple)):
        return sympy.nsolve(*(sympy.sympify(part) for part in (equation, *rest)))
    unknown = rest[0] if rest and isinstance(rest[0], sympy.Symbol) else _unknown(equation)
    guess = rest[-1] if rest and not isinstance(rest[-1], sympy.Symbol) else Integer(1)
    return sympy.nsolve(equation, unknown, guess)


def _unknown(equation: Any) -> Any:
    found = sorted(equation.free_symbols, key=str)
    if len(found) != 1:
        raise MathError("Name the unknown that is to be solved for.", kind="domain")
    return found[0]


def _solved(equations: Any, *unknowns: Any, **keywords: Any) -> Any:
    if equations is False:
        return []
    if equations is True:
        raise MathError("The equation is always true: every value solves it.", kind="domain")
    flags = {key: bool(value) for key, value in keywords.items()}
    found = sympy.solve(equations, *unknowns, **flags)
    if found == []:
        _require_inconsistent(equations if isinstance(equations, (list, tuple)) else [equations], unknowns)
    return _numeric_roots(found) if isinstance(found, list) else found


def _require_inconsistent(equations: Any, unknowns: tuple[Any, ...] = ()) -> None:
    """sympy gives no solution of a polynomial system as well when it cannot write one down: tell the two apart."""
    sides = [equation.lhs - equation.rhs if isinstance(equation, sympy.Eq) else equation for equation in equations]
    symbols = sorted(set().union(*(side.free_symbols for side in sides)), key=str)
    if len(sides) == 1 and unknowns:
        symbols = [symbol for symbol in symbols if symbol in unknowns]  # the others are numbers that are not known
    polynomial = all(isinstance(side, sympy.Expr) and side.is_polynomial(*symbols) for side in sides)
    told = any(sympy.Symbol(symbol.name) != symbol for symbol in symbols)  # "positive" may rule solutions out
    if polynomial and symbols and not told and sympy.groebner(sides, *symbols).exprs != [1]:
        raise MathError(
            "There are solutions, but they have no closed form. With numbers for all but the unknowns use "
            "nsolve((f, g), (x, y), (1, 1)).",
            kind="domain",
        )


def _numeric_roots(found: list[Any]) -> list[Any]:
    """Roots that sympy only numbers become decimals: their numbers say nothing, and one by one they are slow."""
    numbered = [root.poly for root in found if isinstance(root, sympy.CRootOf)]
    decimals = {poly: poly.nroots(n=30) for poly in numbered}
    if any(len(decimals[poly]) != numbered.count(poly) for poly in decimals):
        return found
    return [decimals[root.poly].pop(0) if isinstance(root, sympy.CRootOf) else root for root in found]


def _system(solver: Callable[..., Any]) -> Callable[..., Any]:
    def solved(equations: Any, *unknowns: Any) -> Any:
        check_expansion(equations)
        found = list(unknowns[0]) if len(unknowns) == 1 and isinstance(unknowns[0], (list, tuple)) else list(unknowns)
        return solver(equations, found) if found else solver(equations)

    return solved


def _solution_set(equation: Any, unknown: Any = None, domain: Any = None) -> Any:
    check_expansion(equation)
    return sympy.solveset(equation, unknown, domain=sympy.S.Complexes if domain is None else domain)


def _inequalities(conditions: Any, unknowns: Any = ()) -> Any:
    found = list(unknowns) if isinstance(unknowns, (list, tuple)) else [unknowns]
    return sympy.reduce_inequalities(conditions, found)


def _recurrence(equation: Any, function: Any, start: Any = None) -> Any:
    return sympy.rsolve(equation, function, start)


def _polynomial(value: Any, *generators: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return sympy.Poly.from_list(list(value), *generators)
    check_expansion(value)
    return sympy.Poly(value, *generators)


def _roots(value: Any, *unknown: Any) -> Any:
    """sympy's roots of a polynomial (a dict of multiplicities); of a list of coefficients, numpy's (a list)."""
    if isinstance(value, (list, tuple)) or hasattr(value, "tolist"):
        polynomial = sympy.Poly.from_list(items(value), sympy.Symbol("x"))
        at_most("The degree", polynomial.degree(), _DEGREE)
        exact = sympy.roots(polynomial, multiple=True)
        return exact if len(exact) == polynomial.degree() else polynomial.nroots()
    check_expansion(value)
    found = sympy.roots(value, *unknown)
    if sum(found.values()) < sympy.degree(value, *unknown):
        raise MathError("These roots have no closed form. Use nroots.", kind="domain")
    return found


def _of_polynomial(name: str) -> Callable[..., Any]:
    def guarded(value: Any, *others: Any) -> Any:
        check_expansion((value, *others))
        return getattr(sympy, name)(value, *others)

    return guarded


def _equal(left: Any, right: Any = sympy.S.Zero) -> Any:
    return compare("==", left, right)


def _relation(operator: str) -> Callable[[Any, Any], Any]:
    return lambda left, right: compare(operator, left, right)


def _logic(connective: Any) -> Callable[..., Any]:
    return lambda *values: connective(*(sympy.sympify(value) for value in values))


def _piecewise(*cases: Any) -> Any:
    return sympy.Piecewise(*(tuple(sympy.sympify(part) for part in case) for case in cases))


def _interval(start: Any, end: Any, left_open: Any = False, right_open: Any = False) -> Any:
    return sympy.Interval(start, end, bool(left_open), bool(right_open))


def _collected(value: Any, *symbols: Any) -> Any:
    return sympy.collect(value, *symbols)


def _diophantine(equation: Any) -> Any:
    found = sympy.diophantine(equation)
    return sorted(found, key=sympy.default_sort_key)


def _guessed(value: Any, constants: Any = ()) -> Any:
    return sympy.nsimplify(value, list(constants) if isinstance(constants, (list, tuple)) else [constants])


def _interpolated(points: Any, unknown: Any) -> Any:
    at_most("The number of points", len(points), _DEGREE)
    return sympy.interpolate([clean(point) for point in points], unknown)


_REWRITING = """
    expand simplify together apart trigsimp expand_log expand_trig logcombine powsimp powdenest radsimp ratsimp combsimp
    cancel
"""
_POLYNOMIALS = "degree div quo rem resultant discriminant"

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: rewritten(getattr(sympy, name)) for name in _REWRITING.split()},
    **{name: _of_polynomial(name) for name in _POLYNOMIALS.split()},
    "symbols": _symbols,
    "Symbol": _symbols,
    "Function": _functions,
    "factor": rewritten(_factored),
    "collect": rewritten(_collected),
    "nsimplify": _guessed,
    "N": digits_of,
    "Poly": _polynomial,
    "roots": _roots,
    "nroots": rewritten(lambda value: sympy.nroots(value)),
    "real_roots": rewritten(lambda value: sympy.real_roots(value)),
    "interpolate": _interpolated,
    "solve": rewritten(_solved),
    "solveset": _solution_set,
    "linsolve": _system(sympy.linsolve),
    "nonlinsolve": _system(sympy.nonlinsolve),
    "nsolve": _numerically,
    "solve_univariate_inequality": lambda condition, unknown: sympy.solve_univariate_inequality(
        condition, unknown, relational=False
    ),
    "reduce_inequalities": _inequalities,
    "rsolve": _recurrence,
    "diophantine": rewritten(_diophantine),
    "Eq": _equal,
    "Ne": _relation("!="),
    "Lt": _relation("<"),
    "Le": _relation("<="),
    "Gt": _relation(">"),
    "Ge": _relation(">="),
    "And": _logic(sympy.And),
    "Or": _logic(sympy.Or),
    "Not": _logic(sympy.Not),
    "Piecewise": _piecewise,
    "Interval": _interval,
    "FiniteSet": sympy.FiniteSet,
    "Union": sympy.Union,
    "Intersection": sympy.Intersection,
}
