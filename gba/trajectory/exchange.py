"""Conversations in the formats that other programs train on: ShareGPT's, OpenAI's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from gba.schema.tools import ToolCall, ToolSpec
from gba.trajectory.records import MessageLike

__all__ = ["openai", "sharegpt"]

_SPEAKERS = {"assistant": "gpt", "system": "system", "tool": "observation", "user": "human"}


def sharegpt(
    name: str, messages: Sequence[MessageLike], tools: Sequence[ToolSpec] = (), *, thoughts: bool = True
) -> dict[str, Any]:
    """A conversation in ShareGPT's format, with tools as LLaMA-Factory reads them.

    Calls are said by ``function_call`` as JSON, a list where there are several; results, those of one message together,
    by ``observation``; ``tools`` is JSON text. Thoughts stand in ``<think>`` before what they are about.
    """
    turns: list[dict[str, str]] = []
    for message in messages:
        turn = _turn(message, thoughts=thoughts)
        if message.role == "tool" and turns and turns[-1]["from"] == "observation":
            turns[-1]["value"] += "\n" + turn["value"]
        else:
            turns.append(turn)
    told = {"tools": json.dumps([_function(tool) for tool in tools], ensure_ascii=False)} if tools else {}
    return {"id": name, "conversations": turns, **told}


def _turn(message: MessageLike, *, thoughts: bool) -> dict[str, str]:
    thought = f"<think>\n{message.thought}\n</think>\n\n" if thoughts and message.thought else ""
    if not message.calls:
        return {"from": _SPEAKERS.get(message.role, message.role), "value": thought + message.content}
    calls: list[Any] = [{"name": call.name, "arguments": dict(call.arguments)} for call in message.calls]
    text = f"{message.content}\n" if message.content else ""
    return {
        "from": "function_call",
        "value": thought + text + json.dumps(calls if len(calls) > 1 else calls[0], ensure_ascii=False),
    }


def openai(
    messages: Sequence[MessageLike], tools: Sequence[ToolSpec] = (), *, thoughts: bool = False
) -> dict[str, Any]:
    """A conversation as a line of OpenAI's files for fine-tuning. ``thoughts``: as ``reasoning_content``, which OpenAI
    itself does not know, and others do."""
    told = {"tools": [{"type": "function", "function": _function(tool)} for tool in tools]} if tools else {}
    return {"messages": [_message(message, thoughts=thoughts) for message in messages], **told}


def _message(message: MessageLike, *, thoughts: bool) -> dict[str, Any]:
    made: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.role == "tool":
        return made | {"tool_call_id": message.call_id or ""}
    if thoughts and message.thought:
        made["reasoning_content"] = message.thought
    if message.calls:
        made |= {"content": message.content or None, "tool_calls": list(map(_call, message.calls))}
    return made


def _call(call: ToolCall) -> dict[str, Any]:
    arguments = json.dumps(dict(call.arguments), ensure_ascii=False)
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _function(tool: ToolSpec) -> dict[str, Any]:
    return {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
