"""What a llama-server answers, read strictly: a reply has the types that llama-server gives it, or it is an error.

Numbers are bounded, so that a wrong one cannot make anything large; fields that are not named here are not looked at.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

__all__ = [
    "SLOTS",
    "Alternative",
    "EmbeddedText",
    "EmbeddedTexts",
    "ErrorDetails",
    "ErrorReply",
    "Event",
    "ListedModel",
    "Models",
    "NamedTokens",
    "Probability",
    "Props",
    "Text",
    "TokenIds",
    "fault_of",
    "parse",
]

T = TypeVar("T")

Token = Annotated[int, Field(ge=0, lt=2**31)]
Tokens = Annotated[list[Token], Field(fail_fast=True)]
Count = Annotated[int, Field(ge=0, lt=2**31)]
Context = Annotated[int, Field(ge=0, le=2**26)]
Bytes = Annotated[list[Annotated[int, Field(ge=0, lt=256)]], Field(fail_fast=True)]
Logprob = Annotated[float, Field(le=1.0, allow_inf_nan=False)]
Milliseconds = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]


class _Reply(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, protected_namespaces=())


class TokenIds(_Reply):
    """/tokenize."""

    tokens: Tokens


class _NamedToken(_Reply):
    id: Token
    piece: str | Tokens
    """Bytes where it is no UTF-8 for itself."""


class NamedTokens(_Reply):
    """/tokenize with pieces; servers that do not know of pieces give the ids."""

    tokens: Annotated[list[_NamedToken | Token], Field(fail_fast=True)]


class Text(_Reply):
    """/detokenize."""

    content: str


class _Defaults(_Reply):
    n_ctx: Context


class Props(_Reply):
    """/props."""

    default_generation_settings: _Defaults
    total_slots: Annotated[int, Field(ge=1, le=4096)] = 1
    model_alias: str | None = None
    model_path: str | None = None
    model_ftype: str | None = None
    chat_template: str | None = None
    chat_template_tool_use: str | None = None
    bos_token: str | None = None
    eos_token: str | None = None
    build_info: str | None = None
    role: str | None = None


class ListedModel(_Reply):
    """One model of a list. ``owned_by``: which program answers."""

    id: str
    aliases: list[str] | None = None
    owned_by: str | None = None


class Models(_Reply):
    """/v1/models."""

    data: Annotated[list[ListedModel], Field(fail_fast=True)]


class EmbeddedText(_Reply):
    """The vector of one text: numbers, or their bytes (32 bits each, the lowest first) in base64."""

    index: Count
    embedding: str | Annotated[list[float], Field(fail_fast=True)]


class EmbeddedTexts(_Reply):
    """/v1/embeddings."""

    data: Annotated[list[EmbeddedText], Field(fail_fast=True)]


class _Slot(_Reply):
    id: Count
    is_processing: bool = False
    n_ctx: Context = 0


SLOTS = TypeAdapter(Annotated[list[_Slot], Field(fail_fast=True)])
"""/slots."""


class Timings(_Reply):
    """The counters of one request; null is what a server writes for a number that is none."""

    cache_n: Count | None = None
    prompt_n: Count | None = None
    predicted_n: Count | None = None
    prompt_ms: Milliseconds | None = None
    predicted_ms: Milliseconds | None = None


class Alternative(_Reply):
    """A token, and how likely the model found it; see `Probability`."""

    id: Token | None = None
    bytes: Bytes | None = None
    logprob: Logprob | None = None


class Probability(Alternative):
    """How likely the model found one token, and the likeliest ones in its place, where ``n_probs`` asks for them.

    A server that tells it in another form (after the samplers, or an old one) leaves these fields out.
    """

    top_logprobs: Annotated[list[Alternative], Field(fail_fast=True)] | None = None


class Event(_Reply):
    """One event in the stream of /completion."""

    content: str | None = None
    tokens: Tokens | None = None
    tokens_predicted: Count | None = None
    tokens_evaluated: Count | None = None
    stop: bool = False
    stop_type: str | None = None
    stopped_eos: bool = False
    stopped_word: bool = False
    stopped_limit: bool = False
    stopping_word: str | None = None
    model: str | None = None
    timings: Timings | None = None
    completion_probabilities: Annotated[list[Probability], Field(fail_fast=True)] | None = None
    error: Any = None


class ErrorDetails(_Reply):
    """What is said about an error."""

    message: str = ""
    type: str = ""
    n_prompt_tokens: Count = 0
    n_ctx: Count = 0


class ErrorReply(_Reply):
    """What comes with an HTTP error."""

    error: ErrorDetails | str

    def details(self) -> ErrorDetails:
        """The details, of which some servers only give the message."""
        return ErrorDetails(message=self.error) if isinstance(self.error, str) else self.error


def parse(kind: type[T] | TypeAdapter[T], body: bytes) -> T:
    """The reply that the JSON text is. Raises ValidationError, which `fault_of` explains."""
    if isinstance(kind, TypeAdapter):
        return kind.validate_json(body)
    return kind.model_validate_json(body)  # type: ignore[attr-defined, no-any-return]


def fault_of(error: ValidationError) -> str:
    """The first thing that is wrong with a reply, in a few words."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])[:100]
    return f"{place}: {first['msg']}"[:300] if place else str(first["msg"])[:300]
