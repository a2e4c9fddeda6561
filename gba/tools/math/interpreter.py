"""Walks a checked program and calculates: nothing is compiled, and no name reaches anything but a value of the program.

Values are sympy's (numbers, expressions, matrices, arrays, polynomials, sets), truth values, and lists, tuples and
dicts of those. Decimal numbers are exact: 0.1 is one tenth.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy
from sympy.core.function import UndefinedFunction
from sympy.tensor.array import NDimArray

from gba.errors import MathError
from gba.tools.math import language
from gba.tools.math.arithmetic import binary, clean, compare, defined, negative
from gba.tools.math.bounds import SHOWN, at_most, check_value
from gba.tools.math.checker import Program, operator_of, qualified
from gba.tools.math.library import CONSTANTS, FUNCTIONS, LINALG, NUMPY, SETS, STATISTICS
from gba.tools.math.methods import METHODS, PROPERTIES
from gba.tools.math.text import Style

__all__ = ["Outcome", "run"]

_FREE = re.compile(
    r"[A-Za-z]_?\d*|[A-Za-z]_[A-Za-z0-9]+|alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda_|lamda|mu|nu|xi|rho"
    r"|sigma|tau|upsilon|phi|chi|psi|omega|dx|dy|dt"
)
"""Names that stand for an unknown when nothing was assigned to them."""
_ROUGH = frozenset({"float", "Float", "Decimal", "N", "evalf", "n", "nsolve", "nroots", "round"})
"""Calls that ask for a decimal number."""
_DIGITS = frozenset({"Float", "Decimal", "N", "evalf", "n"})
"""Those of them whose argument after the value is a number of significant digits."""
_EXACT = frozenset({"Rational", "Fraction", "S", "nsimplify", "fraction"})
"""Calls that ask for a fraction."""


@dataclass(frozen=True)
class Outcome:
    """The value of ``result``, and how the program wants its numbers shown."""

    value: Any
    style: Style


def run(program: Program) -> Outcome:
    """Evaluate a program. Raises MathError; whatever else sympy raises is one."""
    interpreter = _Interpreter(program)
    try:
        value = interpreter.run()
    except MathError as error:
        raise MathError(str(error), kind=error.kind, program=program.text) from None
    except SystemExit:
        raise MathError("A program cannot end the process.", kind="forbidden", program=program.text) from None
    except Exception as error:  # noqa: BLE001  (sympy raises all sorts, and each is a message to the model)
        raise _translated(error, program.text) from None
    return Outcome(value, interpreter.style())


def _translated(error: Exception, text: str) -> MathError:
    message = " ".join(str(error).split())[:200]
    if isinstance(error, ZeroDivisionError):
        return MathError("Division by zero.", kind="domain", program=text)
    if isinstance(error, OverflowError):
        return MathError("A number became too large.", kind="too large", program=text)
    if isinstance(error, (RecursionError, MemoryError)):
        return MathError(
            "The calculation is nested too deeply or takes too much memory.", kind="too large", program=text
        )
    if isinstance(error, ImportError):
        return MathError("This part of sympy is not available here.", kind="forbidden", program=text)
    if isinstance(error, NotImplementedError):
        note = f" ({message})" if message else ""
        return MathError(
            f"sympy knows no method for this{note}. For an equation use nsolve(f, x, 1).", kind="domain", program=text
        )
    return MathError(f"This cannot be calculated: {message or type(error).__name__}.", kind="domain", program=text)


class _Interpreter:
    """The names of one program, and one method for each kind of node."""

    def __init__(self, program: Program) -> None:
        self.lines = program.source.split("\n")
        self.statements = program.tree.body
        self.names: dict[str, Any] = {}
        self.decimal = self.fraction = False
        self.digits = self.places = 0
        self.parts: set[str] = set()
        """Names of arrays that may be parts of one another, as ``b`` and ``a`` after ``b = a[0:2]``."""

    def style(self) -> Style:
        """How the program wants its numbers shown, as far as it has run."""
        return Style(self.decimal, self.fraction and not self.decimal, self.digits, self.places)

    def run(self) -> Any:
        for statement in self.statements:
            if isinstance(statement, ast.Assign):
                value = self.value(statement.value)
                for target in statement.targets:
                    self._assign(target, value)
                self._note_parts(statement, value)
            elif isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
                left = self._name(statement.target)
                self._refuse_shared(statement, statement.target.id, left)
                self.names[statement.target.id] = binary(operator_of(statement.op), left, self.value(statement.value))
        return _finished(self.names[language.RESULT])

    def _note_parts(self, statement: ast.Assign, value: Any) -> None:
        """Note where numpy may make a view: an array is taken out of another one."""
        names = {node.id for target in statement.targets for node in ast.walk(target) if isinstance(node, ast.Name)}
        self.parts -= names
        views = (ast.Subscript, ast.Attribute, ast.Call)
        if isinstance(value, NDimArray) and isinstance(statement.value, views):
            read = {node.id for node in ast.walk(statement.value) if isinstance(node, ast.Name)}
            arrays = {name for name in read if isinstance(self.names.get(name), NDimArray)}
            self.parts |= (arrays | names) if arrays else set()

    def _refuse_shared(self, statement: ast.AugAssign, name: str, value: Any) -> None:
        """Refuse to change a list or an array that something else holds, too: in Python that changes with it."""
        if isinstance(value, (list, NDimArray)):
            others = [item for other, item in self.names.items() if other != name]
            if name in self.parts or any(held is value for held in _within(others)):
                sign = operator_of(statement.op)
                raise MathError(
                    f"Line {statement.lineno}: {sign}= would change other values than {name}, too. "
                    f"Write {name} = {name} {sign} ...",
                    kind="forbidden",
                )

    def _assign(self, target: ast.expr, value: Any) -> None:
        if isinstance(target, ast.Name):
            self.names[target.id] = value
        elif isinstance(target, ast.Tuple):
            items = list(value) if isinstance(value, (list, tuple)) else []
            if len(items) != len(target.elts):
                raise MathError(
                    f"Line {target.lineno}: there are {len(target.elts)} names for {len(items)} values.", kind="domain"
                )
            for name, item in zip(target.elts, items, strict=True):
                self._assign(name, item)

    def value(self, node: ast.expr) -> Any:
        method: Callable[[Any], Any] = getattr(self, f"_{type(node).__name__.lower()}")
        return method(node)

    def _constant(self, node: ast.Constant) -> Any:
        if isinstance(node.value, (bool, str)):
            return node.value
        text = self.lines[node.lineno - 1][node.col_offset : node.end_col_offset].replace("_", "").lower()
        if text.startswith(("0x", "0o", "0b")):
            return sympy.Integer(node.value)
        real = text.removesuffix("j")
        self.decimal = self.decimal or "." in real or "e" in real
        at_most("The exponent of a number", int(real.partition("e")[2] or 0), 5_000)
        number = Fraction(real)
        value = sympy.Rational(number.numerator, number.denominator)
        return value * sympy.I if text != real else value

    def _name(self, node: ast.Name) -> Any:
        name = node.id
        if name in self.names:
            return self.names[name]
        if name in CONSTANTS:
            return CONSTANTS[name]
        if _FREE.fullmatch(name):
            return sympy.Symbol(name)
        if name in language.FUNCTIONS:
            raise MathError(f"Line {node.lineno}: {name} is a function: call it, as {name}(...).", kind="syntax")
        kind = "forbidden" if hasattr(builtins, name) else "syntax"
        raise MathError(f"Line {node.lineno}: {name} has no value. Assign it on a line before.", kind=kind)

    def _tuple(self, node: ast.Tuple) -> Any:
        return tuple(self.value(item) for item in node.elts)

    def _list(self, node: ast.List) -> Any:
        return [self.value(item) for item in node.elts]

    def _dict(self, node: ast.Dict) -> Any:
        keys = [self.value(key) for key in node.keys if key]
        if any(isinstance(key, (list, dict)) for key in keys):
            raise MathError(f"Line {node.lineno}: a list cannot be a key.", kind="domain")
        return dict(zip(keys, (self.value(item) for item in node.values), strict=True))

    def _binop(self, node: ast.BinOp) -> Any:
        return binary(operator_of(node.op), self.value(node.left), self.value(node.right))

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        value = self.value(node.operand)
        return negative(value) if isinstance(node.op, ast.USub) else value

    def _compare(self, node: ast.Compare) -> Any:
        values = [self.value(side) for side in (node.left, *node.comparators)]
        pairs = zip(node.ops, values, values[1:], strict=False)
        results = [compare(operator_of(operator), left, right) for operator, left, right in pairs]
        return results[0] if len(results) == 1 else clean(sympy.And(*results))

    def _subscript(self, node: ast.Subscript) -> Any:
        value = self.value(node.value)
        places = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        found = [self._place(place) for place in places]
        if isinstance(value, (list, tuple)) and len(found) > 1:
            for place in found:
                value = value[place]
            return _part(value)
        if isinstance(value, dict):
            return _part(value[clean(found[0])])
        if not hasattr(value, "__getitem__"):
            raise MathError(f"Line {node.lineno}: this value has no parts to take by [...].", kind="domain")
        return _part(value[found[0] if len(found) == 1 else tuple(found)])

    def _place(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Slice):
            return slice(*(self._place(bound) if bound else None for bound in (node.lower, node.upper)))
        value = self.value(node)
        return int(value) if getattr(value, "is_Integer", False) else value

    def _attribute(self, node: ast.Attribute) -> Any:
        module = qualified(node.value)
        if module == "S" and node.attr in language.SETS:
            return SETS[node.attr]
        if module and module != "S" and node.attr in language.CONSTANTS:
            return CONSTANTS[node.attr]
        return clean(PROPERTIES[node.attr](self.value(node.value)))

    def _call(self, node: ast.Call) -> Any:
        function, name, first = self._function(node.func)
        arguments = [self.value(argument) for argument in node.args]
        keywords: dict[str, Any] = {}
        for key in node.keywords:
            if key.arg is None or key.arg in keywords:
                raise MathError(f"Line {node.lineno}: {key.arg} is given twice.", kind="syntax")
            keywords[key.arg] = self.value(key.value)
        self.decimal = self.decimal or name in _ROUGH
        self.fraction = self.fraction or name in _EXACT
        value = clean(function(*arguments, **keywords))
        self._note_digits(name, arguments[first:])
        check_value(value)
        return defined(value, f"This value of {name}")

    def _note_digits(self, name: str, arguments: list[Any]) -> None:
        """Note the digits that a call asked for; ``arguments`` are those after the value, all of them accepted."""
        if arguments and name in _DIGITS:
            self.digits = max(self.digits, int(arguments[0]))
        elif arguments and name == "round":
            self.places = max(self.places, int(arguments[0]))

    def _function(self, node: ast.expr) -> tuple[Callable[..., Any], str, int]:
        """What is called, its name, and the place of the first argument after the value.

        The value in front of a method is bound already, so that is 0 for a method and 1 for a function.
        """
        if isinstance(node, ast.Name):
            own = self.names.get(node.id)
            if isinstance(own, UndefinedFunction):
                return own, node.id, 1
            if node.id not in FUNCTIONS:
                hint = f"{node.id}.subs(x, 1) gives the value at 1" if own is not None else "write * to multiply"
                raise MathError(f"Line {node.lineno}: {node.id} is not a function; {hint}.", kind="syntax")
            return FUNCTIONS[node.id], node.id, 1
        if not isinstance(node, ast.Attribute):
            raise MathError("Only named functions can be called.", kind="forbidden")
        module, name = qualified(node.value), node.attr
        own_module = isinstance(node.value, ast.Name) and node.value.id in self.names
        if module == "np.linalg":
            return LINALG[name], name, 1
        if module in ("np", "numpy") and not own_module:
            if name not in NUMPY:
                message = f"Line {node.lineno}: numpy has no {name}: write {name}(...) without {module}."
                raise MathError(message, kind="forbidden")
            return NUMPY[name], name, 1
        if module in ("statistics", "stats") and not own_module and name in STATISTICS:
            return STATISTICS[name], name, 1
        if module and not own_module and name in FUNCTIONS:
            return FUNCTIONS[name], name, 1
        receiver, method = self.value(node.value), METHODS[name]
        return (lambda *args, **keywords: method(receiver, *args, **keywords)), name, 0


def _part(value: Any) -> Any:
    """What was taken out of a value. A list stays the same object, so that it is known to be held twice."""
    return value if isinstance(value, list) else clean(value)


def _within(values: Iterable[Any]) -> Iterator[Any]:
    """The values and whatever lists, tuples and dicts hold in them, each object once."""
    waiting, seen = list(values), set[int]()
    while waiting:
        value = waiting.pop()
        if id(value) not in seen:
            seen.add(id(value))
            yield value
            if isinstance(value, (list, tuple, dict)):
                waiting.extend(value.values() if isinstance(value, dict) else value)


def _finished(value: Any) -> Any:
    """The value with nothing left to do: ``Integral(…)`` and its like are calculated."""
    if isinstance(value, UndefinedFunction):
        raise MathError("result is a function without a value.", kind="no result")
    if isinstance(value, (sympy.Integral, sympy.Sum, sympy.Product, sympy.Derivative, sympy.Limit)):
        value = clean(value.doit())
        check_value(value)
    if isinstance(value, sympy.Range):
        value = [sympy.Integer(number) for number in value] if value.size <= SHOWN else value
    _check_shown(value)
    return defined(_written_out(value), "The result")


def _written_out(value: Any) -> Any:
    """Polynomials as the expressions that they stand for, in lists as well."""
    if isinstance(value, sympy.Poly):
        return value.as_expr()
    if isinstance(value, (list, tuple)):
        return type(value)(_written_out(item) for item in value)
    if isinstance(value, dict):
        return {_written_out(key): _written_out(item) for key, item in value.items()}
    return value


def _check_shown(value: Any) -> None:
    """Refuse a result that nobody wants to read."""
    if isinstance(value, (list, tuple, dict)):
        at_most("The number of items in a result", sum(1 for _ in _leaves(value)), SHOWN)


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple, dict)):
        for item in (*value.keys(), *value.values()) if isinstance(value, dict) else value:
            yield from _leaves(item)
    else:
        yield value
