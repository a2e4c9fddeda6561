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
