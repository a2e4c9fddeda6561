"""`gba prepare`: runs and dialogue become examples."""

from __future__ import annotations

import json
from pathlib import Path

from gba.environments import environment
from gba.tuning.examples import read_examples
from tests.cli.conftest import Run

TALK = [{"from": "human", "value": "Hello!"}, {"from": "gpt", "value": "Hello, what can I do?"}]


def test_runs_and_dialogue_are_mixed(gba: Run, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    assert gba("collect", "files", "--teacher", "expert", "-n", "6", "-o", str(runs)).code == 0
    (tmp_path / "talk.json").write_text(json.dumps([{"conversations": TALK}] * 3))
    arguments = ("prepare", str(runs), "-o", str(tmp_path / "data"))
    ended = gba(*arguments, "--general", str(tmp_path / "talk.json"), "--eta", "0.5", "--threshold", "files=0.5")
    assert ended.code == 0, ended.err
    assert "dropped       2  dialogue: near another one" in ended.out
    assert "2 examples, η 0.500" in ended.err
    assert len(list(read_examples(tmp_path / "data" / "examples.jsonl"))) == 2
    assert "not empty" in gba(*arguments).err
    assert "sqlite=0.5" in gba("prepare", str(runs), "-o", str(tmp_path / "new"), "--threshold", "files").err
    assert "cannot be read" in gba("prepare", str(runs), "-o", str(tmp_path / "new"), "--held-out", "none").err
    held = tmp_path / "held.txt"
    held.write_text("\n".join(environment("files").task(index).request for index in range(6)))
    assert "nothing is left" in gba("prepare", str(runs), "-o", str(tmp_path / "new"), "--held-out", str(held)).err
