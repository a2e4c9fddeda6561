"""Random programs, run by our interpreter and by CPython: the same lines, or a typed refusal, never other lines."""

from __future__ import annotations

import contextlib
import io
import itertools

import pytest

from gba.errors import MathError
from gba.tools.math.checker import check
from gba.tools.math.interpreter import run
from tests.helpers.math_random_programs import program


def by_cpython(text: str) -> str | None:
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            exec(compile(text, "program", "exec"), {"__name__": "__main__"})
    except OverflowError:  # we go on exactly where a float would be too large
        return "beyond the floats"
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, SyntaxError):
        return None
    return out.getvalue()


@pytest.mark.filterwarnings("ignore")
def test_random_programs_print_what_cpython_prints() -> None:
    same = 0
    for number in itertools.chain(range(200), (283, 1481)):
        text = program(f"test {number}")
        expected = by_cpython(text)
        try:
            printed = run(check(text)).printed
        except MathError:
            continue
        assert expected in (printed, "beyond the floats"), text
        same += 1
    assert same > 120
