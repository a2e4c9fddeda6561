"""What the sandboxed process calculates, calculated by the same code without a sandbox: the replies are equal.

The sandbox allows no files, so that nothing can be measured inside of it: `make coverage` sees the library of the math
tool here.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import gba
from gba.errors import MathError
from gba.tools.math import evaluate
from tests.helpers.math_honest import HONEST

_PLAIN = """
import json, sys
from gba.tools.math import worker
worker._load()
for line in sys.stdin:
    print(json.dumps(worker._answer(json.loads(line))), flush=True)
"""

ENTRIES = "abs sqrt exp log1p sign floor ceil trunc square sin cos tanh degrees radians negative rint sinc cbrt log2"
TWO = "add subtract multiply divide floor_divide mod remainder fmod power maximum minimum hypot arctan2"
AXIS = "sum prod mean median max min ptp cumsum cumprod argmax argmin sort var std"
ARRAYS = (
    *(f"result = np.{name}([1, 4, 9])" for name in ENTRIES.split()),
    *(f"result = np.{name}(np.array([[5.0, 7.0], [2.0, 3.0]]), np.array([2.0, 3.0]))" for name in TWO.split()),
    *(f"result = np.{name}([[3, 1], [2, 5]], axis={axis})" for name in AXIS.split() for axis in (0, 1)),
    "result = np.array([1, 2, 3])[::-1]",
    "result = np.array([1, 2]) @ np.array([3, 4])",
    "result = np.arange(2, 11, 3)",
    "result = np.diff([[1, 4, 9], [2, 3, 5]])",
    "result = np.diff([1, 4, 9, 16], n=2)",
    "result = np.array([[1, 2], [3, 4]]) @ np.array([5, 6])",
    "result = np.ones((2, 2)) * np.full(2, 7) + np.zeros(2) - np.eye(2)",
    "result = np.linspace(0, 1, 4, endpoint=False)",
    "result = np.std([[1, 2], [3, 5]], axis=0, ddof=1)",
    "result = np.dot([[1, 2], [3, 4]], [5, 6])",
    "result = np.inner([1, 2], [3, 4])",
    "result = np.outer([1, 2], [3, 4])",
    "result = np.cross([1, 2, 3], [4, 5, 6])",
    "result = np.trace([[1, 2], [3, 4]])",
    "result = np.transpose([[1, 2, 3], [4, 5, 6]])",
    "result = np.diag([[1, 2], [3, 4]])",
    "result = np.diag([1, 2])",
    "result = np.concatenate([[[1, 2]], [[3, 4]]], axis=1)",
    "result = np.unique([3, 1, 3])",
    "result = np.polyval([1, 2, 3], [4, 5])",
    "result = np.percentile([1, 2, 3, 4], 30)",
    "result = np.quantile([1, 2, 3, 4], 0.3)",
    "result = np.array([[1, 2], [3]])",
    "result = np.array([[[1]]])",
    "result = np.sum([[1]], axis=2)",
    "result = np.var([1], ddof=1)",
    "result = np.zeros(0)",
    "result = statistics.variance([1, 2, 6], 3)",
    "x = symbols('x')\nresult = integrate(Abs(x - 1), (x, 0, 3))",
    "x = symbols('x')\nresult = integrate(Abs(sin(x)), (x, 0, 100))",
    "x, y = symbols('x y')\nresult = solve(x**20 + x**13 + y, x)",
    "x = symbols('x')\nresult = solve(exp(x), x)",
    "x = symbols('x')\nresult = summation(x, (x, 1, 100))",
    "result = np.linspace(0, 1, 5)",
    "result = np.average([1, 2, 3], weights=[3, 2, 1])",
    "result = np.no_such_function([1])",
    "result = np.array([1, 2]) + np.array([1, 2, 3])",
    "result = 1 / 0",
    "result = 10 ** 10 ** 10",
    "result = [1, 2][5]",
)


def plain_replies(programs: list[str]) -> list[dict[str, Any]]:
    requests = "".join(json.dumps({"program": program, "digits": 15, "seconds": 0}) + "\n" for program in programs)
    ran = subprocess.run(
        [sys.executable, "-c", _PLAIN],
        input=requests,
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(gba.__file__).parents[1],
    )
    return [json.loads(line) for line in ran.stdout.splitlines()]


@pytest.mark.parametrize("programs", [[program for program, _ in HONEST], list(ARRAYS)], ids=["honest", "arrays"])
def test_the_replies_are_equal(programs: list[str]) -> None:
    replies = plain_replies(programs)
    assert len(replies) == len(programs)
    for program, reply in zip(programs, replies, strict=True):
        assert shown(reply) == sandboxed(program), program


def shown(reply: dict[str, Any]) -> tuple[str, ...]:
    if "error" in reply:
        return ("error", reply["error"][0])
    return tuple(reply["result"][name] for name in ("text", "exact", "latex"))


def sandboxed(program: str) -> tuple[str, ...]:
    try:
        result = evaluate(program, timeout=60)
    except MathError as error:
        return ("error", error.kind)
    return result.text, result.exact, result.latex
