"""Programs in the style of code models: the lines and the value that CPython has for them, with the real libraries."""

from __future__ import annotations

import contextlib
import io
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from gba.tools.math import MathResult
from gba.tools.math.language import ANSWERS
from tests.helpers.math_honest import HONEST
from tests.helpers.math_programs import PROGRAMS
from tests.helpers.math_word_problems import PROBLEMS


def by_cpython(program: str) -> tuple[str, dict[str, Any]]:
    """What it prints, and its names."""
    names: dict[str, Any] = {"__name__": "__main__"}
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(program, "program", "exec"), names)
    return out.getvalue(), names


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_do_what_they_do_in_python(patiently: Callable[[str], MathResult], program: str) -> None:
    printed, names = by_cpython(program)
    result = patiently(program)
    assert result.printed == printed
    name = next((name for name in ANSWERS if names.get(name) is not None and not callable(names[name])), None)
    if name is None:
        assert result.origin == "print"
        assert printed.strip()
        return
    assert result.origin == name
    if isinstance(names[name], float):
        assert math.isclose(float(result.value), names[name], rel_tol=1e-12)
    else:
        assert result.value == names[name]


@pytest.mark.parametrize("question, program, value", PROBLEMS)
def test_word_problems_are_solved(
    patiently: Callable[[str], MathResult], question: str, program: str, value: Fraction
) -> None:
    assert math.isclose(float(patiently(program).value), value, rel_tol=1e-12), question


def test_the_corpora_are_large() -> None:
    assert len(PROBLEMS) >= 150
    assert len({*PROGRAMS, *(program for program, _ in HONEST)}) >= 600


@pytest.mark.parametrize(
    "program, value, origin",
    [
        ("result = 1\nanswer = 2\n3", 1, "result"),
        ("answer = 2\nsolution = 4\n3", 2, "answer"),
        ("ans = 5\nprint(6)", 5, "ans"),
        ("solution = 7", 7, "solution"),
        ("x = 3\nx + 1\nprint(9)", 4, "expression"),
        ("print('value:', 8)", 8, "print"),
        ("print('a')\nprint(1, 2)", "1 2", "print"),
        ("def solution():\n    return 10", 10, "solution"),
        ("def solve_it():\n    return 11\nsolve_it()", 11, "expression"),
        ("```python\nx = 12\nx\n```", 12, "expression"),
        ("Here it is:\n\n```\nresult = 13\n```\n\nThat is all.", 13, "result"),
        ("result = None\n14", 14, "expression"),
        ("'''What it does.'''\nresult = 15", 15, "result"),
        ("result = 'sixteen'", "sixteen", "result"),
        ("result = {1, 2}", {1, 2}, "result"),
    ],
)
def test_where_the_value_comes_from(
    patiently: Callable[[str], MathResult], program: str, value: Any, origin: str
) -> None:
    result = patiently(program)
    assert (result.value, result.origin) == (value, origin)
    assert result.program == program
