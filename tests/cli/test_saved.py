"""Conversations in files: what is saved is loaded again, and a file that is none says why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from gba.cli.saved import load, save
from gba.errors import GbaError

MESSAGES = [
    SystemMessage("Be short."),
    HumanMessage("é \u2028?"),
    AIMessage("", tool_calls=[{"name": "look", "args": {"x": [1, None]}, "id": "c1", "type": "tool_call"}]),
    ToolMessage("4", tool_call_id="c1"),
    AIMessage("It is 4."),
]


def test_a_saved_conversation_is_loaded_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "talk.json"
    save(MESSAGES, path)
    assert load(path) == MESSAGES
    assert [one.name for one in tmp_path.iterdir()] == ["talk.json"]


def test_a_file_is_replaced_only_where_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "talk.json"
    save(MESSAGES, path)
    with pytest.raises(GbaError, match="is there already"):
        save(MESSAGES[:2], path)
    assert load(path) == MESSAGES
    save(MESSAGES[:2], path, replace=True)
    assert load(path) == MESSAGES[:2]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(GbaError, match="cannot be written"):
        save(MESSAGES, tmp_path / "no folder" / "talk.json")


@pytest.mark.parametrize(
    "content, words",
    [
        ("{", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[]", "is no conversation"),
        ('{"format": "another"}', "is no conversation"),
        (json.dumps({"format": "gba conversation", "version": 99}), "update gba"),
        (json.dumps({"format": "gba conversation", "version": 1}), "is damaged"),
        (json.dumps({"format": "gba conversation", "version": 1, "messages": [{"type": "no such"}]}), "is damaged"),
    ],
)
def test_a_file_that_is_no_conversation_says_why(tmp_path: Path, content: Any, words: str) -> None:
    path = tmp_path / "talk.json"
    path.write_text(content)
    with pytest.raises(GbaError, match=words):
        load(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(GbaError, match=r"no\.json cannot be read"):
        load(tmp_path / "no.json")
