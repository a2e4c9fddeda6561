"""What one call of a chat model asks for: the model's own parameters, and those that were given with the call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from gba.backends.base import Sampling
from gba.chat.options import StepOptions
from gba.langchain.structured import response_schema
from gba.langchain.tools import to_engine_tools, to_openai_tools, to_tool_choice
from gba.schema.tools import ToolSpec

__all__ = ["PARAMETERS", "Asked", "asked_of", "spelled"]

_SPELLINGS: Mapping[str, str] = {
    "extra_body": "extra",
    "id_slot": "slot",
    "max_completion_tokens": "max_tokens",
    "n_ctx": "context",
    "n_predict": "max_tokens",
    "openai_api_base": "base_url",
    "openai_api_key": "api_key",
    "request_timeout": "timeout",
    "stop_sequences": "stop",
}
_LOADING: Mapping[str, str] = {
    "n_batch": "batch",
    "n_gpu_layers": "gpu_layers",
    "n_threads": "threads",
    "rope_freq_base": "rope_freq_base",
    "rope_freq_scale": "rope_freq_scale",
    "use_mlock": "use_mlock",
    "use_mmap": "use_mmap",
}
"""Arguments of langchain-community's model that are options of a model in process."""
_SAMPLING = tuple(field.name for field in fields(Sampling))
_OPTIONS = ("max_tokens", "max_thought_tokens", "max_repeats", "thought")
_TEMPLATE = ("chat_template_kwargs", "reasoning_effort", "thinking")
"""What goes to the chat template."""
_CALL = (*_SAMPLING, *_OPTIONS, *_TEMPLATE, "slot")
"""What a model has as a field, and a call may give instead."""
PARAMETERS = (*_CALL, "stop")
"""The fields of a model that a call of it depends on."""
_ONLY_CALL = (
    "model",
    "parallel_tool_calls",
    "response_format",
    "stream",
    "stream_usage",
    "strict",
    "tool_choice",
    "tools",
)


@dataclass(frozen=True)
class Asked:
    """One call: what `Engine.run` takes beside the messages, and the ``model`` where the call names one."""

    tools: tuple[ToolSpec, ...]
    tool_choice: str
    parallel: bool
    response_schema: dict[str, Any] | None
    stop: tuple[str, ...]
    sampling: Sampling
    options: StepOptions
    slot: int | None
    model: str | None = None

    def arguments(self) -> dict[str, Any]:
        """The keyword arguments of `Engine.run` and its like."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "model"}


def asked_of(own: Mapping[str, Any], stop: Sequence[str] | str | None, call: Mapping[str, Any]) -> Asked:
    """What a call asks for. ``own``: the model's parameters by name; ``call``: what was bound or given with the call.

    Raises TypeError for a parameter that is not known (it is never ignored), SchemaError for tools and choices.
    """
    call = spelled(call)
    unknown = sorted(set(call) - {*_CALL, *_ONLY_CALL})
    if unknown:
        raise TypeError(
            f"ChatLlamaCpp does not know the parameter {', '.join(map(repr, unknown))}. "
            f"A call can take: {', '.join(sorted({*_CALL, *_ONLY_CALL, 'stop'}))}. "
            "Other parameters of llama-server's go into extra={...}."
        )
    wanted: dict[str, Any] = {name: call[name] if call.get(name) is not None else own.get(name) for name in _CALL}
    tools = to_engine_tools(to_openai_tools(call.get("tools") or (), strict=call.get("strict")))
    stops = own.get("stop") if stop is None else stop
    return Asked(
        tools=tools,
        tool_choice=to_tool_choice(call.get("tool_choice"), [tool.name for tool in tools]),
        parallel=bool(call.get("parallel_tool_calls")),
        response_schema=response_schema(call.get("response_format"), strict=call.get("strict")),
        stop=(stops,) if isinstance(stops, str) else tuple(stops or ()),
        sampling=Sampling(**{name: wanted[name] for name in _SAMPLING if wanted[name] is not None}),
        options=StepOptions(
            **{name: wanted[name] for name in _OPTIONS if wanted[name] is not None},
            template_variables=_template_variables(wanted),
        ),
        slot=wanted["slot"],
        model=call.get("model"),
    )


def _template_variables(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What the chat template is given: ``thinking`` and ``reasoning_effort`` under the names that templates have."""
    variables: dict[str, Any] = {}
    if wanted["thinking"] is not None:
        variables |= {"enable_thinking": bool(wanted["thinking"]), "thinking": bool(wanted["thinking"])}
    if wanted["reasoning_effort"] is not None:
        variables["reasoning_effort"] = wanted["reasoning_effort"]
    return {**variables, **(wanted["chat_template_kwargs"] or {})}


def spelled(values: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters under our names: those that other chat models have for the same are understood."""
    result: dict[str, Any] = {}
    loading: dict[str, Any] = {}
    for name, value in values.items():
        if name in _LOADING:
            loading[_LOADING[name]] = value
        elif name == "model_kwargs":
            loading.update(value or {})
        elif name != "f16_kv" or value is not True:  # what llama.cpp does anyway
            result[_SPELLINGS.get(name, name)] = value
    if loading:
        result["load_options"] = {**loading, **(result.get("load_options") or {})}
    return result
