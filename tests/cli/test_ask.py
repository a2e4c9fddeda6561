from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from gba.trajectory import read_all
from tests.helpers.cli_turns import answer, call
from tests.helpers.html_text import see

SEARCH = call("I need to look up population of Norway.", ("search", {"query": "population of Norway"}))
DONE = answer("I have found it.", "The population of Norway is 5550203.")


def test_the_steps_are_shown_in_order(gba, scripted: Callable[..., object]) -> None:
    scripted(SEARCH, DONE)
    ended = gba("ask", "What is the population of Norway?")
    assert ended.code == 0
    assert [line.split(maxsplit=1) for line in ended.out.splitlines()] == [
        ["thought", "I need to look up population of Norway."],
        ["call", 'search {"query": "population of Norway"}'],
        ["result", "The population of Norway is 5550203."],
        ["thought", "I have found it."],
        ["answer", "The population of Norway is 5550203."],
    ]
    assert ended.err == ""


def test_events_as_json(gba, scripted: Callable[..., object]) -> None:
    scripted(SEARCH, DONE)
    ended = gba("ask", "What is the population of Norway?", "--json")
    events = [json.loads(line) for line in ended.out.splitlines()]
    assert [event["event"] for event in events] == ["thought", "call", "result", "thought", "answer"]
    assert events[1]["name"] == "search"
    assert events[1]["arguments"] == {"query": "population of Norway"}
    assert events[2]["id"] == events[1]["id"]
    assert events[-1]["text"] == "The population of Norway is 5550203."


def test_what_it_cost(gba, scripted: Callable[..., object]) -> None:
    scripted(SEARCH, DONE)
    err = gba("ask", "What is the population of Norway?", "-v").err
    assert err.startswith("2 steps: ")
    assert "forced" in err


def test_tools_of_ones_own(gba, scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = '''
        def double(number: int) -> int:
            """Double a number."""
            return 2 * number

        def fail(reason: str) -> str:
            """Fail."""
            raise RuntimeError(reason)

        both = [double, fail]
    '''
    (tmp_path / "own_tools.py").write_text(textwrap.dedent(source))
    monkeypatch.chdir(tmp_path)
    backend = scripted(
        call("Double it.", ("double", {"number": 21})),
        call("Now fail.", ("fail", {"reason": "no luck"})),
        answer("", "42"),
    )
    ended = gba("ask", "Double 21", "--tools", "own_tools:both")
    assert ended.code == 0, ended.err
    assert "result   42" in ended.out
    assert "no luck" in ended.out
    assert "search" not in backend.requests[0].text


@pytest.mark.parametrize(
    "tools, message",
    [
        ("nosuch", "there is no tool 'nosuch'"),
        ("no_such_module:x", "there is no module 'no_such_module'"),
        ("json:nothing", "json has no 'nothing'"),
        ("not a module:x", "not of the form module:name"),
    ],
)
def test_tools_that_are_not_there(gba, scripted, tools: str, message: str) -> None:
    scripted()
    ended = gba("ask", "hello", "--tools", tools)
    assert ended.code == 1
    assert message in ended.err
    assert "Traceback" not in ended.err


def test_in_the_last_step_it_answers_from_what_it_has(gba, scripted) -> None:
    scripted(SEARCH, answer("That has to do.", "Some millions."))
    ended = gba("ask", "hello", "--max-steps", "2")
    assert ended.code == 0
    assert ended.out.endswith(
        "answer   Some millions.\n(the last of 2 steps: answered without further calls; --max-steps allows more)\n"
    )
    scripted(SEARCH, answer("That has to do.", "Some millions."))
    lines = [json.loads(line) for line in gba("ask", "hello", "--max-steps", "2", "--json").out.splitlines()]
    assert lines[-2:] == [{"event": "answer", "text": "Some millions."}, {"event": "step_limit", "steps": 2}]


def test_no_server(gba) -> None:
    ended = gba("ask", "hello", "--base-url", "http://127.0.0.1:9")
    assert ended.code == 1
    assert ended.err.startswith("error: ")
    assert "127.0.0.1:9" in ended.err
    assert "Traceback" not in ended.err


def test_no_model(gba, tmp_path: Path) -> None:
    assert "gba models list" in gba("ask", "hello", "--model", "no-such-model").err
    assert "check the path" in gba("ask", "hello", "--model", str(tmp_path / "no.gguf")).err


def test_a_file_that_is_no_model(gba, tmp_path: Path) -> None:
    (tmp_path / "text.gguf").write_text("this is text")
    ended = gba("ask", "hello", "--model", str(tmp_path / "text.gguf"))
    assert ended.code == 1
    assert "GGUF" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    "arguments", [("ask",), ("ask", "x", "--temperature", "-1"), ("nonsense",), ("ask", "x", "--what")]
)
def test_wrong_usage(gba, arguments: tuple[str, ...]) -> None:
    assert gba(*arguments).code == 2


