"""Values as they travel: a list of plain nodes, checked before anything is built from them.

Each node names earlier ones by their place in the list, and the last one is the value: ``x**2 + 1`` is
``[["symbol", "x", ""], ["int", "2"], ["Pow", 0, 1], ["int", "1"], ["Add", 2, 3]]``. So nothing is nested, and what is
in a value twice is sent once. nodes.py says which nodes there are. The checks bound what building the value
(encoding.py) may cost, whoever wrote the nodes. Nothing here needs sympy.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from gba.tools.math.nodes import ASSUMPTIONS, CONSTANTS, NODES, ROLES, tuple_roles

__all__ = ["BOUNDS", "Bounds", "Node", "Value", "is_function_name"]

_SYMBOL = re.compile(r"(?:_[0-9]|_?[A-Za-z])(?:_?[A-Za-z0-9])*_?|\+-?|-")
"""A name, or the side of a limit."""
_HIDDEN = re.compile(r"_+[ -~]{1,300}")
"""How sympy names what a Subs puts in the place of a symbol, where nobody sees it."""
_FUNCTION = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*_?")
_NAME_LENGTH = 100
_TOLD_LENGTH = 600
_HEX = re.compile(r"0|-?[1-9a-f][0-9a-f]*")

Node = list[Any]
"""A node's name, what it carries, and the places of its arguments."""


@dataclass(frozen=True)
class Bounds:
    """How large a value may be, so that it is built within milliseconds and a few megabytes."""

    nodes: int = 2_500
    arguments: int = 10_000
    """Of all nodes together."""
    depth: int = 160
    tree: int = 60_000
    """Nodes when what is there twice is written out twice."""
    hashed: int = 12_000
    """Nodes of that kind below all those that look their arguments up by their hash."""
    digits: int = 400_000
    """Hex digits of all numbers together."""
    number: int = 33_000
    """Hex digits of one number."""
    symbols: int = 400
    functions: int = 40
    """Functions that are not defined."""
    precision: int = 4_096
    """Bits of a decimal number."""
    exponent: int = 2**24
    """Of a decimal number: its largest power of two."""
    coefficients: int = 200
    """Of a polynomial."""
    substitutions: int = 20
    text: int = 10_000
    """Characters of a text."""


BOUNDS = Bounds()


def _refuse(what: str) -> NoReturn:
    raise ValueError(f"not a value that can come back: {what[:60]}")


@dataclass(frozen=True)
class Value:
    """Nodes that have passed every check, to be made by ``Value.of`` only; the last one is the value."""

    nodes: list[Node]

    @classmethod
    def of(cls, nodes: Any) -> Value:
        """Raises ValueError unless these are nodes of the table, in bounds, with arguments of the right kinds."""
        if not isinstance(nodes, list) or not 1 <= len(nodes) <= BOUNDS.nodes:
            _refuse("the number of nodes")
        checker = _Checker()
        for node in nodes:
            if not isinstance(node, list) or not node or not isinstance(node[0], str):
                _refuse("a node")
            checker.add(node)
        if "any" not in checker.roles[-1] or checker.hidden[-1]:
            _refuse("what the value is")
        return cls(nodes)


def is_function_name(name: Any) -> bool:
    """Whether a function that is not defined may be called so: a plain name, and none that Python knows."""
    if not isinstance(name, str) or len(name) > _NAME_LENGTH:
        return False
    return bool(_FUNCTION.fullmatch(name)) and not hasattr(builtins, name)


def _is_symbol_name(name: str) -> bool:
    return len(name) <= _NAME_LENGTH and bool(_SYMBOL.fullmatch(name))


