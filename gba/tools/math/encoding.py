"""Values on their way out of the worker, and built again on our side.

``encode`` writes a value as nodes of the table (nodes.py). When they have been checked (values.py), ``decode`` builds
each from what was built before, by ``Basic.__new__``, which stores the arguments and calculates nothing: no constructor
of sympy's runs that could read text, simplify or evaluate. So a value comes back as it was, and nothing else can.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterable
from typing import Any

import sympy
from mpmath.libmp import from_man_exp
from sympy import Basic, Expr, Integer, S
from sympy.core.function import Application, AppliedUndef, UndefinedFunction
from sympy.matrices import ImmutableDenseMatrix, MatrixBase
from sympy.polys.rootoftools import ComplexRootOf, RootSum
from sympy.tensor.array import ImmutableDenseNDimArray, NDimArray

from gba.tools.math.nodes import CONSTANTS, NODES
from gba.tools.math.text import in_order
from gba.tools.math.values import BOUNDS, Node, Value

__all__ = ["classes", "decode", "encode"]

_MODULES = (
    "sympy",
    "sympy.calculus.accumulationbounds",
    "sympy.functions.elementary.piecewise",
    "sympy.functions.special.hyper",
    "sympy.integrals.risch",
    "sympy.sets.fancysets",
)
"""Where the classes of the table are defined, or named."""
_CONTAINERS = {"list": list, "tuple": tuple, "dict": dict, "set": set}
_COLLIDING = 3
"""Values of one set or dict that may have the same hash: more would make it slow."""


@functools.cache
def classes() -> dict[str, type[Basic]]:
    """The class of each node of the table that this version of sympy has."""
    modules = [importlib.import_module(name) for name in _MODULES]
    found: dict[str, type[Basic]] = {"Tuple": sympy.Tuple}
    for name in NODES.keys() - _CONTAINERS.keys():
        for module in modules:
            kind = getattr(module, name, None)
            if isinstance(kind, type) and issubclass(kind, Basic) and kind.__name__ == name:
                found[name] = kind
                break
    return found


@functools.cache
def _constants() -> dict[str, Basic]:
    plane = sympy.InverseLaplaceTransform._none_sentinel
    return {name: plane if name == "NoPlane" else getattr(S, name) for name in CONSTANTS}


# writing


class _UnlistedError(Exception):
    """The value holds something that is not in the table."""


def encode(value: Any) -> Value | None:
    """The value as checked nodes; None where it holds what the table does not list, or is too large."""
    writer = _Writer()
    try:
        writer.place(value)
        return Value.of(writer.nodes)
    except (_UnlistedError, ValueError):
        return None


class _Writer:
    """The nodes written so far. A node that is there already is not written again."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._known: dict[Any, int] = {}
        self._seen: dict[int, tuple[Any, int]] = {}

    def place(self, value: Any, depth: int = 0) -> int:
        """The place of the value's node. Raises _UnlistedError."""
        if id(value) in self._seen:
            return self._seen[id(value)][1]
        if depth > BOUNDS.depth:
            raise _UnlistedError
        node = _leaf(value) or self._branch(value, depth)
        key = tuple((type(part), part) for part in node)
        if key not in self._known:
            if len(self.nodes) >= BOUNDS.nodes:
                raise _UnlistedError
            self._known[key] = len(self.nodes)
            self.nodes.append(node)
        self._seen[id(value)] = value, self._known[key]
        return self._known[key]

    def _branch(self, value: Any, depth: int) -> Node:
        front, arguments = _parts(value)
        return [*front, *(self.place(argument, depth + 1) for argument in arguments)]


def _leaf(value: Any) -> Node | None:
    """The node of a value without arguments; None for others."""
    if value is None or isinstance(value, bool):
        return ["plain", value]
    if isinstance(value, str):
        return ["text", value]
    if isinstance(value, (int, sympy.Integer)):
        return ["int", _hex(value)]
    if isinstance(value, sympy.Rational):
        return ["ratio", _hex(value.p), _hex(value.q)]
    if isinstance(value, sympy.Float):
        sign, mantissa, exponent, _ = value._mpf_
        return ["float", _hex(-mantissa if sign else mantissa), int(exponent), int(value._prec)]
    name = next((name for name, constant in _constants().items() if constant is value), None)
    if name is not None:
        return ["constant", name]
    if type(value) is sympy.Dummy:
        return ["dummy", value.name, _told(value), _hex(value.dummy_index)]
    if type(value) is sympy.Symbol:
        return ["symbol", value.name, _told(value)]
    return None


