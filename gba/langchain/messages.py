"""LangChain messages of any origin as gba's messages, and a step of ours as a LangChain message.

The way there and back is exact: thought, arguments and answer come back as they were, so that the conversation's tokens
stay the same from step to step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ChatMessage, FunctionMessage, ToolMessage
from langchain_core.utils.json import parse_partial_json

from gba.chat.messages import Message, Role
from gba.errors import ConversationError
from gba.langchain.content import Content, read_content
from gba.schema.tools import ToolCall

__all__ = ["REASONING_KEY", "to_messages"]

REASONING_KEY = "reasoning_content"
"""Where a thought stands in ``additional_kwargs``: LangChain makes a reasoning block of it."""

_ROLES: Mapping[str, Role] = {
    "ai": "assistant",
    "assistant": "assistant",
    "developer": "system",
    "human": "user",
    "system": "system",
    "user": "user",
}


def to_messages(messages: Sequence[BaseMessage]) -> list[Message]:
    """Convert a conversation.

    Raises ConversationError, naming the message, for media, for unknown kinds of messages and blocks, and for an
    empty conversation. The order of the messages is checked by the engine.
    """
    if not messages:
        raise ConversationError("there is no message. Give at least one user message.")
    answered = {message.tool_call_id for message in messages if isinstance(message, ToolMessage)}
    result: list[Message] = []
    for index, message in enumerate(messages):
        result.append(_to_message(message, index, answered, result))
    return result


def _to_message(message: BaseMessage, index: int, answered: set[str], before: Sequence[Message]) -> Message:
    content = read_content(message.content, index)
    if isinstance(message, AIMessage):
        return _assistant(message, content, index, answered)
    if isinstance(message, ToolMessage):
        return _result(content.text, message.tool_call_id, message.name, message.status == "error", before)
    if isinstance(message, FunctionMessage):
        call = _open_call(message.name, before)
        return _result(content.text, call.id if call else message.name, message.name, False, before)
    role = _ROLES.get(message.role.lower() if isinstance(message, ChatMessage) else message.type)
    if role is None:
        kind = message.role if isinstance(message, ChatMessage) else message.type
        raise ConversationError(
            f"message {index} is of the unknown kind {kind!r}. Use system, user, assistant and tool messages.",
            index=index,
        )
    return Message(role, content.text, thought=content.thought if role == "assistant" else "")


def _assistant(message: AIMessage, content: Content, index: int, answered: set[str]) -> Message:
    """What a model said, whichever it was."""
    thought = content.thought or _string(message.additional_kwargs.get(REASONING_KEY))
    return Message("assistant", content.text, thought, _calls(message, content, index, answered))


def _calls(message: AIMessage, content: Content, index: int, answered: set[str]) -> tuple[ToolCall, ...]:
    """The calls of a message: LangChain's list, else its content blocks, and invalid ones that have a result.

    An invalid call has no arguments that can be used; without a result it cannot stand in a conversation.
    """
    found: list[tuple[str, Any, str | None]] = [(call["name"], call["args"], call["id"]) for call in message.tool_calls]
    known = {call_id for _, _, call_id in found}
    if not found:
        found = [(call["name"], call["args"], call["id"]) for call in content.calls]
    for invalid in message.invalid_tool_calls:
        if invalid["id"] in answered and invalid["id"] not in known:
            found.append((invalid["name"] or "unknown", _readable(invalid["args"]), invalid["id"]))
    return tuple(
        ToolCall(name, arguments, call_id or f"call_{index}_{number}")
        for number, (name, arguments, call_id) in enumerate(found)
    )


def _readable(arguments: str | None) -> Mapping[str, Any]:
    """As much of broken JSON text as can be read as an object."""
    try:
        value = parse_partial_json(arguments or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, Mapping) else {}


def _result(text: str, call_id: str, name: str | None, failed: bool, before: Iterable[Message]) -> Message:
    """A tool's result. That it failed is said in words: templates have no place for it."""
    names = {call.id: call.name for message in before for call in message.calls}
    if failed and not text.lower().startswith("error"):
        text = f"Error: {text}"
    return Message("tool", text, call_id=call_id, name=name or names.get(call_id))


def _open_call(name: str, before: Sequence[Message]) -> ToolCall | None:
    """The latest call of a function (a message of LangChain's first years names no call)."""
    return next((call for message in reversed(before) for call in message.calls if call.name == name), None)


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
