"""The corpora of attacks, each on the real service."""

from __future__ import annotations

import pytest
from math_attacks import ESCAPES, FLOODS
from math_sentences import Sentences

from gba.tools.math import MathError, evaluate, grammar_text
from gba.tools.math.pool import shared

KINDS = {"syntax", "forbidden", "too large", "time", "domain", "no result"}


@pytest.mark.parametrize("program", ESCAPES)
def test_escapes_are_refused(program: str) -> None:
    with pytest.raises(MathError) as caught:
        evaluate(program, timeout=60)
    assert caught.value.kind in {"syntax", "forbidden", "no result", "too large"}


@pytest.mark.parametrize("program", FLOODS, ids=lambda program: repr(program)[:60])
def test_floods_come_back_and_leave_the_service_alive(program: str) -> None:
    try:
        assert evaluate(program, timeout=0.25).text
    except MathError as error:
        assert error.kind in KINDS
        assert str(error)
    assert evaluate("result = 1 + 1", timeout=60).value == 2
    assert len(shared().workers()) <= 2


def test_random_sentences_are_evaluated_or_refused() -> None:
    sentences = Sentences(grammar_text(), depth=16)
    for seed in range(250):
        try:
            assert evaluate(sentences.draw(f"evaluate {seed}"), timeout=0.25).text
        except MathError as error:
            assert error.kind in KINDS
            assert "cannot be written down" not in str(error), error.program
    assert evaluate("result = 1 + 1", timeout=60).value == 2
