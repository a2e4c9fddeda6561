"""``POST /v1/chat/completions``: a step as OpenAI's chat completion, whole or in chunks."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict, replace
from typing import Any

from gba.api.asked import Asked
from gba.api.requests import ChatRequest
from gba.api.service import Done, Piece, Service, new_id
from gba.backends.base import Properties
from gba.chat.messages import Step

__all__ = ["completion", "completion_chunks", "usage_of"]


def usage_of(steps: list[Step]) -> dict[str, Any]:
    """The tokens of steps on one prompt, each counted once: what was put in (the prompt, and what the grammar forced),
    and what was generated."""
    prompt = sum(step.prompt_tokens + step.usage.forced for step in steps)
    generated = sum(step.usage.generated for step in steps)
    thought = sum(span.end - span.start + span.eog for step in steps for span in step.spans if span.kind == "thought")
    cached = sum(min(step.usage.cached, step.prompt_tokens + step.usage.forced) for step in steps)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": generated,
        "total_tokens": prompt + generated,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": min(thought, generated)},
    }


async def completion(service: Service, request: ChatRequest, asked: Asked) -> dict[str, Any]:
    """The whole completion. Raises ApiError."""
    count = request.n or 1
    service.check_queue(count)
    tasks = [asyncio.ensure_future(service.step(_numbered(asked, number))) for number in range(count)]
    try:
        done = await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
    steps = [each.step for each in done]
    head = _head(service, done[0].properties, "chat.completion")
    return {
        **head,
        "choices": [_choice(asked, number, each) for number, each in enumerate(done)],
        "usage": usage_of(steps),
        "timings": _timings(steps[-1]),
        "gba": _about(steps[-1]),
    }


async def completion_chunks(
    service: Service, request: ChatRequest, asked: Asked
) -> AsyncGenerator[dict[str, Any], None]:
    """The chunks of a completion. Raises ApiError; the first chunk comes once the model has been asked."""
    properties = await service.properties()
    head = _head(service, properties, "chat.completion.chunk")
    steps: list[Step] = []
    with_usage = request.stream_options is not None and request.stream_options.include_usage
    for number in range(request.n or 1):
        async with aclosing(_choice_chunks(service, _numbered(asked, number), number, head, steps)) as chunks:
            async for chunk in chunks:
                yield {**chunk, "usage": None} if with_usage else chunk
    if with_usage:
        yield {**head, "choices": [], "usage": usage_of(steps), "timings": _timings(steps[-1])}


async def _choice_chunks(
    service: Service, asked: Asked, number: int, head: dict[str, Any], steps: list[Step]
) -> AsyncGenerator[dict[str, Any], None]:
    begun = False
    async with aclosing(service.steps(asked)) as items:
        async for item in items:
            if isinstance(item, Done):
                if not begun:
                    yield _chunk(head, number, {"role": "assistant", "content": ""})
                steps.append(item.step)
                last = _chunk(head, number, {}, finish=_finish(asked, item.step))
                if item.told is not None:
                    last["choices"][0]["logprobs"] = _logprobs(item.told)
                yield {**last, "timings": _timings(item.step), "gba": _about(item.step)}
                return
            delta = _delta(item)
            if not begun:
                begun = True
                first = {"content": None} if item.kind == "call" else {}
                delta = {"role": "assistant", **first, **delta}
            yield _chunk(head, number, delta)


def _delta(piece: Piece) -> dict[str, Any]:
    if piece.kind == "thought":
        return {"reasoning_content": piece.text, "reasoning": piece.text}
    if piece.kind == "content":
        return {"content": piece.text}
    if piece.kind == "arguments":
        return {"tool_calls": [{"index": piece.index, "function": {"arguments": piece.text}}]}
    function = {"name": piece.name, "arguments": ""}
    return {"tool_calls": [{"index": piece.index, "id": piece.call_id, "type": "function", "function": function}]}


def _chunk(head: dict[str, Any], number: int, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {**head, "choices": [{"index": number, "delta": delta, "logprobs": None, "finish_reason": finish}]}


def _choice(asked: Asked, number: int, done: Done) -> dict[str, Any]:
    step = done.step
    message: dict[str, Any] = {
        "role": "assistant",
        "content": step.content or (None if step.calls else ""),
        "refusal": None,
    }
    if step.thought:
        message["reasoning_content"] = message["reasoning"] = step.thought
    if step.calls:
        message["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": json.dumps(call.arguments, ensure_ascii=False)},
            }
            for call in step.calls
        ]
    logprobs = None if done.told is None else _logprobs(done.told)
    return {"index": number, "message": message, "logprobs": logprobs, "finish_reason": _finish(asked, step)}


def _finish(asked: Asked, step: Step) -> str:
    """Why the step ended. What the budget ended along the grammar is whole: clients run calls, and read answers of a
    given form, only by these reasons (``gba.closed`` says that it was so)."""
    if step.calls:
        return "tool_calls"
    return "stop" if asked.request.response_schema is not None else step.finish


def _logprobs(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "content": told["content"],
        "refusal": None,
        "reasoning": told["reasoning"],
        "tool_calls": told["tool_calls"],
    }


def _head(service: Service, properties: Properties, kind: str) -> dict[str, Any]:
    return {
        "id": new_id("chatcmpl-"),
        "object": kind,
        "created": int(time.time()),
        "model": service.model_name(properties),
        "system_fingerprint": properties.build or None,
    }


def _timings(step: Step) -> dict[str, Any]:
    return asdict(step.timings)


def _about(step: Step) -> dict[str, Any]:
    """What gba knows more: whether the budget ended the text, the tokens that were forced, the chat format."""
    return {
        "closed": step.closed,
        "forced_tokens": step.usage.forced,
        "requests": step.requests,
        "chat_format": step.chat_format,
    }


def _numbered(asked: Asked, number: int) -> Asked:
    """The same for another choice: with another seed, so that it is another one."""
    sampling = asked.request.sampling
    if not number or sampling.seed is None:
        return asked
    return replace(asked, request=replace(asked.request, sampling=replace(sampling, seed=sampling.seed + number)))
