"""The words that gba itself puts into a conversation, and the text of a call on the wire."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gba.chat.messages import Message
from gba.schema.tools import RESPOND, ToolSpec

__all__ = [
    "CALL_ARGUMENTS",
    "CALL_CLOSE",
    "CALL_OPEN",
    "MARKERS",
    "RESPOND_FREE",
    "RESPONSE_CLOSE",
    "RESPONSE_OPEN",
    "assistant_text",
    "retry_text",
    "signature",
    "system_text",
]

CALL_OPEN = '<tool_call>\n{"name": "'
CALL_ARGUMENTS = '", "arguments": '
CALL_CLOSE = "}\n</tool_call>"
RESPOND_FREE = '"}\n</tool_call>\n'
RESPONSE_OPEN = "<tool_response>\n"
RESPONSE_CLOSE = "\n</tool_response>"
"""Around a tool's result, where the chat format has no turns for tools."""
MARKERS = ("<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>")
"""What structures a turn: typed by a user or a tool, these stay text."""

_HEADER = "You can use these tools:"
_INSTRUCTIONS = (
    "First think in one short sentence. Then call one tool like this:\n"
    "<tool_call>\n"
    '{"name": "tool", "arguments": {"key": "value"}}\n'
    "</tool_call>\n"
    f"When you know the answer, call {RESPOND} and write it."
)


def _type(schema: Any, depth: int = 0) -> str:
    """A schema as a short type expression; what it cannot say shortly becomes ``object`` or ``any``."""
    if not isinstance(schema, Mapping):
        return "any"
    if "enum" in schema:
        return " | ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"], ensure_ascii=False)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " | ".join(dict.fromkeys(_type(option, depth) for option in schema[key]))
    kind = schema.get("type", "any")
    if isinstance(kind, list):
        return " | ".join(kind)
    if kind == "array":
        inner = _type(schema.get("items"), depth + 1)
        return f"({inner})[]" if " | " in inner else f"{inner}[]"
    if kind == "object" and schema.get("properties") and depth < 4:
        return "{" + _parameters(schema, depth + 1) + "}"
    if "format" in schema and kind == "string":
        return f"string ({schema['format']})"
    return str(kind)


def _parameters(schema: Mapping[str, Any], depth: int = 0) -> str:
    required = schema.get("required") or ()
    return ", ".join(
        f"{name}{'' if name in required else '?'}: {_type(value, depth)}"
        for name, value in (schema.get("properties") or {}).items()
    )


def _inline(schema: Any, definitions: Mapping[str, Any], seen: tuple[str, ...] = ()) -> Any:
    """The schema with its local references put in place, cut where they recur."""
    if isinstance(schema, list):
        return [_inline(item, definitions, seen) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    reference = schema.get("$ref")
    if isinstance(reference, str):
        name = reference.rsplit("/", 1)[-1]
        if name in seen or name not in definitions or len(seen) > 4:
            return {"type": "object"}
        return _inline(definitions[name], definitions, (*seen, name))
    return {
        key: _inline(value, definitions, seen) for key, value in schema.items() if key not in {"$defs", "definitions"}
    }


def signature(tool: ToolSpec) -> str:
    """The tool on one line, and below it a line for each parameter that is described."""
    parameters = tool.parameters if isinstance(tool.parameters, Mapping) else {}
    definitions = {**(parameters.get("definitions") or {}), **(parameters.get("$defs") or {})}
    schema = _inline(parameters, definitions) if definitions else parameters
    description = " ".join(tool.description.split())
    lines = [f"- {tool.name}({_parameters(schema)}){': ' + description if description else ''}"]
    for name, value in (schema.get("properties") or {}).items():
        if isinstance(value, Mapping) and value.get("description"):
            lines.append(f"    {name}: {' '.join(str(value['description']).split())}")
    return "\n".join(lines)


def system_text(system: str, tools: Sequence[ToolSpec], response: Mapping[str, Any] | None = None) -> str:
    """The system message: the user's own text, then the tools and how to call them (nothing where there are none)."""
    if not tools and response is None:
        return system
    fields = _parameters(_inline(response, response.get("$defs") or {})) if response is not None else ""
    lines = [_HEADER, *map(signature, tools), f"- {RESPOND}({fields}): Answer the user.", _INSTRUCTIONS]
    return "\n".join([system, "", *lines] if system else lines)


def assistant_text(message: Message, *, agent: bool) -> str:
    """An assistant message as the text that the model would have written; ``agent``: with tools in the prompt."""
    if not agent and not message.calls:
        return message.content
    parts = [message.thought] if message.thought else []
    for call in message.calls:
        arguments = json.dumps(call.arguments, ensure_ascii=False)
        parts.append(CALL_OPEN + call.name + CALL_ARGUMENTS + arguments + CALL_CLOSE)
    if not message.calls:
        parts.append(CALL_OPEN + RESPOND + RESPOND_FREE + message.content)
    elif message.content and not message.thought:
        parts.insert(0, message.content)
    return "\n".join(parts)


def retry_text(name: str, violations: Sequence[str]) -> str:
    """What a model is told whose arguments broke a constraint that the grammar does not enforce."""
    return f"Error: the arguments of {name} are not valid: {'; '.join(violations)}. Call {name} again with valid ones."