class _Checker:
    """The nodes so far: what each may serve as, how deep and how large it is, and what they hold together."""

    def __init__(self) -> None:
        self.roles: list[frozenset[str]] = []
        self.nodes: list[Node] = []
        self.depths: list[int] = []
        self.sizes: list[int] = []
        self.loose: list[bool] = []
        """Whether there is a Subs in it."""
        self.hidden: list[bool] = []
        """Whether there is a symbol in it that only a Subs may have, as its last argument."""
        self.known: set[tuple[Any, ...]] = set()
        self.functions: set[str] = set()
        self.arguments = self.digits = self.symbols = self.substitutions = 0
        self.hashed = self.visited = 0

    def add(self, node: Node) -> None:
        """Check one node. Raises ValueError."""
        leaf = _LEAVES.get(node[0])
        places: Sequence[int] = ()
        if leaf is not None:
            roles = leaf(self, node)
        else:
            front = _FRONTS.get(node[0], 1)
            places = self._places(node[front:])
            arguments = [self.roles[place] for place in places]
            roles = _BRANCHES[node[0]](self, node, arguments) if node[0] in _BRANCHES else _shaped(node, arguments)
        self._append(node, roles, places)

    def _places(self, places: Node) -> Sequence[int]:
        count = len(self.roles)
        if not all(type(place) is int and 0 <= place < count for place in places):
            _refuse("an argument's place")
        self.arguments += len(places)
        if self.arguments > BOUNDS.arguments:
            _refuse("the number of arguments")
        return places

    def _append(self, node: Node, roles: frozenset[str], places: Sequence[int]) -> None:
        depth = 1 + max((self.depths[place] for place in places), default=0)
        size = 1 + sum(self.sizes[place] for place in places)
        hidden = any(self.hidden[place] for place in places)
        if node[0] == "Subs":
            hidden = any(self.hidden[place] for place in places[:3])
        elif node[0] in ("symbol", "dummy"):
            hidden = not _is_symbol_name(node[1])
        loose = node[0] == "Subs" or any(self.loose[place] for place in places)
        if depth > BOUNDS.depth or size > BOUNDS.tree:
            _refuse("the size of an expression")
        if node[0] in _HASHING:
            self.hashed += size
            if loose or self.hashed > BOUNDS.hashed:
                _refuse("a large set")
        key = tuple(node)
        if key in self.known:
            _refuse("a node twice")
        self.known.add(key)
        self.nodes.append(node)
        self.roles.append(roles)
        self.depths.append(depth)
        self.sizes.append(size)
        self.loose.append(loose)
        self.hidden.append(hidden)

    # nodes without arguments

    def number(self, text: Any) -> int:
        """The length of a number in hex digits, which count."""
        if not isinstance(text, str) or len(text) > BOUNDS.number + 1 or not _HEX.fullmatch(text):
            _refuse("a number")
        self.digits += len(text)
        if self.digits > BOUNDS.digits:
            _refuse("the digits of all numbers")
        return len(text)

    def integer(self, node: Node) -> frozenset[str]:
        _, text = _sized(node, 2)
        self.number(text)
        return ROLES["integer"]

    def ratio(self, node: Node) -> frozenset[str]:
        _, top, bottom = _sized(node, 3)
        self.number(top)
        self.number(bottom)
        if int(top, 16) == 0 or int(bottom, 16) < 2:
            _refuse("a fraction")
        return ROLES["expression"]

    def decimal(self, node: Node) -> frozenset[str]:
        _, mantissa, exponent, precision = _sized(node, 4)
        if not _whole(precision, 1, BOUNDS.precision) or not _whole(exponent, -BOUNDS.exponent, BOUNDS.exponent):
            _refuse("a decimal number")
        length = self.number(mantissa)
        if length > precision // 4 + 2 or not (int(mantissa[-1], 16) % 2 or (mantissa, exponent) == ("0", 0)):
            _refuse("a decimal number")
        return ROLES["expression"]

    def symbol(self, node: Node) -> frozenset[str]:
        name, told = _sized(node, 4 if node[0] == "dummy" else 3)[1:3]
        if not isinstance(name, str) or not (_is_symbol_name(name) or _HIDDEN.fullmatch(name)):
            _refuse("a symbol's name")
        if not isinstance(told, str) or len(told) > _TOLD_LENGTH:
            _refuse("what is said of a symbol")
        words = told.split(" ") if told else []
        if words != sorted(set(words)) or any(
            word.removeprefix("!") not in ASSUMPTIONS or word == "!commutative" for word in words
        ):
            _refuse("what is said of a symbol")
        if node[0] == "dummy" and self.number(node[3]) > 20:
            _refuse("a dummy's number")
        self.symbols += 1
        if self.symbols > BOUNDS.symbols:
            _refuse("the number of symbols")
        return ROLES["symbol"]

    def constant(self, node: Node) -> frozenset[str]:
        _, name = _sized(node, 2)
        if not isinstance(name, str) or name not in CONSTANTS:
            _refuse("a constant")
        return CONSTANTS[name]

    def text(self, node: Node) -> frozenset[str]:
        """A text of Python's, in printable characters."""
        _, value = _sized(node, 2)
        if not isinstance(value, str) or len(value) > BOUNDS.text or not value.replace("\n", "").isprintable():
            _refuse("a text")
        return ROLES["plain"]

    def plain(self, node: Node) -> frozenset[str]:
        """True, False or None of Python's."""
        _, value = _sized(node, 2)
        if value is not True and value is not False and value is not None:
            _refuse("a plain value")
        return ROLES["plain"]

    # nodes with arguments that the table does not say all of

    def function(self, node: Node, arguments: Sequence[frozenset[str]]) -> frozenset[str]:
        if len(node) < 3 or not is_function_name(node[1]):
            _refuse("a function's name")
        self.functions.add(node[1])
        if len(self.functions) > BOUNDS.functions or not all("expression" in roles for roles in arguments):
            _refuse("a function")
        return ROLES["unknown"]

    def array(self, node: Node, arguments: Sequence[frozenset[str]]) -> frozenset[str]:
        """A matrix (rows, columns, entries), or an array of one or two dimensions: with -1 columns it has one."""
        rows, columns = node[1:3] if len(node) > 2 else (-1, -1)
        least = -1 if node[0] == "array" else 0
        if not _whole(rows, 0, BOUNDS.nodes) or not _whole(columns, least, BOUNDS.nodes):
            _refuse("a shape")
        if len(arguments) != rows * abs(columns):
            _refuse("a shape")
        if not all("expression" in roles for roles in arguments):
            _refuse("an entry")
        return ROLES["container"]

    def substitution(self, node: Node, arguments: Sequence[frozenset[str]]) -> frozenset[str]:
        roles = _shaped(node, arguments)
        self.substitutions += 1
        _, _, symbols, points, inner = node
        if self.substitutions > BOUNDS.substitutions or len(self.nodes[symbols]) != len(self.nodes[points]):
            _refuse("a Subs")
        bound, waiting, seen = set(self.nodes[symbols][1:]), {inner}, set[int]()
        while waiting:
            place = waiting.pop()
            self.visited += 1
            if place in bound or self.loose[place] or self.visited > BOUNDS.nodes:
                _refuse("a Subs")
            seen.add(place)
            waiting.update(under for under in self._under(place) if under not in seen)
        return roles

    def root(self, node: Node, arguments: Sequence[frozenset[str]]) -> frozenset[str]:
        """A root of a polynomial: its number, the unknown, and the coefficients from the highest power on."""
        coefficients = self._polynomial(node[3:], arguments[1:])
        if "symbol" not in arguments[0] or not _whole(node[1], 0, coefficients - 2):
            _refuse("a root")
        return ROLES["expression"]

    def rootsum(self, node: Node, arguments: Sequence[frozenset[str]]) -> frozenset[str]:
        """The sum of a function over the roots of a polynomial: the unknown, the function, the coefficients."""
        self._polynomial(node[3:], arguments[2:])
        if "symbol" not in arguments[0] or "lambda" not in arguments[1]:
            _refuse("a sum over roots")
        return ROLES["expression"]

    def _polynomial(self, places: Node, coefficients: Sequence[frozenset[str]]) -> int:
        """The number of coefficients of a polynomial of degree 1 at least; the first must not be zero."""
        count = len(coefficients)
        if not 2 <= count <= BOUNDS.coefficients or not all("integer" in roles for roles in coefficients):
            _refuse("coefficients")
        if self.nodes[places[0]][1] == "0":
            _refuse("coefficients")
        return count

    def _under(self, place: int) -> Sequence[int]:
        node = self.nodes[place]
        return () if node[0] in _LEAVES else node[_FRONTS.get(node[0], 1) :]


