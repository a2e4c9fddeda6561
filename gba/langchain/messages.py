"""LangChain messages of any origin as gba's messages, and a step of ours as a LangChain message.

Nothing is lost in either direction: thought, arguments and answer come back unchanged, so that the tokens of the
conversation so far stay the same from step to step.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ChatMessage, FunctionMessage, ToolMessage
from langchain_core.utils.json import parse_partial_json

from gba.chat.call_ids import CallIds
from gba.chat.content import Content, read_content
from gba.chat.messages import Message, Role
from gba.errors import ConversationError

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

    Ids of calls that are empty, or that came before in the conversation, are replaced, in the call and in its result:
    a result belongs to the latest call of its id that has none yet.

    Raises ConversationError, naming the message, for media, for unknown kinds of messages and blocks, and for an
    empty conversation. The order of the messages is checked by the engine.
    """
    if not messages:
        raise ConversationError("there is no message. Give at least one user message.")
    answered = {message.tool_call_id for message in messages if isinstance(message, ToolMessage)}
    ids = CallIds()
    return [_to_message(message, index, answered, ids) for index, message in enumerate(messages)]


def _to_message(message: BaseMessage, index: int, answered: set[str], ids: CallIds) -> Message:
    if isinstance(message, AIMessage):
        return _assistant(message, read_content(message.content, index, role="assistant"), index, answered, ids)
    if isinstance(message, (ToolMessage, FunctionMessage)):
        return _result(message, read_content(message.content, index, role="tool").text, ids)
    kind = message.role if isinstance(message, ChatMessage) else message.type
    role = _ROLES.get(kind.lower())
    if role is None:
        raise ConversationError(
            f"message {index} is of the unknown kind {kind!r}. Use system, user, assistant and tool messages.",
            index=index,
        )
    content = read_content(message.content, index, role=role)
    return Message(role, content.text, thought=content.thought if role == "assistant" else "")


def _assistant(message: AIMessage, content: Content, index: int, answered: set[str], ids: CallIds) -> Message:
    """What a model said, whichever it was."""
    thought = content.thought or _string(message.additional_kwargs.get(REASONING_KEY))
    found = [
        (name, _arguments(given, index), None if call_id is None else str(call_id))
        for name, given, call_id in _calls(message, content, answered)
    ]
    calls = ids.calls(found, index)
    return Message("assistant", content.text, thought, calls)


def _calls(message: AIMessage, content: Content, answered: set[str]) -> list[tuple[str, Any, str | None]]:
    """Name, arguments and id of the calls of a message: LangChain's list, else its content blocks, and invalid ones
    that have a result.

    An invalid call has no arguments that can be used; without a result it cannot stand in a conversation.
    """
    found: list[tuple[str, Any, str | None]] = [(call["name"], call["args"], call["id"]) for call in message.tool_calls]
    known = {call_id for _, _, call_id in found}
    if not found:
        found = [(call["name"], call["args"], call["id"]) for call in content.calls]
    function = message.additional_kwargs.get("function_call")
    if not found and isinstance(function, Mapping):  # OpenAI's way before tools
        found = [(_string(function.get("name")), function.get("arguments"), None)]
    for invalid in message.invalid_tool_calls:
        if invalid["id"] in answered and invalid["id"] not in known:
            found.append((invalid["name"] or "unknown", _readable(invalid["args"]), invalid["id"]))
    return found


def _arguments(given: Any, index: int) -> Mapping[str, Any]:
    """The arguments of a call in message ``index`` as JSON has them: dates, UUIDs and the like as their text.

    Raises ConversationError for what cannot be written as JSON at all.
    """
    if isinstance(given, str) or given is None:
        return _readable(given)
    try:
        value = json.loads(json.dumps(given, default=_plain))
    except (RecursionError, TypeError, ValueError) as error:
        raise ConversationError(
            f"message {index} has a call whose arguments cannot be written as JSON: {error}.", index=index
        ) from error
    return value if isinstance(value, Mapping) else {}


def _plain(value: Any) -> Any:
    return sorted(value, key=repr) if isinstance(value, (set, frozenset)) else str(value)


def _readable(arguments: str | None) -> Mapping[str, Any]:
    """As much of broken JSON text as can be read as an object."""
    try:
        value = parse_partial_json(arguments or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, Mapping) else {}


def _result(message: ToolMessage | FunctionMessage, text: str, ids: CallIds) -> Message:
    """A tool's result. That it failed is said in words: templates have no place for it."""
    if isinstance(message, FunctionMessage):
        call = ids.answer(None, message.name)
        return Message("tool", text, call_id=call.id if call else message.name, name=message.name)
    if message.status == "error" and not text.lower().startswith("error"):
        text = f"Error: {text}"
    call_id = None if message.tool_call_id is None else str(message.tool_call_id)
    call = ids.answer(call_id, message.name)
    name = message.name or (call.name if call else None)
    return Message("tool", text, call_id=call.id if call else call_id, name=name)


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
