"""`gba math`: the math tool by itself."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gba.cli import options

if TYPE_CHECKING:
    from gba.tools.math import MathResult

__all__ = ["math"]

_CONSTANTS = {"pi", "E", "I", "oo"}
_LONGEST_PATH = 1_000


def math(
    question: Annotated[str, typer.Argument(help="The calculation, in words or symbols.", show_default=False)],
    math_model: options.MathModel = None,
    program: Annotated[
        bool, typer.Option("--program", "-p", help="The question is a program, or a file with one (-: standard input).")
    ] = False,
    digits: Annotated[int, typer.Option("--digits", "-d", min=1, help="Digits of the decimal value.")] = 15,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Calculate: a model writes a program, sympy evaluates it. An expression, as 2+2, needs no model."""
    from gba.tools.math import evaluate

    result = evaluate(_program(question)) if program else _of_expression(question)
    if result is None:
        from gba.tools.math import MathTool

        result = MathTool(llm=math_model).solve(question)
    _show(result, result.decimal(digits), json=json)


def _program(text: str) -> str:
    """The program that is meant: the text of a file, of standard input for "-", or the text itself."""
    if text == "-":
        return sys.stdin.read()
    try:
        is_file = len(text) < _LONGEST_PATH and Path(text).is_file()
    except (OSError, ValueError):  # no path can look like that
        is_file = False
    return Path(text).read_text(encoding="utf-8", errors="replace") if is_file else text


def _of_expression(question: str) -> MathResult | None:
    """The value of an expression of numbers, constants and functions; None for a question in words."""
    try:
        tree = ast.parse(question.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    nodes = list(ast.walk(tree))
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    names = [node for node in nodes if isinstance(node, ast.Name)]
    if any(id(node) not in called and node.id not in _CONSTANTS for node in names):
        return None
    from gba.tools.math import MathError, evaluate

    try:
        return evaluate(f"result = {question.strip()}")
    except MathError as error:
        if error.kind in ("syntax", "forbidden", "no result"):
            return None
        raise


def _show(result: MathResult, decimal: str, *, json: bool) -> None:
    from gba.cli.console import out

    fields = {"program": result.program, "result": result.text, "exact": result.exact, "decimal": decimal}
    if result.printed:
        fields["printed"] = result.printed.rstrip("\n")
    console = out()
    if json:
        console.print_json(data={**fields, "latex": result.latex})
        return
    for name, value in fields.items():
        console.print(f"{name:<9}", style="dim", end="")
        console.print(value.replace("\n", "\n" + " " * 9), style="bold" if name == "result" else "")
