"""Values of every kind that may come back from a worker, made by sympy's own constructors."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Function, Lambda, S, Symbol, Tuple, symbols
from sympy.integrals.risch import NonElementaryIntegral
from sympy.sets.fancysets import CartesianComplexRegion, PolarComplexRegion

__all__ = ["values"]

x, y, z, t, s = symbols("x y z t s")
n = Symbol("n", integer=True, positive=True)
k = sympy.Dummy("k", integer=True)
f, g = Function("f"), Function("g")
factorint = Function("factorint")


def values() -> list[Any]:
    """One of each kind, and of those that are rebuilt in a way of their own several."""
    return [*_numbers(), *_expressions(), *_conditions(), *_sets(), *_containers()]


def _numbers() -> list[Any]:
    return [
        *(S.Zero, S.One, S.NegativeOne, S.Half, -S.Half, S(2), S(-2), S(10) ** 60 + 7, S(2) ** 20_000),
        *(sympy.Rational(1, 10**5000), sympy.Rational(-7, 3), sympy.factorial(5000)),
        *(
            sympy.Float("0.1", 50),
            sympy.Float("-1e-300"),
            sympy.Float("1e-5000"),
            sympy.Float("1e5000", 15),
            sympy.Float(0),
        ),
        *(sympy.pi, sympy.E, sympy.I, S.Infinity, S.NegativeInfinity, S.ComplexInfinity, S.NaN, S.EulerGamma),
        *(S.GoldenRatio, S.Catalan, S.TribonacciConstant, sympy.sqrt(2), 3 + 4 * sympy.I, sympy.exp(10**10)),
    ]


def _expressions() -> list[Any]:
    return [
        *(
            x,
            Symbol("x", real=True),
            Symbol("p", positive=True),
            Symbol("q", zero=False),
            k,
            n,
            Symbol("x_1"),
            Symbol("+"),
        ),
        *(x + 1, 2 * x * y, x**y, sympy.sqrt(x), 1 / (x + y), sympy.Mod(x, 3)),
        sympy.Add(2, 3, evaluate=False),
        sympy.Mul(2, 3, evaluate=False),
        sympy.Pow(2, 10**9, evaluate=False),
        *(f(x), f(x, y) + g(f(x)), factorint(S(10) ** 60 + 7), Function("sympify")(x), Function("Symbol")(x)),
        *(f(x).diff(x), f(x).diff(x, 2, y), f(x, y).diff(x, y), sympy.Derivative(f(x) ** 2, f(x))),
        *(
            f(2 * x).diff(x),
            f(2 * x, y + 1).diff(x),
            sympy.Subs(f(x) + x, x, 0),
            sympy.Subs(f(x, y), (x, y), (1, f(2))),
        ),
        *(sympy.Integral(f(x), x), sympy.Integral(f(x), (x, 0, 1)), sympy.Integral(f(x, y), (x, 0, 1), y)),
        *(NonElementaryIntegral(x**x, x), sympy.Sum(1 / n**n, (n, 1, sympy.oo)), sympy.Product(f(n), (n, 1, x))),
        *(sympy.Limit(f(x), x, 0), sympy.Limit(f(x), x, 0, "-"), sympy.Limit(f(x), x, 0, "+-")),
        *(
            sympy.Order(x**2),
            sympy.Order(x**2, (x, sympy.oo)),
            sympy.series(sympy.exp(x)),
            sympy.series(sympy.cos(x), x, 1, 3),
        ),
        *(sympy.Max(x, y, 3), sympy.Min(x, y), sympy.AccumBounds(-1, 1), f(sympy.AccumBounds(-1, 1))),
        sympy.LaplaceTransform(f(t), t, s),
        sympy.InverseLaplaceTransform(f(s), s, t, None),
        sympy.InverseLaplaceTransform(f(s), s, t, x),
        sympy.Piecewise((1, x > 0), (sympy.sin(x), sympy.And(x < -1, y > 2)), (2, True)),
        *(sympy.hyper([1, 2], [3], x), sympy.hyper([], [], x), sympy.meijerg([[1], [2, x]], [[3], []], x)),
        *(sympy.exp_polar(3 * sympy.I), sympy.polar_lift(x)),
        *sympy.real_roots(x**5 - x - 1),
        sympy.rootof(x**5 + x + 3, 3),
        sympy.RootSum(x**5 + x + 1, Lambda(z, sympy.log(x + z))),
        sympy.dsolve(f(x).diff(x, 2) + f(x), f(x)),
        sympy.integrate(1 / sympy.sqrt(x**7 + 1), x),
        sympy.summation(x**n / sympy.factorial(n) ** 2, (n, 0, sympy.oo)),
    ]


def _conditions() -> list[Any]:
    return [
        *(sympy.Eq(x, 1), sympy.Ne(x, 1), x < 1, x <= 1, x > 1, x >= 1, S.true, S.false),
        *(sympy.And(x > 1, y < 2), sympy.Or(x > 1, sympy.And(y < 2, sympy.Ne(z, 3))), sympy.Xor(x > 1, y > 1)),
        *(sympy.Not(x), sympy.And(x, sympy.Not(y)), sympy.Implies(x, y), sympy.Contains(x, S.Integers)),
    ]


def _sets() -> list[Any]:
    odd = sympy.ConditionSet(x, x > sympy.sin(x), S.Reals)
    return [
        *(S.EmptySet, S.Reals, S.Integers, S.Naturals, S.Naturals0, S.Rationals, S.Complexes, S.UniversalSet),
        *(
            sympy.FiniteSet(1, x, Tuple(1, x)),
            sympy.FiniteSet(*range(-5, 40)),
            sympy.Interval(0, 1),
            sympy.Interval.open(x, sympy.oo),
        ),
        *(sympy.Range(10), sympy.Range(0, sympy.oo, 2), sympy.Union(sympy.Interval(0, 1), sympy.Interval(2, 3)), odd),
        sympy.Intersection(S.Integers, odd, evaluate=False),
        *(
            sympy.Complement(S.Reals, sympy.FiniteSet(0), evaluate=False),
            sympy.SymmetricDifference(S.Integers, odd, evaluate=False),
        ),
        *(sympy.ProductSet(S.Reals, S.Integers), sympy.ImageSet(Lambda(n, 2 * n), S.Integers)),
        sympy.ImageSet(Lambda((x, y), (x + y, x)), S.Integers, S.Reals),
        sympy.ConditionSet(Tuple(x, y), sympy.Eq(x, f(y)), S.Reals**2),
        CartesianComplexRegion(sympy.Interval(0, 1) * sympy.Interval(2, 3)),
        PolarComplexRegion(sympy.Interval(0, 1) * sympy.Interval(0, 2 * sympy.pi)),
        *(Lambda(x, x), Lambda((x, y), x + y), sympy.solveset(sympy.sin(x) - 1, x)),
        *(sympy.linsolve([x + y - 3, x - y - 1], (x, y)), sympy.nonlinsolve([sympy.sin(x) - 1, y - x], [x, y])),
    ]


def _containers() -> list[Any]:
    return [
        *("a text", ["", "b\nc"], {"k": S(1)}, {S(2), S(3)}, set(), {(S(1), "a"), "b"}),
        *(None, True, False, [], (), {}, [x, [1 + x, (y, None)], True], (S(1),)),
        *({x: S(2), y: [S(1)]}, {(S(1), S(2)): x, True: y}, [{S(2): S(3)}], [x + y, x + y]),
        sympy.ImmutableMatrix([[1, x], [sympy.Float(2.5), sympy.Rational(1, 3)]]),
        *(sympy.ImmutableMatrix(0, 3, []), sympy.ImmutableMatrix([[1, 2], [3, 4]]), sympy.ImmutableMatrix([f(x)])),
        *(sympy.ImmutableDenseNDimArray([1, x]), sympy.ImmutableDenseNDimArray([[1, 2], [3, x]])),
        *(Tuple(1, x), [sympy.ImmutableMatrix([1, 2]), S.Reals, x > 1]),
    ]
