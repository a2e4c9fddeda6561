"""The parameters of other chat models under gba's names, and what is said about those that gba does not have.

Nothing is ignored: a parameter of ChatOpenAI, ChatOllama or langchain-community's ChatLlamaCpp has a field or an option
here that does the same, or it is refused by its name. A value by which the other model does nothing either is accepted.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from typing import Any

__all__ = ["LOADING_NAMES", "nearest", "refusal", "spelled"]

_SPELLINGS: Mapping[str, str] = {
    "extra_body": "extra",
    "format": "response_format",
    "id_slot": "slot",
    "max_completion_tokens": "max_tokens",
    "model": "model_name",
    "n_ctx": "context",
    "n_predict": "max_tokens",
    "num_ctx": "context",
    "num_predict": "max_tokens",
    "openai_api_base": "base_url",
    "openai_api_key": "api_key",
    "request_timeout": "timeout",
    "stop_sequences": "stop",
}
LOADING_NAMES: Mapping[str, str] = {
    "default_headers": "headers",
    "n_batch": "batch",
    "n_gpu_layers": "gpu_layers",
    "n_threads": "threads",
    "num_gpu": "gpu_layers",
    "num_thread": "threads",
    "rope_freq_base": "rope_freq_base",
    "rope_freq_scale": "rope_freq_scale",
    "use_mlock": "use_mlock",
    "use_mmap": "use_mmap",
}
"""Parameters that are options of the backend, and the option's name."""
_SAMPLING = ("logit_bias", "mirostat", "mirostat_eta", "mirostat_tau", "repeat_last_n")
"""Parameters that llama-server has under the same name."""

_CLIENTS = "gba makes its HTTP clients itself: load_options takes headers, verify and transport for them"
_OPENAI = "it is for OpenAI's own service"
_REFUSED: Mapping[str, tuple[tuple[Any, ...], str]] = {
    "async_client": ((), _CLIENTS),
    "async_client_kwargs": (({},), _CLIENTS),
    "client": ((), _CLIENTS),
    "client_kwargs": (({},), _CLIENTS),
    "context_management": ((), _OPENAI),
    "default_query": (({},), _CLIENTS),
    "disabled_params": (({},), "nothing is sent that was not asked for"),
    "f16_kv": ((True,), "llama.cpp keeps keys and values as f16 unless load_options has type_k and type_v"),
    "http_async_client": ((), _CLIENTS),
    "http_client": ((), _CLIENTS),
    "http_socket_options": ((), _CLIENTS),
    "include": (([],), _OPENAI),
    "include_response_headers": ((False,), "what llama.cpp tells of a call is in response_metadata in any case"),
    "keep_alive": ((), "a model in process stays loaded until close(), a llama-server until it is ended"),
    "n": ((1,), "a call gives one message: batch([messages] * n) gives n of them"),
    "openai_organization": ((), _OPENAI),
    "openai_proxy": (("",), _CLIENTS),
    "organization": ((), _OPENAI),
    "prompt_cache_options": ((), "llama.cpp's prompt cache is always used"),
    "root_async_client": ((), _CLIENTS),
    "root_client": ((), _CLIENTS),
    "service_tier": ((), _OPENAI),
    "store": ((False,), _OPENAI),
    "stream_chunk_timeout": ((), "timeout is the time without a sign of life, in streams as well"),
    "sync_client_kwargs": (({},), _CLIENTS),
    "tfs_z": ((1, 1.0), "llama.cpp has no tail-free sampling any more: min_p or typical_p in extra is its successor"),
    "tiktoken_model_name": ((), "tokens are counted with the model's own tokenizer"),
    "truncation": (("disabled",), "nothing is cut silently: trim_messages takes this model as its token_counter"),
    "use_previous_response_id": ((False,), _OPENAI),
    "use_responses_api": ((False,), _OPENAI),
    "verbosity": ((), _OPENAI),
}
"""Parameters that are refused: the values by which they do nothing (None among them always), and what to do instead."""


def refusal(values: Mapping[str, Any]) -> str:
    """Why one of these parameters cannot be given, "" where all can."""
    for name, value in values.items():
        neutral, instead = _REFUSED.get(name, ((value,), ""))
        if value is not None and not any(value == each and type(value) is type(each) for each in neutral):
            return f"{name}={value!r} is not supported: {instead}."
    reasoning = values.get("reasoning")
    if reasoning is not None and not isinstance(reasoning, bool):
        return f"reasoning={reasoning!r} is not supported: True or False says whether the model thinks before it acts."
    return ""


def nearest(values: Mapping[str, Any], fields: Collection[str]) -> str:
    """What a parameter that is not known may have been meant to be, "" where all are known or nothing is near.

    ``fields``: the names that the model has; the others that are understood are known here.
    """
    known = {*fields, *_SPELLINGS, *_REFUSED, *_SAMPLING, *LOADING_NAMES, "reasoning", "format"}
    for name in values:
        if name not in known and (near := difflib.get_close_matches(name, sorted(known - _REFUSED.keys()), n=1)):
            return f"there is no parameter {name!r}. Did you mean {near[0]!r}?"
    return ""


def spelled(values: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters under gba's names. Raises ValueError for what is refused, and for two names of one parameter."""
    if why := refusal(values):
        raise ValueError(why)
    result: dict[str, Any] = {}
    options: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    said: dict[str, str] = {}
    for given, value in values.items():
        name = _SPELLINGS.get(given, given)
        place = options if given in LOADING_NAMES else extra if given in _SAMPLING else result
        name = LOADING_NAMES.get(given, name)
        if given == "format":  # ChatOllama's: "" for text, "json" for any JSON object, or a schema
            value = {"type": "json_object"} if value == "json" else value or None
        if given in _REFUSED or (value is None and name != given):
            continue
        if name in said and place[name] != value:
            raise ValueError(f"{said[name]} and {given} are two names of one parameter: give one of them.")
        said[name] = given
        place[name] = value
    reasoning = result.pop("reasoning", None)  # ChatOllama's switch
    if reasoning is not None:
        result.setdefault("thinking", reasoning)
    if reasoning is False:
        result.setdefault("max_thought_tokens", 0)
    for name, found in (("load_options", options), ("extra", extra)):
        if found:
            result[name] = {**found, **(result.get(name) or {})}
    return result
