"""The second wall: any text is read with Python's parser and held against the table of the language.

Nothing is evaluated here. What passes is a tree of nodes that the interpreter knows, in bounded size, whose calls
and attributes are all in the table.
"""

# The visitor's methods are called after the nodes of Python's ast module.
# ruff: noqa: N802

from __future__ import annotations

import ast
import difflib
import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from gba.errors import MathError
from gba.tools.math import language
from gba.tools.math.language import Signature

__all__ = ["MAX_DEPTH", "MAX_LENGTH", "MAX_NODES", "Program", "check", "operator_of", "qualified"]

MAX_LENGTH = 4_000
MAX_NODES = 2_000
MAX_DEPTH = 120
_MAX_BRACKETS = 40
_SHOWN = 40
"""Characters of a number that an error repeats."""

_SPELLINGS = str.maketrans(
    {"\t": " ", "×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "π": "pi", "∞": "oo", "\r": "\n"}
)
_CARET = re.compile(r"""("[^"\n]*"|'[^'\n]*'|\#[^\n]*)|\^""")
_NAME = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*_?")
_SEPARATED = re.compile(
    r"""\"[^"\n]*"|'[^'\n]*'|\#[^\n]*|[A-Za-z_]\w*"""
    r"|(?P<number>(?:[1-9]\d{0,2}|0\d{1,2})(?:,\d{2,3}){0,12},\d{3}(?![\d_])(?:\.\d+)?)"
    r"|[\d.](?:[eE][-+]|[\w.])*"
)
"""Texts, comments, names, numbers with thousands separators, and other numbers: so that each is read as a whole."""
_BEFORE_COMMA = re.compile(r"(?<![\w.])(?:\d+|\d{1,3}(?:\.\d{3})+)$")
_BEHIND_COMMA = re.compile(r"\d+(?:[eE][-+]?\d+)?(?![\w.])")
"""What stands before and behind the comma of ``3,14`` and ``1.234,50``."""
_PREFIXES = re.compile(r"(?:(?:[-+~]|\bnot\b)\s*){20}")
_TEXTS = {
    "names": re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:(?:, ?| )[A-Za-z][A-Za-z0-9_]*)*"),
    "number": re.compile(r"-?(?:\d[\d_]*(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?(?:/\d[\d_]*)?"),
    "sign": re.compile(r"\+-?|-"),
}
_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.MatMult: "@",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_QUALIFIERS = frozenset(language.MODULES) | {name for short in language.MODULES.values() for name in short}
_NUMPY = frozenset({"np", "numpy"})
_STATISTICS = frozenset({"statistics", "stats"})
_LOOP = "a comprehension (a sum is summation(k**2, (k, 1, 10)))"
_WORDS = {
    "Lambda": "a lambda",
    "FunctionDef": "a function definition",
    "ClassDef": "a class",
    "ListComp": _LOOP,
    "SetComp": _LOOP,
    "DictComp": _LOOP,
    "GeneratorExp": _LOOP,
    "For": "a loop",
    "While": "a loop",
    "If": "an if",
    "JoinedStr": "an f-string",
    "IfExp": "a condition (if ... else; write Piecewise((a, x > 0), (b, True)))",
    "NamedExpr": "an assignment inside an expression",
    "BoolOp": "and/or",
}


@dataclass(frozen=True)
class Program:
    """A program in the language: ``text`` as it was given, ``source`` as it was parsed, and the tree."""

    text: str
    source: str
    tree: ast.Module


def check(text: str) -> Program:
    """Read a program. Raises MathError (syntax, forbidden, too large, no result) that names the part and the line."""
    try:
        return _checked(_parse(text))
    except RecursionError:
        raise MathError("The program is nested too deeply.", kind="too large", program=text) from None


def _checked(program: Program) -> Program:
    text = program.text
    checker = _Checker(text)
    nodes = 0
    waiting: list[tuple[ast.AST, int]] = [(node, 1) for node in program.tree.body]
    while waiting:
        node, depth = waiting.pop()
        nodes += 1
        if nodes > MAX_NODES or depth > MAX_DEPTH:
            raise MathError(
                "The program is too long or nested too deeply. Write a shorter one.", kind="too large", program=text
            )
        waiting.extend((child, depth + 1) for child in checker.visit(node))
    _require_result(program)
    return program


def operator_of(node: ast.AST) -> str:
    """The operator as it is written."""
    return _OPERATORS[type(node)]


def qualified(node: ast.expr) -> str:
    """The module that a name begins with (``math``, ``np``, ``np.linalg``, ``S``), or "" where it is none."""
    if isinstance(node, ast.Name) and node.id in _QUALIFIERS | {"S"}:
        return node.id
    inner = isinstance(node, ast.Attribute) and node.attr == "linalg" and isinstance(node.value, ast.Name)
    return "np.linalg" if inner and node.value.id in ("np", "numpy") else ""  # type: ignore[attr-defined]


