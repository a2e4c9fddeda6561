"""Expressions of a program, each compiled once to a function of the frame that it is evaluated in.

A frame is a dict: the names of a function or comprehension that is running, and under ``None`` the frame around it.
"""

from __future__ import annotations

import ast
import builtins
import operator
import re
from collections import deque
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import sympy
from sympy.core.function import UndefinedFunction
from sympy.tensor.array import NDimArray

from gba.errors import MathError
from gba.tools.math import language
from gba.tools.math.arithmetic import clean
from gba.tools.math.bounds import at_most
from gba.tools.math.interpreter.builtins import Builtins, called
from gba.tools.math.interpreter.calls import Calls
from gba.tools.math.interpreter.conversions import as_index, entries, is_sympy, number_of, to_sympy
from gba.tools.math.interpreter.functions import Function
from gba.tools.math.interpreter.libraries import Libraries
from gba.tools.math.interpreter.members import ATTRIBUTES
from gba.tools.math.interpreter.members import METHODS as OWN
from gba.tools.math.interpreter.numpy_results import as_kind
from gba.tools.math.interpreter.operators import Operators, truth
from gba.tools.math.interpreter.reals import literal
from gba.tools.math.interpreter.texts import formatted, readable
from gba.tools.math.library import CONSTANTS, FUNCTIONS, SETS
from gba.tools.math.library.masks import chosen
from gba.tools.math.methods import ARRAY_METHODS, METHODS, PROPERTIES
from gba.tools.math.names import Modules, Scope
from gba.tools.math.program import operator_of

__all__ = ["Expressions", "Frame", "Run"]

Frame = dict[Any, Any]
Run = Callable[[Frame], Any]
"""Evaluates an expression in a frame."""

_RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_FREE = re.compile(
    r"[A-Za-z]_?\d*|[A-Za-z]_[A-Za-z0-9]+|alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda_|lamda|mu|nu|xi|rho"
    r"|sigma|tau|upsilon|phi|chi|psi|omega|dx|dy|dt"
)
"""Names that stand for an unknown when nothing was assigned to them."""


