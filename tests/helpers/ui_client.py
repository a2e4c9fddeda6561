"""The page's server without a port: what it answers to a browser, and the events of an answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from starlette.testclient import TestClient

from gba.backends.scripted import Scripted
from gba.chat import Engine
from gba.schema.tools import ToolCall, ToolSpec
from gba.ui import Result, UiTool, create_ui

__all__ = ["ADD", "ask", "browser", "told"]


async def _add(call: ToolCall) -> Result:
    if call.arguments["a"] == 13:
        raise RuntimeError("no\n luck")
    return Result(str(call.arguments["a"] + call.arguments["b"]), "a + b")


ADD = UiTool(
    ToolSpec(
        "add",
        "Adds.",
        {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
            "required": ["a", "b"],
            "additionalProperties": False,
        },
    ),
    _add,
)


def browser(*turns: str, engine: Engine | None = None, **options: Any) -> TestClient:
    """A browser on this machine. The model writes the turns, and may call `ADD`."""
    engine = engine or Engine(Scripted.turns(turns))
    return TestClient(create_ui(engine, [ADD], **options), base_url="http://localhost:8099")


def told(text: str) -> list[dict[str, Any]]:
    """The events of a stream."""
    return [json.loads(block.removeprefix("data: ")) for block in text.split("\n\n") if block]


def ask(client: TestClient, *messages: dict[str, Any], tools: Sequence[str] = ("add",), **more: Any) -> list[Any]:
    """The events of an answer to these messages."""
    answer = client.post("/ui/chat", json={"messages": list(messages), "tools": list(tools), **more})
    assert answer.status_code == 200, answer.text
    return told(answer.text)
