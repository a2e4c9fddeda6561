from __future__ import annotations

import asyncio
import math
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import sympy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gba
from gba.errors import GbaError
from gba.tools.math import MathError, MathResult, aevaluate, evaluate
from tests.helpers.math_honest import HONEST
from tests.helpers.math_outcome import KINDS, evaluated

Patiently = Callable[[str], MathResult]


def plain(value: Any) -> Any:
    """The value with Python's fractions in place of sympy's rational numbers, and lists in place of arrays."""
    if isinstance(value, sympy.NDimArray):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return type(value)(plain(item) for item in value)
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    return Fraction(int(value.p), int(value.q)) if isinstance(value, sympy.Rational) else value


def squeezed(value: Any) -> str:
    return "".join(str(value).split())


@pytest.mark.parametrize("program, right", HONEST, ids=[repr(program) for program, _ in HONEST])
def test_honest_programs_have_the_right_value(patiently: Patiently, program: str, right: Any) -> None:
    value = patiently(program).value
    if isinstance(right, float):
        assert math.isclose(float(value), right, rel_tol=1e-12)
    elif isinstance(right, str):
        assert squeezed(value) == squeezed(right)
    else:
        assert plain(value) == right
        assert isinstance(value, bool) is isinstance(right, bool)


@pytest.mark.parametrize(
    "program, text",
    [
        ("result = 25 ** 0.24", "2.16524"),
        ("result = 27^0.24", "2.2056"),
        ("result = 2 + 2", "4"),
        ("result = 10 / 4", "2.5"),
        ("result = 7 / 3", "2.33333"),
        ("result = Rational(7, 3)", "7/3 (2.33333)"),
        ("result = Fraction(1, 3) + Fraction(1, 6)", "1/2 (0.5)"),
        ("result = Rational(1, 3) + 0.5", "0.833333"),
        ("result = 7.0 / 3", "2.33333"),
        ("result = float(7) / 3", "2.33333"),
        ("result = sqrt(2)", "1.41421"),
        ("result = 1000000 * 1.05**10", "1628894.63"),
        ("result = 1234567.891 + 1", "1234568.891"),
        ("result = exp(-500)", "7.12458e-218"),
        ("result = 0.00001234", "0.00001234"),
        ("result = 2**100", "1267650600228229401496703205376"),
        ("result = factorial(100)", "about 9.33262e+157 (158 digits)"),
        ("result = sqrt(-4)", "2i"),
        ("result = sqrt(-1)", "i"),
        ("result = 3 - 2*I", "3 - 2i"),
        ("result = oo", "infinity"),
        ("result = -oo", "-infinity"),
        ("result = 3 > 2", "True"),
        ("result = solve(x**2 - 2, x)", "[-1.41421, 1.41421]"),
        ("result = solve([x + y - 3, x - y - 1], [x, y])", "{x: 2, y: 1}"),
        ("result = (1, 2)", "(1, 2)"),
        ("result = (1,)", "(1,)"),
        ("result = Matrix([[1, 2], [3, 4]]).inv()", "[[-2, 1], [1.5, -0.5]]"),
        ("result = diff(x**3, x)", "3*x**2"),
        ("result = 0.5 * x", "0.5*x"),
        ("result = x / 2", "x/2"),
        ("result = nsolve(cos(x) - x, x, 1)", "0.739085"),
        ("result = Integral(sin(sin(x)), (x, 0, 1)).evalf()", "0.430606"),
        ("result = range(5)", "[0, 1, 2, 3, 4]"),
        ("result = 10**14 / 7", "14285714285714.29"),
        ("result = 10**15 / 7", "142857142857142.86"),
        ("result = -10**16 / 7", "-1428571428571428.57"),
        ("result = 2**53 / 3", "3002399751580330.67"),
        ("result = 1234567890123456.5", "1234567890123456.5"),
        ("result = 10**15 * pi", "3141592653589793.24"),
        ("result = 10**17 / 7", "1.42857e+16"),
        ("result = 10**15 / 7.0 * x", "142857142857142.86*x"),
        ("result = (10**14 / 7).evalf()", "14285714285714.3"),
        ("result = (10**15 / 7).evalf()", "1.42857e+14"),
    ],
)
def test_text_for_the_model(patiently: Patiently, program: str, text: str) -> None:
    assert patiently(program).text == text
    assert str(patiently(program)) == text


