"""What a request asks of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gba.api.conversation import from_input, response_schema, to_messages, tool_choice, tools_of
from gba.api.errors import ApiError
from gba.api.requests import ChatRequest, ResponsesRequest
from gba.backends.base import Sampling
from gba.chat.messages import Message
from gba.chat.options import StepOptions
from gba.chat.request import Request
from gba.schema.tools import RESPOND

__all__ = ["Asked", "of_chat", "of_responses"]

_SAMPLING = (
    "temperature",
    "top_k",
    "top_p",
    "min_p",
    "repeat_penalty",
    "presence_penalty",
    "frequency_penalty",
    "seed",
)
_NO_THINKING = frozenset({"none", "minimal"})


@dataclass(frozen=True)
class Asked:
    """One step. ``logprobs``: how many alternatives of each token are told, None for no logprobs at all."""

    request: Request
    logprobs: int | None = None


def of_chat(request: ChatRequest) -> Asked:
    """The step that a request for a chat completion asks for. Raises ApiError."""
    most = request.max_completion_tokens if request.max_completion_tokens is not None else request.max_tokens
    top = request.top_logprobs
    if top is not None and not request.logprobs:
        raise ApiError("top_logprobs is given, but logprobs is not true.", param="top_logprobs")
    schema, strict = response_schema(request.response_format, "response_format")
    return _asked(
        request,
        to_messages(request.messages),
        schema=schema,
        strict=strict,
        stop=tuple(request.stop or ()),
        most=most,
        effort=request.reasoning_effort,
        grammar=_grammar(request, schema),
        logprobs=(top or 0) if request.logprobs else None,
    )


def of_responses(request: ResponsesRequest) -> Asked:
    """The step that a request to /v1/responses asks for. Raises ApiError."""
    form = (request.text or {}).get("format")
    if form is not None and not isinstance(form, Mapping):
        raise ApiError("text.format has to be an object.", param="text.format")
    schema, strict = response_schema(form, "text.format")
    effort = (request.reasoning or {}).get("effort")
    messages = from_input(request.input, request.instructions)
    if not messages:
        raise ApiError("input is empty.", param="input")
    return _asked(
        request,
        to_messages(messages),
        schema=schema,
        strict=strict,
        stop=(),
        most=request.max_output_tokens,
        effort=effort if isinstance(effort, str) else None,
        grammar=None,
        logprobs=None,
    )


def _asked(
    request: ChatRequest | ResponsesRequest,
    messages: list[Message],
    *,
    schema: dict[str, Any] | None,
    strict: bool,
    stop: tuple[str, ...],
    most: int | None,
    effort: str | None,
    grammar: str | None,
    logprobs: int | None,
) -> Asked:
    tools = tools_of(request.tools)
    choice = tool_choice(request.tool_choice, [tool.name for tool in tools.specs])
    specs = tuple(tool for tool in tools.specs if choice.allowed is None or tool.name in choice.allowed)
    extra: dict[str, Any] = {}
    if request.logit_bias:
        extra["logit_bias"] = _biases(request.logit_bias)
    if request.cache_prompt is False:
        extra["cache_prompt"] = False
    if logprobs is not None:
        extra["n_probs"] = max(1, logprobs)
    given = {name: getattr(request, name) for name in _SAMPLING if getattr(request, name) is not None}
    limits: dict[str, Any] = {
        "max_tokens": most,
        "max_thought_tokens": request.max_thought_tokens,
        "thought": request.thought,
        "stop_loops": request.stop_loops,
    }
    wanted = Request(
        messages=tuple(messages),
        tools=specs,
        tool_choice=choice.word,
        parallel=choice.word in ("auto", "required") and request.parallel_tool_calls is not False,
        response_schema=schema,
        stop=stop,
        sampling=Sampling(**given, extra=extra),
        options=StepOptions(
            **{name: value for name, value in limits.items() if value is not None},
            template_variables=_variables(effort, request.chat_template_kwargs),
        ),
        slot=None if request.id_slot == -1 else request.id_slot,
        grammar=grammar,
        strict=(tools.strict | {RESPOND} if strict else tools.strict) & {*(tool.name for tool in specs), RESPOND},
    )
    return Asked(wanted, logprobs)


def _grammar(request: ChatRequest, schema: Mapping[str, Any] | None) -> str | None:
    """llama.cpp's field. Raises ApiError where the request asks for another form of the answer beside it."""
    if request.grammar is None or not (request.tools or schema is not None):
        return request.grammar
    other = "tools" if request.tools else "response_format"
    raise ApiError(f"grammar is for an answer without {other}, whose form is held to by itself.", param="grammar")


def _variables(effort: str | None, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the chat template is given: how much the model is to think, and what the request says itself."""
    told: dict[str, Any] = {}
    if effort is not None:
        told = {"reasoning_effort": effort}
        if effort in _NO_THINKING:
            told |= {"enable_thinking": False, "thinking": False}
    return {**told, **(given or {})}


def _biases(given: dict[str, float] | list[Any]) -> list[list[Any]]:
    """The biases in llama-server's form: pairs of a token's id, or of a text, and a number."""
    if isinstance(given, list):
        return given
    return [[int(token) if token.isdecimal() else token, bias] for token, bias in given.items()]
