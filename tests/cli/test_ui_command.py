"""`gba ui`: what it refuses, and the page that it serves."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.testclient import TestClient

from tests.helpers.cli_turns import answer, call
from tests.helpers.ui_client import ask


def test_it_is_for_this_machine_only(gba, scripted) -> None:
    scripted()
    ended = gba("ui", "--host", "0.0.0.0")
    assert ended.code == 1
    assert "ssh -L" in ended.err


def test_a_folder_that_is_not_there(gba, scripted, tmp_path: Path) -> None:
    scripted()
    assert "is no folder" in gba("ui", "--runs", str(tmp_path / "none")).err


def test_a_port_that_is_taken_is_named(gba, scripted) -> None:
    scripted()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = gba("ui", "--port", str(port))
    assert ended.code == 1
    assert f"port {port}" in ended.err


def test_what_it_serves(gba, scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    """The application is asked at the moment in which the server would start."""
    scripted(call("I look it up.", ("search", {"query": "population of Norway"})), answer("I know.", "It is 5550203."))
    seen: dict[str, Any] = {}

    def run(server: uvicorn.Server, sockets: list[socket.socket]) -> None:
        client = TestClient(server.config.app, base_url="http://localhost")  # type: ignore[arg-type]
        seen["model"] = client.get("/ui/model").json()
        asked = {"role": "user", "content": "What is the population of Norway?"}
        seen["events"] = ask(client, asked, tools=["search", "calculate"])
        seen["port"] = sockets[0].getsockname()[1]

    monkeypatch.setattr(uvicorn.Server, "run", run)
    ended = gba("ui", "--port", "0", "--temperature", "0.25")
    assert ended.code == 0, ended.err
    assert f"http://127.0.0.1:{seen['port']} " in ended.out
    assert [tool["name"] for tool in seen["model"]["tools"]] == ["calculate", "search"]
    assert seen["model"]["temperature"] == 0.25
    results = [event["message"]["content"] for event in seen["events"] if event["type"] == "result"]
    assert results == ["The population of Norway is 5550203."]
    assert seen["events"][-1]["type"] == "done"


def test_plain_chat(gba, scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted("Hello!")
    seen: list[Any] = []

    def run(server: uvicorn.Server, sockets: list[socket.socket]) -> None:
        client = TestClient(server.config.app, base_url="http://localhost")  # type: ignore[arg-type]
        seen.extend(ask(client, {"role": "user", "content": "Hi"}, tools=[]))

    monkeypatch.setattr(uvicorn.Server, "run", run)
    assert gba("ui", "--port", "0", "--no-tools").code == 0
    assert [event["message"]["content"] for event in seen if event["type"] == "stepped"] == ["Hello!"]
