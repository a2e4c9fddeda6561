"""The plots of the docs are drawn out of what the benchmarks write."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from benchmarks import plots

MODEL = {
    "model": "small.gguf",
    "rows": {
        "gba": {
            "n": {"simple_python": 3, "parallel": 1, "irrelevance": 9},
            "right": {"simple_python": 100.0, "parallel": 0.0, "irrelevance": 0.0},
        },
        "other": {
            "n": {"simple_python": 3, "parallel": 1, "irrelevance": 9},
            "right": {"simple_python": 0.0, "parallel": 0.0, "irrelevance": 100.0},
        },
    },
}


def test_cases_without_a_call_do_not_count() -> None:
    assert plots.bfcl([MODEL]) == (["small"], {"gba": [75.0], "other": [0.0]})


def test_each_plot_is_written_and_the_same_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    startup = {"gba --help": {"least": 0.2, "median": 0.25}}
    for name, content in (("model", MODEL), ("startup", startup)):
        (tmp_path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    written = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        arguments = [str(tmp_path / "model.json"), str(tmp_path / "startup.json"), "--out", str(folder)]
        monkeypatch.setattr(sys, "argv", ["plots", *arguments])
        assert plots.main() == 0
        written.append([(path.name, path.read_bytes()) for path in sorted(folder.iterdir())])
    assert [name for name, _ in written[0]] == ["bfcl.svg", "startup.svg"]
    assert written[0] == written[1]
