"""What the page asks for: bodies of requests."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gba.chat.messages import Message
from gba.schema.tools import ToolCall

__all__ = ["ChatForm", "SchemaForm", "ToolsForm"]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CallForm(_Form):
    id: str
    name: str
    arguments: dict[str, Any]


class MessageForm(_Form):
    role: Literal["user", "assistant", "tool"]
    content: str = ""
    thought: str = ""
    calls: list[CallForm] = Field(default_factory=list)
    call_id: str | None = None
    name: str | None = None

    def message(self) -> Message:
        """The message."""
        calls = tuple(ToolCall(call.name, call.arguments, call.id) for call in self.calls)
        return Message(self.role, self.content, self.thought, calls, self.call_id, self.name)


class ToolsForm(_Form):
    """Names of the tools that are switched on."""

    tools: list[str] = Field(default_factory=list)


class ChatForm(ToolsForm):
    """A conversation, to which the model is to answer."""

    messages: list[MessageForm]
    temperature: float | None = Field(default=None, ge=0, le=5)


class SchemaForm(_Form):
    """A JSON Schema as text, and a text that it may allow. ``seed``: of the sampled sentence."""

    schema_text: str = Field(alias="schema")
    text: str | None = None
    whitespace: Literal["compact", "spaced", "flexible"] = "compact"
    seed: int = 0
