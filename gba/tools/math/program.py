"""A program as Python's parser reads it: its tree, in bounded size, and what the parser itself lets pass."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass

from gba.errors import MathError
from gba.tools.math import language
from gba.tools.math.commas import refuse_decimal_commas
from gba.tools.math.names import yields
from gba.tools.math.source import spelled

__all__ = [
    "MAX_DEPTH",
    "MAX_NODES",
    "OPERATORS",
    "Program",
    "is_text",
    "operator_of",
    "parse",
    "refuse_stray",
    "require_value",
]

MAX_NODES = 4_000
MAX_DEPTH = 120

OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.MatMult: "@",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
"""How the operators of the language are written."""


@dataclass(frozen=True)
class Program:
    """A program in the language: ``text`` as it was given, ``source`` as it was parsed, and the tree."""

    text: str
    source: str
    tree: ast.Module


def _bound(program: Program) -> None:
    """Refuse a tree that is too large, or too deep to be walked by functions that call themselves."""
    nodes, waiting = 0, [(node, 1) for node in ast.iter_child_nodes(program.tree)]
    while waiting:
        node, depth = waiting.pop()
        nodes += 1
        if nodes > MAX_NODES or depth > MAX_DEPTH:
            raise MathError("The program is too long or nested too deeply. Write a shorter one.", kind="too large",
                            program=program.text)  # fmt: skip
        if not isinstance(node, (ast.expr_context, ast.operator, ast.cmpop, ast.unaryop)):
            waiting.extend((child, depth + 1) for child in ast.iter_child_nodes(node))


def is_text(node: ast.expr) -> bool:
    """Whether an expression is nothing but a text in quotes: where it stands alone it is a comment."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def operator_of(node: ast.AST) -> str:
    """The operator as it is written."""
    return OPERATORS[type(node)]


def parse(text: str) -> Program:
    """The text as a tree of bounded size and depth. Raises MathError (syntax, too large)."""
    source = spelled(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except SyntaxError as error:
        raise MathError(f"Line {error.lineno or 1}: {error.msg}.", kind="syntax", program=text) from None
    except (RecursionError, MemoryError):
        raise MathError("The program is nested too deeply.", kind="too large", program=text) from None
    except ValueError as error:
        raise MathError(f"The program cannot be read: {error}.", kind="syntax", program=text) from None
    refuse_decimal_commas(tree, source, text)
    program = Program(text, source, tree)
    _bound(program)
    return program


def refuse_stray(program: Program) -> None:
    """Refuse return outside of functions, break and continue outside of loops: Python's parser leaves them."""
    waiting: list[tuple[ast.AST, bool, bool]] = [(node, False, False) for node in program.tree.body]
    while waiting:
        node, function, loop = waiting.pop()
        produced = not isinstance(node, ast.FunctionDef) and yields(node) if isinstance(node, ast.stmt) else False
        stray = (isinstance(node, ast.Return) or produced) and not function
        if stray or (isinstance(node, (ast.Break, ast.Continue)) and not loop):
            word = "yield" if produced else type(node).__name__.lower()
            place = "a function" if stray else "a loop"
            raise MathError(f"Line {node.lineno}: {word} outside of {place}.", kind="syntax", program=program.text)  # type: ignore[attr-defined]
        if isinstance(node, (ast.For, ast.While)):
            waiting += [(child, function, True) for child in node.body]
            waiting += [(child, function, loop) for child in node.orelse]
        elif isinstance(node, ast.FunctionDef):
            waiting += [(child, True, False) for child in node.body]
        elif isinstance(node, ast.Try):
            handled = [child for handler in node.handlers for child in handler.body]
            parts = (*node.body, *handled, *node.orelse, *node.finalbody)
            waiting += [(child, function, loop) for child in parts]
        elif isinstance(node, ast.If):
            waiting += [(child, function, loop) for child in (*node.body, *node.orelse)]
        elif isinstance(node, (ast.Return, ast.Break, ast.Continue)):
            continue


def require_value(program: Program) -> None:
    """Refuse a program that can have no value: it assigns none of the names, prints nothing, has no expression."""
    for node in ast.walk(program.tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in language.ANSWERS:
            return
        if isinstance(node, ast.FunctionDef) and node.name in language.ANSWERS:
            return
        if isinstance(node, ast.Expr) and not is_text(node.value):
            return
    message = "The program has no result. Its last line has to be: result = ..."
    raise MathError(message, kind="no result", program=program.text)