def _parse(text: str) -> Program:
    if not isinstance(text, str):
        raise TypeError(f"a program is a str, not {type(text).__name__}")
    if len(text) > MAX_LENGTH:
        message = f"The program has {len(text)} characters; at most {MAX_LENGTH} are read. Write a shorter one."
        raise MathError(message, kind="too large", program=text[:MAX_LENGTH])
    source = _CARET.sub(lambda match: match[1] or "**", text.translate(_SPELLINGS)).strip() + "\n"
    _scan(source, text)
    _refuse_separators(source, text)
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise MathError(f"Line {error.lineno or 1}: {error.msg}.", kind="syntax", program=text) from None
    except (RecursionError, MemoryError):
        raise MathError("The program is nested too deeply.", kind="too large", program=text) from None
    except ValueError as error:
        raise MathError(f"The program cannot be read: {error}.", kind="syntax", program=text) from None
    _refuse_decimal_commas(tree, source, text)
    return Program(text, source, tree)


def _scan(source: str, text: str) -> None:
    """Refuse what Python's parser should not even see: characters outside ASCII, and deep nesting."""
    depth = 0
    for number, line in enumerate(source.split("\n"), 1):
        code = _CARET.sub(lambda match: "" if match[0].startswith("#") else match[0], line)
        strange = next((char for char in code if not " " <= char <= "~" or char == "\\"), None)
        if strange is not None:
            message = f"Line {number}: the character {strange!a} is not in the language. Leave it out."
            raise MathError(message, kind="forbidden", program=text)
        for char in code:
            depth += (char in "([{") - (char in ")]}")
            if depth > _MAX_BRACKETS:
                raise MathError(f"Line {number}: too many nested brackets.", kind="too large", program=text)
    if _PREFIXES.search(source):
        raise MathError("Too many signs in a row.", kind="too large", program=text)


def _refuse_separators(source: str, text: str) -> None:
    """Refuse ``1,200`` and ``1,00,000``, which Python reads as several values. ``[100,200]`` looks the same."""
    for match in _SEPARATED.finditer(source):
        number = match["number"]
        if number is not None:
            line = source.count("\n", 0, match.start()) + 1
            shown = number if len(number) <= _SHOWN else f"{number[:_SHOWN]}..."
            message = (
                f"Line {line}: write numbers without thousands separators: {shown.replace(',', '')}, not {shown}. "
                f"Values of their own have a space behind the comma: {shown.replace(',', ', ')}."
            )
            raise MathError(message, kind="syntax", program=text)


def _refuse_decimal_commas(tree: ast.Module, source: str, text: str) -> None:
    """Refuse ``3,14``, which Python reads as two values, wherever it may have been meant as 3.14.

    That is where no bracket holds the values together (``x = 3,14``), where such a pair is calculated with
    (``(3,14) * 2``), and where commas without and with a space separate numbers (``max(2,5, 3,1)``). ``max(2,5)`` and
    ``[2,5]`` are two values, as in Python.
    """
    lines = source.split("\n")
    for node in ast.walk(tree):
        doubtful: list[ast.expr] = []
        if isinstance(node, (ast.Assign, ast.AugAssign)):
            unpacked = isinstance(node, ast.Assign) and any(isinstance(name, ast.Tuple) for name in node.targets)
            doubtful = [node.value] if _without_brackets(node.value) and not unpacked else []
        elif isinstance(node, ast.BinOp):
            doubtful = [node.left, node.right]
        elif isinstance(node, (ast.UnaryOp, ast.Compare)):
            doubtful = [node.operand] if isinstance(node, ast.UnaryOp) else [node.left, *node.comparators]
        for value in doubtful:
            if isinstance(value, ast.Tuple):
                _refuse_tight(_commas(value.elts, lines), text)
        items = node.args if isinstance(node, ast.Call) else getattr(node, "elts", [])
        commas = _commas(items, lines)
        if any(comma.numbers and not comma.tight for comma in commas):
            _refuse_tight(commas, text)


def _without_brackets(node: ast.expr) -> bool:
    return isinstance(node, ast.Tuple) and bool(node.elts) and node.col_offset == node.elts[0].col_offset


@dataclass(frozen=True)
class _Comma:
    line: int
    numbers: bool
    """It stands between two numbers that may be the whole and the decimal part of one."""
    tight: bool
    """Nothing stands around it."""
    shown: str


