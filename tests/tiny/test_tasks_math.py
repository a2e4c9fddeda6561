"""The math questions and their programs."""

from __future__ import annotations

from collections import Counter

import pytest

from gba.grammar import Grammar
from gba.tools.math.checker import check
from gba.tools.math.grammar import grammar_text
from models.tiny.tasks import MATH_FAMILIES, iter_math_texts, math_task, math_tasks
from models.tiny.tasks.numbers import decimal_in_words, in_words, shown

COUNT = 1500


@pytest.mark.parametrize("split", ["train", "held-out"])
def test_every_program_is_in_the_language(split):
    start = Grammar.from_gbnf(grammar_text()).matcher()
    for index, task in enumerate(math_tasks(COUNT, 4, split)):
        check(task.program)
        assert task.program.endswith("\n")
        assert task.program.splitlines()[-1].startswith("result = ")
        if index < 250:
            matcher = start.copy()
            assert matcher.advance(task.program), task.program
            assert matcher.accepting


def test_every_family_comes_up():
    families = Counter(task.family for task in math_tasks(COUNT, 4))
    assert families.keys() == MATH_FAMILIES.keys()


def test_a_seed_gives_the_same_question_again():
    assert [math_task(f"0/{n}") for n in range(50)] == list(math_tasks(50, 0))


def test_questions_of_both_sides_differ():
    train = {task.question for task in math_tasks(4000, 1)}
    held = [task.question for task in math_tasks(500, 1, "held-out")]
    # Small numbers belong to both sides: "7 squared" may come up in each.
    assert sum(question in train for question in held) < len(held) // 20


@pytest.mark.parametrize(
    "number, words",
    [
        (0, "zero"),
        (13, "thirteen"),
        (42, "forty-two"),
        (300, "three hundred"),
        (2317, "two thousand three hundred seventeen"),
    ],
)
def test_numbers_in_words(number, words):
    assert in_words(number) == words


def test_decimals_in_words():
    assert decimal_in_words("7.57") == "seven point five seven"
    assert decimal_in_words("12") == "twelve"


@pytest.mark.parametrize(
    "value, text",
    [
        (3.0, "3"),
        (2.165236, "2.16524"),
        (204510684.0, "204510684"),
        (1234567.891, "1234567.89"),
        (0.1 + 0.2, "0.3"),
        (-7.5, "-7.5"),
    ],
)
def test_values_as_a_calculator_shows_them(value, text):
    assert shown(value) == text


def test_texts_for_the_tokenizer():
    text = next(iter(iter_math_texts(1)))
    assert "result = " in text
