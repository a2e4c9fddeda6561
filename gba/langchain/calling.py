"""What one call of a chat model asks for: the model's own parameters, and those that were given with the call."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from pydantic import BaseModel, ValidationError, create_model

from gba.backends.base import Sampling
from gba.chat.messages import Message
from gba.chat.options import StepOptions
from gba.chat.request import Request
from gba.langchain.spelling import LOADING_NAMES, spelled
from gba.langchain.structured import response_schema, response_strict
from gba.langchain.tools import engine_tools, to_tool_choice
from gba.schema.tools import RESPOND

__all__ = ["PARAMETERS", "Asked", "asked_of", "check_names", "checked_values", "top_of"]

_SAMPLING = tuple(field.name for field in fields(Sampling))
_OPTIONS = ("max_tokens", "max_thought_tokens", "max_repeats", "stop_loops", "thought")
_TEMPLATE = ("chat_template_kwargs", "reasoning_effort", "thinking")
"""What goes to the chat template."""
_CALL = (*_SAMPLING, *_OPTIONS, *_TEMPLATE, "logprobs", "response_format", "slot", "stream_usage", "top_logprobs")
"""What a model has as a field, and a call may give instead."""
PARAMETERS = (*_CALL, "stop")
"""The fields of a model that a call of it depends on."""
_ONLY_CALL = (
    "ls_structured_output_format",
    "model_name",
    "parallel_tool_calls",
    "stream",
    "strict",
    "tool_choice",
    "tools",
)


@dataclass(frozen=True)
class Asked:
    """One call: what is asked of the engine, and what the chat model itself needs to know.

    ``model``: the name of a model, where the call has one; ``stream_usage``: whether a stream ends with the usage;
    ``logprobs``: how many alternatives of each token are to be told, None for no logprobs at all.
    """

    request: Request
    model: str | None = None
    stream_usage: bool = True
    logprobs: int | None = None


def asked_of(messages: Sequence[Message], own: Mapping[str, Any], call: Mapping[str, Any]) -> Asked:
    """What a call asks for.

    ``messages``: the conversation; ``own``: the model's parameters by name; ``call``: what was bound or given with the
    call, after `check_names` and `checked_values`. Raises SchemaError for tools and choices.
    """
    strict = call.get("strict")
    wanted: dict[str, Any] = {name: call[name] if call.get(name) is not None else own.get(name) for name in _CALL}
    if (wanted["max_tokens"] or 0) < 0:  # ChatOllama's for as many as fit
        wanted["max_tokens"] = None
    logprobs = top_of(wanted["logprobs"], wanted["top_logprobs"])
    wanted["extra"] = {**(own.get("extra") or {}), **(call.get("extra") or {})}
    if logprobs is not None:
        wanted["extra"]["n_probs"] = max(1, logprobs)
    form, given = wanted["response_format"], call.get("tools") or ()
    tools, names = engine_tools(given, strict=strict)
    stops: Sequence[str] = next((each for each in (call.get("stop"), own.get("stop")) if each is not None), ())
    request = Request(
        messages=tuple(messages),
        tools=tools,
        tool_choice=to_tool_choice(call.get("tool_choice"), [tool.name for tool in tools]),
        parallel=bool(call.get("parallel_tool_calls")),
        response_schema=response_schema(form, strict=strict),
        stop=(stops,) if isinstance(stops, str) else tuple(stops),
        sampling=Sampling(**{name: wanted[name] for name in _SAMPLING if wanted[name] is not None}),
        options=StepOptions(
            **{name: wanted[name] for name in _OPTIONS if wanted[name] is not None},
            template_variables=_template_variables(wanted),
        ),
        slot=wanted["slot"],
        strict=names | {RESPOND} if response_strict(form, strict=strict) else names,
    )
    return Asked(request, call.get("model_name"), wanted["stream_usage"] is not False, logprobs)


def checked_values(model: type[BaseModel], call: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a call as the fields of the chat model would have them. Raises TypeError for a wrong value."""
    result = dict(call)
    for name, value in call.items():
        if value is None or name not in PARAMETERS:
            continue
        try:
            result[name] = getattr(_value_of(model, name)(**{name: [value] if _is_stop(name, value) else value}), name)
        except ValidationError as error:
            raise TypeError(f"{name}={value!r} cannot be: {error.errors()[0]['msg']}") from error
    return result


def _is_stop(name: str, value: Any) -> bool:
    return name == "stop" and isinstance(value, str)


@functools.cache
def _value_of(model: Any, name: str) -> type[BaseModel]:
    """A model with one field, which is that of the chat model."""
    field = model.model_fields[name]
    definitions: dict[str, Any] = {name: (field.annotation, field)}
    return create_model("Value", **definitions)


def top_of(logprobs: bool | None, top_logprobs: int | None) -> int | None:
    """How many alternatives of each token are asked for, by which logprobs are as well; None where nothing is.

    Raises ValueError for alternatives without logprobs.
    """
    if top_logprobs is not None and logprobs is False:
        raise ValueError(f"top_logprobs is {top_logprobs}, but logprobs is False: leave one of them out.")
    return (top_logprobs or 0) if logprobs or top_logprobs is not None else None


def check_names(call: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a call under gba's names. Raises TypeError for one that is not known, or is refused."""
    try:
        understood = spelled(call)
    except ValueError as error:
        raise TypeError(f"ChatLlamaCpp: {error}") from error
    loading = {name for name in call if name in LOADING_NAMES}
    unknown = sorted((set(understood) - {*_CALL, *_ONLY_CALL, "stop", "load_options"}) | loading)
    if unknown:
        raise TypeError(
            f"ChatLlamaCpp does not know the parameter {', '.join(map(repr, unknown))}. "
            f"A call can take: {', '.join(sorted({*_CALL, *_ONLY_CALL, 'stop'}))}. "
            "Other parameters of llama-server's go into extra={...}."
        )
    return understood


def _template_variables(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What the chat template is given: ``thinking`` and ``reasoning_effort`` under the names that templates have."""
    variables: dict[str, Any] = {}
    if wanted["thinking"] is not None:
        variables |= {"enable_thinking": bool(wanted["thinking"]), "thinking": bool(wanted["thinking"])}
    if wanted["reasoning_effort"] is not None:
        variables["reasoning_effort"] = wanted["reasoning_effort"]
    return {**variables, **(wanted["chat_template_kwargs"] or {})}
