"""Turns as the wire has them, for the Scripted backend."""

from __future__ import annotations

import json
from typing import Any


def call(thought: str, *calls: tuple[str, dict[str, Any]]) -> str:
    """A turn with a thought and calls."""
    texts = [
        f'<tool_call>\n{{"name": "{name}", "arguments": {json.dumps(arguments)}}}\n</tool_call>'
        for name, arguments in calls
    ]
    return "\n".join([thought, *texts])


def answer(thought: str, text: str) -> str:
    """A turn that answers."""
    return f'{thought}\n<tool_call>\n{{"name": "respond"}}\n</tool_call>\n{text}'
