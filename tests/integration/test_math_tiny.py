"""The packaged math model on questions of the kind that a notebook asks: powers, symbols, sums in words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gba import LlamaInProcess, MathTool
from gba.models import packaged

CHAIN = (
    "three plus four, divided by two, then multiplied by seven point five-seven and then raised to the power of 1.34"
)
QUESTIONS: tuple[tuple[str, float], ...] = (
    ("What is 25 raised to the 0.24 power?", 25**0.24),
    ("27^0.24", 27**0.24),
    (CHAIN, ((3 + 4) / 2 * 7.57) ** 1.34),
    ("What is five times six plus seven?", 37),
    ("What is one hundred and twenty three plus four hundred fifty six?", 579),
    ("the sum of three, four and five", 12),
    ("What is the square root of 1521?", 39),
    ("What is 20 percent of 450?", 90),
    ("2 to the power of 10, minus 24", 1000),
    ("twelve divided by five, plus one point six", 4),
    ("(3 + 4) * 2.5", 17.5),
    ("1.5 raised to the power of 7", 1.5**7),
)


@pytest.fixture(scope="module")
def tool() -> Iterator[MathTool]:
    backend = LlamaInProcess(packaged("tiny-math"))
    yield MathTool(llm=backend)
    backend.close()


@pytest.mark.parametrize("question, value", QUESTIONS)
def test_questions_of_a_notebook(tool: MathTool, question: str, value: float) -> None:
    assert float(tool.solve(question).value) == pytest.approx(value, rel=1e-6)
