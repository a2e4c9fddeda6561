"""Messages and tools as chat templates want them: OpenAI's shapes, in the variant that a template can read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gba.chat.messages import Message
from gba.schema.tools import ToolCall, ToolSpec

__all__ = ["Dialect", "variants"]


@dataclass(frozen=True)
class Dialect:
    """The variant of OpenAI's message shapes that a template reads.

    ``arguments_as_text``: a call's arguments are JSON text, not an object. ``no_content``: what stands for the content
    of a message that only calls. ``described``: every parameter of a tool needs a description. ``system``: the
    template has a system role. ``tools``: it has one for tools' results. ``thoughts``: the field of a message in which
    a thought is told, "" where there is none.
    """

    arguments_as_text: bool = False
    no_content: str | None = ""
    described: bool = False
    system: bool = True
    tools: bool = True
    thoughts: str = "reasoning_content"

    def message(self, message: Message) -> dict[str, Any]:
        """One message."""
        told: dict[str, Any] = {"role": message.role, "content": message.content}
        if message.role == "tool":
            told |= {"tool_call_id": message.call_id or "", "name": message.name or ""}
        if message.role == "assistant":
            if message.thought and self.thoughts:
                told[self.thoughts] = message.thought
            if message.calls:
                told["content"] = message.content or self.no_content
                told["tool_calls"] = [self._call(call) for call in message.calls]
        return told

    def _call(self, call: ToolCall) -> dict[str, Any]:
        arguments: Any = dict(call.arguments)
        if self.arguments_as_text:
            arguments = json.dumps(arguments, ensure_ascii=False)
        return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}

    def tool(self, tool: ToolSpec) -> dict[str, Any]:
        """One tool."""
        parameters = _described(tool.parameters) if self.described else dict(tool.parameters)
        function = {"name": tool.name, "description": tool.description, "parameters": parameters}
        return {"type": "function", "function": function}

    def variables(self, source: str, tools: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """What some templates ask for beside messages and tools: the functions as text, and the date."""
        if "functions" not in source or "datetime" not in source:
            return {}
        functions = json.dumps([tool["function"] for tool in tools], indent=4, ensure_ascii=False)
        return {"functions": functions, "datetime": datetime.now().strftime("%b %d %Y")}


def variants(dialect: Dialect) -> Iterator[Dialect]:
    """The dialects to try one after the other: how arguments and the absence of content are told."""
    for described in (False, True):
        for text in (False, True):
            for empty in ("", None):
                yield replace(dialect, arguments_as_text=text, no_content=empty, described=described)


def _described(schema: Any) -> Any:
    if not isinstance(schema, Mapping):
        return schema
    made = {key: _described(value) for key, value in schema.items()}
    if isinstance(made.get("properties"), Mapping):
        made["properties"] = {
            name: {"description": "", **value} if isinstance(value, Mapping) else value
            for name, value in made["properties"].items()
        }
    return made
