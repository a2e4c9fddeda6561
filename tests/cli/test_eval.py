"""`gba eval`: what a model solves, in one table."""

from __future__ import annotations

import json
from pathlib import Path

from gba.environments import environment
from tests.cli.conftest import Run
from tests.helpers.scripts import answer, call


def test_ways_are_put_side_by_side(gba: Run, scripted, tmp_path: Path) -> None:
    task = environment("arithmetic").task(0, "held-out")
    turns = [call(act.thought, (act.tool, dict(act.arguments))) for act in task.acts]
    scripted(*turns, answer("I know.", task.answer), "It is 0.5.")
    arguments = ("eval", "arithmetic", "-n", "1", "--split", "held-out", "-o", str(tmp_path / "out"))
    ended = gba(*arguments, "--way", "constrained", "--way", "free")
    assert ended.code == 0, ended.err
    assert (
        f"| arithmetic, held-out | constrained | 1 | 100.0% | 21%–100% | 1.000 | 100.0% of {len(task.acts)} | 0 |"
        in ended.out
    )
    assert "| arithmetic, held-out | free | 1 | 0.0% | 0%–79% | 0.000 | – | 0 |" in ended.out
    again = gba(*arguments, "--way", "constrained", "--way", "free", "--resume", "--plot")
    assert again.out == ended.out
    assert (tmp_path / "out" / "report.svg").exists()
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert [each["way"] for each in report["scores"]] == ["constrained", "free"]


def test_the_thought_with_and_without(gba: Run, scripted, tmp_path: Path) -> None:
    task = environment("arithmetic").task(0, "held-out")
    said = answer("I guess.", "It is 0.5.")
    without = said.partition("\n")[2]
    backend = scripted(without, said, "It is 0.5.", "It is 0.5.")
    options = [part for name in ("none", "prompted") for part in ("--thought", name)]
    options += [part for name in ("constrained", "free") for part in ("--way", name)]
    out = tmp_path / "out"
    ended = gba("eval", "arithmetic", "-n", "1", "--split", "held-out", *options, "-o", str(out))
    assert ended.code == 0, ended.err
    rows = [line.split(" | ")[1] for line in ended.out.splitlines()[2:]]
    ways = [f"{way}, thought {thought}" for way in ("constrained", "free") for thought in ("none", "prompted")]
    assert rows == ways
    assert sorted(path.name for path in out.iterdir() if path.is_dir()) == sorted(
        way.replace(",", "").replace(" ", "-") for way in ways
    )
    asked = [request.text for request in backend.requests if task.request in request.text]
    assert ["First think" in asked[0], "First think" in asked[-1]] == [False, True]
    assert any("First think" not in text and "You can use these tools" in text for text in asked[1:])
    assert "choose of none, prompted" in gba("eval", "--thought", "much", "-o", str(tmp_path / "no")).err


def test_what_cannot_be_is_said(gba: Run, scripted, tmp_path: Path) -> None:
    scripted()
    out = ("-o", str(tmp_path / "out"))
    assert "choose of constrained, free, native" in gba("eval", "--way", "best", *out).err
    assert "choose of train, held-out" in gba("eval", "--split", "test", *out).err
    assert "--base-url" in gba("eval", "--way", "native", *out).err
    (tmp_path / "questions.json").write_text("{}")
    assert "possible_answer" in gba("eval", "--bfcl", str(tmp_path / "questions.json"), *out).err


def test_questions_of_the_leaderboard(gba: Run, scripted, tmp_path: Path) -> None:
    scripted(answer("None of them does that.", "I cannot."))
    question = {
        "id": "irrelevance_0",
        "question": [[{"role": "user", "content": "Sing!"}]],
        "function": [{"name": "add", "description": "Add.", "parameters": {"type": "dict", "properties": {}}}],
    }
    (tmp_path / "irrelevance.json").write_text(json.dumps(question))
    ended = gba("eval", "--bfcl", str(tmp_path / "irrelevance.json"), "-o", str(tmp_path / "out"))
    assert "| irrelevance, held-out | constrained | 1 | 100.0% |" in ended.out, ended.err