class Expressions:
    """Compiles expressions; ``program`` is the frame of the program's own names."""

    def __init__(
        self, lines: list[str], own: Builtins, calls: Calls, libraries: Libraries, modules: Modules, program: Frame
    ) -> None:
        self.lines, self.own, self.calls, self.libraries = lines, own, calls, libraries
        self.modules, self.program = modules, program
        self.operators: Operators = own.operators
        self.fuel = own.fuel

    def compile(self, node: ast.expr, scope: Scope) -> Run:
        """The expression as a function of a frame of this scope."""
        method: Callable[[Any, Scope], Run] = getattr(self, f"_{type(node).__name__.lower()}")
        return method(node, scope)

    def _each(self, nodes: list[ast.expr], scope: Scope) -> list[Run]:
        return [self.compile(node, scope) for node in nodes]

    # values

    def _constant(self, node: ast.Constant, _: Scope) -> Run:
        value = node.value
        if isinstance(value, (int, str)) or value is None:
            if isinstance(value, int) and not isinstance(value, bool):
                self.fuel.bits_of(value.bit_length())
            return lambda _: value
        text = self.lines[node.lineno - 1][node.col_offset : node.end_col_offset].replace("_", "").lower()
        real = text.removesuffix("j")
        self.calls.decimal = self.calls.decimal or "." in real or "e" in real
        at_most("The exponent of a number", int(real.partition("e")[2] or 0), 5_000)
        number = Fraction(real)
        found = sympy.Rational(number.numerator, number.denominator) * sympy.I if text != real else literal(number)
        return lambda _: found

    def _name(self, node: ast.Name, scope: Scope) -> Run:
        name = node.id
        if name == "__name__":
            return lambda _: "__main__"
        out = scope.find(name)
        if out is None:
            return self._of_program(node, scope)

        def unset() -> MathError:
            return MathError(f"Line {node.lineno}: {name} has no value yet.", kind="syntax")

        if out == 0:

            def local(frame: Frame) -> Any:
                try:
                    return frame[name]
                except KeyError:
                    raise unset() from None

            return local

        def outer(frame: Frame) -> Any:
            for _ in range(out):
                frame = frame[None]
            try:
                return frame[name]
            except KeyError:
                raise unset() from None

        return outer

    def _of_program(self, node: ast.Name, scope: Scope) -> Run:
        program, name = self.program, node.id
        default = self._default(node)
        if name not in scope.program.names and name not in self.modules.starred:
            return lambda _: default()

        def found(_: Frame) -> Any:
            return program[name] if name in program else default()

        return found

    def _default(self, node: ast.Name) -> Callable[[], Any]:
        """What a name means that has no value: a function, a constant, an unknown, or an error."""
        name = node.id
        if name in CONSTANTS:
            value = CONSTANTS[name]
            return lambda: value
        if (
            name in self.own.table
            or (name in FUNCTIONS and not _FREE.fullmatch(name))
            or name in ("Fraction", "Decimal")
        ):
            return lambda: self.libraries.bare(name)
        if _FREE.fullmatch(name):
            symbol = sympy.Symbol(name)
            return lambda: symbol

        def unknown() -> Any:
            kind = "forbidden" if hasattr(builtins, name) else "syntax"
            raise MathError(f"Line {node.lineno}: {name} has no value. Assign it on a line before.", kind=kind)

        return unknown

    def _tuple(self, node: ast.Tuple, scope: Scope) -> Run:
        items = self._items(node.elts, scope)
        return lambda frame: tuple(items(frame))

    def _list(self, node: ast.List, scope: Scope) -> Run:
        return self._items(node.elts, scope)

    def _set(self, node: ast.Set, scope: Scope) -> Run:
        items = self._items(node.elts, scope)
        return lambda frame: set(items(frame))

    def _items(self, nodes: list[ast.expr], scope: Scope) -> Callable[[Frame], list[Any]]:
        """A new list of the values, those with a star in front spread."""
        fuel, count = self.fuel, len(nodes) + 2
        if not any(isinstance(node, ast.Starred) for node in nodes):
            runs = self._each(nodes, scope)

            def plain(frame: Frame) -> list[Any]:
                fuel.take(count)
                return [run(frame) for run in runs]

            return plain
        parts = [(isinstance(node, ast.Starred), self.compile(node, scope)) for node in nodes]

        def spread(frame: Frame) -> list[Any]:
            found: list[Any] = []
            for starred, run in parts:
                if starred:
                    found += self.own.listed(run(frame))
                    fuel.list_of(len(found))
                else:
                    found.append(run(frame))
            return found

        return spread

    def _dict(self, node: ast.Dict, scope: Scope) -> Run:
        pairs = [(key and self.compile(key, scope), self.compile(value, scope))
                 for key, value in zip(node.keys, node.values, strict=True)]  # fmt: skip

        def made(frame: Frame) -> Any:
            self.fuel.take(2 * len(pairs) + 2)
            found: dict[Any, Any] = {}
            for key, value in pairs:
                if key:
                    at = key(frame)
                    found[at] = value(frame)
                else:
                    other = value(frame)
                    if not isinstance(other, dict):
                        raise TypeError("** takes a dict")
                    self.fuel.list_of(len(found) + len(other))
                    found.update(other)
            return found

        return made

    def _joinedstr(self, node: ast.JoinedStr, scope: Scope) -> Run:
        runs = [self.compile(part, scope) for part in node.values]

        def joined(frame: Frame) -> str:
            parts = [run(frame) for run in runs]
            self.fuel.text_of(sum(map(len, parts)))
            return "".join(parts)

        return joined

    def _formattedvalue(self, node: ast.FormattedValue, scope: Scope) -> Run:
        value = self.compile(node.value, scope)
        spec = self.compile(node.format_spec, scope) if node.format_spec else None
        fuel, quoted = self.fuel, node.conversion in (ord("r"), ord("a"))

        def written(frame: Frame) -> str:
            found = value(frame)
            if node.conversion != -1:
                found = readable(fuel, found, quoted=quoted)
            return formatted(fuel, found, spec(frame) if spec else "")

        return written

    # operators

    def _binop(self, node: ast.BinOp, scope: Scope) -> Run:
        left, right = self.compile(node.left, scope), self.compile(node.right, scope)
        operate = self.operators.binary[operator_of(node.op)]
        return lambda frame: operate(left(frame), right(frame))

    def _unaryop(self, node: ast.UnaryOp, scope: Scope) -> Run:
        operand = self.compile(node.operand, scope)
        if isinstance(node.op, ast.Not):
            return lambda frame: not truth(operand(frame))
        kinds = {ast.USub: self.operators.negative, ast.UAdd: self.operators.positive}
        operate = kinds.get(type(node.op), self.operators.inverted)
        return lambda frame: operate(operand(frame))

    def _boolop(self, node: ast.BoolOp, scope: Scope) -> Run:
        runs, ends = self._each(node.values, scope), isinstance(node.op, ast.Or)

        def decided(frame: Frame) -> Any:
            value = None
            for run in runs:
                value = run(frame)
                if run is not runs[-1] and truth(value) is ends:
                    return value
            return value

        return decided

    def _ifexp(self, node: ast.IfExp, scope: Scope) -> Run:
        test, body, orelse = (self.compile(part, scope) for part in (node.test, node.body, node.orelse))
        return lambda frame: body(frame) if truth(test(frame)) else orelse(frame)

    def _compare(self, node: ast.Compare, scope: Scope) -> Run:
        runs = self._each([node.left, *node.comparators], scope)
        relations = [self._relation(one) for one in node.ops]
        if len(relations) == 1:
            (relation,), (left, right) = relations, runs
            return lambda frame: relation(left(frame), right(frame))

        def chained(frame: Frame) -> Any:
            undecided: list[Any] = []
            left = runs[0](frame)
            for relation, run in zip(relations, runs[1:], strict=True):
                right = run(frame)
                value = relation(left, right)
                if is_sympy(value):
                    undecided.append(value)
                elif not value:
                    return value
                left = right
            return clean(sympy.And(*undecided)) if undecided else True

        return chained

    def _relation(self, sign: ast.cmpop) -> Callable[[Any, Any], Any]:
        contains, compare = self.operators.contains, self.operators.compare
        if isinstance(sign, ast.In):
            return contains
        if isinstance(sign, ast.NotIn):
            return lambda left, right: not truth(contains(left, right))
        if isinstance(sign, ast.Is):
            return lambda left, right: left is right
        if isinstance(sign, ast.IsNot):
            return lambda left, right: left is not right
        written = operator_of(sign)
        plain = _RELATIONS[written]

        def compared(left: Any, right: Any) -> Any:
            if type(left) is int and type(right) is int:
                return plain(left, right)
            return compare(written, left, right)

        return compared

    # parts of values

    def _slice(self, node: ast.Slice, scope: Scope) -> Run:
        bounds = [self.compile(bound, scope) if bound else None for bound in (node.lower, node.upper, node.step)]
        return lambda frame: slice(*(as_index(bound(frame)) if bound else None for bound in bounds))

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Run:
        value, place = self.compile(node.value, scope), self.compile(node.slice, scope)

        def taken(frame: Frame) -> Any:
            found = value(frame)
            at = place(frame)
            kind = type(found)
            if kind is list or kind is str or kind is tuple or kind is range:
                if type(at) is int:
                    return found[at]
                if type(at) is slice:
                    part = found[at]
                    if kind is not range:
                        self.fuel.list_of(len(part))
                    return part
                if kind is not str and type(at) is tuple:  # as [i, j] of a list of rows
                    raise TypeError("list indices must be integers or slices, not tuple")
                return found[as_index(at)]
            if isinstance(found, (dict, deque)):
                return found[as_index(at) if kind is deque else at]
            return self._part(node, found, at)

        return taken

    def _part(self, node: ast.Subscript, value: Any, place: Any) -> Any:
        if not is_sympy(value) or not hasattr(value, "__getitem__"):
            if type(value) in OWN:
                raise TypeError(f"{type(value).__name__} object is not subscriptable")
            raise MathError(f"Line {node.lineno}: this value has no parts to take by [...].", kind="domain")
        if isinstance(value, NDimArray) and isinstance(place, (NDimArray, list)):
            return chosen(value, to_sympy(place))
        places = tuple(as_index(at) for at in place) if type(place) is tuple else as_index(place)
        found = clean(value[places])
        return entries(found) if isinstance(value, NDimArray) and not isinstance(found, NDimArray) else found

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Run:
        module = self.modules.named(node.value, scope)
        if module == "S":
            if node.attr not in SETS:
                raise MathError(f"Line {node.lineno}: S has no {node.attr} here.", kind="forbidden")
            constant = SETS[node.attr]
            return lambda _: constant
        if module:
            member = self._member(node, module)
            return lambda _: member
        value, name = self.compile(node.value, scope), node.attr

        def asked(frame: Frame) -> Any:
            found = value(frame)
            own = ATTRIBUTES.get(type(found)) or (ATTRIBUTES[float] if isinstance(found, float) else {})
            if name in own:
                return own[name](found)
            method = OWN.get(type(found), {}).get(name)
            if method is not None:  # as in max(table, key=table.get)
                return Function(name, lambda *values, **named: method(self.own, found, *values, **named))
            if name not in PROPERTIES or (not is_sympy(found) and not isinstance(found, (int, float, Fraction))):
                raise TypeError(f"a {type(found).__name__} has no .{name}")
            return clean(PROPERTIES[name](number_of(found)))

        return asked

    def _member(self, node: ast.Attribute, module: str) -> Any:
        members = self.libraries.module(module)
        if node.attr not in members:
            hint = f": write {node.attr}(...) without the module" if node.attr in language.FUNCTIONS else ""
            raise MathError(f"Line {node.lineno}: {module} has no {node.attr} here{hint}.", kind="forbidden")
        return members[node.attr]

    # calls

    def _call(self, node: ast.Call, scope: Scope) -> Run:
        positional = self._items(node.args, scope) if any(isinstance(one, ast.Starred) for one in node.args) else None
        runs = [] if positional else self._each(node.args, scope)
        keywords = [(key.arg, self.compile(key.value, scope)) for key in node.keywords]
        names = [key.arg for key in node.keywords if key.arg]
        if len(set(names)) < len(names):
            raise MathError(f"Line {node.lineno}: a keyword is given twice.", kind="syntax")

        def named(frame: Frame) -> dict[str, Any]:
            found: dict[str, Any] = {}
            for name, run in keywords:
                value = run(frame)
                for key, one in {name: value}.items() if name else value.items():
                    if not isinstance(key, str) or key in found:
                        raise TypeError(f"got multiple values for keyword argument {key!r}")
                    found[key] = one
            return found

        def given(frame: Frame) -> list[Any]:
            return positional(frame) if positional else [run(frame) for run in runs]

        if isinstance(node.func, ast.Attribute) and not self.modules.named(node.func.value, scope):
            return self._method(node.func, scope, given, named if keywords else None)
        function = self._function(node.func, scope)
        if not keywords and not positional:
            if len(runs) == 1:
                (only,) = runs
                return lambda frame: function(frame)(only(frame))
            return lambda frame: function(frame)(*[run(frame) for run in runs])
        return lambda frame: function(frame)(*given(frame), **named(frame))

    def _function(self, node: ast.expr, scope: Scope) -> Callable[[Frame], Callable[..., Any]]:
        if isinstance(node, ast.Name):
            name = node.id
            own = scope.find(name) is not None or name in scope.program.names or name in self.modules.starred
            if not own:
                known = self.libraries.bare(name)
                if known is None:
                    message = f"Line {node.lineno}: {name} is not a function; write * to multiply."
                    raise MathError(message, kind="syntax")
                call = known.call
                return lambda _: call
            value = self.compile(node, scope)

            def chosen(frame: Frame) -> Callable[..., Any]:
                try:
                    found = value(frame)
                except MathError:
                    found = None
                if type(found) is not Function and not isinstance(found, UndefinedFunction):
                    known = None if name in self.program else self.libraries.bare(name)
                    if known is None:
                        hint = f"{name}.subs(x, 1) gives the value at 1"
                        raise MathError(f"Line {node.lineno}: {name} is not a function; {hint}.", kind="syntax")
                    return known.call
                return self._applied(found)

            return chosen
        run = self.compile(node, scope)
        return lambda frame: self._applied(run(frame))

    def _applied(self, function: Any) -> Callable[..., Any]:
        if isinstance(function, UndefinedFunction):
            return lambda *values: function(*map(to_sympy, values))
        return called(function)

    def _method(self, node: ast.Attribute, scope: Scope, given: Callable[[Frame], list[Any]],
                named: Callable[[Frame], dict[str, Any]] | None) -> Run:  # fmt: skip
        value, name, own = self.compile(node.value, scope), node.attr, self.own
        wrapped = (
            self.calls.wrap(name, METHODS[name], language.METHODS[name].behind(1), first=1) if name in METHODS else None
        )

        def asked(frame: Frame) -> Any:
            found = value(frame)
            kind = type(found)
            table = OWN.get(kind)
            if table is None and isinstance(found, float):
                table = OWN[float]
            if table is not None and name in table:
                own.fuel.step()
                return table[name](own, found, *given(frame), **(named(frame) if named else {}))
            if isinstance(found, NDimArray) and name == "astype":
                (kind,) = given(frame)
                return as_kind(found, kind)
            if isinstance(found, NDimArray) and name == "tolist":
                return entries(found)
            if isinstance(found, NDimArray) and name in ARRAY_METHODS:
                call = self.libraries.module("numpy")[name].call
                return call(found, *given(frame), **(named(frame) if named else {}))
            if wrapped is None or kind in (str, dict, set) or isinstance(found, (Function, Iterator)):
                raise TypeError(f"a {kind.__name__} has no .{name}()")
            return wrapped(found, *given(frame), **(named(frame) if named else {}))

        return asked

    def _yield(self, node: ast.Yield | ast.YieldFrom, _: Scope) -> Run:
        raise MathError(f"Line {node.lineno}: yield stands alone on its line.", kind="forbidden")

    _yieldfrom = _yield

    def _starred(self, node: ast.Starred, scope: Scope) -> Run:
        return self.compile(node.value, scope)
