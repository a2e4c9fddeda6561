"""The tab of recorded runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gba.chat import Message, Step
from gba.trajectory import Recorder
from tests.helpers.html_text import see
from tests.helpers.ui_client import browser


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    runs = tmp_path / "runs"
    for age, name in ((100, "old.jsonl"), (50, "below/new.jsonl")):
        with Recorder(runs / name, model="/models/m.gguf") as recorder:
            recorder.message(Message("user", f"Asked in {name}?"))
            recorder.step(Step("Hm.", content="Yes."))
        stamp = 1_700_000_000 - age
        os.utime(runs / name, (stamp, stamp))
    (runs / "broken.jsonl").write_text("{}\n")
    os.utime(runs / "broken.jsonl", (1, 1))
    (tmp_path / "secret.jsonl").write_text("{}\n")
    return runs


def test_the_runs_of_a_folder(folder: Path) -> None:
    listed = browser(runs=folder).get("/ui/runs").json()
    assert [run["name"] for run in listed] == ["below/new.jsonl", "old.jsonl", "broken.jsonl"]
    assert listed[0]["asked"] == "Asked in below/new.jsonl?"
    assert (listed[0]["model"], listed[0]["steps"], listed[0]["complete"]) == ("m.gguf", 1, True)
    assert "broken.jsonl" in listed[2]["error"]


def test_one_of_them(folder: Path) -> None:
    client = browser(runs=folder)
    seen = see(client.get("/ui/runs/below/new.jsonl").json()["html"])
    assert not seen.broken
    assert "Asked in below/new.jsonl?" in seen.text
    assert "Yes." in seen.text
    assert client.get("/ui/model").json()["runs"] is True


@pytest.mark.parametrize(
    "name", ["none.jsonl", "../secret.jsonl", "..%2fsecret.jsonl", "%2e%2e/secret.jsonl", "/etc/passwd"]
)
def test_no_other_file_is_read(folder: Path, name: str) -> None:
    assert browser(runs=folder).get(f"/ui/runs/{name}").status_code in (404, 405)


def test_one_that_cannot_be_read_is_told_of(folder: Path) -> None:
    answer = browser(runs=folder).get("/ui/runs/broken.jsonl")
    assert answer.status_code >= 400
    assert "line 1" in answer.json()["error"]["message"]


def test_without_a_folder() -> None:
    client = browser()
    assert client.get("/ui/runs").json() == []
    answer = client.get("/ui/runs/a.jsonl")
    assert answer.status_code == 404
    assert "--runs DIR" in answer.json()["error"]["message"]
