"""Chat templates in plain Jinja, as transformers renders them: what gba is compared with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.sandbox import SandboxedEnvironment

from gba.chat.messages import Message
from gba.schema.tools import ToolCall, ToolSpec

__all__ = ["BOS", "EOS", "Reference"]

BOS, EOS = "<s>", "</s>"


class _Generation(Extension):
    tags = {"generation"}  # noqa: RUF012

    def parse(self, parser: Any) -> Any:
        line = next(parser.stream).lineno
        return nodes.Scope(parser.parse_statements(("name:endgeneration",), drop_needle=True)).set_lineno(line)


class Reference:
    """A template in plain Jinja with what transformers adds to it, told of messages as gba found that it wants them."""

    def __init__(self, source: str, dialect: Any) -> None:
        made = SandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols", _Generation]
        )
        made.filters["tojson"] = _to_json
        made.globals["raise_exception"] = _refuse
        made.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
        self._template, self._dialect = made.from_string(source), dialect

    def render(self, messages: Sequence[Message], tools: Sequence[ToolSpec] = (), *, prompt: bool = True) -> str | None:
        """The text without BOS at its head; None where the template does not render the messages."""
        told = [self._message(message) for message in messages]
        described = [self._dialect.tool(tool) for tool in tools]
        given = {"messages": told, "bos_token": BOS, "eos_token": EOS, "enable_thinking": True, "documents": None}
        given["functions"] = json.dumps([tool["function"] for tool in described], indent=4, ensure_ascii=False)
        given["datetime"] = datetime.now().strftime("%b %d %Y")
        if prompt:
            given["add_generation_prompt"] = True
        for listed in [described] if described else [None, []]:
            try:
                text = str(self._template.render(tools=listed, **{"add_generation_prompt": False, **given}))
            except Exception:  # noqa: BLE001 - a template may raise whatever it likes
                continue
            return text.removeprefix(BOS)
        return None

    def _message(self, message: Message) -> dict[str, Any]:
        dialect = self._dialect
        told: dict[str, Any] = {"role": message.role, "content": message.content}
        if message.role == "tool":
            told |= {"tool_call_id": message.call_id, "name": message.name}
        if message.thought:
            told[dialect.thoughts or "reasoning_content"] = message.thought
        if message.calls:
            told["content"] = message.content or dialect.no_content
            told["tool_calls"] = [
                {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": self._arguments(call)}}
                for call in message.calls
            ]
        return told

    def _arguments(self, call: ToolCall) -> Any:
        arguments = dict(call.arguments)
        return json.dumps(arguments, ensure_ascii=False) if self._dialect.arguments_as_text else arguments


def _to_json(value: Any, ensure_ascii: bool = False, **how: Any) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, default=list, **how)


def _refuse(message: Any) -> Any:
    raise ValueError(str(message))