@pytest.mark.parametrize(
    "program, text",
    [
        ("result = N(pi, 50)", "3.1415926535897932384626433832795028841971693993751"),
        ("result = pi.evalf(20)", "3.1415926535897932385"),
        ("result = sqrt(2).n(10)", "1.414213562"),
        ("result = N(1/3, 20)", "0.33333333333333333333"),
        ("result = N(10**20 / 7, 30)", "14285714285714285714.2857142857"),
        ("result = N(2, 30)", "2"),
        ("result = N(pi, 3)", "3.14"),
        ("result = N(pi, 3) * 100000", "3.14e+5"),
        ("result = N(sqrt(2) + I, 20)", "1.4142135623730950488 + i"),
        ("result = N(pi, 20) * x", "3.1415926535897932385*x"),
        ("result = Matrix([[pi]]).evalf(20)", "[[3.1415926535897932385]]"),
        ("result = [N(pi, 20), sqrt(2), 1/3]", "[3.1415926535897932385, 1.41421, 0.333333]"),
        ("a = N(e, 3)\nresult = pi.evalf()", "3.14159"),
        ("result = N(pi, 50) * N(e, 10)", "8.539734223"),
        ("result = Float('0.1234567890123456789', 30)", "0.1234567890123456789"),
        ("result = round(pi, 15)", "3.141592653589793"),
        ("result = round(pi, 2)", "3.14"),
        ("result = sqrt(2).round(13)", "1.4142135623731"),
        ("result = np.round(pi, 14)", "3.14159265358979"),
        ("result = round(2/3, 40)", "0.6666666666666666666666666666666666666667"),
        ("result = round(10**20 * pi, 3)", "314159265358979323846.264"),
        ("result = round(1234567, -3)", "1235000"),
        ("a = round(pi, 2)\nresult = 1/3", "0.333333"),
    ],
)
def test_digits_that_a_program_asks_for_are_shown(patiently: Patiently, program: str, text: str) -> None:
    assert patiently(program).text == text


def test_result(patiently: Patiently) -> None:
    result = patiently("result = 25 ** 0.24")
    assert result.value == sympy.Integer(5) ** sympy.Rational(12, 25)
    assert float(result.value) == pytest.approx(25**0.24, rel=1e-15)
    assert result.latex == r"5^{\frac{12}{25}}"
    assert result.program == "result = 25 ** 0.24"
    assert result.decimal() == "2.16523780911245"
    assert result.decimal(40) == "2.165237809112448863512324077346320921680"[:41].rstrip("0")


@pytest.mark.parametrize(
    "program, latex",
    [
        ("result = 25 ** 0.24", r"5^{\frac{12}{25}}"),
        ("result = ((3 + 4) / 2 * 7.57) ** 1.34", "80.7308746948333"),
        ("result = sqrt(2) + sqrt(3) + sqrt(5) + sqrt(7)", r"\sqrt{2} + \sqrt{3} + \sqrt{5} + \sqrt{7}"),
        ("result = Matrix([[1, 2]])", r"\left[\begin{matrix}1 & 2\end{matrix}\right]"),
        ("result = 3 > 2", r"\text{True}"),
        ("result = list(range(1500))", r"\text{[0, 1, 2, 3"),
    ],
)
def test_latex(patiently: Patiently, program: str, latex: str) -> None:
    assert patiently(program).latex.startswith(latex)


def test_pi_to_a_thousand_digits(patiently: Patiently) -> None:
    digits = patiently("result = pi").decimal(1000)
    assert digits.startswith("3.14159265358979323846264338327950288419716939937510")
    assert digits.endswith("216420199")
    assert len(digits) == 1001
    with pytest.raises(MathError, match="between 1 and 1000"):
        patiently("result = pi").decimal(10**9)


def test_decimals_of_what_is_no_number(patiently: Patiently) -> None:
    assert patiently("result = solve(x**2 - 2, x)").decimal(5) == "[-1.4142, 1.4142]"
    assert patiently("result = diff(x**3 / 2, x)").decimal(5) == "1.5*x**2"
    assert patiently("result = Matrix([[1, 1/3]])").decimal(3) == "[[1, 0.333]]"
    assert patiently("result = {1: 1/3}").decimal(3) == "{1: 0.333}"
    assert patiently("result = sqrt(-2)").decimal(4) == "1.414i"