def _hex(number: Any) -> str:
    return format(int(number), "x")


def _told(symbol: Any) -> str:
    told = getattr(symbol, "_assumptions_orig", None)
    if told is None:  # before sympy 1.13
        told = symbol._assumptions._generator
    return " ".join(sorted(f"{'' if given else '!'}{word}" for word, given in told.items() if given is not None))


def _parts(value: Any) -> tuple[Node, Iterable[Any]]:
    """What a node carries, and its arguments. Raises _UnlistedError."""
    name = type(value).__name__
    if type(value) in (list, tuple):
        return [name], value
    if type(value) is set:
        return [name], in_order(value)
    if type(value) is dict:
        return [name], [part for entry in value.items() for part in entry]
    if isinstance(value, MatrixBase):
        return ["matrix", int(value.rows), int(value.cols)], list(value)
    if isinstance(value, NDimArray) and 1 <= value.rank() <= 2:
        rows, columns = (*map(int, value.shape), -1)[:2]
        return ["array", rows, columns], sympy.flatten(value)
    if isinstance(value, AppliedUndef):
        return ["function", value.func.__name__], value.args
    if type(value) is ComplexRootOf:
        return ["root", int(value.index)], [value.poly.gen, *_coefficients(value.poly)]
    if type(value) is RootSum:
        return ["rootsum"], [value.poly.gen, value.fun, *_coefficients(value.poly)]
    if isinstance(value, Basic) and classes().get(name) is type(value):
        return [name], (*value.args, value._expr) if isinstance(value, sympy.Subs) else value.args
    raise _UnlistedError


def _coefficients(polynomial: Any) -> list[Any]:
    if not polynomial.is_univariate or not polynomial.get_domain().is_ZZ:
        raise _UnlistedError
    return list(polynomial.all_coeffs())


# building


def decode(value: Value) -> Any:
    """The value again. Raises ValueError where this sympy cannot build it."""
    built: list[Any] = []
    functions: dict[str, Any] = {}
    for node in value.nodes:
        name = node[0]
        if name in _BUILDERS:
            built.append(_BUILDERS[name](node, built))
        elif name == "function":
            if node[1] not in functions:
                functions[node[1]] = UndefinedFunction(node[1])
            built.append(_applied(functions[node[1]], [built[place] for place in node[2:]]))
        else:
            built.append(_made(name, [built[place] for place in node[1:]]))
    return built[-1]


def _made(name: str, arguments: list[Any]) -> Any:
    """A node of the table with these arguments, and what its class keeps beside them."""
    if name not in classes():
        raise ValueError(f"this version of sympy has no {name}")
    made = Basic.__new__(classes()[name], *arguments)
    for fill in _fillers(name):
        fill(made)
    return made


def _applied(function: Any, arguments: list[Any]) -> Any:
    """A function that is not defined, of these arguments."""
    made = Basic.__new__(function, *arguments)
    _counted(made)
    return made


@functools.cache
def _fillers(name: str) -> tuple[Callable[[Any], None], ...]:
    kind = classes()[name]
    fillers: list[Callable[[Any], None]] = []
    slots = {slot for base in kind.__mro__ for slot in _words(getattr(base, "__slots__", ()))}
    if "is_commutative" in slots:
        fillers.append(_commuting)
    if issubclass(kind, Application) and kind not in (sympy.Max, sympy.Min, sympy.Piecewise):
        fillers.append(_counted)
    if name in ("And", "Or", "Xor", "Max", "Min", "Union", "Intersection"):
        fillers.append(_looked_up)
    if name == "FiniteSet":
        fillers.append(_listed)
    return tuple(fillers)


def _words(slots: str | Iterable[str]) -> Iterable[str]:
    return (slots,) if isinstance(slots, str) else slots


