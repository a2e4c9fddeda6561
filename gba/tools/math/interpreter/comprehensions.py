"""Comprehensions and generator expressions, which bind names of their own."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from gba.tools.math.interpreter.expressions import Frame, Run
from gba.tools.math.interpreter.operators import iterated, truth
from gba.tools.math.interpreter.targets import Targets
from gba.tools.math.names import Scope

__all__ = ["Comprehensions"]


class Comprehensions(Targets):
    """Compiles comprehensions: each has a frame of its own, around which is that of the expression."""

    def _listcomp(self, node: ast.ListComp, scope: Scope) -> Run:
        produced = self._produced(node.generators, [node.elt], scope)
        return lambda frame: self.fuel.listed(one for (one,) in produced(frame))

    def _setcomp(self, node: ast.SetComp, scope: Scope) -> Run:
        produced = self._produced(node.generators, [node.elt], scope)

        def made(frame: Frame) -> set[Any]:
            found: set[Any] = set()
            for (one,) in produced(frame):
                self.fuel.take(3)
                found.add(one)
            return found

        return made

    def _dictcomp(self, node: ast.DictComp, scope: Scope) -> Run:
        produced = self._produced(node.generators, [node.key, node.value], scope)

        def made(frame: Frame) -> dict[Any, Any]:
            found: dict[Any, Any] = {}
            for key, value in produced(frame):
                self.fuel.take(4)
                found[key] = value
            return found

        return made

    def _generatorexp(self, node: ast.GeneratorExp, scope: Scope) -> Run:
        produced = self._produced(node.generators, [node.elt], scope)
        return lambda frame: (one for (one,) in produced(frame))

    def _produced(self, generators: list[ast.comprehension], results: list[ast.expr], scope: Scope) -> Callable[
        [Frame], Iterator[list[Any]]
    ]:  # fmt: skip
        """The values of the results for each turn; the first iterable is evaluated at once, in the frame around."""
        inner = scope.of_comprehension(generators)
        first = self.compile(generators[0].iter, scope)
        loops = []
        for place, generator in enumerate(generators):
            iterable = self.compile(generator.iter, inner) if place else None
            tests = self._each(generator.ifs, inner)
            loops.append((self.target(generator.target, inner), iterable, tests))
        runs = self._each(results, inner)
        fuel = self.fuel

        def turns(frame: Frame, place: int, items: Any) -> Iterator[list[Any]]:
            put, _, tests = loops[place]
            last = place + 1 == len(loops)
            for item in fuel.over(items):
                put(frame, item)
                if all(truth(test(frame)) for test in tests):
                    if last:
                        yield [run(frame) for run in runs]
                    else:
                        further = loops[place + 1][1]
                        yield from turns(frame, place + 1, iterated(further(frame) if further else ()))

        def produced(frame: Frame) -> Iterator[list[Any]]:
            return turns({None: frame}, 0, iterated(first(frame)))

        return produced
