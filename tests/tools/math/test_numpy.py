"""What follows ``np.`` means what numpy means: each function on random arguments, beside numpy itself."""

from __future__ import annotations

import random
import statistics
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from gba.errors import MathError
from gba.tools.math import evaluate, language

SCALAR = "abs sqrt exp log1p sign floor ceil trunc square sin cos tanh degrees radians conjugate absolute negative rint"
TWO = "add subtract multiply divide floor_divide mod remainder fmod power maximum minimum hypot arctan2"
AXIS = "sum prod mean median max min ptp cumsum cumprod argmax argmin sort var std"


def numbers(pick: random.Random, count: int, *, least: int = -9) -> list[Any]:
    return [pick.choice([pick.randint(least, 9), round(pick.uniform(least, 9), 2)]) for _ in range(count)]


def table(pick: random.Random, rows: int, columns: int, **options: Any) -> list[Any]:
    return [numbers(pick, columns, **options) for _ in range(rows)]


def value_of(program: str) -> Any:
    return np.array(evaluate(f"result = {program}", timeout=20).value.tolist(), dtype=float)


def scalar_of(program: str) -> float:
    return float(evaluate(f"result = {program}", timeout=20).value)


def assert_same_as_numpy(program: str) -> None:
    expected = np.asarray(eval(program, {"np": np}), dtype=float)
    found = scalar_of(program) if expected.shape == () else value_of(program)
    assert np.shape(found) == expected.shape, program
    assert np.allclose(found, expected, rtol=1e-9, atol=1e-9), program


@pytest.mark.parametrize("name", [*SCALAR.split(), "sinc"])
def test_functions_of_each_entry(name: str) -> None:
    pick = random.Random(name)
    least = 0 if name in ("sqrt", "log1p") else -9
    assert_same_as_numpy(f"np.{name}({numbers(pick, 4, least=least)})")
    assert_same_as_numpy(f"np.{name}({table(pick, 2, 3, least=least)})")
    assert_same_as_numpy(f"np.{name}({numbers(pick, 1, least=least)[0]})")


@pytest.mark.parametrize("name", TWO.split())
def test_functions_of_two(name: str) -> None:
    pick = random.Random(name)
    whole = [float(pick.randint(1, 4)) for _ in range(3)]
    matrix = [[float(pick.randint(1, 5)) for _ in range(3)] for _ in range(2)]
    assert_same_as_numpy(f"np.{name}(np.array({matrix}), np.array({whole}))")  # broadcast along the rows
    assert_same_as_numpy(f"np.{name}(np.array({whole}), 2)")
    if name not in ("power", "hypot"):
        left = [float(pick.randint(-9, 9)) for _ in range(3)]
        assert_same_as_numpy(f"np.{name}(np.array({left}), np.array({whole}))")


@pytest.mark.parametrize("name", AXIS.split())
def test_along_an_axis(name: str) -> None:
    pick = random.Random(name)
    matrix = [[*row, number] for number, row in enumerate(table(pick, 3, 3))]
    row = pick.sample(range(-9, 9), 5)
    assert_same_as_numpy(f"np.{name}({row})")
    for axis in (0, 1, -1):
        assert_same_as_numpy(f"np.{name}({matrix}, axis={axis})")
    assert_same_as_numpy(f"np.{name}({matrix}, 0)")
    if name != "sort":
        assert_same_as_numpy(f"np.{name}({matrix})")


