"""The bodies of requests, with the names that OpenAI and llama-server give to their fields. Unknown ones are errors."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
)

from gba.api.errors import ApiError

__all__ = ["ChatRequest", "ResponsesRequest", "StreamOptions", "TokenizeRequest", "read_body"]

M = TypeVar("M", bound=BaseModel)

_MOST_STOPS = 16
_MOST_CHOICES = 16
_MOST_TOOLS = 1024


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _never(value: bool) -> bool:
    if value:
        raise ValueError("nothing is done in the background here: it can only be false")
    return value


Stops = Annotated[
    list[Annotated[str, Field(min_length=1)]], BeforeValidator(_one_or_many), Field(max_length=_MOST_STOPS)
]
Tools = Annotated[list[dict[str, Any]], Field(max_length=_MOST_TOOLS)]
Penalty = Annotated[float, Field(ge=-2, le=2)]
Positive = Annotated[int, Field(ge=1)]


_MESSAGES: dict[str, Any] = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["role"],
        "properties": {
            "role": {"enum": ["assistant", "developer", "function", "system", "tool", "user"]},
            "content": {"type": ["string", "array", "null"], "items": {"type": "object"}},
        },
    },
}
"""What messages are like, for the document; `gba.api.conversation` reads them."""


class StreamOptions(BaseModel):
    """``include_usage``: the last chunk has the usage."""

    model_config = ConfigDict(extra="ignore")

    include_usage: bool = False


class _Request(BaseModel):
    """What both endpoints take. The fields of the second block do nothing here, and harm nobody who sends them."""

    model_config = ConfigDict(extra="forbid", strict=True)

    model: str | None = None
    tools: Tools | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=20)] | None = None
    stream: bool | None = None

    metadata: dict[str, Any] | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: str | None = None
    safety_identifier: str | None = None
    service_tier: str | None = None
    store: bool | None = None
    user: str | None = None

    top_k: int | None = None
    min_p: Annotated[float, Field(ge=0, le=1)] | None = None
    repeat_penalty: Annotated[float, Field(gt=0)] | None = None
    presence_penalty: Penalty | None = None
    frequency_penalty: Penalty | None = None
    logit_bias: dict[str, float] | list[Any] | None = None
    seed: int | None = None
    chat_template_kwargs: dict[str, Any] | None = None
    cache_prompt: bool | None = None
    id_slot: Annotated[int, Field(ge=-1)] | None = None
    thought: Literal["auto", "prompted", "none"] | None = None
    max_thought_tokens: Annotated[int, Field(ge=0)] | None = None
    stop_loops: bool | None = None


class ChatRequest(_Request):
    """The body of ``POST /v1/chat/completions``."""

    messages: Annotated[list[dict[str, Any]], Field(min_length=1), WithJsonSchema(_MESSAGES)]
    response_format: dict[str, Any] | None = None
    stream_options: StreamOptions | None = None
    max_tokens: Positive | None = None
    max_completion_tokens: Positive | None = None
    stop: Stops | None = None
    n: Annotated[int, Field(ge=1, le=_MOST_CHOICES)] | None = None
    logprobs: bool | None = None
    reasoning_effort: str | None = None
    modalities: list[Literal["text"]] | None = None
    verbosity: str | None = None
    grammar: Annotated[str, Field(min_length=1)] | None = None


class ResponsesRequest(_Request):
    """The body of ``POST /v1/responses``. Nothing is stored: the whole conversation comes with each request."""

    input: str | list[dict[str, Any]]
    instructions: str | None = None
    max_output_tokens: Positive | None = None
    max_tool_calls: int | None = None
    text: dict[str, Any] | None = None
    reasoning: dict[str, Any] | None = None
    include: list[str] | None = None
    truncation: Literal["disabled"] | None = None
    background: Annotated[bool, AfterValidator(_never), WithJsonSchema({"const": False})] | None = None
    stream_options: dict[str, Any] | None = None


class TokenizeRequest(BaseModel):
    """The body of ``POST /tokenize``."""

    model_config = ConfigDict(extra="ignore", strict=True)

    content: str
    add_special: bool = False
    parse_special: bool = False


_REFUSED = {
    "audio": "a text model makes no sound",
    "conversation": "nothing is stored here: send the whole conversation",
    "function_call": "send tool_choice",
    "functions": "send tools",
    "grammar": "send text.format with a JSON Schema, or the grammar to /v1/chat/completions",
    "modalities": "a text model writes text only",
    "prediction": "predicted outputs are not known here",
    "previous_response_id": "nothing is stored here: send the whole conversation as input",
    "prompt": "stored prompts are not known here: send instructions and input",
    "web_search_options": "there is no search here: send a tool of your own",
}


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON's")


def read_body(kind: type[M], body: bytes) -> M:
    """A request's body. Raises ApiError, which names the field that is wrong."""
    try:
        content = json.loads(body, parse_constant=_refuse)
        if b"\\ud" in body.lower():  # a surrogate without its other half can be neither tokenized nor sent
            json.dumps(content, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise ApiError(f"The body is not JSON: {error}.", code="invalid_json") from None
    if not isinstance(content, dict):
        raise ApiError("The body has to be a JSON object.", code="invalid_json")
    for name, why in _REFUSED.items():
        if name in content and content[name] is not None and name not in kind.model_fields:
            raise ApiError(f"{name}: {why}.", param=name, code="unsupported_parameter")
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"][:4]))
        top = str(first["loc"][0]) if first["loc"] else ""
        unknown = first["type"] == "extra_forbidden"
        message = f"Unknown parameter: {place!r}." if unknown else f"{place}: {first['msg']}."
        if top in _REFUSED:
            message = f"{message} ({_REFUSED[top]})"
        code = "unknown_parameter" if unknown else "invalid_value"
        raise ApiError(message, param=place or None, code=code) from None
    except RecursionError:
        raise ApiError("The body is nested too deeply.", code="invalid_json") from None