def test_a_run_is_recorded(gba, scripted: Callable[..., object], tmp_path: Path) -> None:
    for _ in range(2):
        scripted(SEARCH, DONE)
        assert gba("ask", "What is the population of Norway?", "--record", str(tmp_path / "runs")).code == 0
    runs = list(read_all(tmp_path / "runs"))
    assert len(runs) == 2
    assert [tool.name for tool in runs[0].tools] == ["calculate", "search"]
    assert [message.role for message in runs[0].messages] == ["user", "assistant", "tool", "assistant"]
    assert [step.finish for step in runs[0].steps] == ["tool_calls", "stop"]


def test_a_folder_that_cannot_be_written_to_is_said(gba, scripted: Callable[..., object], tmp_path: Path) -> None:
    scripted(SEARCH, DONE)
    (tmp_path / "file").write_text("")
    ended = gba("ask", "What?", "--record", str(tmp_path / "file"))
    assert ended.code != 0
    assert "cannot be written" in ended.err


def test_the_steps_as_a_page(gba, scripted, tmp_path: Path) -> None:
    scripted(SEARCH, DONE)
    page = tmp_path / "run.html"
    ended = gba("ask", "What is the population of Norway?", "--html", str(page))
    assert ended.code == 0, ended.err
    seen = see(page.read_text(encoding="utf-8"))
    assert not seen.broken
    assert not seen.scripts
    assert seen.by_class["gba-own"] == ['population of Norway"}']
    assert seen.text.count("The population of Norway is 5550203.") == 2  # result and answer
    assert "What is the population of Norway?" in seen.text


def test_a_run_that_fails_is_a_page_as_well(gba, scripted, tmp_path: Path) -> None:
    scripted(SEARCH)  # and nothing more
    ended = gba("ask", "hello", "--html", str(tmp_path / "run.html"))
    assert ended.code == 1
    assert "The run failed: " in see((tmp_path / "run.html").read_text(encoding="utf-8")).text


def test_a_page_that_cannot_be_written(gba, scripted, tmp_path: Path) -> None:
    scripted(SEARCH, DONE)
    ended = gba("ask", "What is the population of Norway?", "--html", str(tmp_path / "no" / "run.html"))
    assert ended.code == 1
    assert "choose another place" in ended.err


def test_a_recorded_run_is_shown(gba, scripted, tmp_path: Path) -> None:
    scripted(SEARCH, DONE)
    shown = gba("ask", "What is the population of Norway?", "--record", str(tmp_path), "--html", str(tmp_path / "a"))
    (path,) = tmp_path.glob("*.jsonl")
    ended = gba("trajectory", "show", str(path))
    assert ended.out.splitlines()[0].split(maxsplit=1) == ["request", "What is the population of Norway?"]
    assert ended.out.splitlines()[1:] == shown.out.splitlines()
    assert "2 steps" in ended.err
    assert gba("trajectory", "show", str(path), "--html", str(tmp_path / "b")).code == 0
    assert (tmp_path / "a").read_text() == (tmp_path / "b").read_text()


def test_what_is_no_run_is_not_shown(gba, tmp_path: Path) -> None:
    assert "cannot be read" in gba("trajectory", "show", str(tmp_path / "none.jsonl")).err


def test_a_config_describes_the_model(gba, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("defaults: [tiny]\nmax_tokens: 100\nsampling: {_target_: gba.Sampling, temperature: 0}\n")
    ended = gba("ask", "What is 25 raised to the 0.24 power?", "--config", str(own))
    assert ended.code == 0, ended.err
    assert "answer   The answer is 2.16524." in ended.out
    again = gba("ask", "What is 25 raised to the 0.24 power?", "--config", "inprocess", "--model", "tiny-agent")
    assert again.out == ended.out


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("--config", "tinny"), "Did you mean 'tiny'"),
        (("--config", "inprocess"), "backend.model_path has to be given"),
        (("--config", "tiny", "--threads", "2"), "--threads: the config tiny says this"),
        (("--config", "tiny", "--base-url", "http://127.0.0.1:9"), "gba.LlamaInProcess has no 'base_url'"),
        (("--config", "llamacpp", "--base-url", "http://127.0.0.1:9"), "127.0.0.1:9"),
    ],
)
def test_configs_that_cannot_be(gba, arguments: tuple[str, ...], message: str) -> None:
    ended = gba("ask", "hello", *arguments)
    assert ended.code == 1
    assert message in ended.err
    assert "Traceback" not in ended.err
