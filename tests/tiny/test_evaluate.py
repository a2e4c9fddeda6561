"""Evaluation: solved is only what is right in every call and in the answer."""

from __future__ import annotations

import json
import math

import pytest

from gba.backends.scripted import Scripted
from gba.chat.engine import Engine
from gba.chat.syntaxes.gba import turn_text
from gba.errors import BackendError
from gba.schema.tools import ToolSpec
from gba.tools.math.writer import ProgramWriter
from models.tiny import evaluate
from models.tiny.evaluate import Outcome, Report, run_math_task, run_task, same_value
from models.tiny.tasks import Act, MathTask, Task, Turn, agent_task

LOOK_UP = ToolSpec(
    "look_up", "Look up.", {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]}
)
ADD = ToolSpec("add", "Add.", {"type": "object", "properties": {"n": {"type": "number"}}, "required": ["n"]})
TASK = Task(
    "pair",
    (LOOK_UP, ADD),
    (
        Turn(
            "The age of Kim plus 7?",
            (Act("look_up", {"q": "age of Kim"}, "It is 30."), Act("add", {"n": 7}, "37")),
            "I know it.",
            "It is 37.",
            "37",
        ),
    ),
)
CALL = '{}\n<tool_call>\n{{"name": "{}", "arguments": {}}}\n</tool_call>'
ANSWER = 'I know it.\n<tool_call>\n{{"name": "respond"}}\n</tool_call>\n{}'
FIRST, SECOND = CALL.format("Look up.", "look_up", '{"q": "age of Kim"}'), CALL.format("Add.", "add", '{"n": 7}')


def run(*turns: str, task: Task = TASK) -> tuple[Outcome, Scripted]:
    backend = Scripted.turns(turns)
    return run_task(Engine(backend), task), backend


def test_all_right_is_solved():
    outcome, backend = run(FIRST, SECOND, ANSWER.format("It is 37."))
    assert outcome.solved
    assert outcome.why == ""
    assert (outcome.calls, outcome.invalid) == (2, 0)
    assert 0 < outcome.call_generated < outcome.call_total
    assert outcome.context == max(len(request.prompt) for request in backend.requests) + len("It is 37.")
    assert outcome.evaluated + outcome.generated >= outcome.context


def test_numbers_are_compared_as_numbers():
    assert run(FIRST, CALL.format("Add.", "add", '{"n": 7.0}'), ANSWER.format("It is 37."))[0].solved


@pytest.mark.parametrize(
    "turns, why",
    [
        ((ANSWER.format("It is 37."),), "instead of calling look_up"),
        ((FIRST, ANSWER.format("It is 37.")), "instead of calling add"),
        ((FIRST, SECOND, ANSWER.format("It is 38.")), "does not contain '37'"),
        ((SECOND, ANSWER.format("It is 37.")), "called add"),
        ((CALL.format("", "look_up", '{"q": "age of Tim"}'), ANSWER.format("Sorry, 37.")), "age of Tim"),
        ((FIRST, SECOND, SECOND, ANSWER.format("It is 37.")), "instead of an answer"),
        ((FIRST, FIRST, SECOND, ANSWER.format("It is 37.")), "called look_up"),
    ],
)
def test_what_is_wrong_is_not_solved(turns, why):
    outcome, _ = run(*turns)
    assert not outcome.solved
    assert why in outcome.why


def test_a_wrong_call_is_told_that_nothing_was_found():
    _, backend = run(CALL.format("", "look_up", '{"q": "Tim"}'), ANSWER.format("37"))
    assert "Error: nothing was found." in backend.requests[-1].text
    assert "It is 30." not in backend.requests[-1].text


def test_a_model_that_never_answers_is_given_up():
    calls = [CALL.format("", "look_up", f'{{"q": "{n}"}}') for n in range(9)]
    outcome, _ = run(*calls)
    assert not outcome.solved
    assert outcome.calls == 5


def test_a_broken_backend_is_not_a_wrong_answer():
    with pytest.raises(BackendError):
        run(FIRST)


@pytest.mark.parametrize("split", ["train", "held-out", "latest", "unseen", "two-in-one"])
def test_the_solutions_of_the_tasks_are_solved(split):
    for index in range(25):
        task = agent_task(f"1/{index}", split)
        messages = [
            message for turn in task.turns for message in [*(act.message() for act in turn.acts), turn.message()]
        ]
        outcome, _ = run(*(turn_text(message) for message in messages), task=task)
        assert outcome.solved, outcome.why


def test_a_report_adds_up():
    outcomes = (
        Outcome("a", True, calls=2, call_generated=10, call_total=40, evaluated=90, generated=10, context=100),
        Outcome(
            "a",
            False,
            "why",
            calls=1,
            invalid=1,
            call_generated=5,
            call_total=10,
            evaluated=95,
            generated=10,
            context=100,
        ),
        Outcome("b", True),
    )
    report = Report("set", outcomes)
    assert math.isclose(report.solved, 2 / 3)
    assert report.families() == {"a": (1, 2), "b": (1, 1)}
    figures = report.as_json()
    assert figures["valid_calls"] == round(2 / 3, 4)
    assert figures["call_generated_share"] == 0.3
    assert figures["evaluated_and_generated_per_context"] == 1.025
    assert [failure["why"] for failure in figures["failures"]] == ["why"]
    assert json.loads(json.dumps(figures)) == figures


def test_math_is_judged_by_value():
    task = MathTask("binary", "2 plus 3", "result = 2 + 3\n")
    assert run_math_task(ProgramWriter(Scripted(["result = 3 + 2\n"])), task).solved
    wrong = run_math_task(ProgramWriter(Scripted(["result = 2 * 3\n"])), task)
    assert not wrong.solved
    assert "2 plus 3" in wrong.why


@pytest.mark.parametrize(
    "program, right, same",
    [
        ("result = 1 / 3", "result = 2 / 6\n", True),
        ("x = 2\nresult = x ** 0.5", "result = sqrt(2)\n", True),
        ("result = gcd(12, 18)", "result = 7\n", False),
        ('x = symbols("x")\nresult = diff(x**2, x)\n', 'x = symbols("x")\nresult = 2*x\n', True),
        ("result = open(1)\n", "result = 1\n", False),
        ("result = 1 / 0\n", "result = 1\n", False),
    ],
)
def test_same_value(program, right, same):
    assert same_value(program, right) is same


def test_the_command_prints_figures(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(evaluate, "_backend", lambda *_: Scripted.turns([ANSWER.format("Hello!")] * 99))
    evaluate.main(["--n", "3", "--splits", "held-out", "--json", str(tmp_path / "figures.json")])
    printed = capsys.readouterr()
    (figures,) = json.loads(printed.out)
    assert figures["tasks"] == 3
    assert figures["name"] == "held-out"
    assert json.loads((tmp_path / "figures.json").read_text()) == [figures]
    assert "held-out" in printed.err
