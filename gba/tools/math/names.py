"""Which names belong to which part of a program (itself, its functions, its comprehensions), and which are modules'.

All of it is found out before a program runs: imports can only name modules.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gba.tools.math import language

__all__ = ["COMPREHENSIONS", "Modules", "Scope", "assigned", "imported", "yields"]

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_INNER = (ast.FunctionDef, ast.Lambda, *COMPREHENSIONS)
_SHORT = {short: name for name, shorts in language.MODULES.items() for short in shorts}


@dataclass
class Scope:
    """The names of one part, and the part around it. ``comprehension``: ``:=`` in it assigns outside of it."""

    names: set[str]
    around: Scope | None = None
    comprehension: bool = False
    everywhere: set[str] = field(default_factory=set)
    """Names that ``global`` declares."""

    @classmethod
    def of_program(cls, body: list[ast.stmt]) -> Scope:
        """The names of the program itself, with those that its functions declare as global."""
        scope = cls(set())
        for statement in body:
            scope.names |= set(assigned(statement))
            scope.names |= {name for node in ast.walk(statement) if isinstance(node, ast.Global) for name in node.names}
        return scope

    def of_function(self, node: ast.FunctionDef | ast.Lambda) -> Scope:
        """The scope of a function in this one."""
        arguments = node.args
        inner = Scope({one.arg for one in (*arguments.args, *arguments.posonlyargs, *arguments.kwonlyargs)}, self)
        inner.names |= {one.arg for one in (arguments.vararg, arguments.kwarg) if one}
        outside: set[str] = set()
        for statement in node.body if isinstance(node, ast.FunctionDef) else [node.body]:
            inner.names |= set(assigned(statement))
            for part in _own(statement):
                if isinstance(part, ast.Global):
                    inner.everywhere |= set(part.names)
                elif isinstance(part, ast.Nonlocal):
                    outside |= set(part.names)
        inner.names -= inner.everywhere | outside
        return inner

    def of_comprehension(self, generators: list[ast.comprehension]) -> Scope:
        """The scope of a comprehension in this one."""
        names = {name for generator in generators for name in assigned(generator.target)}
        return Scope(names, self, comprehension=True)

    def find(self, name: str) -> int | None:
        """How many scopes out the name lives; None where it is the program's, or nobody's."""
        scope, out = self, 0
        while scope.around is not None:
            if name in scope.everywhere:
                return None
            if name in scope.names:
                return out
            scope, out = scope.around, out + 1
        return None

    @property
    def program(self) -> Scope:
        """The outermost scope."""
        scope = self
        while scope.around is not None:
            scope = scope.around
        return scope


def yields(node: ast.FunctionDef | ast.stmt) -> bool:
    """Whether there is a ``yield`` in a statement, or in a function's own statements."""
    body = node.body if isinstance(node, ast.FunctionDef) else [node]
    return any(isinstance(part, (ast.Yield, ast.YieldFrom)) for one in body for part in _own(one))


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """The node and those below it that are not in a function or comprehension of their own."""
    yield node
    if not isinstance(node, _INNER):
        for child in ast.iter_child_nodes(node):
            yield from _own(child)


def assigned(node: ast.AST) -> Iterator[str]:
    """The names that a statement or expression assigns in its own scope."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
        yield node.id
    elif isinstance(node, ast.FunctionDef):
        yield node.name
        for part in (*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)):
            yield from assigned(part)
    elif isinstance(node, ast.ExceptHandler):
        yield from filter(None, [node.name])
        for inside in node.body:
            yield from assigned(inside)
    elif isinstance(node, ast.Lambda):
        for part in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
            yield from assigned(part)
    elif isinstance(node, COMPREHENSIONS):
        for inner in ast.walk(node):
            if isinstance(inner, ast.NamedExpr):
                yield from assigned(inner.target)
    elif isinstance(node, ast.ImportFrom):
        yield from (alias.asname or alias.name for alias in node.names if alias.name != "*")
    else:
        for child in ast.iter_child_nodes(node):
            yield from assigned(child)


class Modules:
    """The names of modules: those that are imported, and the usual ones without an import."""

    def __init__(self, body: Iterable[ast.stmt]) -> None:
        self.aliases = {**_SHORT, **{name: name for name in language.MODULES if "." not in name}}
        self.starred: set[str] = set()
        for statement in body:
            for node in ast.walk(statement):
                self._note(node)

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname and imported(alias.name) in language.MEMBERS:
                    self.aliases[alias.asname] = imported(alias.name)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner in language.MODULES:
                    self.aliases[alias.asname or alias.name] = imported(inner)
                elif alias.name == "*" and node.module in language.MEMBERS:
                    self.starred |= set(language.MEMBERS[node.module])

    def named(self, node: ast.expr, scope: Scope | None) -> str:
        """The module that an expression names (``np.linalg``; ``S`` as well), or "" where it names none.

        Without a scope, names of modules that the program assigns are modules' as well.
        """
        if isinstance(node, ast.Name):
            own = scope.program.names - set(self._from_modules()) if scope else ()
            if node.id in own or (scope and scope.find(node.id) is not None):
                return ""
            return "S" if node.id == "S" else self.aliases.get(node.id, "")
        if isinstance(node, ast.Attribute):
            around = self.named(node.value, scope)
            inner = f"{around}.{node.attr}"
            return inner if around and inner in language.MODULES else ""
        return ""

    def _from_modules(self) -> Iterable[str]:
        """Names that ``from x import y`` gives to modules: they are no values."""
        return (name for name, module in self.aliases.items() if "." in module)


def imported(name: str) -> str:
    """The module that a name in an import means."""
    return "sympy" if name == "sympy.abc" else name
