"""Functions that yield: their blocks are compiled to Python's generators, as far as there is a yield in them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from gba.errors import MathError
from gba.tools.math.bounds import too_large
from gba.tools.math.interpreter.fuel import CALLS, Fuel
from gba.tools.math.interpreter.leaving import Left
from gba.tools.math.interpreter.operators import iterated, truth
from gba.tools.math.names import Scope, yields

__all__ = ["Generators", "Produce", "produced"]

Frame = dict[Any, Any]
Produce = Callable[[Frame], "Iterator[Any]"]
"""Runs a block in a frame, and yields what it yields."""
_Part = Callable[[Frame], "Any"]


def produced(name: str, fuel: Fuel, items: Iterator[Any]) -> Iterator[Any]:
    """The items of a generator, each of them a call: generators within one another are as deep as calls may be."""
    while True:
        fuel.calls += 1
        if fuel.calls > CALLS:
            fuel.calls -= 1
            raise too_large(f"{name} calls itself more than {CALLS} deep")
        try:
            item = next(items)
        except StopIteration:
            return
        finally:
            fuel.calls -= 1
        yield item


class _Compiler(Protocol):
    fuel: Fuel

    def compile(self, node: ast.expr, scope: Scope) -> Callable[[Frame], Any]: ...

    def statement(self, node: ast.stmt, scope: Scope) -> Callable[[Frame], Left | None]: ...

    def target(self, node: ast.expr, scope: Scope) -> Callable[[Frame, Any], None]: ...


class Generators:
    """Compiles the statements around a yield; all others are the compiler's."""

    def __init__(self, compiler: _Compiler) -> None:
        self.compiler, self.fuel = compiler, compiler.fuel

    def block(self, body: list[ast.stmt], scope: Scope) -> _Part:
        """The statements as a generator of a frame, which returns how it was left."""
        parts: list[tuple[bool, _Part]] = []
        for node in body:
            whole = not isinstance(node, ast.FunctionDef) and yields(node)
            parts.append((whole, self._statement(node, scope) if whole else self.compiler.statement(node, scope)))
        fuel = self.fuel

        def run(frame: Frame) -> Any:
            for whole, part in parts:
                fuel.step()
                left = (yield from part(frame)) if whole else part(frame)
                if left is not None:
                    return left
            return None

        return run

    def _statement(self, node: ast.stmt, scope: Scope) -> _Part:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield):
            return self._yield(node.value, scope)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.YieldFrom):
            return self._yield_from(node.value, scope)
        if isinstance(node, ast.If):
            return self._if(node, scope)
        if isinstance(node, (ast.For, ast.While)) and not node.orelse:
            return self._for(node, scope) if isinstance(node, ast.For) else self._while(node, scope)
        raise MathError(f"Line {node.lineno}: yield stands alone on its line, in if, for and while.", kind="forbidden")

    def _yield(self, node: ast.Yield, scope: Scope) -> _Part:
        if node.value and yields(ast.Expr(node.value)):
            raise MathError(f"Line {node.lineno}: yield stands alone on its line.", kind="forbidden")
        value = self.compiler.compile(node.value, scope) if node.value else None

        def run(frame: Frame) -> Any:
            yield value(frame) if value else None

        return run

    def _yield_from(self, node: ast.YieldFrom, scope: Scope) -> _Part:
        value = self.compiler.compile(node.value, scope)

        def run(frame: Frame) -> Any:
            yield from self.fuel.over(iterated(value(frame)))

        return run

    def _if(self, node: ast.If, scope: Scope) -> _Part:
        test, body = self.compiler.compile(node.test, scope), self.block(node.body, scope)
        orelse = self.block(node.orelse, scope)

        def run(frame: Frame) -> Any:
            return (yield from (body if truth(test(frame)) else orelse)(frame))

        return run

    def _while(self, node: ast.While, scope: Scope) -> _Part:
        test, body = self.compiler.compile(node.test, scope), self.block(node.body, scope)

        def run(frame: Frame) -> Any:
            while truth(test(frame)):
                left = yield from body(frame)
                if left is Left.BREAK:
                    return None
                if left is Left.RETURN:
                    return left
            return None

        return run

    def _for(self, node: ast.For, scope: Scope) -> _Part:
        items, put = self.compiler.compile(node.iter, scope), self.compiler.target(node.target, scope)
        body = self.block(node.body, scope)

        def run(frame: Frame) -> Any:
            for item in self.fuel.over(iterated(items(frame))):
                put(frame, item)
                left = yield from body(frame)
                if left is Left.BREAK:
                    return None
                if left is Left.RETURN:
                    return left
            return None

        return run
