"""`gba trajectory`: runs are listed, judged, exported; `gba chat --record` writes them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from gba.chat import Message
from gba.trajectory import Recorder, read, read_all
from gba.tuning.examples import of_run, write_examples
from tests.cli.conftest import Run
from tests.helpers.html_text import see
from tests.helpers.scripts import answer, call

CALL = call("I look.", ("search", {"query": "capital of Norway"}))


def fail(path: Path) -> None:
    with Recorder(path) as recorder:
        recorder.message(Message("user", "\x1b]0;owned\x07 What?"))
        raise RuntimeError("gone")


@pytest.fixture
def runs(gba: Run, tmp_path: Path) -> Path:
    """Three runs that ended, one that failed, one that was torn, a file that is none."""
    folder = tmp_path / "runs"
    assert gba("collect", "lookup", "--teacher", "expert", "-n", "3", "-o", str(folder)).code == 0
    with pytest.raises(RuntimeError):
        fail(folder / "failed.jsonl")
    whole = (folder / "lookup-train-000000-0.jsonl").read_bytes()
    (folder / "torn.jsonl").write_bytes(whole[: len(whole) // 2])
    (folder / "other.jsonl").write_text("{}\n")
    return folder


def test_runs_are_listed(gba: Run, runs: Path) -> None:
    ended = gba("trajectory", "list", str(runs))
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert [line.split()[0] for line in lines] == ["failed", *["ended"] * 3, "unreadable", "unfinished"]
    assert "\x1b" not in ended.out
    assert "6 runs: 3 ended, 1 failed, 1 unfinished, 1 unreadable; mean reward 1.000 of 3" in ended.err
    records = [json.loads(line) for line in gba("trajectory", "list", str(runs), "--json").out.splitlines()]
    assert [each["state"] for each in records] == [line.split()[0] for line in lines]
    assert records[1]["asked"] == read(runs / "lookup-train-000000-0.jsonl").messages[1].content
    assert "not there" in gba("trajectory", "list", str(runs / "none")).err


def test_runs_are_judged(gba: Run, runs: Path) -> None:
    files = [str(runs / f"lookup-train-00000{number}-0.jsonl") for number in range(2)]
    assert "2 runs have the reward 0.5" in gba("trajectory", "reward", "0.5", *files).err
    assert [read(path).reward for path in files] == [0.5, 0.5]
    assert "reward 0.5" in gba("trajectory", "show", files[0]).err
    assert "not a recorded run" in gba("trajectory", "reward", "1", str(runs / "other.jsonl")).err


def test_runs_are_exported(gba: Run, runs: Path, tmp_path: Path) -> None:
    (runs / "other.jsonl").unlink()
    out = tmp_path / "new" / "train.jsonl"
    ended = gba("trajectory", "export", str(runs), "-o", str(out))
    assert ended.code == 0, ended.err
    assert f"3 written to {out}; left out: 1 failed, 1 unfinished" in ended.err
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [turn["from"] for turn in lines[0]["conversations"]][:3] == ["system", "human", "function_call"]
    assert "is there already" in gba("trajectory", "export", str(runs), "-o", str(out)).err
    assert "choose of sharegpt" in gba("trajectory", "export", str(runs), "-o", str(out), "-f", "csv").err
    judged = tmp_path / "judged.jsonl"
    ended = gba("trajectory", "export", str(runs), "-o", str(judged), "-f", "openai", "--reward", "2", "--no-thoughts")
    assert "0 written" in ended.err
    assert "3 reward" in ended.err


def test_prepared_examples_are_exported(gba: Run, runs: Path, tmp_path: Path) -> None:
    run = read(runs / "lookup-train-000000-0.jsonl")
    write_examples(tmp_path / "examples.jsonl", [of_run(run)])
    out = tmp_path / "train.jsonl"
    assert (
        "1 written" in gba("trajectory", "export", str(tmp_path / "examples.jsonl"), "-f", "openai", "-o", str(out)).err
    )
    (line,) = out.read_text().splitlines()
    assert [message["role"] for message in json.loads(line)["messages"]] == [message.role for message in run.messages]


def test_an_export_that_fails_leaves_nothing(gba: Run, runs: Path, tmp_path: Path) -> None:
    (tmp_path / "examples.jsonl").write_text('{"messages": []}\n')
    arguments = ("trajectory", "export", str(runs), str(tmp_path / "examples.jsonl"), "-o", str(tmp_path / "out.jsonl"))
    assert "no example" in gba(*arguments).err
    assert not list(tmp_path.glob("out*"))


def test_runs_are_pages(gba: Run, runs: Path, tmp_path: Path) -> None:
    ended = gba("trajectory", "export", str(runs), "-f", "html", "-o", str(tmp_path / "site"))
    assert "5 written" in ended.err
    assert "1 unreadable" in ended.err
    pages = sorted(path.name for path in (tmp_path / "site").iterdir())
    assert len(pages) == 6
    index = see((tmp_path / "site" / "index.html").read_text())
    assert "reward 1" in index.text
    assert all(name in (tmp_path / "site" / "index.html").read_text() for name in pages[:-1])


def test_a_conversation_is_recorded(gba: Run, scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(CALL, answer("I know.", "Oslo."), answer("I know.", "In Norway."))
    lines = ("What is the capital of Norway?", "Where is it?", "This finds the replies used up.", "/quit")
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(line + "\n" for line in lines)))
    assert gba("chat", "--record", str(tmp_path / "runs")).code == 0
    runs = {len(run.messages): run for run in read_all(tmp_path / "runs")}
    assert sorted(runs) == [4, 6, 7]
    assert [run.complete for _, run in sorted(runs.items())] == [True, True, False]
    assert "used up" in runs[7].error
    assert [message.content for message in runs[6].messages][-3:] == ["Oslo.", "Where is it?", "In Norway."]
    assert [len(run.steps) for _, run in sorted(runs.items())] == [2, 1, 0]
    assert runs[6].steps[0].tokens
    assert [tool.name for tool in runs[4].tools] == ["calculate", "search"]
