from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gba.errors import MathError
from gba.tools.math.checker import check
from gba.tools.math.source import MAX_LENGTH
from tests.helpers.math_attacks import ESCAPES, FLOODS
from tests.helpers.math_honest import HONEST
from tests.helpers.math_outcome import checked
from tests.helpers.math_program_attacks import PROGRAM_ESCAPES, PROGRAM_FLOODS


@pytest.mark.parametrize(
    "program, kind, part",
    [
        ("result = 1 +", "syntax", "Line 1"),
        ("x = 3\nresult = (1", "syntax", "Line 2"),
        ("x = 5", "no result", "result = ..."),
        ("", "no result", "result = ..."),
        ("result = open('x')", "forbidden", "'open'"),
        ("result = sqr(2)", "forbidden", "did you mean sqrt?"),
        ("result = x.__class__", "forbidden", "'__class__'"),
        ("result = x.evl()", "forbidden", "'evl'"),
        ("import os\nresult = 1", "forbidden", "no module 'os'"),
        ("from os import path\nresult = 1", "forbidden", "no module 'os'"),
        ("result = sin(1, 2)", "forbidden", "sin: takes 1 arguments, not 2"),
        ("result = solve(x, y=1)", "forbidden", "no keyword 'y'"),
        ("result = 3(4)", "forbidden", "write * where"),
        ("result = _x", "forbidden", "'_x'"),
        ("result = x__y", "forbidden", "'x__y'"),
        ("result = \u2102", "forbidden", "'\\u2102'"),
        ("result = 'a\\x41'", "forbidden", "character"),
        ("class A:\n    x = 1\nresult = 1", "forbidden", "a class"),
        ("yield 1\nresult = 1", "syntax", "yield outside of a function"),
        ("try:\n    x = 1\nexcept SystemExit:\n    x = 2\nresult = x", "forbidden", "to raise and catch"),
        ("raise KeyboardInterrupt\nresult = 1", "forbidden", "to raise and catch"),
        ("return 5", "syntax", "return outside of a function"),
        ("result = 1\nbreak", "syntax", "Line 2: break outside of a loop"),
        ("for i in [1]:\n    def f():\n        continue\nresult = 1", "syntax", "continue outside"),
        ("result = symbols(5)", "forbidden", "names in quotes"),
        ("result = math.sqr(2)", "forbidden", "did you mean sqrt?"),
        ("from math import sqr\nresult = 1", "forbidden", "did you mean sqrt?"),
        ("import math as __m\nresult = 1", "forbidden", "'__m'"),
        ("result = x.append_", "forbidden", "'append_'"),
        ("x.y = 5\nresult = 1", "forbidden", "can be assigned"),
        ("result = 5 is 5", "forbidden", "write =="),
        ("```\nx = 1\n```\n```\nx = 2\n```", "syntax", "several programs"),
        ("result = 1" + "+1" * MAX_LENGTH, "too large", "characters"),
        ("result = " + "(" * 60 + "1" + ")" * 60, "too large", "brackets"),
        ("result = " + "-" * 60 + "1", "too large", "signs"),
        ("result = 1" + "+1" * 1000, "too large", "nested"),
    ],
)
def test_the_message_names_the_part(program: str, kind: str, part: str) -> None:
    with pytest.raises(MathError) as caught:
        check(program)
    assert caught.value.kind == kind
    assert part in str(caught.value)
    assert caught.value.program == program[:MAX_LENGTH]


@pytest.mark.parametrize(
    "program, part",
    [
        ("result = 1,200 * 3", "Line 1: write numbers without thousands separators: 1200, not 1,200."),
        ("result = 1,000,000 * 0.05", "1000000, not 1,000,000."),
        ("price = 1,299.99\nresult = price * 2", "1299.99, not 1,299.99."),
        ("x = 5\nresult = x + 1,050", "Line 2: write numbers without thousands separators: 1050, not 1,050."),
        ("result = 1,00,000 + 5", "100000, not 1,00,000."),
        ("result = max(1,200, 900)", "1200, not 1,200."),
        ("result = sum([1,200, 2,300])", "1200, not 1,200."),
        ("result = (900, -2,300)", "2300, not 2,300."),
        ("result = [100,200]", "a space behind the comma: 100, 200."),
        ("result = 'x' + 1,000", "1000, not 1,000."),
        ("result = 1" + ",000" * 100, "1" + "000" * 9),
    ],
)
def test_thousands_separators_are_refused(program: str, part: str) -> None:
    with pytest.raises(MathError) as caught:
        check(program)
    assert caught.value.kind == "syntax"
    assert part in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "program",
    [
        "result = (1, 200)",
        "result = 1, 200",
        "result = max(1200,900)",
        "result = max(1,20)",
        "result = max(1,2000)",
        "result = max(1,200_000)",
        "result = [0,100]",
        "result = max(1.5,200)",
        "result = max(1e-5,200)",
        "result = max(x1,200)",
        "result = max(1,x200)",
        "result = summation(x, (x,1, 100))",
        "result = 5 # 1,200",
        "a, b = symbols('a,b')\nresult = a",
    ],
)
def test_other_commas_are_none(program: str) -> None:
    assert check(program).text == program


