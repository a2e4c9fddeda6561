"""``POST /v1/responses``: a step as OpenAI's response, whole or as events. Nothing is stored."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from gba.api.asked import Asked
from gba.api.chat import usage_of
from gba.api.requests import ResponsesRequest
from gba.api.service import Done, Piece, Service, new_id
from gba.backends.base import Properties
from gba.chat.messages import Step

__all__ = ["response", "response_events"]


async def response(service: Service, request: ResponsesRequest, asked: Asked) -> dict[str, Any]:
    """The whole response. Raises ApiError."""
    done = await service.step(asked)
    written = _Written(service, request, done.properties, formed=asked.request.response_schema is not None)
    return written.whole(done.step)


async def response_events(
    service: Service, request: ResponsesRequest, asked: Asked
) -> AsyncGenerator[dict[str, Any], None]:
    """The events of a response, the whole of it with the last one. Raises ApiError."""
    written = _Written(service, request, await service.properties(), formed=asked.request.response_schema is not None)
    async with aclosing(service.steps(asked)) as items:
        async for item in items:  # before the first one, an error is still a status of HTTP
            if not written.number:
                for kind in ("response.created", "response.in_progress"):
                    yield written.event(kind, response=written.body("in_progress"))
            if isinstance(item, Done):
                for event in written.ended():
                    yield event
                whole = written.whole(item.step, written.output)
                kind = "response.completed" if whole["status"] == "completed" else "response.incomplete"
                yield written.event(kind, response=whole)
                return
            for event in written.piece(item):
                yield event


@dataclass
class _Written:
    """A response while it is generated: its items so far; the last one may be incomplete.

    ``formed``: the answer follows a schema, so that it is complete even where the limit of tokens was reached.
    """

    service: Service
    request: ResponsesRequest
    properties: Properties
    id: str = field(default_factory=lambda: new_id("resp_"))
    created: int = field(default_factory=lambda: int(time.time()))
    formed: bool = False
    output: list[dict[str, Any]] = field(default_factory=list)
    _open: str = ""
    number: int = 0

    def event(self, kind: str, **fields: Any) -> dict[str, Any]:
        self.number += 1
        return {"type": kind, "sequence_number": self.number - 1, **fields}

    def body(self, status: str) -> dict[str, Any]:
        request = self.request
        return {
            "id": self.id,
            "object": "response",
            "created_at": self.created,
            "status": status,
            "background": False,
            "error": None,
            "incomplete_details": None,
            "instructions": request.instructions,
            "max_output_tokens": request.max_output_tokens,
            "max_tool_calls": request.max_tool_calls,
            "metadata": request.metadata or {},
            "model": self.service.model_name(self.properties),
            "output": [],
            "parallel_tool_calls": request.parallel_tool_calls is not False,
            "previous_response_id": None,
            "reasoning": {"effort": None, "summary": None, **(request.reasoning or {})},
            "store": False,
            "temperature": request.temperature,
            "text": request.text or {"format": {"type": "text"}},
            "tool_choice": request.tool_choice or "auto",
            "tools": request.tools or [],
            "top_p": request.top_p,
            "truncation": "disabled",
            "usage": None,
            "user": request.user,
        }

    def whole(self, step: Step, output: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        """The response when all is written; ``output``: its items, where they have been told already."""
        cut = step.finish == "length" and not (step.calls or self.formed)
        body = self.body("incomplete" if cut else "completed")
        usage = usage_of([step])
        return {
            **body,
            "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
            "output": _items(step) if output is None else output,
            "usage": {
                "input_tokens": usage["prompt_tokens"],
                "input_tokens_details": usage["prompt_tokens_details"],
                "output_tokens": usage["completion_tokens"],
                "output_tokens_details": usage["completion_tokens_details"],
                "total_tokens": usage["total_tokens"],
            },
        }

    def piece(self, piece: Piece) -> list[dict[str, Any]]:
        """The events of a piece."""
        events = []
        if piece.kind == "call":
            events += self.ended()
            events.append(self._added("call", _call_item(piece.call_id, piece.name)))
            return events
        if piece.kind == "arguments":
            item = self.output[-1]
            item["arguments"] += piece.text
            return [self._delta("response.function_call_arguments.delta", piece.text)]
        if self._open != piece.kind:
            events += self.ended()
            made = _reasoning_item("") if piece.kind == "thought" else _message_item("")
            events.append(self._added(piece.kind, {**made, "content": []}))
            part = made["content"][0]
            self.output[-1]["content"] = [part]
            events.append(self.event("response.content_part.added", **self._place(), content_index=0, part=dict(part)))
        self.output[-1]["content"][0]["text"] += piece.text
        text = "reasoning_text" if piece.kind == "thought" else "output_text"
        events.append(self._delta(f"response.{text}.delta", piece.text, content_index=0, **self._logprobs()))
        return events

    def ended(self) -> list[dict[str, Any]]:
        """The events that complete the last item."""
        if not self._open:
            return []
        item, kind, self._open = self.output[-1], self._open, ""
        events = []
        if kind == "call":
            done = self.event(
                "response.function_call_arguments.done",
                **self._place(),
                name=item["name"],
                arguments=item["arguments"],
            )
            events.append(done)
        else:
            (part,) = item["content"]
            text = "reasoning_text" if kind == "thought" else "output_text"
            logprobs: dict[str, Any] = {"logprobs": []} if kind == "content" else {}
            done = self.event(f"response.{text}.done", **self._place(), content_index=0, text=part["text"], **logprobs)
            events.append(done)
            events.append(self.event("response.content_part.done", **self._place(), content_index=0, part=dict(part)))
        item["status"] = "completed"
        events.append(self.event("response.output_item.done", output_index=len(self.output) - 1, item=dict(item)))
        return events

    def _added(self, kind: str, item: dict[str, Any]) -> dict[str, Any]:
        self._open = kind
        item["status"] = "in_progress"
        self.output.append(item)
        return self.event("response.output_item.added", output_index=len(self.output) - 1, item=dict(item))

    def _place(self) -> dict[str, Any]:
        return {"output_index": len(self.output) - 1, "item_id": self.output[-1]["id"]}

    def _logprobs(self) -> dict[str, Any]:
        return {"logprobs": []} if self._open == "content" else {}

    def _delta(self, kind: str, text: str, **fields: Any) -> dict[str, Any]:
        return self.event(kind, **self._place(), delta=text, **fields)


def _items(step: Step) -> list[dict[str, Any]]:
    items = []
    if step.thought:
        items.append({**_reasoning_item(step.thought), "status": "completed"})
    if step.content or not step.calls:
        items.append({**_message_item(step.content), "status": "completed"})
    for call in step.calls:
        item = _call_item(call.id, call.name)
        arguments = json.dumps(call.arguments, ensure_ascii=False)
        items.append({**item, "arguments": arguments, "status": "completed"})
    return items


def _reasoning_item(text: str) -> dict[str, Any]:
    content = [{"type": "reasoning_text", "text": text}]
    return {"id": new_id("rs_"), "type": "reasoning", "summary": [], "content": content}


def _message_item(text: str) -> dict[str, Any]:
    content = [{"type": "output_text", "text": text, "annotations": [], "logprobs": []}]
    return {"id": new_id("msg_"), "type": "message", "role": "assistant", "content": content}


def _call_item(call_id: str, name: str) -> dict[str, Any]:
    return {"id": new_id("fc_"), "type": "function_call", "call_id": call_id, "name": name, "arguments": ""}
