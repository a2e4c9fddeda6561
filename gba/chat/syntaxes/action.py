"""An action as JSON, as conversational agents of LangChain had it: ``{"action": …, "action_input": …}``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gba.chat.signature import described, fields, signature
from gba.chat.syntax import CallSyntax
from gba.schema.tools import ToolSpec

__all__ = ["ACTION"]

_OPEN = '```json\n{"action": "'
_CLOSE = "}\n```"
_FINAL = "Final Answer"


def _instructions(system: str, tools: Sequence[ToolSpec], response: Mapping[str, Any] | None, prompted: bool) -> str:
    """The tools on a line each, and the form of an action."""
    answer = f"{{{fields(response)}}}" if response is not None else "your answer"
    lines = [
        "You can use these tools:",
        *map(signature, tools),
        *(["Think in one short sentence, then write one action:"] if prompted else ["Write one action:"]),
        f'{_OPEN}tool", "action_input": {{"key": "value"}}{_CLOSE}',
        "When you know the answer, write:",
        f'{_OPEN}{_FINAL}"{_CLOSE}',
        answer,
        *described(response),
    ]
    return "\n".join([system, "", *lines] if system else lines)


ACTION = CallSyntax(
    name="action",
    first=_OPEN,
    middle='", "action_input": ',
    between=f"{_CLOSE}\n{_OPEN}",
    end=_CLOSE,
    trigger="```json",
    answer=f'{_OPEN}{_FINAL}"{_CLOSE}\n',
    chosen=True,
    instructions=_instructions,
    result=("Tool result:\n", ""),
    results_of_user=True,
)
