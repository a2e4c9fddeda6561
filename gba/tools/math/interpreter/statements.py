"""Statements of a program, each compiled once to a function of the frame; blocks say how they were left."""

from __future__ import annotations

import ast
import builtins
from collections import deque
from collections.abc import Callable
from typing import Any

import sympy

from gba.errors import MathError
from gba.tools.math import language
from gba.tools.math.bounds import too_large
from gba.tools.math.interpreter.builtins import called
from gba.tools.math.interpreter.comprehensions import Comprehensions
from gba.tools.math.interpreter.conversions import as_index
from gba.tools.math.interpreter.expressions import Frame, Run
from gba.tools.math.interpreter.fuel import CALLS
from gba.tools.math.interpreter.functions import Function, Parameters
from gba.tools.math.interpreter.generators import Generators, Produce, produced
from gba.tools.math.interpreter.leaving import Left
from gba.tools.math.interpreter.operators import iterated, truth
from gba.tools.math.interpreter.texts import readable
from gba.tools.math.names import Scope, imported, yields
from gba.tools.math.program import is_text, operator_of

__all__ = ["Statements"]


_VALUE = 0
"""Where a frame keeps what its function returns."""

_CAUGHT = (ArithmeticError, AssertionError, LookupError, RuntimeError, TypeError, ValueError)
"""Errors of a program that it may catch: not those of its limits."""


def _exception(node: ast.expr | None) -> type[Exception]:
    """The error that a name in the table means."""
    name = node.id if isinstance(node, ast.Name) else ""
    kind = getattr(builtins, name) if name in language.EXCEPTIONS else None
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        raise MathError("This is no error that can be raised here.", kind="forbidden")
    return kind


Step = Callable[[Frame], "Left | None"]
"""Runs a statement in a frame."""


_Handler = tuple[tuple[type[Exception], ...], "Callable[[Frame, Any], None] | None", Step]
"""What a handler of try catches, what names the error, and what is done then."""


