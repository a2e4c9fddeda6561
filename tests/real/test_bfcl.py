"""The benchmark on the function-calling leaderboard judges as it says, and goes on where it was interrupted."""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
from bfcl import ROWS, Answer, Results, Row, figures, in_turn, markdown
from bfcl_cases import CATEGORIES, Case, Leaderboard

FOLDER = Path(sys.prefix) / "bfcl"


@pytest.fixture(scope="module")
def board() -> Leaderboard:
    return Leaderboard(FOLDER)


def known_calls(case: Case, *, dots: bool) -> list[dict[str, dict[str, Any]]]:
    """The first of the answers that the leaderboard takes for right; arguments that may be left out are."""
    calls = []
    for call in case.truth:
        ((name, arguments),) = call.items()
        given = {key: values[0] for key, values in arguments.items() if "" not in values}
        calls.append({name if dots else name.replace(".", "_"): given})
    return calls


@pytest.mark.parametrize("category", ["simple_python", "multiple", "parallel", "parallel_multiple", "live_parallel"])
def test_known_answers_are_right_and_others_are_not(board: Leaderboard, category: str) -> None:
    for case in board.cases(category, 8):
        calls = known_calls(case, dots=False)
        assert board.right(case, calls, in_words=False)
        assert board.right(case, known_calls(case, dots=True), in_words=True)
        assert not board.right(case, calls[:-1], in_words=False)
        wrong = copy.deepcopy(calls)
        ((_, arguments),) = wrong[0].items()
        arguments[next(iter(arguments))] = "something else"
        assert not board.right(case, wrong, in_words=False)


@pytest.mark.parametrize(
    "category, without", [("irrelevance", True), ("live_irrelevance", True), ("live_relevance", False)]
)
def test_where_only_a_call_counts(board: Leaderboard, category: str, without: bool) -> None:
    (case,) = board.cases(category, 1)
    assert board.right(case, [], in_words=False) is without
    assert board.right(case, [{"f": {}}], in_words=False) is not without


@pytest.mark.parametrize("category", CATEGORIES)
def test_the_tools_are_json_schema(board: Leaderboard, category: str) -> None:
    for case in board.cases(category, 20):
        for tool in board.tools(case):
            assert "." not in tool["function"]["name"]
            Draft202012Validator.check_schema(tool["function"]["parameters"])


def test_calls_are_read_out_of_text(board: Leaderboard) -> None:
    assert board.read("[area.of(base=10, height=2 + 3)]") == [{"area.of": {"base": 10, "height": 5}}]
    assert board.read("```\nf(x=-1), g(y=['a'])\n```") == [{"f": {"x": -1}}, {"g": {"y": ["a"]}}]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I call f.",
        "[f(x=1), 2]",
        "[f(x=9**9**9)]",
        "[f(x=(lambda: 1)())]",
        "[f(x=open('a') + 1)]",
        "[f(x='a' * 9)]",
    ],
)
def test_what_is_no_call_or_would_have_to_be_run_is_not_read(board: Leaderboard, text: str) -> None:
    assert board.read(text) == []


def answer(case: str, **values: Any) -> Answer:
    given = {
        "row": "a",
        "category": "simple_python",
        "calls": [],
        "text": "",
        "error": "",
        "seconds": 1.0,
        "generated": 5,
    }
    return Answer(case=case, **{**given, **values})


def test_an_interrupted_run_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    Results(path, {"model": "m"}).add(answer("simple_python_0"))
    with path.open("a") as file:
        file.write('{"row": "a", "ca')
    again = Results(path, {"model": "m"})
    again.add(answer("simple_python_1"))
    assert list(Results(path, {"model": "m"}).answers) == [("a", "simple_python_0"), ("a", "simple_python_1")]
    with pytest.raises(SystemExit, match="another run"):
        Results(path, {"model": "n"})


def test_the_table_counts_what_all_rows_have_answered(board: Leaderboard) -> None:
    cases = board.cases("simple_python", 3)
    rows = [Row("ours", ROWS[0].make), Row("ChatOpenAI", ROWS[0].make)]
    right = known_calls(cases[0], dots=False)
    answers = [
        answer(cases[0].name, row="ours", calls=right),
        answer(cases[0].name, row="ChatOpenAI", seconds=2.0),
        answer(cases[1].name, row="ours", error="E"),
        answer(cases[1].name, row="ChatOpenAI", seconds=2.0),
        answer(cases[2].name, row="ours", calls=right),
    ]
    table = figures(answers, cases, rows, board)
    assert table["ours"]["right"] == {"simple_python": 50.0}
    assert table["ChatOpenAI"]["right"] == {"simple_python": 0.0}
    assert (table["ours"]["with_calls"], table["ours"]["errors"]) == (1, 1)
    assert "| simple_python (2) | 50 | 0 |" in markdown(table)
    assert "| time, as a ratio of ChatOpenAI's | 0.50 | 1.00 |" in markdown(table)


def test_all_categories_have_their_turn(board: Leaderboard) -> None:
    cases = in_turn([board.cases("simple_python", 2), board.cases("irrelevance", 1)])
    assert [case.name for case in cases] == ["simple_python_0", "irrelevance_0", "simple_python_1"]
