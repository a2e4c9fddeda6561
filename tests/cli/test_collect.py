"""`gba collect`: runs of an agent on an environment."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gba.environments import environment
from gba.trajectory import read_all
from tests.cli.conftest import Run
from tests.helpers.scripts import answer, call


def test_the_expert_does_the_tasks(gba: Run, tmp_path: Path) -> None:
    ended = gba("collect", "sqlite", "--teacher", "expert", "-n", "3", "--attempts", "2", "-o", str(tmp_path / "runs"))
    assert ended.code == 0
    assert "6 runs" in ended.err
    shown = gba("trajectory", "show", str(tmp_path / "runs" / "sqlite-train-000000-0.jsonl")).out
    assert "thought  I look at the table first.\ncall     describe_table {}" in shown
    assert "mean reward 1.000, 6 with 1, 0 without answer" in ended.err
    assert len(list(read_all(tmp_path / "runs"))) == 6
    again = gba(
        "collect", "sqlite", "--teacher", "expert", "-n", "4", "-o", str(tmp_path / "runs"), "--resume", "-j", "2"
    )
    assert "4 runs" in again.err
    assert "of which 3 were there" in again.err


def test_a_model_does_the_tasks(gba: Run, scripted, tmp_path: Path) -> None:
    task = environment("arithmetic").task(0, "held-out", seed=3)
    turns = [call(act.thought, (act.tool, dict(act.arguments))) for act in task.acts]
    scripted(*turns, answer("I know.", task.answer), answer("I guess.", "It is 0.5."))
    options = ("--split", "held-out", "--task-seed", "3", "-n", "2", "-o", str(tmp_path / "runs"))
    ended = gba("collect", "arithmetic", *options)
    assert ended.code == 0, ended.err
    assert "mean reward 0.500, 1 with 1" in ended.err
    first, _ = read_all(tmp_path / "runs")
    assert (first.reward, first.metadata["seed"], first.metadata["split"]) == (1.0, 3, "held-out")
    assert first.steps
    shown = gba("trajectory", "show", str(tmp_path / "runs" / f"{task.id}-0.jsonl")).out
    assert f"request  {task.request}" in shown


OWN = """
from gba.environments.lookup import Lookup
from gba.tuning.expert import Expert

class Own(Lookup):
    name = "own"

def nothing():
    return None

teacher = Expert(task=Own().task(0))
"""


def test_ones_own_environment_and_teacher(gba: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_world.py").write_text(OWN)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "own_world", raising=False)
    ended = gba("collect", "own_world:Own", "--teacher", "own_world:teacher", "-n", "1", "-o", "runs")
    assert "mean reward 1.000" in ended.err
    assert [path.name for path in Path("runs").glob("*.jsonl")] == ["own-train-000000-0.jsonl"]
    for wrong, message in (("own_world:nothing", "no environment"), ("chess", "no environment 'chess'")):
        ended = gba("collect", wrong, "--teacher", "expert", "-o", "runs2")
        assert (ended.code, message in ended.err) == (1, True)
    ended = gba("collect", "lookup", "--teacher", "own_world:nothing", "-o", "runs2")
    assert "no chat model" in ended.err
    assert "no split" in gba("collect", "lookup", "--split", "test", "-o", "runs2").err


def test_a_process_that_is_killed_loses_no_finished_run(gba: Run, tmp_path: Path) -> None:
    out = tmp_path / "runs"
    arguments = ["collect", "sqlite", "--teacher", "expert", "-n", "60", "-o", str(out)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen([sys.executable, "-m", "gba", *arguments], env=environment, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while len(list(out.glob("*.jsonl"))) < 5 and process.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
    finally:
        process.kill()
        process.wait()
    before = {path: path.read_bytes() for path in out.glob("*.jsonl") if path.read_bytes().endswith(b'"error": ""}\n')}
    assert 4 <= len(before) < 60
    ended = gba(*arguments, "--resume")
    assert f"60 runs in {out}, of which {len(before)} were there" in ended.err
    assert {path: path.read_bytes() for path in before} == before
    assert sorted(run.metadata["index"] for run in read_all(out)) == list(range(60))
