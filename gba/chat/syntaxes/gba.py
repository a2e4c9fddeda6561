"""gba's own syntax: a sentence of thought, then a call in ``<tool_call>`` tags; answering is chosen like a tool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gba.chat.messages import Message
from gba.chat.signature import described, fields, signature
from gba.chat.syntax import CallSyntax, written
from gba.schema.tools import RESPOND, ToolSpec

__all__ = ["GBA", "instructions", "turn_text"]

_OPEN = '<tool_call>\n{"name": "'
_CLOSE = "}\n</tool_call>"
_EXAMPLE = f'{_OPEN}tool", "arguments": {{"key": "value"}}{_CLOSE}'


def instructions(
    system: str, tools: Sequence[ToolSpec], response: Mapping[str, Any] | None = None, prompted: bool = True
) -> str:
    """The system message: the user's own text, the tools on a line each, and how to call them."""
    asked = (
        "First think in one short sentence. Then call one tool like this:" if prompted else "Call one tool like this:"
    )
    lines = [
        "You can use these tools:",
        *map(signature, tools),
        f"- {RESPOND}({fields(response)}): Answer the user.",
        *described(response),
        asked,
        _EXAMPLE,
        f"When you know the answer, call {RESPOND} and write it.",
    ]
    return "\n".join([system, "", *lines] if system else lines)


GBA = CallSyntax(
    name="gba",
    first=_OPEN,
    middle='", "arguments": ',
    between=f"{_CLOSE}\n{_OPEN}",
    end=_CLOSE,
    trigger="<tool_call>",
    answer=f'{_OPEN}{RESPOND}"{_CLOSE}\n',
    chosen=True,
    instructions=instructions,
    result=("<tool_response>\n", "\n</tool_response>"),
)


def turn_text(message: Message) -> str:
    """An assistant's message as a model writes it in this syntax."""
    return written(message, GBA, agent=True)