def _commas(items: list[ast.expr], lines: list[str]) -> list[_Comma]:
    """The commas between items that stand on one line."""
    found = []
    for left, right in itertools.pairwise(items):
        if left.end_lineno == right.lineno and left.end_col_offset is not None:
            line = lines[right.lineno - 1]
            before = _BEFORE_COMMA.search(line[: left.end_col_offset])
            behind = _BEHIND_COMMA.match(line, right.col_offset)
            shown = f"{before[0]},{behind[0]}" if before and behind else ""
            tight = line[left.end_col_offset : right.col_offset] == ","
            found.append(_Comma(right.lineno, bool(shown), tight, shown))
    return found


def _refuse_tight(commas: list[_Comma], text: str) -> None:
    for comma in commas:
        if comma.numbers and comma.tight:
            whole, _, decimals = comma.shown.partition(",")
            number = f"{whole.replace('.', '')}.{decimals}"
            if len(comma.shown) > _SHOWN:
                message = f"Line {comma.line}: write numbers with a decimal point, not a comma."
            else:
                message = (
                    f"Line {comma.line}: write numbers with a decimal point: {number}, not {comma.shown}. "
                    f"Values of their own have a space behind the comma: {whole}, {decimals}."
                )
            raise MathError(message, kind="syntax", program=text)


def _require_result(program: Program) -> None:
    assigned = {
        name.id
        for line in program.tree.body
        for target in (line.targets if isinstance(line, ast.Assign) else [])
        for name in ast.walk(target)
        if isinstance(name, ast.Name)
    }
    if language.RESULT not in assigned:
        message = "The program assigns no result. Its last line has to be: result = ..."
        raise MathError(message, kind="no result", program=program.text)
    for line in program.tree.body:
        if isinstance(line, ast.Expr):
            message = f"Line {line.lineno}: a line has to assign a name. Leave this line out."
            raise MathError(message, kind="forbidden", program=program.text)


