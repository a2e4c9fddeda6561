"""Dialogues out of steps: labelled, kept, and written by a backend that knows the text."""

from __future__ import annotations

import numpy as np
import pytest

from gba.backends.scripted import Scripted
from gba.chat.messages import Span, Step
from gba.errors import BackendError
from gba.tuning.dataset import IGNORED, Dialogue, DialogueError, cached, labelled
from gba.tuning.teacher import Teacher

END = 9


def step(tokens: list[int], *spans: Span) -> Step:
    return Step(tokens=tuple(tokens), spans=spans)


def test_what_was_generated_is_labelled_and_what_was_forced_is_not():
    first = step([1, 2, 3], Span(1, 3, "answer", True))
    last = step([1, 2, 3, 4, 5, 6], Span(4, 5, "forced", False), Span(5, 6, "argument", False))
    dialogue = labelled("two", [first, last], end=END)
    assert dialogue.tokens.tolist() == [1, 2, 3, 4, 5, 6]
    assert dialogue.labels.tolist() == [2, 3, END, IGNORED, 6, IGNORED]
    assert dialogue.kind == "two"


def test_steps_of_another_conversation_are_refused():
    with pytest.raises(DialogueError, match="not the beginning"):
        labelled("mixed", [step([1, 7]), step([1, 2, 3])], end=END)


def test_a_conversation_without_a_step_is_refused():
    with pytest.raises(DialogueError, match="no step"):
        labelled("empty", [], end=END)


def test_dialogues_are_kept_by_their_config(tmp_path):
    made = []

    def make() -> list[Dialogue]:
        made.append(1)
        return [
            labelled("a", [step([1, 2])], end=END),
            labelled("b", [step([3], Span(0, 1, "forced", False))], end=END),
        ]

    first, again = cached(tmp_path, {"seed": 1}, make), cached(tmp_path, {"seed": 1}, make)
    assert len(made) == 1
    assert [each.kind for each in again] == ["a", "b"]
    for one, other in zip(first, again, strict=True):
        assert np.array_equal(one.tokens, other.tokens)
        assert np.array_equal(one.labels, other.labels)
    cached(tmp_path, {"seed": 2}, make)
    assert len(made) == 2


def test_the_teacher_refuses_a_prompt_that_leaves_the_text():
    backend = Scripted()
    teacher = Teacher(backend)
    teacher.expect("", "abc")
    prompt = backend.tokenize("x")
    assert next(iter(teacher.complete(prompt))).text == "abc"
    with pytest.raises(BackendError, match="not what was expected"):
        next(iter(teacher.complete([*prompt, *backend.tokenize("b")])))
