"""Ways to ask a model side by side, and the report of what it solved."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from gba.environments import environment
from gba.environments.leaderboard import Leaderboard
from gba.errors import GbaError
from gba.schema.tools import ToolCall
from gba.trajectory import read_all
from gba.tuning.collect import Collection, collect
from gba.tuning.episodes import Episode, run_episode
from gba.tuning.expert import Expert
from gba.tuning.free import Free
from gba.tuning.report import Score, as_markdown, interval, plot, pooled, score, write_report
from tests.helpers.scripts import answer, call

ARITHMETIC = environment("arithmetic")


def free(*turns: str) -> Free:
    return Free(model=GenericFakeChatModel(messages=iter(map(AIMessage, turns))))


def test_calls_are_read_out_of_free_text(tmp_path: Path) -> None:
    task = ARITHMETIC.task(0)
    turns = [call(act.thought, (act.tool, dict(act.arguments))) for act in task.acts]
    model = free(*turns, answer("I know.", task.answer))
    assert run_episode(ARITHMETIC, task, model, tmp_path / "run.jsonl") == Episode(1.0)
    (run,) = read_all(tmp_path)
    assert run.messages[2].thought == task.acts[0].thought
    assert run.messages[-1].content == task.answer


@pytest.mark.parametrize(
    "text",
    [
        "It is 5.",
        '<tool_call>\n{"name": "half", "arguments": {"n": 1}\n</tool_call>',
        '<tool_call>\n{"name": "half", "arguments": 7}\n</tool_call>',
        '<tool_call>\n{"arguments": {}}\n</tool_call>',
        "<tool_call>\n{" + '"a":{' * 3000 + "\n}</tool_call>",
    ],
)
def test_what_is_no_call_is_the_answer(text: str) -> None:
    said = free(text).bind_tools([{"name": "half", "description": "", "parameters": {"type": "object"}}]).invoke("8?")
    assert (said.content, said.tool_calls) == (text, [])


def test_a_free_model_is_told_of_all_in_words() -> None:
    seen: list[Any] = []

    class Told(GenericFakeChatModel):
        def _generate(self, messages: Any, *arguments: Any, **options: Any) -> Any:
            seen.extend(messages)
            return super()._generate(messages, *arguments, **options)

    model = Free(model=Told(messages=iter([AIMessage("It is 4.")])))
    half = {"name": "half", "description": "Halve.", "parameters": {"type": "object", "properties": {}}}
    made = AIMessage("", tool_calls=[{"name": "half", "args": {}, "id": "1"}])
    model.bind_tools([half]).invoke(
        [SystemMessage("Be short."), HumanMessage("8?"), made, ToolMessage("4", tool_call_id="1")]
    )
    assert [type(message) for message in seen] == [SystemMessage, HumanMessage, AIMessage, HumanMessage]
    assert "half" in seen[0].content
    assert seen[0].content.startswith("Be short.")
    assert '{"name": "half", "arguments": {}}' in seen[2].content
    assert seen[3].content == "<tool_response>\n4\n</tool_response>"


def test_an_interval_holds_the_share() -> None:
    for whole in range(1, 200):
        for right in {0, 1, whole // 2, whole - 1, whole}:
            low, high = interval(right, whole)
            assert 0 <= low <= right / whole <= high <= 1
    assert interval(0, 10)[0] == 0
    assert interval(10, 10)[1] == 1
    assert interval(50, 100) == pytest.approx((0.404, 0.596), abs=0.001)  # Wilson's of a table


def test_a_report_says_what_was_solved(tmp_path: Path) -> None:
    collect(ARITHMETIC, lambda task: Expert(task=task), Collection("arithmetic", tasks=4), tmp_path / "expert")
    wrong = lambda task: Expert(task=ARITHMETIC.task(task.index + 1))  # noqa: E731
    collect(ARITHMETIC, wrong, Collection("arithmetic", tasks=4), tmp_path / "wrong")
    scores = [score(name, "arithmetic", read_all(tmp_path / name)) for name in ("expert", "wrong")]
    assert [(each.runs, each.solved, each.valid) for each in scores] == [(4, 1.0, 1.0), (4, 0.0, 1.0)]
    write_report(scores, tmp_path, model="m.gguf", about={"tasks": 4})
    assert json.loads((tmp_path / "report.json").read_text())["scores"][0]["solved"] == 1.0
    assert "| arithmetic | expert | 4 | 100.0% | 51%–100% | 1.000 | 100.0% of" in as_markdown(scores)
    assert {line.count("|") for line in as_markdown(scores).splitlines()} == {10}
    assert [each.called for each in scores] == [4, 4]
    plot(scores, tmp_path / "report.svg", title="m")
    assert "<!-- tasks solved -->" in (tmp_path / "report.svg").read_text()
    with pytest.raises(ValueError, match="no runs"):
        score("none", "arithmetic", [])


def test_scores_are_pooled() -> None:
    one, two = Score("a", "x", 4, 0.5, 0, 1, 0.6, 1, 3, 1.0, 10), Score("a", "y", 6, 1 / 3, 0, 1, 0.4, 0, 1, 0.0, 5)
    other, none = Score("b", "x", 2, 0.0, 0, 1, 0.0, 2, 0, None, 0), Score("b", "y", 2, 0.0, 0, 1, 0.0, 2, 0, None, 0)
    all_of_a, all_of_b = pooled([one, two, other, none])
    assert (all_of_a.runs, all_of_a.solved, all_of_a.calls, all_of_a.valid) == (10, 0.4, 4, 0.75)
    assert (all_of_a.no_answer, all_of_a.generated, all_of_a.reward) == (1, 15, pytest.approx(0.48))
    assert (all_of_a.low, all_of_a.high) == interval(4, 10)
    assert (all_of_b.valid, all_of_b.no_answer, all_of_b.called) == (None, 4, 0)
    assert "| all | a | 10 | 40.0% |" in as_markdown([one, two, other, none])
    assert pooled([one, other]) == []


def test_without_matplotlib_the_remedy_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(GbaError, match="notebooks"):
        plot([], tmp_path / "report.svg", title="m")


QUESTION = {
    "id": "simple_0",
    "question": [[{"role": "user", "content": "Weather in Paris and Oslo?"}]],
    "function": [
        {
            "name": "weather.get",
            "description": "Weather.",
            "parameters": {
                "type": "dict",
                "properties": {
                    "city": {"type": "string"},
                    "days": {"type": "integer", "default": 1},
                    "box": {"type": "dict", "properties": {"size": {"type": "float"}}},
                    "points": {"type": "tuple", "items": {"type": "any"}},
                },
                "required": ["city"],
            },
        }
    ],
}
TRUTH = {
    "id": "simple_0",
    "ground_truth": [
        {
            "weather.get": {
                "city": ["Paris", "Paris, France"],
                "days": ["", 1],
                "box": ["", {"size": [1.5]}],
                "points": [""],
            }
        },
        {"weather.get": {"city": ["Oslo"], "days": [1, 2], "box": [""], "points": ["", [1, 2]]}},
    ],
}


@pytest.fixture
def board(tmp_path: Path) -> Leaderboard:
    folder = tmp_path / "possible_answer"
    folder.mkdir()
    (tmp_path / "simple.json").write_text(json.dumps(QUESTION))
    (folder / "simple.json").write_text(json.dumps(TRUTH))
    return Leaderboard(tmp_path / "simple.json", folder / "simple.json")


PARIS, OSLO = {"city": "paris france"}, {"city": "Oslo", "days": 2}


@pytest.mark.parametrize(
    "made, worth",
    [
        ([PARIS, OSLO], 1),
        ([OSLO, PARIS], 1),
        ([{**PARIS, "box": {"size": 1.5}}, {**OSLO, "points": [1, 2]}], 1),
        ([{**PARIS, "box": {"size": 2}}, OSLO], 0),
        ([PARIS, {**OSLO, "points": [1, 3]}], 0),
        ([PARIS], 0),
        ([PARIS, OSLO, OSLO], 0),
        ([PARIS, {"city": "Oslo"}], 0),
        ([PARIS, {"city": "Oslo", "days": True}], 0),
        ([PARIS, {**OSLO, "wind": 1}], 0),
        ([], 0),
    ],
)
def test_the_leaderboards_calls_are_judged(board: Leaderboard, made: list[dict[str, Any]], worth: float) -> None:
    task = board.task(0)
    with board.open(task) as world:
        assert world.tools[0].parameters["properties"]["box"]["properties"]["size"] == {"type": "number"}
        for arguments in made:
            assert world.use(ToolCall("weather.get", arguments)) == "Done."
        assert world.reward("") == worth


def test_the_right_calls_of_the_leaderboard_are_worth_1(board: Leaderboard, tmp_path: Path) -> None:
    task = board.task(0)
    assert run_episode(board, task, Expert(task=task), tmp_path / "run.jsonl") == Episode(1.0)
    nothing = Leaderboard(tmp_path / "simple.json")
    with nothing.open(nothing.task(0)) as world:
        assert world.reward("") == 1
        world.use(ToolCall("weather.get", PARIS))
        assert world.reward("") == 0


def test_a_file_of_relevance_wants_any_call(board: Leaderboard, tmp_path: Path) -> None:
    (tmp_path / "live_relevance.json").write_text((tmp_path / "simple.json").read_text())
    relevance = Leaderboard(tmp_path / "live_relevance.json")
    with relevance.open(relevance.task(0)) as world:
        assert world.reward("") == 0
        world.use(ToolCall("weather.get", PARIS))
        assert world.reward("") == 1


def test_a_function_that_has_the_name_of_an_answer(tmp_path: Path) -> None:
    question = {**QUESTION, "function": [{**QUESTION["function"][0], "name": "respond"}]}
    truth = {
        "id": "simple_0",
        "ground_truth": [{"respond": {"city": ["Oslo"], "days": [""], "box": [""], "points": [""]}}],
    }
    for name, line in (("questions", question), ("answers", truth)):
        (tmp_path / f"{name}.json").write_text(json.dumps(line))
    board = Leaderboard(tmp_path / "questions.json", tmp_path / "answers.json")
    task = board.task(0)
    assert [act.tool for act in task.acts] == ["respond_to"]
    assert run_episode(board, task, Expert(task=task), tmp_path / "run.jsonl") == Episode(1.0)


def test_files_that_are_none_of_the_leaderboards_are_refused(board: Leaderboard, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no question 1"):
        board.task(1)
    for text in ("{}", "[]", "{"):
        (tmp_path / "other.json").write_text(text)
        with pytest.raises(GbaError, match=r"other\.json"):
            Leaderboard(tmp_path / "other.json")
    (tmp_path / "other.json").write_text(json.dumps({"id": "multi_turn_0", "question": [[], []]}))
    with pytest.raises(GbaError, match="files of one turn"):
        Leaderboard(tmp_path / "other.json")
    (tmp_path / "other.json").write_text(json.dumps({**TRUTH, "id": "x"}))
    with pytest.raises(GbaError, match="no answer"):
        Leaderboard(tmp_path / "simple.json", tmp_path / "other.json")