class _Checker:
    """One method for each kind of node: it raises, or gives the children that are to be looked at next."""

    def __init__(self, text: str) -> None:
        self.text = text

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
            names = target.elts if isinstance(target, ast.Tuple) else [target]
            if not all(isinstance(name, ast.Name) for name in names):
                raise self._error(node, "only names can be assigned")
            yield from names
        yield node.value

    def _AugAssign(self, node: ast.AugAssign) -> Iterable[ast.AST]:
        if not isinstance(node.target, ast.Name):
            raise self._error(node, "only names can be assigned")
        self._operator(node, node.op)
        return [node.target, node.value]

    def _Import(self, node: ast.Import) -> Iterable[ast.AST]:
        for alias in node.names:
            self._module(node, alias.name)
            if alias.asname and alias.asname not in language.MODULES.get(alias.name, ()):
                raise self._error(node, f"{alias.name} cannot be called {alias.asname} here")
        return ()

    def _ImportFrom(self, node: ast.ImportFrom) -> Iterable[ast.AST]:
        self._module(node, "." * node.level + (node.module or ""))
        if node.module == "numpy":  # without its module in front a name has another meaning here
            raise self._error(node, "write import numpy as np, and np. in front of each of its names")
        for alias in node.names:
            if alias.name != "*":
                self._name(node, alias.name)
            if alias.asname:
                raise self._error(node, f"leave 'as {alias.asname}' out")
        return ()

    def _module(self, node: ast.AST, name: str) -> None:
        if name not in language.MODULES and name != "sympy.abc":
            known = ", ".join(language.MODULES)
            raise self._error(node, f"there is no module {name!r} here; there are {known}, and none has to be imported")

    # values

    def _Constant(self, node: ast.Constant) -> Iterable[ast.AST]:
        if node.value is None or isinstance(node.value, (str, bytes)) or node.value is Ellipsis:
            kind = "None" if node.value is None else "a text in quotes" if node.value is not Ellipsis else "..."
            raise self._error(node, f"{kind} is not in the language here")
        return ()

    def _Name(self, node: ast.Name) -> Iterable[ast.AST]:
        self._name(node, node.id)
        return ()

    def _Tuple(self, node: ast.Tuple) -> Iterable[ast.AST]:
        return node.elts

    def _List(self, node: ast.List) -> Iterable[ast.AST]:
        return node.elts

    def _Dict(self, node: ast.Dict) -> Iterable[ast.AST]:
        if not all(node.keys):
            raise self._error(node, "** is not in the language here")
        return [*(key for key in node.keys if key), *node.values]

    def _Slice(self, node: ast.Slice) -> Iterable[ast.AST]:
        if node.step:
            raise self._error(node, "a slice with a step is not in the language")
        return [bound for bound in (node.lower, node.upper) if bound]

    def _Subscript(self, node: ast.Subscript) -> Iterable[ast.AST]:
        return [node.value, node.slice]

    def _BinOp(self, node: ast.BinOp) -> Iterable[ast.AST]:
        self._operator(node, node.op)
        return [node.left, node.right]

    def _UnaryOp(self, node: ast.UnaryOp) -> Iterable[ast.AST]:
        if not isinstance(node.op, (ast.UAdd, ast.USub)):
            raise self._error(node, f"the operator {type(node.op).__name__} is not in the language")
        return [node.operand]

    def _Compare(self, node: ast.Compare) -> Iterable[ast.AST]:
        for operator in node.ops:
            self._operator(node, operator)
        return [node.left, *node.comparators]

    def _operator(self, node: ast.AST, operator: ast.AST) -> None:
        if _OPERATORS.get(type(operator)) not in language.BINARY + language.COMPARISONS:
            raise self._error(node, f"the operator {type(operator).__name__} is not in the language")

    def _Attribute(self, node: ast.Attribute) -> Iterable[ast.AST]:
        module = qualified(node.value)
        if module and node.attr in (language.SETS if module == "S" else language.CONSTANTS):
            return ()
        if node.attr not in language.PROPERTIES:
            raise self._error(node, f"the attribute {node.attr!r} is not in the language")
        return [node.value]

    def _Call(self, node: ast.Call) -> Iterable[ast.AST]:
        signatures = list(self._signatures(node))
        problems = [self._arguments(node, signature) for signature in signatures]
        if all(problems):
            raise self._error(node, f"{_called(node.func)}: {problems[0]}")
        signature = signatures[problems.index("")]
        inner = [node.func.value] if isinstance(node.func, ast.Attribute) and not qualified(node.func.value) else []
        return [*inner, *self._values(node, signature)]

    def _signatures(self, node: ast.Call) -> Iterable[Signature]:
        """What the called thing may be; raises where it is nothing in the table."""
        function = node.func
        table: Mapping[str, Signature] = language.FUNCTIONS
        if isinstance(function, ast.Name):
            found, name = [table.get(function.id)], function.id
        elif isinstance(function, ast.Attribute):
            module, name = qualified(function.value), function.attr
            table = _table(module, name)
            # a module's name may be that of a value as well, which has methods
            found = [table.get(name), language.METHODS.get(name) if module != "np.linalg" else None]
        else:
            raise self._error(node, "only named functions can be called; write * where two values are multiplied")
        if not any(found):
            close = difflib.get_close_matches(name, table, 1, cutoff=0.75)
            hint = f"; did you mean {close[0]}?" if close else ""
            if isinstance(function, ast.Attribute) and module in _NUMPY and name in language.FUNCTIONS:
                hint = f"; numpy has none of that name: write {name}(...) without {module}."
            raise self._error(node, f"the function {name!r} is not in the language{hint}")
        return (signature for signature in found if signature)

    def _arguments(self, node: ast.Call, signature: Signature) -> str:
        """What is wrong with the number or the kind of arguments; "" where nothing is."""
        count, most = len(node.args), signature.most
        if count < signature.least or (most is not None and count > most):
            wanted = (
                f"{signature.least}" if most == signature.least else f"{signature.least} to {most or 'any number of'}"
            )
            return f"takes {wanted} arguments, not {count}"
        for key in node.keywords:
            if key.arg not in signature.keywords:
                return f"has no keyword {key.arg!r}" if key.arg else "** is not in the language"
            kind = language.KEYWORD_TEXTS.get(key.arg)
            if kind and not _is_text(key.value, kind):
                return f"{key.arg} has to be a quoted text such as '+'"
        if signature.text == "names" and not _is_text(node.args[0], "names"):
            return "takes names in quotes, such as 'x y'"
        return ""

    def _values(self, node: ast.Call, signature: Signature) -> Iterable[ast.AST]:
        """The arguments that are expressions."""
        for place, argument in enumerate(node.args):
            if not (signature.text and place == signature.text_at and _is_text(argument, signature.text)):
                yield argument
        for key in node.keywords:
            if key.arg not in language.KEYWORD_TEXTS:
                yield key.value


def _table(module: str, name: str) -> Mapping[str, Signature]:
    """The functions that a name after a module may mean: never another library's."""
    if module == "np.linalg":
        return language.LINALG
    if module in _NUMPY:
        return language.NUMPY
    if module in _STATISTICS and name in language.STATISTICS:
        return language.STATISTICS
    return language.FUNCTIONS if module else language.METHODS


def _called(function: ast.expr) -> str:
    """The name of what is called, without what stands in front of it, which may be long and deep."""
    if isinstance(function, ast.Attribute):
        return f"{qualified(function.value)}.{function.attr}"
    return function.id if isinstance(function, ast.Name) else "this"


def _is_text(node: ast.AST, kind: str) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(_TEXTS[kind].fullmatch(node.value))
