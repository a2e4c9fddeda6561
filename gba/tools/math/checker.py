"""The second wall: any text is read with Python's parser and held against the table of the language.

Nothing is evaluated here. What passes is a tree of nodes that the interpreter knows, in bounded size, whose modules,
functions, methods and attributes are all in the table, or defined by the program.
"""

# The visitor's methods are called after the nodes of Python's ast module.
# ruff: noqa: N802

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Callable, Iterable

from gba.errors import MathError
from gba.tools.math import language
from gba.tools.math.language import Signature
from gba.tools.math.names import Modules, Scope, imported
from gba.tools.math.program import OPERATORS, Program, is_text, parse, refuse_stray, require_value

__all__ = ["check"]

_NAME = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*_?|_")
_TESTS = (ast.In, ast.NotIn, ast.Is, ast.IsNot)
_WORDS = {
    "ClassDef": "a class",
    "With": "with",
    "Match": "match",
    "AsyncFunctionDef": "async",
}
_LISTED = frozenset(language.VALUE_METHODS | set(language.METHODS))
_ATTRIBUTES = language.PROPERTIES | language.ATTRIBUTES
_BEHIND_ANY = frozenset({"add", "append", "extend", "remove"}) | _ATTRIBUTES
"""What the grammar lets follow any name: methods that a line may be, and attributes."""


def check(text: str) -> Program:
    """Read a program. Raises MathError (syntax, forbidden, too large, no result) that names the part and the line."""
    try:
        return _checked(parse(text))
    except RecursionError:
        raise MathError("The program is nested too deeply.", kind="too large", program=text) from None


def _checked(program: Program) -> Program:
    checker = _Checker(program.text, program.tree.body)
    waiting: list[ast.AST] = [*program.tree.body]
    while waiting:
        waiting.extend(checker.visit(waiting.pop()))
    refuse_stray(program)
    require_value(program)
    return program


