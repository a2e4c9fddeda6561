"""The corpora of attacks, each on the real service."""

from __future__ import annotations

import pytest

from gba.tools.math import evaluate, grammar_text
from gba.tools.math.pool import shared
from tests.helpers.math_attacks import ESCAPES, FLOODS, HARMLESS, RETURNS
from tests.helpers.math_outcome import KINDS, evaluated
from tests.helpers.math_program_attacks import PROGRAM_ESCAPES, PROGRAM_FLOODS
from tests.helpers.math_sentences import Sentences


@pytest.mark.parametrize("program", [*ESCAPES, *PROGRAM_ESCAPES])
def test_escapes_are_refused(program: str) -> None:
    kind, message = evaluated(program, 60)
    assert kind in {"syntax", "forbidden", "no result", "too large"}
    assert message


@pytest.mark.parametrize("program", HARMLESS)
def test_what_only_looks_like_an_escape_is_calculated(program: str) -> None:
    kind, _ = evaluated(program, 60)
    assert kind in {"ok", "domain"} or program == "result = lambda: 1" or program.startswith("nonlocal")


@pytest.mark.parametrize("program", [*FLOODS, *PROGRAM_FLOODS], ids=lambda program: repr(program)[:60])
def test_floods_come_back_and_leave_the_service_alive(program: str) -> None:
    kind, message = evaluated(program, 0.25)
    assert kind in {"ok", *KINDS}
    assert message
    assert evaluate("result = 1 + 1", timeout=60).value == 2
    assert len(shared().workers()) <= 2


@pytest.mark.parametrize("program", RETURNS, ids=lambda program: repr(program)[-60:])
def test_results_are_read_without_work(program: str) -> None:
    kind, _ = evaluated(program, 0.5)
    assert kind in {"ok", *KINDS}
    if kind != "ok":
        return
    result = evaluate(program, timeout=60)
    assert result.text
    assert result.exact
    assert result.latex
    assert result.decimal()
    if result.encoded is not None:
        assert result.value is result.value


def test_random_sentences_are_evaluated_or_refused() -> None:
    sentences = Sentences(grammar_text(), depth=16)
    outcomes = [evaluated(sentences.draw(f"evaluate {seed}"), 0.25) for seed in range(250)]
    assert {kind for kind, _ in outcomes} <= {"ok", *KINDS}
    assert all(message and "cannot be written down" not in message for _, message in outcomes)
    assert evaluate("result = 1 + 1", timeout=60).value == 2