class Statements(Comprehensions):
    """Compiles statements. ``last`` is the value of the last statement that was an expression, at the top."""

    last: Any = None
    has_last = False

    def block(self, body: list[ast.stmt], scope: Scope) -> Step:
        """The statements, one after the other; each is a step."""
        steps = [self.statement(node, scope) for node in body]
        fuel = self.fuel
        if len(steps) == 1:
            (only,) = steps

            def one(frame: Frame) -> Left | None:
                fuel.left -= 1
                if fuel.left < 0:
                    fuel.step(0)
                return only(frame)

            return one

        def run(frame: Frame) -> Left | None:
            for step in steps:
                fuel.left -= 1
                if fuel.left < 0:
                    fuel.step(0)
                left = step(frame)
                if left is not None:
                    return left
            return None

        return run

    def statement(self, node: ast.stmt, scope: Scope) -> Step:
        """One statement as a function of a frame of this scope."""
        method: Callable[[Any, Scope], Step] = getattr(self, f"_{type(node).__name__.lower()}")
        return method(node, scope)

    # assignments

    def _expr(self, node: ast.Expr, scope: Scope) -> Step:
        value = self.compile(node.value, scope)
        if scope.around is not None or is_text(node.value):

            def ignored(frame: Frame) -> None:
                value(frame)

            return ignored

        def kept(frame: Frame) -> None:
            found = value(frame)
            if found is not None:
                self.last, self.has_last = found, True

        return kept

    def _assign(self, node: ast.Assign, scope: Scope) -> Step:
        value = self.compile(node.value, scope)
        puts = [self.target(target, scope) for target in node.targets]
        if len(puts) == 1:
            (put,) = puts
            return lambda frame: put(frame, value(frame))

        def assigned(frame: Frame) -> None:
            found = value(frame)
            for put in puts:
                put(frame, found)

        return assigned

    def _annassign(self, node: ast.AnnAssign, scope: Scope) -> Step:
        if node.value is None:
            return lambda _: None
        value, put = self.compile(node.value, scope), self.target(node.target, scope)
        return lambda frame: put(frame, value(frame))

    def _augassign(self, node: ast.AugAssign, scope: Scope) -> Step:
        sign, value = operator_of(node.op), self.compile(node.value, scope)
        in_place, binary = self.operators.in_place, self.operators.binary[sign]
        if isinstance(node.target, ast.Subscript):
            return self._augmented_part(node.target, sign, value, scope)
        if not isinstance(node.target, ast.Name):
            raise MathError(f"Line {node.lineno}: this cannot be assigned.", kind="forbidden")
        read, put = self.compile(node.target, scope), self.target(node.target, scope)

        def augmented(frame: Frame) -> None:
            left, right = read(frame), value(frame)
            if type(left) is int or type(left) is float:
                put(frame, binary(left, right))
            else:
                put(frame, in_place(sign, left, right))

        return augmented

    def _augmented_part(self, target: ast.Subscript, sign: str, value: Run, scope: Scope) -> Step:
        container, place = self.compile(target.value, scope), self.compile(target.slice, scope)

        def augmented(frame: Frame) -> None:
            found, at = container(frame), as_index(place(frame))
            if not isinstance(found, (list, dict, deque)):
                raise TypeError(f"a {type(found).__name__} cannot be changed. Make a new one")
            found[at] = self.operators.in_place(sign, found[at], value(frame))

        return augmented

    def _delete(self, node: ast.Delete, scope: Scope) -> Step:
        removes = [self._removed(target, scope) for target in node.targets]

        def deleted(frame: Frame) -> None:
            for remove in removes:
                remove(frame)

        return deleted

    def _removed(self, node: ast.expr, scope: Scope) -> Run:
        if isinstance(node, ast.Name):
            name, out = node.id, scope.find(node.id)

            def forget(frame: Frame) -> None:
                if (self.program if out is None else frame).pop(name, self) is self:
                    raise MathError(f"Line {node.lineno}: {name} has no value yet.", kind="syntax")

            return forget
        if not isinstance(node, ast.Subscript):
            raise MathError(f"Line {node.lineno}: this cannot be deleted.", kind="forbidden")
        container, place = self.compile(node.value, scope), self.compile(node.slice, scope)

        def remove(frame: Frame) -> None:
            found, at = container(frame), place(frame)
            if not isinstance(found, (list, dict)):
                raise TypeError(f"{type(found).__name__} object doesn't support item deletion")
            del found[as_index(at)]

        return remove

    # control

    def _if(self, node: ast.If, scope: Scope) -> Step:
        test, body = self.compile(node.test, scope), self.block(node.body, scope)
        orelse = self.block(node.orelse, scope) if node.orelse else None

        def chosen(frame: Frame) -> Left | None:
            if truth(test(frame)):
                return body(frame)
            return orelse(frame) if orelse else None

        return chosen

    def _while(self, node: ast.While, scope: Scope) -> Step:
        test, body = self.compile(node.test, scope), self.block(node.body, scope)
        orelse = self.block(node.orelse, scope) if node.orelse else None

        def repeated(frame: Frame) -> Left | None:
            while truth(test(frame)):
                left = body(frame)
                if left is Left.BREAK:
                    return None
                if left is Left.RETURN:
                    return left
            return orelse(frame) if orelse else None

        return repeated

    def _for(self, node: ast.For, scope: Scope) -> Step:
        items, put = self.compile(node.iter, scope), self.target(node.target, scope)
        body = self.block(node.body, scope)
        orelse = self.block(node.orelse, scope) if node.orelse else None
        over = self.fuel.over

        def repeated(frame: Frame) -> Left | None:
            for item in over(iterated(items(frame))):
                put(frame, item)
                left = body(frame)
                if left is Left.BREAK:
                    return None
                if left is Left.RETURN:
                    return left
            return orelse(frame) if orelse else None

        return repeated

    def _break(self, _: ast.Break, __: Scope) -> Step:
        return lambda _: Left.BREAK

    def _continue(self, _: ast.Continue, __: Scope) -> Step:
        return lambda _: Left.CONTINUE

    def _pass(self, _: ast.Pass, __: Scope) -> Step:
        return lambda _: None

    _global = _pass

    def _nonlocal(self, node: ast.Nonlocal, scope: Scope) -> Step:
        for name in node.names:
            if scope.find(name) is None:
                raise MathError(f"Line {node.lineno}: no function around has a {name}.", kind="syntax")
        return lambda _: None

    def _assert(self, node: ast.Assert, scope: Scope) -> Step:
        test = self.compile(node.test, scope)
        message = self.compile(node.msg, scope) if node.msg else None

        def held(frame: Frame) -> None:
            if not truth(test(frame)):
                told = f": {readable(self.fuel, message(frame))[:200]}" if message else ""
                raise MathError(f"Line {node.lineno}: the assertion does not hold{told}.", kind="domain")

        return held

    def _raise(self, node: ast.Raise, scope: Scope) -> Step:
        call = node.exc
        kind = _exception(call.func if isinstance(call, ast.Call) else call)
        values = [self.compile(one, scope) for one in call.args] if isinstance(call, ast.Call) else []

        def raised(frame: Frame) -> None:
            told = ", ".join(readable(self.fuel, value(frame))[:200] for value in values)
            raise kind(told or kind.__name__)

        return raised

    def _try(self, node: ast.Try, scope: Scope) -> Step:
        body, handlers = self.block(node.body, scope), [self._handler(one, scope) for one in node.handlers]
        orelse = self.block(node.orelse, scope) if node.orelse else None
        final = self.block(node.finalbody, scope) if node.finalbody else None

        def guarded(frame: Frame) -> Left | None:
            try:
                left = body(frame)
            except _CAUGHT as error:
                if isinstance(error, RecursionError):
                    raise
                for kinds, put, handle in handlers:
                    if isinstance(error, kinds):
                        if put:
                            put(frame, Function(type(error).__name__, lambda: None))
                        return handle(frame)
                raise
            return orelse(frame) if left is None and orelse else left

        if not final:
            return guarded

        def finished(frame: Frame) -> Left | None:
            try:
                left = guarded(frame)
            except _CAUGHT:
                found = final(frame)
                if found is not None:
                    return found
                raise
            found = final(frame)
            return left if found is None else found

        return finished

    def _handler(self, node: ast.ExceptHandler, scope: Scope) -> _Handler:
        """What a handler catches, what names the error (which has no text here), and what it does."""
        names = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type] if node.type else []
        kinds = tuple(_exception(name) for name in names) or (Exception,)
        put = self._to_name(node.name, scope) if node.name else None
        return kinds, put, self.block(node.body, scope)

    def _return(self, node: ast.Return, scope: Scope) -> Step:
        value = self.compile(node.value, scope) if node.value else None

        def left(frame: Frame) -> Left:
            frame[_VALUE] = value(frame) if value else None
            return Left.RETURN

        return left

    # functions

    def _lambda(self, node: ast.Lambda, scope: Scope) -> Run:
        return self.function(node, scope)

    def _functiondef(self, node: ast.FunctionDef, scope: Scope) -> Step:
        make, put = self.function(node, scope), self.target(ast.Name(node.name), scope)
        decorators = [self.compile(one, scope) for one in node.decorator_list]

        def defined(frame: Frame) -> None:
            found = make(frame)
            for decorate in reversed(decorators):
                found = called(decorate(frame))(found)
            put(frame, found)

        return defined

    def function(self, node: ast.FunctionDef | ast.Lambda, scope: Scope) -> Run:
        """Makes the function, in the frame that it is defined in."""
        inner, arguments = scope.of_function(node), node.args
        defaults = [self.compile(one, scope) for one in arguments.defaults]
        pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        only = {one.arg: self.compile(default, scope) for one, default in pairs if default}
        names = tuple(one.arg for one in (*arguments.posonlyargs, *arguments.args))
        stars = [one.arg for one in (arguments.vararg, arguments.kwarg) if one]
        every = (*names, *stars, *(one.arg for one in arguments.kwonlyargs))
        if len(set(every)) < len(every):
            raise MathError(f"Line {node.lineno}: two parameters have the same name.", kind="syntax")
        fuel = self.fuel
        produce: Produce | None = None
        if isinstance(node, ast.Lambda):
            name, expression, body = "<lambda>", self.compile(node.body, inner), None
        else:
            name, expression, body = node.name, None, None
            if yields(node):
                produce = Generators(self).block(node.body, inner)
            else:
                body = self.block(node.body, inner)

        def make(around: Frame) -> Function:
            parameters = Parameters(
                names,
                tuple(run(around) for run in defaults),
                tuple(one.arg for one in arguments.kwonlyargs),
                {key: run(around) for key, run in only.items()},
                arguments.vararg.arg if arguments.vararg else "",
                arguments.kwarg.arg if arguments.kwarg else "",
            )

            def call(*values: Any, **keywords: Any) -> Any:
                frame: Frame = {None: around}
                fuel.left -= 1
                fuel.calls += 1
                if fuel.left < 0:
                    fuel.step(0)
                if fuel.calls > CALLS:
                    raise too_large(f"{name} calls itself more than {CALLS} deep")
                try:
                    bind_to(frame, values, keywords)
                    if produce is not None:
                        return produced(name, fuel, produce(frame))
                    if expression is not None:
                        return expression(frame)
                    if body is not None:
                        body(frame)
                    return frame.get(_VALUE)
                finally:
                    fuel.calls -= 1

            def bind_to(frame: Frame, values: tuple[Any, ...], keywords: dict[str, Any]) -> None:
                local: Frame = {}
                parameters.bind(name, local, values, keywords)
                frame.update(local)

            return Function(name, call, own=True)

        return make

    # imports

    def _import(self, _: ast.Import, __: Scope) -> Step:
        return lambda _: None

    def _importfrom(self, node: ast.ImportFrom, scope: Scope) -> Step:
        module = imported(node.module or "")
        puts: list[tuple[Callable[[Frame, Any], None], Any]] = []
        if node.module in ("sympy.abc", "typing") or module not in language.MEMBERS:
            return self._symbols(node, scope) if node.module == "sympy.abc" else (lambda _: None)
        members = self.libraries.module(module)
        for alias in node.names:
            if alias.name == "*":
                puts += [(self._to_name(name, scope), value) for name, value in members.items()
                         if name in language.MEMBERS[module]]  # fmt: skip
            elif f"{module}.{alias.name}" not in language.MODULES:
                if alias.name not in members:
                    raise MathError(f"Line {node.lineno}: {module} has no {alias.name} here.", kind="forbidden")
                puts.append((self._to_name(alias.asname or alias.name, scope), members[alias.name]))

        def bound(frame: Frame) -> None:
            for put, value in puts:
                put(frame, value)

        return bound

    def _symbols(self, node: ast.ImportFrom, scope: Scope) -> Step:
        puts = [(self._to_name(alias.asname or alias.name, scope), sympy.Symbol(alias.name))
                for alias in node.names if alias.name != "*"]  # fmt: skip

        def bound(frame: Frame) -> None:
            for put, value in puts:
                put(frame, value)

        return bound
