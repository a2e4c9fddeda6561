from __future__ import annotations

import io
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage

from gba.cli.sessions import Session
from gba.errors import GbaError
from tests.helpers.cli_turns import answer, call

SEARCH = call("I look it up.", ("search", {"query": "capital of Norway"}))


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch):
    def type_(*lines: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(line + "\n" for line in lines)))

    return type_


def test_a_conversation_is_remembered(gba, scripted, typed) -> None:
    backend = scripted(SEARCH, answer("I know.", "Oslo."), answer("I know.", "In Norway."))
    typed("What is the capital of Norway?", "Where is it?", "/quit")
    ended = gba("chat")
    assert ended.code == 0
    assert "answer   Oslo." in ended.out
    assert "answer   In Norway." in ended.out
    last = backend.requests[-1].text
    assert last.index("capital of Norway?") < last.index("Oslo.") < last.index("Where is it?")


def test_reset_forgets(gba, scripted, typed) -> None:
    backend = scripted(answer("", "Hello Ann."), answer("", "Who?"))
    typed("I am Ann.", "/reset", "Who am I?")
    assert gba("chat").code == 0
    assert "Ann" not in backend.requests[-1].text


def test_a_request_that_fails_leaves_the_conversation(gba, scripted, typed) -> None:
    backend = scripted(answer("", "Hello Ann."))
    typed("I am Ann.", "This finds the replies used up.", "/tools", "/what")
    ended = gba("chat")
    assert ended.code == 0
    assert "taken back" in ended.err
    assert "search: Look up a fact." in ended.err
    assert "/reset" in ended.err
    assert len(backend.requests) >= 2


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "gba" / "sessions"


def test_a_session_goes_on_after_the_program_has_ended(gba, scripted, typed, state) -> None:
    scripted(SEARCH, answer("I know.", "Oslo."))
    typed("What is the capital of Norway?")
    assert gba("chat", "--session", "norway").code == 0
    backend = scripted(answer("I know.", "In Norway."), answer("", "Later."))
    typed("Where is it?")
    ended = gba("chat", "--session", "norway")
    assert "the session norway goes on: 4 messages" in ended.err
    told = backend.requests[0].text
    assert told.index("capital of Norway?") < told.index("Oslo.") < told.index("Where is it?")
    backend = scripted(answer("", "Nothing."))
    typed("What do you know?")
    assert "goes on" not in gba("chat", "-s", "another").err
    assert "Oslo" not in backend.requests[0].text
    assert sorted(path.name for path in state.iterdir()) == ["another.json", "norway.json"]


def test_a_session_is_forgotten_by_reset(gba, scripted, typed, state) -> None:
    scripted(answer("", "Hello Ann."))
    typed("I am Ann.", "/reset")
    assert gba("chat", "--session", "ann").code == 0
    scripted()
    typed("/quit")
    assert "goes on" not in gba("chat", "--session", "ann").err
    assert "Ann" not in (state / "ann.json").read_text()


def test_a_session_is_not_written_over_another_program(gba, scripted, typed, state) -> None:
    session = Session("ann")
    assert session.messages() == []
    scripted(answer("", "Hello Ann."))
    typed("I am Ann.")
    assert gba("chat", "--session", "ann").code == 0
    with pytest.raises(GbaError, match="went on in another program"):
        session.keep([HumanMessage("I am Bob.")])
    assert "Bob" not in (state / "ann.json").read_text()


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "x" * 200])
def test_a_session_needs_a_name_of_a_file(gba, scripted, typed, state, name) -> None:
    scripted()
    typed("/quit")
    ended = gba("chat", "--session", name)
    assert ended.code == 1
    assert "is no name of a session" in ended.err


def test_a_session_that_cannot_be_written_goes_on_in_memory(gba, scripted, typed, state) -> None:
    (state / "ann.json.part").mkdir(parents=True)
    backend = scripted(answer("", "Hello Ann."), answer("", "Ann."))
    typed("I am Ann.", "Who am I?")
    ended = gba("chat", "--session", "ann")
    assert "ann.json cannot be written" in ended.err
    assert "taken back" not in ended.err
    assert "Hello Ann." in backend.requests[-1].text


def test_a_write_that_was_cut_off_loses_nothing(gba, scripted, typed, state) -> None:
    scripted(answer("", "Hello Ann."))
    typed("I am Ann.")
    assert gba("chat", "--session", "ann").code == 0
    (state / "ann.json.part").write_text('{"format": "gba conv')
    backend = scripted(answer("", "Ann."))
    typed("Who am I?")
    assert gba("chat", "--session", "ann").code == 0
    assert "Hello Ann." in backend.requests[0].text
    assert len(Session("ann").messages()) == 4
    assert [path.name for path in state.iterdir()] == ["ann.json"]


def test_a_damaged_session_says_so(gba, scripted, typed, state) -> None:
    state.mkdir(parents=True)
    (state / "ann.json").write_text("{")
    scripted()
    typed("/quit")
    ended = gba("chat", "--session", "ann")
    assert ended.code == 1
    assert "is no conversation" in ended.err


def test_a_window_hides_what_was_said_before(gba, scripted, typed) -> None:
    backend = scripted(answer("", "Hello Ann."), answer("", "Good."), answer("", "Who?"))
    typed("I am Ann.", "All is well.", "Who am I?")
    assert gba("chat", "--window", "1").code == 0
    assert "Ann" not in backend.requests[-1].text
    assert "All is well." in backend.requests[-1].text


def test_at_the_limit_it_answers_from_what_it_has(gba, scripted, typed) -> None:
    scripted(SEARCH, answer("", "I think Oslo."))
    typed("What is the capital of Norway?")
    ended = gba("chat", "--max-steps", "2")
    assert "answer   I think Oslo." in ended.out
    assert "the last of 2 steps" in ended.out
