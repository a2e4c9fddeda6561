"""Turns as the wire has them, for the Scripted backend."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["answer", "call", "filled"]


def call(thought: str, *calls: tuple[str, dict[str, Any]]) -> str:
    """A turn with a thought and calls."""
    texts = [_call(name, json.dumps(arguments, ensure_ascii=False)) for name, arguments in calls]
    return "\n".join([thought, *texts])


def answer(thought: str, text: str) -> str:
    """A turn of an agent that answers freely."""
    return f'{thought}\n<tool_call>\n{{"name": "respond"}}\n</tool_call>\n{text}'


def filled(thought: str, value: dict[str, Any]) -> str:
    """A turn of an agent that answers with an object."""
    return f"{thought}\n{_call('respond', json.dumps(value, ensure_ascii=False))}"


def _call(name: str, arguments: str) -> str:
    return f'<tool_call>\n{{"name": "{name}", "arguments": {arguments}}}\n</tool_call>'
