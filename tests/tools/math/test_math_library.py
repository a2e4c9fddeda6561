from __future__ import annotations

import inspect

import pytest
import sympy

from gba.errors import MathError
from gba.tools.math import encoding, language
from gba.tools.math.checker import check
from gba.tools.math.interpreter import run
from gba.tools.math.library import CONSTANTS, FUNCTIONS, LINALG, SETS
from gba.tools.math.methods import METHODS, PROPERTIES
from tests.helpers.math_honest import HONEST

LETTERS = set("fghuvwxyz")
"""Functions only where a program makes them some, as ``f = Function('f')``."""


def test_every_name_of_the_language_means_something_and_nothing_else_does() -> None:
    assert set(FUNCTIONS) == set(language.FUNCTIONS) - LETTERS
    assert set(METHODS) == set(language.METHODS)
    assert set(PROPERTIES) == set(language.PROPERTIES)
    assert set(LINALG) == set(language.LINALG)
    assert set(CONSTANTS) == set(language.CONSTANTS)
    assert set(SETS) == set(language.SETS)


@pytest.mark.parametrize(
    "table", [(language.FUNCTIONS, FUNCTIONS, 0), (language.LINALG, LINALG, 0), (language.METHODS, METHODS, 1)]
)
def test_signatures_can_be_called(table: tuple[dict[str, language.Signature], dict[str, object], int]) -> None:
    signatures, functions, receivers = table
    refused: list[str] = []
    for name, function in functions.items():
        try:
            signature = inspect.signature(function)  # type: ignore[arg-type]
        except ValueError:  # a builtin without one
            continue
        wanted = signatures[name]
        counts = {wanted.least, wanted.least + 4 if wanted.most is None else wanted.most}
        calls: list[tuple[int, dict[str, int]]] = [(count + receivers, {}) for count in counts]
        if wanted.keywords:
            calls.append((wanted.least + receivers, {wanted.keywords[0]: 1}))
        for count, keywords in calls:
            try:
                signature.bind(*[1] * count, **keywords)
            except TypeError as error:
                refused.append(f"{name} with {count} arguments and {keywords}: {error}")
    assert not refused


@pytest.mark.parametrize("program", [program for program, _ in HONEST])
def test_values_come_through_the_pipe_unchanged(program: str) -> None:
    value = run(check(program)).value
    encoded = encoding.encode(value)
    assert encoded is not None
    assert encoding.decode(encoded) == value


ARGUMENTS = {
    0: [""],
    1: ["5", "x", "[3, 1, 2]", "Matrix([[2, 1], [1, 2]])", "x**2 - 4", "'x'", "x > 1"],
    2: [
        *("5, 3", "x, 2", "x**2 - 1, x", "3, x", "[3, 1], [2, 4]", "x, (x, 0, 1)", "[(0, 1), (1, 3)], x"),
        *("Interval(0, 1), Interval(2, 3)", "[7, 11], [1, 2]", "[1, 2, 3], [1, 0, 0]", "x**2 < 4, x", "(x, 1), (y, 2)"),
        *("x > 1, y > 2", "x, (x, 1, 3)", "x**2 - 4, x - 2", "Eq(y(x).diff(x), y(x)), y(x)"),
    ],
    3: [
        *("sin(x)/x, x, 0", "exp(-t), t, s", "1/(s + 1), s, t", "7, 3, 2", "5, 1, 3", "x**2 + y**2 - 1, y, x"),
        *("x**2 - 1, x - 2, x", "y(n + 1) - 2*y(n), y(n), {y(0): 1}", "x, 0, 2"),
    ],
}
"""Arguments that one function or another takes, by their number."""


@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - {"Function"}))
def test_a_result_of_every_function_comes_back(name: str) -> None:
    signature, shown = language.FUNCTIONS[name], 0
    for count, candidates in ARGUMENTS.items():
        if count < signature.least or (signature.most is not None and count > signature.most):
            continue
        value = next((value for text in candidates if (value := _result(f"{name}({text})")) is not None), None)
        if value is not None:
            encoded = encoding.encode(value)
            assert encoded is not None
            assert encoding.decode(encoded) == value
            shown += 1
    assert shown


def _result(text: str) -> object:
    """What a call gives; None where it takes other arguments."""
    try:
        return run(check(f"y = Function('y')\nresult = {text}")).value
    except MathError:
        return None


@pytest.mark.parametrize(
    "value",
    [
        sympy.Float("0.1", 50),
        sympy.Float("-1e-300"),
        sympy.Symbol("x", real=True),
        sympy.Function("f")(sympy.Symbol("x")),
        sympy.Integral(sympy.sin(sympy.sin(sympy.Symbol("x"))), sympy.Symbol("x")),
        sympy.Piecewise((1, sympy.Symbol("x") > 0), (2, True)),
        sympy.Interval.open(0, sympy.oo),
        sympy.S.Reals,
        sympy.ConditionSet(sympy.Symbol("x"), sympy.Symbol("x") ** 5 > 3, sympy.S.Reals),
        sympy.solveset(sympy.sin(sympy.Symbol("x")), sympy.Symbol("x"), sympy.S.Reals),
        sympy.series(sympy.exp(sympy.Symbol("x"))),
        [True, None, (sympy.pi, {sympy.E: sympy.I})],
    ],
    ids=str,
)
def test_other_values_as_well(value: object) -> None:
    encoded = encoding.encode(value)
    assert encoded is not None
    assert encoding.decode(encoded) == value
