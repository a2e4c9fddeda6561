"""Commas that may have been meant as decimal points: ``3,14`` is refused, as Python would read two values."""

from __future__ import annotations

import ast
import itertools
import re
from dataclasses import dataclass

from gba.errors import MathError
from gba.tools.math.source import columns

__all__ = ["refuse_decimal_commas"]

_SHOWN = 40
"""Characters of a number that an error repeats."""
_BEFORE_COMMA = re.compile(r"(?<![\w.])(?:\d+|\d{1,3}(?:\.\d{3})+)$")
_BEHIND_COMMA = re.compile(r"\d+(?:[eE][-+]?\d+)?(?![\w.])")
"""What stands before and behind the comma of ``3,14`` and ``1.234,50``."""


def refuse_decimal_commas(tree: ast.Module, source: str, text: str) -> None:
    """Refuse ``3,14``, which Python reads as two values, wherever it may have been meant as 3.14.

    That is where no bracket holds the values together (``x = 3,14``), where such a pair is calculated with
    (``(3,14) * 2``), and where commas without and with a space separate numbers (``max(2,5, 3,1)``). ``max(2,5)`` and
    ``[2,5]`` are two values, as in Python.
    """
    lines = columns(source)
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
