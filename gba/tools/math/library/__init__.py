"""What the names of the language mean: one table of callables, from sympy's functions and a few of our own.

Only the worker process imports this. A callable gets values of a program (no text, but where the table of the language
says so), bounds its own work, and gives a value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy

from gba.tools.math.library import (
    algebra,
    arrays,
    calculus,
    distributions,
    elementary,
    lists,
    masks,
    matrices,
    numbers,
    statistics,
)

__all__ = ["CONSTANTS", "FUNCTIONS", "LINALG", "NUMPY", "SCIPY", "SETS", "STATISTICS"]

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **elementary.FUNCTIONS,
    **lists.FUNCTIONS,
    **numbers.FUNCTIONS,
    **algebra.FUNCTIONS,
    **calculus.FUNCTIONS,
    **matrices.FUNCTIONS,
    **statistics.FUNCTIONS,
}
"""Each function of the language; a letter such as ``f`` is one only where a program makes it one."""

LINALG: dict[str, Callable[..., Any]] = arrays.LINALG

NUMPY: dict[str, Callable[..., Any]] = {**arrays.NUMPY, **masks.NUMPY}

SCIPY: dict[str, dict[str, Callable[..., Any]]] = distributions.SCIPY

STATISTICS: dict[str, Callable[..., Any]] = statistics.STATISTICS

CONSTANTS: dict[str, Any] = {
    "pi": sympy.pi,
    "e": sympy.E,
    "E": sympy.E,
    "I": sympy.I,
    "tau": 2 * sympy.pi,
    "oo": sympy.oo,
    "inf": sympy.oo,
    "EulerGamma": sympy.EulerGamma,
    "GoldenRatio": sympy.GoldenRatio,
    "golden": sympy.GoldenRatio,
    "Catalan": sympy.Catalan,
}

SETS: dict[str, Any] = {
    "Reals": sympy.S.Reals,
    "Integers": sympy.S.Integers,
    "Naturals": sympy.S.Naturals,
    "Naturals0": sympy.S.Naturals0,
    "Rationals": sympy.S.Rationals,
    "Complexes": sympy.S.Complexes,
    "EmptySet": sympy.S.EmptySet,
    "Half": sympy.S.Half,
    "One": sympy.S.One,
    "Zero": sympy.S.Zero,
    "Infinity": sympy.S.Infinity,
}