def _commuting(made: Any) -> None:
    made.is_commutative = True


def _counted(made: Any) -> None:
    made.nargs = type(made).nargs


def _looked_up(made: Any) -> None:
    made._argset = frozenset(_spread(made.args))


def _listed(made: Any) -> None:
    made._args_set = set(_spread(made.args))


def _spread(values: Iterable[Any]) -> list[Any]:
    """The values, unless so many have the same hash that a set of them would be slow."""
    found = list(values)
    if len(found) - len({hash(value) for value in found}) > _COLLIDING:
        raise ValueError("too many values of a set look alike")
    return found


def _integer(text: str) -> Any:
    number = int(text, 16)
    if number in (-1, 0, 1):
        return {-1: S.NegativeOne, 0: S.Zero, 1: S.One}[number]
    made = Expr.__new__(Integer)  # as Integer(number) does, which remembers a thousand numbers
    made.p = number
    return made


def _ratio(node: Node, _: list[Any]) -> Any:
    top, bottom = int(node[1], 16), int(node[2], 16)
    if (top, bottom) == (1, 2):
        return S.Half
    made = Expr.__new__(sympy.Rational)  # in its lowest terms already: finding out again could take long
    made.p, made.q = top, bottom
    return made


def _float(node: Node, _: list[Any]) -> Any:
    _, mantissa, exponent, precision = node
    return sympy.Float._new(from_man_exp(int(mantissa, 16), exponent), precision, zero=False)


def _symbol(node: Node, _: list[Any]) -> Any:
    name, told = node[1:3]
    assumptions = {word.removeprefix("!"): not word.startswith("!") for word in told.split()}
    if node[0] == "dummy":
        return sympy.Dummy(name, dummy_index=int(node[3], 16), **assumptions)
    return sympy.Symbol(name, **assumptions)


def _matrix(node: Node, built: list[Any]) -> Any:
    return ImmutableDenseMatrix(node[1], node[2], [built[place] for place in node[3:]])


def _array(node: Node, built: list[Any]) -> Any:
    shape = node[1:2] if node[2] == -1 else node[1:3]
    return ImmutableDenseNDimArray([built[place] for place in node[3:]], tuple(shape))


def _dict(node: Node, built: list[Any]) -> Any:
    keys, values = ([built[place] for place in places] for places in (node[1::2], node[2::2]))
    return dict(zip(_spread(keys), values, strict=True))


def _substitution(node: Node, built: list[Any]) -> Any:
    made = _made("Subs", [built[place] for place in node[1:4]])
    made._expr = built[node[4]]
    return made


def _polynomial(coefficients: list[Any], unknown: Any) -> Any:
    return sympy.PurePoly.from_list([sympy.ZZ(number.p) for number in coefficients], unknown, domain=sympy.ZZ)


def _root(node: Node, built: list[Any]) -> Any:
    unknown, *coefficients = (built[place] for place in node[2:])
    made = Expr.__new__(ComplexRootOf)
    made.poly, made.index = _polynomial(coefficients, unknown), node[1]
    return made


def _rootsum(node: Node, built: list[Any]) -> Any:
    unknown, function, *coefficients = (built[place] for place in node[1:])
    made = Expr.__new__(RootSum)
    made.poly, made.fun, made.auto = _polynomial(coefficients, unknown), function, True
    return made


_BUILDERS: dict[str, Callable[[Node, list[Any]], Any]] = {
    "plain": lambda node, _: node[1],
    "int": lambda node, _: _integer(node[1]),
    "ratio": _ratio,
    "float": _float,
    "symbol": _symbol,
    "dummy": _symbol,
    "constant": lambda node, _: _constants()[node[1]],
    "list": lambda node, built: [built[place] for place in node[1:]],
    "tuple": lambda node, built: tuple(built[place] for place in node[1:]),
    "dict": _dict,
    "set": lambda node, built: set(_spread(built[place] for place in node[1:])),
    "text": lambda node, _: node[1],
    "matrix": _matrix,
    "array": _array,
    "Subs": _substitution,
    "root": _root,
    "rootsum": _rootsum,
}
