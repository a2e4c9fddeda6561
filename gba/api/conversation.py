"""Messages, tools and formats of OpenAI's APIs as gba's."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gba.api.errors import ApiError
from gba.chat.call_ids import CallIds
from gba.chat.content import read_content
from gba.chat.messages import Message, Role
from gba.errors import ConversationError, SchemaError
from gba.schema.openness import closed, opened
from gba.schema.tools import ToolSpec

__all__ = ["Choice", "Tools", "from_input", "response_schema", "to_messages", "tool_choice", "tools_of"]

_ROLES: Mapping[str, Role] = {
    "assistant": "assistant",
    "developer": "system",
    "function": "tool",
    "system": "system",
    "tool": "tool",
    "user": "user",
}


@dataclass(frozen=True)
class Tools:
    """The tools of a request, and the names of those of which the grammar has to enforce all."""

    specs: tuple[ToolSpec, ...] = ()
    strict: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Choice:
    """What may be chosen: ``auto``, ``required``, ``none`` or a tool's name; of the tools of these names, where only
    some are allowed."""

    word: str = "auto"
    allowed: frozenset[str] | None = None


def to_messages(messages: Sequence[Mapping[str, Any]]) -> list[Message]:
    """The messages of a chat completion. Raises ApiError, which names the message."""
    ids = CallIds()
    return [_message(message, index, ids) for index, message in enumerate(messages)]


def _message(message: Mapping[str, Any], index: int, ids: CallIds) -> Message:
    param = f"messages[{index}]"
    role = _ROLES.get(message.get("role") or "") if isinstance(message.get("role"), str) else None
    if role is None:
        known = ", ".join(sorted(_ROLES))
        raise ApiError(f"{param}.role is {message.get('role')!r}; it has to be one of {known}.", param=f"{param}.role")
    said = message.get("content")
    if role == "assistant" and said is None:
        said = message.get("refusal")
    content = _content(said, index, role, param)
    if role == "assistant":
        thought = message.get("reasoning_content") or message.get("reasoning")
        calls = ids.calls(_calls(message, param), index)
        return Message(role, content, thought if isinstance(thought, str) else "", calls)
    if role == "tool":
        call_id, name = message.get("tool_call_id"), message.get("name")
        call = ids.answer(call_id if isinstance(call_id, str) else None, name if isinstance(name, str) else None)
        if call is None:
            raise ApiError(
                f"{param} is the result of the call {call_id!r}, which no message before it asks for. Put it after the "
                "assistant message with that call, and give it that call's id.",
                param=f"{param}.tool_call_id",
            )
        return Message(role, content, call_id=call.id, name=call.name)
    return Message(role, content)


def _content(content: Any, index: int, role: str, param: str) -> str:
    if content is None:
        if role in ("assistant", "tool"):
            return ""
        raise ApiError(f"{param}.content is missing.", param=f"{param}.content")
    if not isinstance(content, (str, list)):
        raise ApiError(f"{param}.content has to be a text or a list of parts.", param=f"{param}.content")
    try:
        return read_content(_without_refusals(content), index, role=role).text
    except ConversationError as error:
        raise ApiError(str(error), param=f"{param}.content", code="unsupported_content") from None
    except (AttributeError, KeyError, TypeError) as error:
        raise ApiError(f"{param}.content cannot be read: {error}.", param=f"{param}.content") from None


def _without_refusals(content: str | list[Any]) -> str | list[Any]:
    """Refusals are what an assistant said, in a part of their own."""
    if isinstance(content, str):
        return content
    return [
        {"type": "text", "text": part.get("refusal") or ""}
        if isinstance(part, Mapping) and part.get("type") == "refusal"
        else part
        for part in content
    ]


def _calls(message: Mapping[str, Any], param: str) -> list[tuple[str, Any, str | None]]:
    calls = message.get("tool_calls") or []
    single = message.get("function_call")
    if single is not None and not calls:
        calls = [{"id": "", "function": single}]
    if not isinstance(calls, list):
        raise ApiError(f"{param}.tool_calls has to be a list.", param=f"{param}.tool_calls")
    found: list[tuple[str, Any, str | None]] = []
    for number, call in enumerate(calls):
        place = f"{param}.tool_calls[{number}]"
        function = call.get("function") if isinstance(call, Mapping) else None
        if not isinstance(function, Mapping) or not isinstance(function.get("name"), str):
            raise ApiError(f"{place} has to have a function with a name.", param=place)
        call_id = call.get("id")
        arguments = _arguments(function.get("arguments"), f"{place}.function.arguments")
        found.append((function["name"], arguments, call_id if isinstance(call_id, str) else None))
    return found


def _arguments(given: Any, param: str) -> Mapping[str, Any]:
    if isinstance(given, str):
        try:
            given = json.loads(given) if given.strip() else {}
        except (ValueError, RecursionError):
            raise ApiError(f"{param} is not JSON.", param=param) from None
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ApiError(f"{param} has to be the JSON text of an object.", param=param)
    return given


def tools_of(tools: Sequence[Mapping[str, Any]] | None) -> Tools:
    """The tools of a request, in the form of chat completions or in that of responses. Raises ApiError."""
    specs: dict[str, ToolSpec] = {}
    strict: set[str] = set()
    for number, tool in enumerate(tools or ()):
        param = f"tools[{number}]"
        kind = tool.get("type", "function")
        if kind != "function":
            message = f"{param} is of the type {kind!r}; only functions can be called here."
            raise ApiError(message, param=f"{param}.type", code="unsupported_tool")
        function = tool.get("function", tool)
        if not isinstance(function, Mapping):
            raise ApiError(f"{param}.function has to be an object.", param=f"{param}.function")
        spec = _spec(function, param)
        if spec.name in specs:
            raise ApiError(f"{param}: there are two tools called {spec.name!r}.", param=f"{param}.function.name")
        specs[spec.name] = spec
        if function.get("strict") is True:
            strict.add(spec.name)
    return Tools(tuple(specs.values()), frozenset(strict))


def _spec(function: Mapping[str, Any], param: str) -> ToolSpec:
    parameters = function.get("parameters")
    if parameters is None:
        parameters = {"type": "object", "properties": {}}
    try:
        spec = ToolSpec(function.get("name", ""), str(function.get("description") or ""), parameters)
        if function.get("strict") is False:
            return replace(spec, parameters=opened(spec.schema))
        return replace(spec, parameters=closed(parameters))
    except SchemaError as error:
        place = "parameters" if error.pointer or error.keyword else "name"
        raise ApiError(f"{param}: {error}", param=f"{param}.function.{place}", code="invalid_json_schema") from None
    except RecursionError:
        raise ApiError(f"{param}: the schema is nested too deeply.", param=f"{param}.function.parameters") from None


def tool_choice(given: str | Mapping[str, Any] | None, names: Sequence[str]) -> Choice:
    """What a request lets the model choose. Raises ApiError for a choice that is not known or cannot be kept."""
    if given is None:
        return Choice()
    if isinstance(given, str):
        word = {"any": "required"}.get(given, given)
        if word not in ("auto", "required", "none"):
            raise ApiError(f"tool_choice is {given!r}; it can be auto, required, none or a tool.", param="tool_choice")
        if word == "required" and not names:
            raise ApiError("tool_choice is 'required', but there are no tools.", param="tool_choice")
        return Choice(word)
    if given.get("type") == "allowed_tools":
        inner = given.get("allowed_tools", given)
        allowed = [_named(tool) for tool in inner.get("tools") or ()] if isinstance(inner, Mapping) else []
        unknown = sorted(set(map(str, allowed)) - set(names))
        if not allowed or unknown:
            message = f"tool_choice allows {', '.join(unknown) or 'no tool'}, but the tools are: {', '.join(names)}."
            raise ApiError(message, param="tool_choice")
        mode = tool_choice(str(inner.get("mode", "auto")), names)
        return Choice(mode.word, frozenset(map(str, allowed)))
    name = _named(given)
    if name not in names:
        message = f"tool_choice names {name!r}, but the tools are: {', '.join(names) or 'none at all'}."
        raise ApiError(message, param="tool_choice")
    return Choice(str(name))


def _named(tool: Any) -> Any:
    """The name in ``{"type": "function", "function": {"name": ...}}``, or in the form of responses."""
    if not isinstance(tool, Mapping):
        return None
    inner = tool.get("function", tool)
    return inner.get("name") if isinstance(inner, Mapping) else None


def response_schema(given: Mapping[str, Any] | None, param: str) -> tuple[dict[str, Any] | None, bool]:
    """The JSON Schema that an answer has to have (None: text), and whether the grammar has to enforce all of it.

    ``given``: a ``response_format`` of chat completions, or ``text.format`` of responses. Raises ApiError.
    """
    if given is None:
        return None, False
    kind = given.get("type")
    if kind == "text":
        return None, False
    if kind == "json_object":
        schema = given.get("schema")
        return (closed(schema) if isinstance(schema, Mapping) else {"type": "object"}), False
    if kind != "json_schema":
        raise ApiError(f"{param}.type is {kind!r}; it can be text, json_object or json_schema.", param=f"{param}.type")
    inner = given.get("json_schema", given)
    schema = inner.get("schema") if isinstance(inner, Mapping) else None
    if not isinstance(schema, (Mapping, bool)):
        raise ApiError(f"{param} has no schema.", param=f"{param}.json_schema.schema")
    strict = inner.get("strict") is True
    if isinstance(schema, bool):
        return ({} if schema else {"not": {}}), strict
    # clients send strict: false without having been asked to: it does not ask for properties that nobody named
    return dict(closed(schema)), strict


def from_input(given: str | Sequence[Mapping[str, Any]], instructions: str | None) -> list[dict[str, Any]]:
    """The input of a response as the messages of a chat completion. Raises ApiError."""
    messages: list[dict[str, Any]] = [{"role": "system", "content": instructions}] if instructions else []
    if isinstance(given, str):
        return [*messages, {"role": "user", "content": given}]
    thought = ""
    for number, item in enumerate(given):
        kind = item.get("type") or "message"
        if kind == "message":
            message = {"role": item.get("role", "user"), "content": item.get("content")}
            if message["role"] == "assistant" and thought:
                message["reasoning_content"], thought = thought, ""
            messages.append(message)
        elif kind == "function_call":
            function = {"name": item.get("name"), "arguments": item.get("arguments")}
            call = {"id": item.get("call_id"), "type": "function", "function": function}
            last = messages[-1] if messages else {}
            if last.get("role") == "assistant" and not thought:
                last.setdefault("tool_calls", []).append(call)
                continue
            message = {"role": "assistant", "content": None, "reasoning_content": thought, "tool_calls": [call]}
            messages.append(message)
            thought = ""
        elif kind == "function_call_output":
            output = item.get("output")
            messages.append({"role": "tool", "tool_call_id": item.get("call_id"), "content": output})
        elif kind == "reasoning":
            parts = item.get("content") or item.get("summary") or []
            thought = "\n".join(str(part.get("text", "")) for part in parts if isinstance(part, Mapping))
        else:
            text = f"input[{number}] is of the type {kind!r}, which is not known here."
            raise ApiError(text, param=f"input[{number}].type", code="unsupported_input")
    return messages
