"""The kinds of nodes that a value may be made of when it comes back from the worker: an explicit table.

Each line names a class of sympy, what its instances may serve as, and what its arguments have to be. What is not in
this table cannot come back as a value: it has its text and its LaTeX. Nothing here needs sympy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["ASSUMPTIONS", "CONSTANTS", "NODES", "ROLES", "Shape", "tuple_roles"]


@dataclass(frozen=True)
class Shape:
    """What a node may serve as (``roles``), and the role that each of its arguments has to have.

    ``takes``: of the first arguments, of which ``least`` have to be there. ``more``: of any number of further ones; ""
    where there may be none.
    """

    roles: frozenset[str]
    takes: tuple[str, ...]
    least: int
    more: str = ""

    def fits(self, arguments: Sequence[frozenset[str]]) -> bool:
        """Whether arguments that may serve as these may stand in a node of this shape."""
        count = len(arguments)
        if count < self.least or (count > len(self.takes) and not self.more):
            return False
        wanted = (*self.takes, *[self.more] * (count - len(self.takes)))
        return all(role in roles for role, roles in zip(wanted, arguments, strict=False))


ROLES: Mapping[str, frozenset[str]] = {
    "expression": frozenset({"expression", "entry", "element", "key", "any"}),
    "integer": frozenset({"expression", "entry", "element", "key", "any", "integer"}),
    "unknown": frozenset({"expression", "entry", "element", "key", "any", "variable"}),
    "symbol": frozenset({"expression", "entry", "element", "key", "any", "variable", "symbol", "signature", "truth"}),
    "truth": frozenset({"truth", "element", "key", "any"}),
    "set": frozenset({"set", "element", "key", "any"}),
    "pair": frozenset({"pair"}),
    "list": frozenset({"list", "entry"}),
    "lambda": frozenset({"lambda", "key", "any"}),
    "plain": frozenset({"key", "any"}),
    "container": frozenset({"any"}),
}
"""What a node may serve as, by what the table calls it. ``entry``: of the lists that hyper and meijerg take;
``element``: of a FiniteSet; ``key``: of a dict; ``any``: of a list, or the whole value;
``variable``: what is differentiated by."""

_TABLE = """
    Add = expression: expression expression expression...
    Mul = expression: expression expression expression...
    Pow = expression: expression expression
    Max = expression: expression expression...
    Min = expression: expression expression...
    AccumulationBounds = expression: expression expression
    Order = expression: expression limits...
    Limit = expression: expression symbol expression symbol
    Integral = expression: expression limits limits...
    NonElementaryIntegral = expression: expression limits limits...
    Sum = expression: expression limits limits...
    Product = expression: expression limits limits...
    Derivative = unknown: expression order order...
    Subs = expression: expression symbols expressions expression
    LaplaceTransform = expression: expression expression expression
    InverseLaplaceTransform = expression: expression expression expression expression
    Piecewise = expression: pair pair...
    ExprCondPair = pair: expression truth
    hyper = expression: list list expression
    meijerg = expression: list list expression
    TupleArg = list: entry...

    Equality = truth: expression expression
    Unequality = truth: expression expression
    StrictLessThan = truth: expression expression
    LessThan = truth: expression expression
    StrictGreaterThan = truth: expression expression
    GreaterThan = truth: expression expression
    And = truth: truth truth truth...
    Or = truth: truth truth truth...
    Xor = truth: truth truth truth...
    Not = truth: truth
    Implies = truth: truth truth
    Contains = truth: element set

    FiniteSet = set: element...
    Interval = set: expression expression truth truth
    Range = set: expression expression expression
    Union = set: set set set...
    Intersection = set: set set set...
    Complement = set: set set
    SymmetricDifference = set: set set
    ProductSet = set: set...
    ImageSet = set: lambda set set...
    ConditionSet = set: signature truth set
    CartesianComplexRegion = set: set
    PolarComplexRegion = set: set
    Lambda = lambda: signature element

    list = container: any...
    tuple = container: any...
    dict = container: any...
    set = container: key...