class _Checker:
    """One method for each kind of node: it raises, or gives the children that are to be looked at next."""

    def __init__(self, text: str, body: list[ast.stmt]) -> None:
        self.text = text
        self.modules = Modules(body)
        self.scope = Scope.of_program(body)
        tree = ast.Module(body, [])
        self.own = self.scope.names | self.modules.starred | {
            node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }  # fmt: skip
        self.own |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        self.own |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        self.own |= {alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
                     for alias in node.names}  # fmt: skip

    def visit(self, node: ast.AST) -> Iterable[ast.AST]:
        method: Callable[[ast.AST], Iterable[ast.AST]] | None = getattr(self, f"_{type(node).__name__}", None)
        if method is None:
            kind = type(node).__name__
            raise self._error(node, f"{_WORDS.get(kind, f'{kind} (Python)')} is not in the language")
        return method(node)

    def _error(self, node: ast.AST, message: str) -> MathError:
        return MathError(f"Line {getattr(node, 'lineno', 1)}: {message}.", kind="forbidden", program=self.text)

    def _name(self, node: ast.AST, name: str) -> None:
        if not _NAME.fullmatch(name):
            raise self._error(node, f"{name!r} is not a name in the language: no underscore in front, nor two in a row")

    # statements

    def _Expr(self, node: ast.Expr) -> Iterable[ast.AST]:
        return [node.value]

    def _Assign(self, node: ast.Assign) -> Iterable[ast.AST]:
        for target in node.targets:
            yield from self._target(target)
        yield node.value

    def _target(self, target: ast.expr) -> Iterable[ast.AST]:
        if isinstance(target, (ast.Tuple, ast.List)):
            for item in target.elts:
                yield from self._target(item.value if isinstance(item, ast.Starred) else item)
        elif isinstance(target, (ast.Name, ast.Subscript)):
            yield target
        else:
            raise self._error(target, "only names, and parts of lists and dicts, can be assigned")

    def _AnnAssign(self, node: ast.AnnAssign) -> Iterable[ast.AST]:
        self._annotation(node.annotation)
        return [*self._target(node.target), *([node.value] if node.value else [])]

    def _annotation(self, node: ast.expr | None) -> None:
        """What is said of a type is not evaluated, and has to be names."""
        for part in ast.walk(node) if node else ():
            allowed = (ast.Name, ast.Subscript, ast.Tuple, ast.List, ast.Constant, ast.BinOp, ast.BitOr, ast.Load)
            if not isinstance(part, allowed):
                raise self._error(node or part, "this is no type")
            if isinstance(part, ast.Name):
                self._name(part, part.id)

    def _AugAssign(self, node: ast.AugAssign) -> Iterable[ast.AST]:
        if not isinstance(node.target, (ast.Name, ast.Subscript)):
            raise self._error(node, "only names, and parts of lists and dicts, can be assigned")
        self._operator(node, node.op)
        return [node.target, node.value]

    def _Delete(self, node: ast.Delete) -> Iterable[ast.AST]:
        if not all(isinstance(target, (ast.Name, ast.Subscript)) for target in node.targets):
            raise self._error(node, "only names, and parts of lists and dicts, can be deleted")
        return node.targets

    def _If(self, node: ast.If) -> Iterable[ast.AST]:
        return [node.test, *node.body, *node.orelse]

    _While = _If

    def _For(self, node: ast.For) -> Iterable[ast.AST]:
        return [*self._target(node.target), node.iter, *node.body, *node.orelse]

    def _nothing(self, _: ast.AST) -> Iterable[ast.AST]:
        return ()

    _Pass = _Break = _Continue = _nothing

    def _Try(self, node: ast.Try) -> Iterable[ast.AST]:
        for handler in node.handlers:
            kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
            for kind in kinds:
                if kind is not None:
                    self._error_kind(handler, kind)
            if handler.name:
                self._name(handler, handler.name)
            yield from handler.body
        yield from (*node.body, *node.orelse, *node.finalbody)

    def _error_kind(self, node: ast.AST, kind: ast.expr) -> None:
        if not isinstance(kind, ast.Name) or kind.id not in language.EXCEPTIONS:
            raise self._error(
                node, f"there are {', '.join(sorted(language.EXCEPTIONS))} to raise and catch, nothing else"
            )

    def _Raise(self, node: ast.Raise) -> Iterable[ast.AST]:
        if node.exc is None or node.cause:
            raise self._error(node, "raise takes an error, as raise ValueError('why')")
        if not isinstance(node.exc, ast.Call):
            self._error_kind(node, node.exc)
            return ()
        self._error_kind(node, node.exc.func)
        if node.exc.keywords or any(isinstance(one, ast.Starred) for one in node.exc.args):
            raise self._error(node, "an error takes a text")
        return node.exc.args

    def _Yield(self, node: ast.Yield | ast.YieldFrom) -> Iterable[ast.AST]:
        return [node.value] if node.value else []

    _YieldFrom = _Yield

    def _Assert(self, node: ast.Assert) -> Iterable[ast.AST]:
        return [node.test, *([node.msg] if node.msg else [])]

    def _Return(self, node: ast.Return) -> Iterable[ast.AST]:
        return [node.value] if node.value else []

    def _Global(self, node: ast.Global | ast.Nonlocal) -> Iterable[ast.AST]:
        for name in node.names:
            self._name(node, name)
        return ()

    _Nonlocal = _Global

    def _FunctionDef(self, node: ast.FunctionDef) -> Iterable[ast.AST]:
        self._name(node, node.name)
        self._annotation(node.returns)
        if getattr(node, "type_params", None):
            raise self._error(node, "a function has no type parameters")
        return [*node.decorator_list, *self._parameters(node.args), *node.body]

    def _Lambda(self, node: ast.Lambda) -> Iterable[ast.AST]:
        return [*self._parameters(node.args), node.body]

    def _parameters(self, arguments: ast.arguments) -> Iterable[ast.AST]:
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        every += [one for one in (arguments.vararg, arguments.kwarg) if one]
        for one in every:
            self._name(one, one.arg)
            self._annotation(one.annotation)
        return [*arguments.defaults, *(one for one in arguments.kw_defaults if one)]

    def _Import(self, node: ast.Import) -> Iterable[ast.AST]:
        for alias in node.names:
            self._module(node, alias.name)
            if alias.asname:
                self._name(node, alias.asname)
        return ()

    def _ImportFrom(self, node: ast.ImportFrom) -> Iterable[ast.AST]:
        module = "." * node.level + (node.module or "")
        self._module(node, module)
        for alias in node.names:
            if alias.name != "*":
                self._name(node, alias.name)
            if alias.asname:
                self._name(node, alias.asname)
            members = language.MEMBERS.get(imported(module), frozenset())
            known = alias.name in members | {"*"} or f"{module}.{alias.name}" in language.MODULES
            if module not in ("sympy.abc", "typing") and not known:
                raise self._error(node, self._absent(module, alias.name, members))
            if module == "sympy.abc" and alias.name != "*" and len(alias.name) > 10:
                raise self._error(node, f"sympy.abc has no {alias.name}")
        return ()

    def _module(self, node: ast.AST, name: str) -> None:
        if name not in language.MODULES and name not in ("sympy.abc", "typing"):
            known = ", ".join(language.MODULES)
            raise self._error(node, f"there is no module {name!r} here; there are {known}, and none has to be imported")

    # values

    def _Constant(self, node: ast.Constant) -> Iterable[ast.AST]:
        if isinstance(node.value, bytes) or node.value is Ellipsis:
            raise self._error(node, f"{'...' if node.value is Ellipsis else 'a text of bytes'} is not in the language")
        return ()

    def _Name(self, node: ast.Name) -> Iterable[ast.AST]:
        self._name(node, node.id)
        return ()

    def _Tuple(self, node: ast.Tuple | ast.List | ast.Set) -> Iterable[ast.AST]:
        return [item.value if isinstance(item, ast.Starred) else item for item in node.elts]

    _List = _Set = _Tuple

    def _Dict(self, node: ast.Dict) -> Iterable[ast.AST]:
        return [*(key for key in node.keys if key), *node.values]

    def _ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Iterable[ast.AST]:
        return [*self._generators(node.generators), node.elt]

    _SetComp = _GeneratorExp = _ListComp

    def _DictComp(self, node: ast.DictComp) -> Iterable[ast.AST]:
        return [*self._generators(node.generators), node.key, node.value]

    def _generators(self, generators: list[ast.comprehension]) -> Iterable[ast.AST]:
        for generator in generators:
            if generator.is_async:
                raise self._error(generator.iter, "async is not in the language")
            yield from self._target(generator.target)
            yield generator.iter
            yield from generator.ifs

    def _JoinedStr(self, node: ast.JoinedStr) -> Iterable[ast.AST]:
        return node.values

    def _FormattedValue(self, node: ast.FormattedValue) -> Iterable[ast.AST]:
        return [node.value, *([node.format_spec] if node.format_spec else [])]

    def _Slice(self, node: ast.Slice) -> Iterable[ast.AST]:
        return [bound for bound in (node.lower, node.upper, node.step) if bound]

    def _Subscript(self, node: ast.Subscript) -> Iterable[ast.AST]:
        return [node.value, node.slice]

    def _BinOp(self, node: ast.BinOp) -> Iterable[ast.AST]:
        self._operator(node, node.op)
        return [node.left, node.right]

    def _UnaryOp(self, node: ast.UnaryOp) -> Iterable[ast.AST]:
        return [node.operand]

    def _BoolOp(self, node: ast.BoolOp) -> Iterable[ast.AST]:
        return node.values

    def _IfExp(self, node: ast.IfExp) -> Iterable[ast.AST]:
        return [node.test, node.body, node.orelse]

    def _NamedExpr(self, node: ast.NamedExpr) -> Iterable[ast.AST]:
        return [node.target, node.value]

    def _Compare(self, node: ast.Compare) -> Iterable[ast.AST]:
        for operator in node.ops:
            if isinstance(operator, (ast.Is, ast.IsNot)) and not any(map(_is_single, [node.left, *node.comparators])):
                raise self._error(node, "the operator Is compares with None, True and False only; write ==")
            if not isinstance(operator, _TESTS):
                self._operator(node, operator)
        sides = [node.left, *node.comparators]
        is_main = isinstance(sides[0], ast.Name) and sides[0].id == "__name__" and is_text(sides[1])
        return sides[1:] if is_main else sides

    def _operator(self, node: ast.AST, operator: ast.AST) -> None:
        if type(operator) not in OPERATORS:
            raise self._error(node, f"the operator {type(operator).__name__} is not in the language")

    def _Attribute(self, node: ast.Attribute) -> Iterable[ast.AST]:
        module = self._module_of(node)
        if module:
            self._member(node, module)
            return ()
        if node.attr not in _ATTRIBUTES | language.VALUE_METHODS:
            raise self._error(node, f"the attribute {node.attr!r} is not in the language")
        return [node.value]

    def _module_of(self, node: ast.Attribute) -> str:
        """The module that the attribute is one of; of a module's name that is also a variable's, its members."""
        module = self.modules.named(node.value, self.scope)
        if not module:
            likely = self.modules.named(node.value, None)
            members = language.SETS if likely == "S" else language.MEMBERS.get(likely, frozenset())
            return likely if node.attr in members else ""
        members = language.SETS if module == "S" else language.MEMBERS[module]
        behind = _BEHIND_ANY | _LISTED
        absent = node.attr in behind and node.attr not in members and f"{module}.{node.attr}" not in language.MODULES
        return "" if absent else module  # np.append(x), np.day: the interpreter says that there is none

    def _member(self, node: ast.Attribute, module: str) -> None:
        members = language.SETS if module == "S" else language.MEMBERS[module]
        inner = f"{module}.{node.attr}"
        if node.attr not in members and inner not in language.MODULES:
            raise self._error(node, self._absent(module, node.attr, members))

    def _absent(self, module: str, name: str, members: Iterable[str]) -> str:
        close = difflib.get_close_matches(name, members, 1, cutoff=0.75)
        hint = f"; did you mean {close[0]}?" if close else ""
        if name in language.FUNCTIONS and not name.startswith("_"):
            hint = f"; {module} has none of that name: write {name}(...) without {module}."
        return f"the function {name!r} is not in the language as {module}.{name}{hint}"

    # calls

    def _Call(self, node: ast.Call) -> Iterable[ast.AST]:
        function = node.func
        values = [argument.value if isinstance(argument, ast.Starred) else argument for argument in node.args]
        values += [key.value for key in node.keywords]
        if isinstance(function, ast.Name):
            if function.id not in self.own | language.DEFINED:
                self._known(node, function.id)
            self._name(function, function.id)
            return values
        if isinstance(function, ast.Attribute):
            module = self._module_of(function)
            if module:
                self._member(function, module)
                return values
            if function.attr not in _LISTED:
                close = difflib.get_close_matches(function.attr, _LISTED, 1, cutoff=0.75)
                hint = f"; did you mean {close[0]}?" if close else ""
                raise self._error(node, f"the function {function.attr!r} is not in the language{hint}")
            return [function.value, *values]
        if not isinstance(function, (ast.Call, ast.Subscript, ast.Lambda, ast.IfExp)):
            raise self._error(node, "only functions can be called; write * where two values are multiplied")
        return [function, *values]

    def _known(self, node: ast.Call, name: str) -> None:
        """Refuse a call of what is not in the table, or with a number of arguments that it does not take."""
        signature = language.BUILTINS.get(name) or language.FUNCTIONS.get(name)
        if signature is None:
            table = {**language.FUNCTIONS, **language.BUILTINS}
            close = difflib.get_close_matches(name, table, 1, cutoff=0.75)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise self._error(node, f"the function {name!r} is not in the language{hint}")
        problem = self._arguments(node, signature)
        if problem:
            raise self._error(node, f"{name}: {problem}")

    def _arguments(self, node: ast.Call, signature: Signature) -> str:
        """What is wrong with the number or the kind of arguments; "" where nothing is."""
        starred = any(isinstance(argument, ast.Starred) for argument in node.args)
        count, most = len(node.args), signature.most
        if not starred and (count < signature.least or (most is not None and count > most)):
            wanted = (
                f"{signature.least}" if most == signature.least else f"{signature.least} to {most or 'any number of'}"
            )
            return f"takes {wanted} arguments, not {count}"
        for key in node.keywords:
            if key.arg and key.arg not in signature.keywords and signature is not language.BUILTINS["dict"]:
                return f"has no keyword {key.arg!r}"
        first = node.args[0] if signature.text == "names" and not starred else None
        if isinstance(first, ast.Constant) and not _names(first.value):
            return "takes names in quotes, such as 'x y'"
        return ""


def _is_single(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, bool))


def _names(text: object) -> bool:
    return isinstance(text, str) and bool(language.TEXTS["names"].fullmatch(text))
