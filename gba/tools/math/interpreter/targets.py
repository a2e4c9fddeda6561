"""What values are assigned to: names, parts of values, several of these at once."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Callable
from typing import Any

from sympy.tensor.array import NDimArray

from gba.errors import MathError
from gba.tools.math.interpreter.conversions import as_index
from gba.tools.math.interpreter.expressions import Expressions, Frame, Run
from gba.tools.math.interpreter.fuel import LENGTH
from gba.tools.math.interpreter.operators import iterated
from gba.tools.math.names import Scope

__all__ = ["Targets"]


class Targets(Expressions):
    """Compiles what stands on the left of an assignment, and assignments within expressions."""

    def _namedexpr(self, node: ast.NamedExpr, scope: Scope) -> Run:
        value, put = self.compile(node.value, scope), self.target(node.target, scope)

        def assigned(frame: Frame) -> Any:
            found = value(frame)
            put(frame, found)
            return found

        return assigned

    def target(self, node: ast.expr, scope: Scope) -> Callable[[Frame, Any], None]:
        """What assigns a value to a target: a name, a part of a value, or several of them."""
        if isinstance(node, ast.Name):
            return self._to_name(node.id, scope)
        if isinstance(node, ast.Subscript):
            return self._to_part(node, scope)
        if isinstance(node, (ast.Tuple, ast.List)):
            return self._unpacked(node, scope)
        raise MathError(f"Line {node.lineno}: this cannot be assigned.", kind="forbidden")

    def _to_name(self, name: str, scope: Scope) -> Callable[[Frame, Any], None]:
        out = scope.find(name)
        if out is None:
            program = self.program

            def put_program(_: Frame, value: Any) -> None:
                program[name] = value

            return put_program
        if out == 0:

            def put(frame: Frame, value: Any) -> None:
                frame[name] = value

            return put

        def put_outer(frame: Frame, value: Any) -> None:
            for _ in range(out):
                frame = frame[None]
            frame[name] = value

        return put_outer

    def _to_part(self, node: ast.Subscript, scope: Scope) -> Callable[[Frame, Any], None]:
        container, place = self.compile(node.value, scope), self.compile(node.slice, scope)

        def put(frame: Frame, value: Any) -> None:
            found, at = container(frame), place(frame)
            if isinstance(found, list):
                if isinstance(at, slice):
                    items = self.own.listed(value)
                    self.fuel.list_of(len(found) + len(items))
                    found[at] = items
                else:
                    found[as_index(at)] = value
            elif isinstance(found, deque):
                found[as_index(at)] = value
            elif isinstance(found, dict):
                if len(found) >= LENGTH:
                    self.fuel.list_of(len(found) + 1)
                self.fuel.take(3)
                found[at] = value
            elif isinstance(found, NDimArray):
                raise MathError("An array cannot be changed here: work with a list, and make the array of it.",
                                kind="forbidden")  # fmt: skip
            else:
                raise TypeError(f"{type(found).__name__} object does not support item assignment")

        return put

    def _unpacked(self, node: ast.Tuple | ast.List, scope: Scope) -> Callable[[Frame, Any], None]:
        stars = [place for place, item in enumerate(node.elts) if isinstance(item, ast.Starred)]
        puts = [self.target(item.value if isinstance(item, ast.Starred) else item, scope) for item in node.elts]
        count = len(puts)
        if len(stars) > 1:
            raise MathError(f"Line {node.lineno}: only one name may have a star.", kind="syntax")

        def unpack(frame: Frame, value: Any) -> None:
            items = list(value) if type(value) in (list, tuple) else self._few(value, 0 if stars else count)
            if len(items) < count - len(stars) or (not stars and len(items) > count):
                names = f"at least {count - 1}" if stars else f"{count}"
                raise MathError(f"Line {node.lineno}: there are {names} names for {len(items)} values.", kind="domain")
            if stars:
                (star,) = stars
                behind = len(items) - (count - star - 1)
                items = [*items[:star], items[star:behind], *items[behind:]]
            for put, item in zip(puts, items, strict=True):
                put(frame, item)

        return unpack

    def _few(self, value: Any, count: int) -> list[Any]:
        """The items, of which only so many and one more are looked at; all where that is 0."""
        items = self.fuel.over(iterated(value))
        if not count:
            return self.fuel.listed(items)
        return [item for item, _ in zip(items, range(count + 1), strict=False)]