"""
"""Each line: the name, what it is, and its arguments. ``...`` behind the last one: any number of these."""

_FUNCTIONS = {
    (1, 1): """
        Abs Chi Ci Ei Li Shi Si acos acosh acot acoth acsc acsch adjoint airyai airyaiprime airybi airybiprime arg asec
        asech asin asinh atan atanh catalan ceiling conjugate cos cosh cot coth csc csch digamma elliptic_k erf erfc
        erfcinv erfi erfinv exp exp_polar factorial factorial2 floor frac fresnelc fresnels gamma im li loggamma lucas
        mobius partition polar_lift primenu primeomega primepi re reduced_totient riemann_xi sec sech sign sin sinc sinh
        subfactorial tan tanh totient transpose trigamma
    """,
    (1, 2): """
        DiracDelta Heaviside LambertW bernoulli beta dirichlet_eta divisor_sigma elliptic_e euler fibonacci genocchi
        harmonic log stieltjes tribonacci zeta
    """,
    (1, 3): "bell",
    (2, 2): """
        FallingFactorial Mod RisingFactorial atan2 besseli besselj besselk bessely binomial chebyshevt chebyshevt_root
        chebyshevu chebyshevu_root elliptic_f erf2 erf2inv expint hankel1 hankel2 hermite hermite_prob hn1 hn2 jn
        laguerre legendre lowergamma multigamma periodic_argument polygamma polylog principal_branch uppergamma yn
    """,
    (2, 3): "KroneckerDelta elliptic_pi",
    (3, 3): "SingularityFunction assoc_laguerre assoc_legendre gegenbauer lerchphi marcumq mathieuc mathieus",
    (4, 4): "Ynm Znm betainc betainc_regularized jacobi",
    (6, 6): "appellf1",
}
"""The functions of expressions, by the least and the largest number of their arguments."""


def _shapes() -> Iterator[tuple[str, Shape]]:
    for line in filter(None, map(str.strip, _TABLE.splitlines())):
        name, _, rest = line.partition(" = ")
        role, _, arguments = rest.partition(":")
        takes = arguments.split()
        more = takes.pop().removesuffix("...") if arguments.endswith("...") else ""
        yield name, Shape(ROLES[role], tuple(takes), len(takes), more)
    for (least, most), names in _FUNCTIONS.items():
        for name in names.split():
            yield name, Shape(ROLES["expression"], ("expression",) * most, least)


NODES: Mapping[str, Shape] = dict(_shapes())
"""The nodes that are nothing but their arguments. values.py lists the others, which carry numbers or names."""

CONSTANTS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        """
        Pi Exp1 ImaginaryUnit Infinity NegativeInfinity ComplexInfinity NaN EulerGamma GoldenRatio Catalan
        TribonacciConstant NoPlane
        """.split(),
        ROLES["expression"],
    ),
    **dict.fromkeys("true false".split(), ROLES["truth"]),
    **dict.fromkeys(
        "EmptySet Reals Integers Naturals Naturals0 Rationals Complexes UniversalSet".split(), ROLES["set"]
    ),
    "IdentityFunction": ROLES["lambda"],
}
"""Sympy's singletons, and what each may serve as. ``NoPlane`` is the last argument that an InverseLaplaceTransform has
where nothing was said about it."""

ASSUMPTIONS = frozenset(
    """
    algebraic commutative complex composite even extended_negative extended_nonnegative extended_nonpositive
    extended_nonzero extended_positive extended_real finite hermitian imaginary infinite integer irrational negative
    noninteger nonnegative nonpositive nonzero odd positive prime rational real transcendental zero
    """.split()
)
"""What may be said of a symbol."""


def tuple_roles(entries: Sequence[frozenset[str]]) -> frozenset[str]:
    """What a Tuple of such entries may serve as: limits of an integral, the order of a derivative, a signature, ..."""
    roles = {"element", "key", "any"}
    if all("expression" in entry for entry in entries):
        roles.add("expressions")
        if 1 <= len(entries) <= 3 and "symbol" in entries[0]:
            roles.add("limits")
        if len(entries) == 2 and "variable" in entries[0]:
            roles.add("order")
    if entries and all("symbol" in entry for entry in entries):
        roles.add("symbols")
    if entries and all("signature" in entry for entry in entries):
        roles.add("signature")
    return frozenset(roles) if all("element" in entry for entry in entries) else frozenset()