@pytest.mark.parametrize(
    "program, part",
    [
        ("result = 3,14 * 2", "Line 1: write numbers with a decimal point: 3.14, not 3,14."),
        ("x = 5\nresult = x + 2,75", "Line 2: write numbers with a decimal point: 2.75, not 2,75."),
        ("result = 2,5 + 1,5", "2.5, not 2,5."),
        ("result = 1.234,50 + 1", "1234.50, not 1.234,50."),
        ("x = 0,5\nresult = x * 4", "0.5, not 0,5."),
        ("x = 1\nx += 2,5\nresult = x", "Line 2: write numbers with a decimal point: 2.5, not 2,5."),
        ("result = (3,14) * 2", "3.14, not 3,14."),
        ("result = 10 - (7,25)", "7.25, not 7,25."),
        ("result = -(3,14)", "3.14, not 3,14."),
        ("result = (3,14) > 3", "3.14, not 3,14."),
        ("result = max(2,5, 3,1)", "2.5, not 2,5."),
        ("result = sum([12,5, 7,25, 3])", "12.5, not 12,5."),
        ("result = 3,14e2", "3.14e2, not 3,14e2."),
        ("result = 1" + "0" * 50 + ",5", "a decimal point, not a comma."),
    ],
)
def test_decimal_commas_are_refused(program: str, part: str) -> None:
    with pytest.raises(MathError) as caught:
        check(program)
    assert caught.value.kind == "syntax"
    assert part in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "program",
    [
        "result = max(3,5)",
        "result = [2,5]",
        "result = (3,14)",
        "result = 3, 14",
        "result = 1.5,2",
        "result = 2,0.5",
        "result = x1,2",
        "result = integrate(x, (x, 0,1))",
        "result = diff(x**2,x, 2)",
        "result = binomial(10,3) * 2",
        "a, b = 3,4\nresult = a",
        "a = np.array([[1, 2], [3, 4]])\nresult = a[0,1]",
        "result = 5 # 3,14",
        "result = [1,\n2]",
    ],
)
def test_commas_between_values_are_no_decimal_commas(program: str) -> None:
    assert check(program).text == program


@pytest.mark.parametrize("program", [program for program, _ in HONEST])
def test_honest_programs_pass(program: str) -> None:
    assert check(program).text == program


def test_a_caret_is_a_power_outside_of_comments() -> None:
    assert "2**3" in check("result = 2^3 # 2^3").source
    assert "# 2^3" in check("result = 2^3 # 2^3").source


def test_only_a_text_is_a_program() -> None:
    with pytest.raises(TypeError, match="a program is a str"):
        check(5)  # type: ignore[arg-type]


_PIECES = st.sampled_from(
    [
        *("result", " = ", "\n", "(", ")", "[", "]", "{", "}", ",", ":", ".", "'", '"', "#", "\\", "\t", "\r", "\x00"),
        *(
            "+",
            "-",
            "*",
            "**",
            "/",
            "//",
            "%",
            "^",
            "@",
            "~",
            "<",
            "==",
            "not ",
            "if ",
            "else ",
            "for ",
            "in ",
            "lambda ",
        ),
        *(
            "x",
            "sin",
            "solve",
            "symbols",
            "real=True",
            "__class__",
            "__import__",
            "os",
            "eval",
            "1",
            "2.5",
            "1e9",
            "0x",
        ),
        *("import ", "from ", "as ", "def ", "class ", "f'", "é", "π", "ﬁ", "\u2028", "\ud800"),
    ]
)


@given(st.one_of(st.text(max_size=200), st.lists(_PIECES, max_size=40).map("".join)))
def test_any_text_is_read_or_refused(text: str) -> None:
    for program in (text, f"result = {text}"):
        kind, message = checked(program)
        assert kind in {"ok", "syntax", "forbidden", "too large", "no result"}
        assert (kind == "ok") is (not message)


def test_the_attacks_are_many() -> None:
    assert len({*ESCAPES, *PROGRAM_ESCAPES}) >= 650
    assert len({*FLOODS, *PROGRAM_FLOODS}) >= 450
    assert len(HONEST) >= 300
