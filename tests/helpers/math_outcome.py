"""What becomes of a program, as data."""

from __future__ import annotations

from gba.tools.math import MathError, evaluate
from gba.tools.math.checker import check

__all__ = ["KINDS", "checked", "evaluated"]

KINDS = {"syntax", "forbidden", "too large", "time", "domain", "no result"}


def checked(program: str) -> tuple[str, str]:
    """("ok", "") or the kind of the error and its message."""
    try:
        check(program)
    except MathError as error:
        return error.kind, str(error)
    return "ok", ""


def evaluated(program: str, timeout: float) -> tuple[str, str]:
    """("ok", the result's text), or the kind of the error and its message."""
    try:
        return "ok", evaluate(program, timeout=timeout).text
    except MathError as error:
        return error.kind, str(error)