def _sized(node: Node, length: int) -> Node:
    return node if len(node) == length else _refuse("the length of a node")


def _whole(value: Any, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def _shaped(node: Node, arguments: Sequence[frozenset[str]]) -> frozenset[str]:
    shape = NODES.get(node[0])
    if shape is None or not shape.fits(arguments):
        _refuse(f"a node {node[0]}")
    return shape.roles


def _common(role: str, arguments: Sequence[frozenset[str]]) -> frozenset[str]:
    return frozenset({role}) if all(role in roles for roles in arguments) else frozenset()


def _pairs(arguments: Sequence[frozenset[str]]) -> frozenset[str]:
    if len(arguments) % 2 or not all("key" in roles for roles in arguments[::2]):
        _refuse("a dict")
    return _shaped(["list"], arguments)


_LEAVES: dict[str, Callable[[_Checker, Node], frozenset[str]]] = {
    "int": _Checker.integer,
    "ratio": _Checker.ratio,
    "float": _Checker.decimal,
    "symbol": _Checker.symbol,
    "dummy": _Checker.symbol,
    "constant": _Checker.constant,
    "plain": _Checker.plain,
    "text": _Checker.text,
}
_BRANCHES: dict[str, Callable[[_Checker, Node, Sequence[frozenset[str]]], frozenset[str]]] = {
    "function": _Checker.function,
    "Tuple": lambda _checker, _node, arguments: tuple_roles(arguments),
    "tuple": lambda _checker, node, arguments: _shaped(node, arguments) | _common("key", arguments),
    "matrix": _Checker.array,
    "array": _Checker.array,
    "dict": lambda _checker, _node, arguments: _pairs(arguments),
    "Subs": _Checker.substitution,
    "root": _Checker.root,
    "rootsum": _Checker.rootsum,
}
_FRONTS = {"function": 2, "matrix": 3, "array": 3, "root": 2}
"""Where the arguments begin, behind the name and what else the node carries."""
_HASHING = frozenset({"FiniteSet", "Union", "Intersection", "And", "Or", "Xor", "Max", "Min", "dict", "set"})
"""Nodes that look their arguments up by their hash, which of a Subs takes work."""
