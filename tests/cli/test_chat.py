from __future__ import annotations

import io

import pytest

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