@pytest.mark.parametrize(
    "program, kind, part",
    [
        ("result = 1 +", "syntax", "Line 1"),
        ("result = open('x')", "forbidden", "'open'"),
        ("result = exec", "forbidden", "exec has no value"),
        ("x = 5", "no result", "result = ..."),
        ("f = Function('f')\nresult = f", "no result", "without a value"),
        ("result = total + 1", "syntax", "total has no value. Assign it on a line before"),
        ("result = sin", "syntax", "sin is a function: call it"),
        ("f = x**2\nresult = f(3)", "syntax", "f is not a function; f.subs(x, 1)"),
        ("result = x(3)", "syntax", "x is not a function; write * to multiply"),
        ("x = symbols('x', real=True, real=True)\nresult = x", "syntax", ""),
        ("result = 1 / 0", "domain", "Division by zero"),
        ("result = 5 % 0", "domain", "Division by zero"),
        ("result = 0 ** -1", "domain", "Division by zero"),
        ("result = log(0)", "domain", "not defined"),
        ("result = tan(pi/2)", "domain", "not defined"),
        ("result = oo - oo", "domain", "not defined"),
        ("result = limit(1/x, x, 0)", "domain", "oo from above, -oo from below"),
        ("a, b = 1, 2, 3\nresult = a", "domain", "2 names for 3 values"),
        ("result = [1, 2][5]", "domain", "out of range"),
        ("result = Matrix([[1, 2], [2, 4]]).inv()", "domain", ""),
        ("result = Matrix([[1, 2]]) + Matrix([[1]])", "domain", ""),
        ("result = [1, 2] / 2", "domain", "does not work on lists"),
        ("result = mean([])", "domain", "at least 1 value"),
        ("result = pow(2, -1, 4)", "domain", ""),
        ("result = solve([x**5 + y**5 - 3, x**3*y + y**3*x - 1], [x, y])", "domain", "nsolve((f, g)"),
        ("result = solve(cos(x) - x, x)", "domain", "nsolve(f, x, 1)"),
        ("result = roots(x**5 - x - 1, x)", "domain", "Use nroots"),
        ("x = symbols('x', positive=True, negative=True)\nresult = x", "domain", "cannot be calculated"),
        ("result = (5).det()", "domain", "no .det()"),
        ("result = 9**9**9", "too large", "digits"),
        ("result = factorial(10**7)", "too large", "at most 9,000"),
        ("result = binomial(10**9, 10**8)", "too large", "digits"),
        ("result = expand((x + y + z)**500)", "too large", "terms"),
        ("result = zeros(1000, 1000)", "too large", "entries"),
        ("result = [1] * 10**9", "too large", "items"),
        ("result = N(pi, 10**9)", "too large", "1,000"),
        ("result = list(range(5000))", "too large", "2,000"),
        ("result = 1e999999", "too large", "exponent"),
    ],
)
def test_errors_say_what_is_wrong(patiently: Patiently, program: str, kind: str, part: str) -> None:
    with pytest.raises(MathError) as caught:
        patiently(program)
    assert caught.value.kind == kind, str(caught.value)
    assert part in str(caught.value)
    assert caught.value.program == program
    assert isinstance(caught.value, GbaError)


def test_a_program_that_does_not_end_is_stopped() -> None:
    with pytest.raises(MathError, match=r"stopped after 0\.3 seconds") as caught:
        evaluate("result = integrate(sin(sin(x))*exp(x**3), (x, 0, 1))", timeout=0.3)
    assert caught.value.kind == "time"


@pytest.mark.parametrize(
    "timeout", [0, -1, float("inf"), -float("inf"), float("nan"), 3601, 10**400, True, "2", None, 2j]
)
def test_what_is_no_time_limit_is_an_error(timeout: Any) -> None:
    with pytest.raises(MathError, match="a number of seconds above 0 and up to 3600") as caught:
        evaluate("result = 1", timeout=timeout)
    assert caught.value.kind == "timeout"
    assert caught.value.program == "result = 1"


@pytest.mark.parametrize("digits", [0, -1, 1001, -(10**400), True, 2.5, "5", None, float("inf")])
def test_what_is_no_number_of_digits_is_an_error(patiently: Patiently, digits: Any) -> None:
    with pytest.raises(MathError, match="between 1 and 1000"):
        patiently("result = pi").decimal(digits)