@pytest.mark.parametrize(
    "program",
    [
        "np.diff([1, 4, 9])",
        "np.diff([[1, 4, 9], [2, 3, 5]])",
        "np.diff([1, 4, 9, 16], n=2)",
        "np.array([1, 2]) @ np.array([3, 4])",
        "np.array([[1, 2], [3, 4]]) @ np.array([5, 6])",
        "np.array([5, 6]) @ np.array([[1, 2], [3, 4]])",
        "np.array([[1, 2], [3, 4]]) @ np.array([[0, 1], [1, 0]])",
        "np.ones((2, 2)) * np.ones((2, 2))",
        "np.ones((2, 2)) ** 2",
        "np.zeros(3)",
        "np.zeros((2, 3)) + 1",
        "np.full(3, 7)",
        "np.eye(2) * 3",
        "np.linspace(0, 1, 3) * 2",
        "np.linspace(0, 1, 4, endpoint=False)",
        "np.arange(1, 4) ** 2",
        "np.arange(0, 1, 0.25) * 2",
        "np.array([1, 2, 3]) + [1, 2, 3]",
        "np.var([1, 2, 3], ddof=1)",
        "np.std([[1, 2], [3, 5]], axis=0, ddof=1)",
        "np.average([1, 2, 4], weights=[1, 2, 1])",
        "np.dot([1, 2], [3, 4])",
        "np.dot([[1, 2], [3, 4]], [5, 6])",
        "np.inner([1, 2], [3, 4])",
        "np.outer([1, 2], [3, 4])",
        "np.cross([1, 2, 3], [4, 5, 6])",
        "np.trace([[1, 2], [3, 4]])",
        "np.transpose([[1, 2, 3], [4, 5, 6]])",
        "np.diag([1, 2])",
        "np.diag([[1, 2], [3, 4]])",
        "np.concatenate([[1, 2], [3]])",
        "np.concatenate([[[1, 2]], [[3, 4]]], axis=1)",
        "np.polyval([1, -3, 2], 4)",
        "np.sort(np.roots([1, -3, 2]))",
        "np.unique([3, 1, 3])",
        "np.clip([1, 5, 9], 2, 6)",
        "np.round([1.234, 2.345, 2.5], 1)",
        "np.round([0.5, 1.5, 2.5])",
        "np.percentile([1, 2, 3, 4], 30)",
        "np.percentile([1, 2, 3, 4], [25, 50])",
        "np.quantile([1, 2, 3, 4], 0.3)",
        "np.gcd([12, 18], 8)",
        "np.linalg.inv([[1, 2], [3, 4]]) * np.array([[1, 2], [3, 4]])",
        "np.linalg.solve([[1, 2], [3, 5]], [1, 2])",
        "np.linalg.det([[1, 2], [3, 4]])",
        "np.linalg.matrix_power([[1, 1], [1, 0]], 5) * 1",
        "np.linalg.norm([3, 4])",
        "np.sum(np.array([1, 2]) * np.array([3, 4]))",
        "np.arange(6).reshape(2, 3) * 1",
        "np.reshape([1, 2, 3, 4], (2, -1)) * 1",
        "np.polyfit([0, 1, 2, 3], [1, 3, 8, 13], 1) * 1",
        "np.trapezoid([1, 4, 9], [0, 1, 3])",
        "np.trapezoid([1, 4, 9], dx=0.5)",
        "np.corrcoef([1, 2, 3], [2, 4, 7]) * 1",
        "np.cov([1, 2, 3], [2, 4, 7]) * 1",
        "np.interp(2.5, [1, 2, 3], [3, 2, 0])",
        "np.argsort([3, 1, 2]) * 1",
        "np.flip([1, 2, 3]) * 1",
        "np.vstack([[1, 2], [3, 4]]) * 1",
        "np.hstack([[1, 2], [3]]) * 1",
        "np.repeat([1, 2], 2) * 1",
        "np.tile([1, 2], 2) * 1",
        "np.kron([[1, 2]], [[1], [3]]) * 1",
        "np.zeros_like([1, 2]) + 1",
        "np.ones_like([[1, 2]]) * 3",
        "np.count_nonzero(np.array([0, 2, 3]) > 1)",
        "np.where(np.array([1, 5, 2]) > 1, np.array([7, 8, 9]), 0) * 1",
        "np.array([1, 5, 2])[np.array([1, 5, 2]) > 1] * 1",
        "np.array([[1, 5], [2, 3]])[:, 1] * 1",
        "np.array([4, 5, 6])[[0, 2]] * 1",
        "np.array([1, 2, 3]).std()",
        "np.array([[1, 2], [3, 4]]).sum(axis=0) * 1",
        "np.array([[1, 2], [3, 4]]).mean(axis=1) * 1",
        "np.array([1, 2, 3]).T * 1",
        "np.array([1.7, 2.2]).astype(int) * 1",
        "np.array([1, 2, 3]).argmax() + 0",
        "np.mean(np.array([1, 2, 3]) ** 2) - np.mean([1, 2, 3]) ** 2",
    ],
)
def test_programs(program: str) -> None:
    assert_same_as_numpy(program)


@pytest.mark.parametrize("name", ["factorial", "isprime", "integrate", "solve", "binomial", "harmonic", "reciprocal"])
def test_what_numpy_does_not_have_is_refused_by_name(name: str) -> None:
    with pytest.raises(MathError, match=name):
        evaluate(f"result = np.{name}(5)")


def test_every_name_is_one_of_numpys() -> None:
    assert [name for name in language.NUMPY if not hasattr(np, name)] == []
    assert [name for name in language.LINALG if not hasattr(np.linalg, name)] == []


@pytest.mark.parametrize(
    "program",
    ["np.array([[1, 2], [3]])", "np.array([1, 2]) + np.array([1, 2, 3])", "np.diff([1])", "np.sum([1, 2], 1)",
     "np.sum([[1]], axis=2)", "np.cross([1, 2], [3, 4])", "np.zeros(0)", "np.array([])", "np.average([1], weights=[0])",
     "np.var([1], ddof=1)", "np.array([[[1]]])", "np.array([1, 2]) @ np.array([1, 2, 3])"],
)  # fmt: skip
def test_shapes_that_do_not_go_together_are_refused(program: str) -> None:
    with pytest.raises(MathError):
        evaluate(f"result = {program}", timeout=20)


def test_statistics_takes_the_mean_as_second_argument() -> None:
    assert evaluate("result = statistics.variance([1, 2, 6], 3)").value == 7
    assert evaluate("result = statistics.pstdev([1, 3], 2)").value == 1
    assert evaluate("result = statistics.variance([1, 2, 6], 2)").value == Fraction(statistics.variance([1, 2, 6], 2))


@pytest.mark.parametrize(
    "program",
    [
        "integrate(Abs(sin(x)), (x, 0, 100))",
        "integrate(Max(sin(x), cos(x)), (x, 0, 10))",
        "solve(x**20 + x**13 + y, x)",
        "1,000 + 5",
    ],
)
def test_what_would_be_silently_wrong_is_refused(program: str) -> None:
    with pytest.raises(MathError):
        evaluate(f"result = {program}", timeout=20)


@pytest.mark.parametrize(
    "program, value",
    [
        ("integrate(Abs(x - 1), (x, 0, 3))", 2.5),
        ("integrate(Abs(sin(x)), (x, 0, 2*pi))", 4),
        ("integrate(Piecewise((x, x < 1), (2 - x, True)), (x, 0, 2))", 1),
        ("len(solve(y + 1, x))", 0),
        ("len(solve(exp(x), x))", 0),
    ],
)
def test_what_sympy_has_right_is_not_refused(program: str, value: float) -> None:
    assert scalar_of(program) == value
