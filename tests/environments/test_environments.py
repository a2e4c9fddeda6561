"""Each environment: the expert is worth 1, anything else less, and held-out tasks are others than those to train on."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import pytest

from gba.environments import NAMES, Act, Environment, Task, environment
from gba.environments.answers import says, says_number, written
from gba.environments.base import share, split_of
from gba.errors import GbaError
from gba.grammar import Grammar
from gba.schema.tools import ToolCall

COUNT = 200
SPLITS = ("train", "held-out")
each_name = pytest.mark.parametrize("name", NAMES)


def reward(one: Environment, task: Task, acts: tuple[Act, ...], answer: str) -> float:
    """What a run is worth that makes these calls and gives this answer."""
    with one.open(task) as world:
        for act in acts:
            world.use(ToolCall(act.tool, act.arguments))
        return world.reward(answer)


@each_name
@pytest.mark.parametrize("split", SPLITS)
def test_the_expert_is_worth_1(name: str, split: str) -> None:
    one = environment(name)
    for index in range(COUNT):
        task = one.task(index, split)
        assert reward(one, task, task.acts, task.answer) == 1, task


@each_name
def test_anything_else_is_worth_less(name: str) -> None:
    one = environment(name)
    for task in map(one.task, range(COUNT)):
        assert reward(one, task, task.acts[:0], "I do not know.") == 0, task
        assert reward(one, task, task.acts[:-1], "It is done.") < 1, task
        other = one.task(task.index + 1)
        assert reward(one, task, other.acts, "That is 0.5.") < 1, task


@each_name
def test_a_world_is_fresh_each_time(name: str) -> None:
    one = environment(name)
    for task in map(one.task, range(20)):
        assert reward(one, task, task.acts, task.answer) == 1
        assert reward(one, task, task.acts, task.answer) == 1


@each_name
def test_no_task_is_in_both_splits(name: str) -> None:
    one = environment(name)
    train, held_out = ({one.task(index, split).request for index in range(COUNT)} for split in SPLITS)
    assert not train & held_out
    assert min(len(train), len(held_out)) > COUNT * 0.8


@each_name
def test_a_seed_gives_other_tasks(name: str) -> None:
    one = environment(name)
    assert one.task(0, seed=1) != one.task(0, seed=2)
    assert one.task(0, seed=1) == one.task(0, seed=1)


def test_tasks_are_the_same_in_another_process() -> None:
    code = "from gba.environments import NAMES, environment\nprint([environment(n).task(3).request for n in NAMES])"
    runs = [
        subprocess.run([sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True)
        for seed in ("1", "2")
    ]
    assert runs[0].stdout == runs[1].stdout == f"{[environment(name).task(3).request for name in NAMES]}\n"


@each_name
def test_the_expert_keeps_to_the_grammar_of_its_tools(name: str) -> None:
    one = environment(name)
    task = one.task(0)
    with one.open(task) as world:
        grammars = {tool.name: Grammar.from_json_schema(tool.schema) for tool in world.tools}
    assert not any(grammar.residual for grammar in grammars.values())
    for task in map(one.task, range(20)):
        for act in task.acts:
            assert not grammars[act.tool].check(dict(act.arguments))


@each_name
def test_what_is_no_call_of_a_tool_is_said(name: str) -> None:
    one = environment(name)
    task = one.task(0)
    act = next(each for each in task.acts if each.arguments)
    with one.open(task) as world:
        assert world.use(ToolCall("fly", {})).startswith("Error: there is no tool 'fly'")
        assert "is missing" in world.use(ToolCall(act.tool, {}))
        assert "no argument speed" in world.use(ToolCall(act.tool, {**act.arguments, "speed": 1}))
        first = next(iter(act.arguments))
        assert "has to be" in world.use(ToolCall(act.tool, {**act.arguments, first: []}))
        assert world.reward(task.answer) <= 1


def test_what_is_damaged_beside_it_counts() -> None:
    one = environment("files")
    task = next(task for task in map(one.task, range(COUNT)) if task.kind == "delete")
    state, _ = task.data
    others = [path for path in state if path != task.acts[0].arguments["path"]]
    damage = Act("delete_file", {"path": others[0]}, "")
    assert reward(one, task, (*task.acts, damage), task.answer) == 0


@pytest.mark.parametrize("name", ["calendar", "files", "sqlite"])
def test_a_hard_task_can_be_done_in_part(name: str) -> None:
    one = environment(name)
    task = next(task for task in map(one.task, range(COUNT)) if task.hard)
    worth = [reward(one, task, task.acts[:count], task.answer) for count in range(len(task.acts) + 1)]
    assert worth == sorted(worth)
    assert worth[0] == 0
    assert 0 < worth[-2] < 1
    assert worth[-1] == 1


def test_a_question_about_state_leaves_it_alone() -> None:
    one = environment("sqlite")
    task = next(task for task in map(one.task, range(COUNT)) if task.kind == "value")
    table, _ = task.data
    damage = Act("run_sql", {"statement": f"DELETE FROM {table.name}"}, "")
    assert reward(one, task, task.acts, task.answer) == 1
    assert reward(one, task, (*task.acts, damage), task.answer) == 0


@pytest.mark.parametrize("name", [name for name in NAMES if name != "arithmetic"])
def test_what_was_not_looked_up_is_worth_nothing(name: str) -> None:
    one = environment(name)
    for index in range(30):
        task = one.task(index)
        with one.open(task) as world:
            assert world.reward(task.answer) == 0
            assert world.use(ToolCall("nothing", {})).startswith("Error")
            assert world.reward(task.answer) == 0


def test_all_values_at_once_are_no_answer() -> None:
    one = environment("lookup")
    for task in map(one.task, range(20)):
        _, goal = task.data
        assert reward(one, task, task.acts, f"It is {', '.join(goal.others)}.") == 0


def test_numbers_that_there_are_not_are_refused() -> None:
    one = environment("arithmetic")
    with pytest.raises(ValueError, match="from 0 on"):
        one.task(-1)
    with pytest.raises(ValueError, match="no split"):
        one.task(0, "test")
    with pytest.raises(GbaError, match="arithmetic, calendar"):
        environment("chess")


@pytest.mark.parametrize(
    "left, operation, right, result",
    [
        (1, "divide", 3, "0.333333"),
        (-2.5, "multiply", 3, "-7.5"),
        (1, "divide", 0, "Error: one cannot divide by 0"),
        (10**14, "multiply", 10**14, "Error: the result is too large"),
        (float("nan"), "add", 1, "Error: the numbers are too large"),
        (1e300, "add", 1, "Error: the numbers are too large"),
        (10**400, "add", 1, "Error: the numbers are too large"),
    ],
)
def test_the_calculator(left: float, operation: str, right: float, result: str) -> None:
    one = environment("arithmetic")
    with one.open(one.task(0)) as world:
        assert world.use(ToolCall("calculate", {"left": left, "operation": operation, "right": right})) == result


@pytest.mark.parametrize(
    "answer, value, said",
    [
        ("It is 1,234.5.", Fraction("1234.5"), True),
        ("12 and then 13", Fraction(13), True),
        ("13, not 12", Fraction(13), False),
        ("−4", Fraction(-4), True),
        ("3-4", Fraction(4), True),
        ("0.333333", Fraction(1, 3), True),
        ("version v7", Fraction(7), False),
        ("9" * 5000, Fraction(9), False),
        ("", Fraction(0), False),
    ],
)
def test_the_last_number_counts(answer: str, value: Fraction, said: bool) -> None:
    assert says_number(answer, value) is said


def test_a_value_has_to_stand_by_itself() -> None:
    assert says("It is green.", "green", ["red"])
    assert not says("It is evergreen.", "green", ["red"])
    assert not says("It is red or green.", "green", ["red", "green"])


def test_numbers_are_written_as_people_do() -> None:
    assert [written(Fraction(each)) for each in ("2", "-0.5", "12.25", "1/3", "-1/3000000000")] == [
        "2",
        "-0.5",
        "12.25",
        "0.333333",
        "0",
    ]


def test_words_of_a_split_are_its_own() -> None:
    pool = [str(number) for number in range(23)]
    assert not set(share(pool, "train")) & set(share(pool, "held-out"))
    assert sorted(share(pool, "train") + share(pool, "held-out")) == sorted(pool)
    assert 100 < sum(split_of(str(number)) == "held-out" for number in range(1000)) < 300


def test_a_task_names_itself() -> None:
    task = environment("lookup").task(7, "held-out")
    assert task.id == "lookup-held-out-000007"
    assert replace(task, data=None) == task