@pytest.mark.parametrize(
    "program, exact",
    [
        ("result = 2**20000", str(sympy.Integer(2) ** 20000 // 10**5990)),
        ("result = factorial(5000)", "42285779266055435222010642002335844053"),
        ("result = 1e-5000", "1/1000000"),
        ("result = 1e5000", "1000000"),
        ("result = 10**30000", "1000000"),
        ("result = [2**20000, Poly(x**2 + 1, x)]", "[3980276"),
        ("result = Matrix([[2**20000, 1]])", "Matrix([[3980276"),
        ("result = Sum(x**n/factorial(n)**2, (n, 0, oo))", "besseli(0, 2*sqrt(x))"),
        ("result = integrate(1/sqrt(x**7 + 1), x)", "x*gamma(1/7)*hyper((1/7, 1/2), (8/7,)"),
        ("result = limit(sin(1/x), x, 0, '+')", "AccumBounds(-1, 1)"),
        ("f = Function('f')\nresult = diff(f(2*x), x)", "2*Subs(Derivative(f(_xi_1), _xi_1), _xi_1, 2*x)"),
        ("result = exp(10**10)", "exp(10000000000)"),
        ("result = S.Reals", "Reals"),
        ("result = real_roots(x**5 - x - 1)", "[CRootOf(x**5 - x - 1, 0)]"),
    ],
)
def test_large_and_rare_results_have_all_their_forms(patiently: Patiently, program: str, exact: str) -> None:
    result = patiently(program)
    assert result.exact.startswith(exact)
    assert result.value is not None
    assert result.value is result.value
    assert result.text
    assert result.latex
    assert result.decimal()


def test_what_does_not_come_back_has_its_texts(patiently: Patiently) -> None:
    result = patiently("f = Function('f')\nresult = [f, 1]")
    assert result.text == "[f, 1]"
    assert result.exact == "[f, 1]"
    assert result.decimal() == "[f, 1]"
    with pytest.raises(MathError, match="Read its text, exact or latex") as caught:
        result.value  # noqa: B018
    assert caught.value.kind == "no value"
    assert caught.value.program == result.program


def test_names_that_sympy_knows_stay_names(patiently: Patiently) -> None:
    program = "g, h = Function('factorint'), Function('h')\nb = limit(sin(1/x), x, 0, '+')\n"
    result = patiently(program + "result = h(b + abs(g(10**60 + 7)))")
    assert str(result.value.func) == "h"
    (inner,) = result.value.atoms(sympy.AccumBounds)
    assert {str(applied.func) for applied in inner.atoms(sympy.core.function.AppliedUndef)} == {"factorint"}


def test_deep_programs_are_errors(patiently: Patiently) -> None:
    for program in (
        "result = x" + ".T" * 400 + ".det(1,2,3)",
        "result = x" + ".T" * 1300 + "(1)",
        "result = " + "sin(" * 39 + "x" + ")" * 39 + "(1, 2)",
    ):
        with pytest.raises(MathError):
            patiently(program)
    deep = "x = 1\n" + "x = [x]\n" * 15 + "result = x"
    assert patiently(deep).value


async def test_async(patiently: Patiently) -> None:
    patiently("result = 1")
    results = await asyncio.gather(*(aevaluate(f"result = {n} ** 2", timeout=60) for n in range(20)))
    assert [int(result.value) for result in results] == [n**2 for n in range(20)]


_numbers = st.one_of(
    st.integers(-(10**12), 10**12).map(str),
    st.decimals(-(10**6), 10**6, allow_nan=False, places=4).map(lambda number: f"{number:f}"),
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    numbers=st.lists(_numbers, min_size=1, max_size=6),
    operators=st.lists(st.sampled_from("+-*/"), min_size=5, max_size=5),
)
def test_arithmetic_is_exact(patiently: Patiently, numbers: list[str], operators: list[str]) -> None:
    parts = [f"({numbers[0]})"]
    for operator, number in zip(operators, numbers[1:], strict=False):
        parts += [operator, f"({number})"]
    namespace = {"F": Fraction}
    text = " ".join(parts)
    try:
        right = eval(" ".join(f"F('{part[1:-1]}')" if part[0] == "(" else part for part in parts), namespace)
    except ZeroDivisionError:
        with pytest.raises(MathError, match="Division by zero"):
            patiently(f"result = {text}")
        return
    assert plain(patiently(f"result = {text}").value) == right


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_has_a_value_or_an_error(text: str) -> None:
    for program in (text, f"result = {text}", f"result = sin({text})"):
        kind, message = evaluated(program, 60)
        assert kind in {"ok", *KINDS}
        assert message


async def test_async_may_be_cancelled() -> None:
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(aevaluate(_ENDLESS, timeout=5), 0.2)
    assert (await aevaluate("result = 1", timeout=60)).value == 1
    with pytest.raises(MathError, match="Division by zero"):
        await aevaluate("result = 1/0", timeout=60)


_ENDLESS = "result = factorint(nextprime(10**55)*nextprime(10**56))"


@pytest.mark.parametrize(
    "waiting",
    [
        "asyncio.run(asyncio.wait_for(aevaluate(program, timeout=3000), 3))",
        "ThreadPoolExecutor().submit(evaluate, program, timeout=3000); time.sleep(3)",
        "threading.Thread(target=lambda: evaluate(program, timeout=3000), daemon=True).start(); time.sleep(3)",
        "shared().warm()",
        "ThreadPoolExecutor().submit(evaluate, program, timeout=3000)",
    ],
)
def test_nobody_waits_for_programs_when_python_ends(waiting: str) -> None:
    code = f"""
import asyncio, threading, time
from concurrent.futures import ThreadPoolExecutor
from gba.tools.math import aevaluate, evaluate
from gba.tools.math.pool import shared
program = {_ENDLESS!r}
{waiting}
"""
    root = Path(gba.__file__).parents[1]
    # Without limits of its own the program goes on for hours; this one is for a busy machine.
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=root, timeout=300
    )
    assert ran.returncode == (1 if "asyncio" in waiting else 0), ran.stderr


def test_importing_and_checking_load_no_sympy() -> None:
    tried = "try: m.evaluate('open(1)')\nexcept m.MathError: pass"
    code = f"import sys, gba.tools.math as m\n{tried}\nprint('sympy' in sys.modules)"
    root = Path(gba.__file__).parents[1]
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert ran.stdout == "False\n"


@pytest.mark.parametrize(
    "program",
    [
        "a = np.array([1, 2])\nb = a\nb += 1\nresult = a",
        "a = np.array([1, 2, 3])\nb = a[0:2]\nb *= 2\nresult = a",
        "a = np.array([1, 2, 3])\nb = a[0:2]\na *= 2\nresult = b",
    ],
)
def test_an_array_is_not_changed_in_place(program: str) -> None:
    """numpy changes it under all names; here arrays do not change, so the program is refused."""
    with pytest.raises(MathError, match="would change other values that share the array"):
        evaluate(program)


@pytest.mark.parametrize(
    "program, name",
    [
        ("a = [1]\nb = a\nb += [2]\nresult = a", "result"),
        ("a = b = [1, 2]\na *= 2\nresult = b", "result"),
        ("a = [1]\nc = [[5], (a, 2)]\na += [3]\nresult = c", "result"),
        ("a = [1]\nd = {1: a}\na += [3]\nresult = d", "result"),
        ("c = [[1], [2]]\nrow = c[0]\nrow += [7]\nresult = c", "result"),
        ("c = [[[1]], [2]]\nrow = c[0][0]\nrow += [7]\nresult = c", "result"),
        ("d = {1: [2]}\nrow = d[1]\nrow += [7]\nresult = d", "result"),
        ("a = [1]\na += [2]\na *= 2\nresult = a", "result"),
        ("a = (1, 2)\nb = a\nb += (3,)\nresult = a", "result"),
        ("a = b = 3\nb += 1\nresult = a", "result"),
        ("a = [1]\nb = a\nb = b + [2]\nresult = a", "result"),
        ("a = [1]\nb = a\na = [5]\nb += [2]\nresult = b", "result"),
        ("a = [1, 2]\nb = a[0:1]\nb += [9]\nresult = a", "result"),
    ],
)
def test_values_are_shared_as_in_python(program: str, name: str) -> None:
    names: dict[str, Any] = {}
    exec(program, {}, names)
    assert evaluate(program).value == names[name]


def test_lists_that_share_many_lists_are_looked_through_once() -> None:
    lines = ["a0 = [1]", *(f"a{k} = [a{k - 1}, a{k - 1}]" for k in range(1, 12)), "b = [1]", "b += [2]", "result = b"]
    assert evaluate("\n".join(lines)).value == [1, 2]


@pytest.mark.parametrize(
    "program, value",
    [
        ("result = np.array([1, 2]) == np.array([1, 3])", [True, False]),
        ("result = np.array([1, 2]) < 2", [True, False]),
        ("a = np.array([1, 5, 2])\nresult = a[a > 1].tolist()", [5, 2]),
        ("a = np.array([1, 5, 2])\nresult = np.sum((a > 1) & (a < 4))", 1),
        ("result = np.where(np.array([1, 5]) > 2, 1, 0).tolist()", [0, 1]),
    ],
)
def test_arrays_are_compared_entry_by_entry(program: str, value: Any) -> None:
    assert evaluate(program).value == value


def test_an_array_is_no_condition() -> None:
    with pytest.raises(MathError, match="A condition has to be true or false"):
        evaluate("if np.array([1, 2]) == np.array([1, 2]):\n    result = 1")
