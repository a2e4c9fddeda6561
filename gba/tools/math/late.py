"""What sympy imports only inside its functions. The worker loads it before it gives up opening files.

Found by reading sympy's own imports; a name that another version does not have is passed over.
"""

from __future__ import annotations

import contextlib
import importlib

__all__ = ["MODULES", "load"]

MODULES: dict[str, str] = {
    "sympy": "abc physics.units codegen.ast",
    "sympy.assumptions": "facts lra_satask satask wrapper",
    "sympy.assumptions.handlers": "calculus common matrices ntheory order sets",
    "sympy.combinatorics": "galois",
    "sympy.concrete": "delta gosper guess",
    "sympy.discrete": "convolutions recurrences transforms",
    "sympy.integrals": "heurisch intpoly manualintegrate meijerint prde quadrature risch",
    "sympy.logic.algorithms": "dpll dpll2",
    "sympy.matrices": "common normalforms",
    "sympy.matrices.expressions": "applyfunc factorizations",
    "sympy.ntheory": "ecm elliptic_curve qs",
    "sympy.polys": "dispersion distributedmodules modulargcd polymatrix subresultants_qq_zz",
    "sympy.polys.agca": "modules",
    "sympy.polys.domains": "mpelements old_fractionfield old_polynomialring quotientring",
    "sympy.polys.matrices": "_dfm",
    "sympy.polys.numberfields": "galois_resolvents resolvent_lookup",
    "sympy.printing": "lambdarepr latex pycode",
    "sympy.series": "acceleration aseries formal fourier kauers",
    "sympy.sets": "setexpr",
    "sympy.sets.handlers": "add comparison functions intersection issubset mul power union",
    "sympy.simplify": "cse_main fu hyperexpand traversaltools",
    "sympy.solvers": "bivariate diophantine inequalities ode pde recurr",
    "sympy.solvers.ode": "hypergeometric lie_group nonhomogeneous riccati single subscheck systems",
    "sympy.tensor.array": "array_derivatives",
    "sympy.tensor.array.expressions": "array_expressions",
}


def load() -> None:
    """Import all of it, and what of Python's own library comes late."""
    for name in ("decimal", "fractions", "random", "secrets", "encodings.idna", "encodings.latin_1"):
        importlib.import_module(name)
    for package, modules in MODULES.items():
        for name in modules.split():
            with contextlib.suppress(ImportError):
                importlib.import_module(f"{package}.{name}")
