"""What is said to a llama-server, without saying it: calls, flows of calls, and what an answer means.

A *flow* is a generator that yields a Call, is sent the answer, and returns a value. So the protocol is
written once, and driven by a blocking client as well as by an asynchronous one.
"""

from __future__ import annotations

import contextlib
import ipaddress
import random
import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import ValidationError

from gba.backends.base import Properties, Sampling
from gba.backends.replies import SLOTS, ErrorDetails, ErrorReply, Text, TokenIds, parse
from gba.errors import (
    BackendError,
    ContextOverflowError,
    GbaError,
    GrammarError,
    ServerResponseError,
    ServerUnavailableError,
)

__all__ = [
    "COMPLETION",
    "EMBEDDINGS",
    "MODELS",
    "PROPS",
    "Call",
    "Flow",
    "Patience",
    "SlotState",
    "base_of",
    "completion_call",
    "detokenize_flow",
    "error_of",
    "is_loading",
    "is_local",
    "metrics_of",
    "overflow",
    "slots_flow",
    "tokenize_flow",
]

T = TypeVar("T")

COMPLETION = "/completion"
EMBEDDINGS = "/v1/embeddings"
PROPS = "/props"
MODELS = "/v1/models"
"""Where a server lists its models, in OpenAI's form."""
_ROOM = 2**16
"""Bytes that an answer may have beyond those that what was asked for takes."""
_MORE_TOKENS = 16
"""Tokens that a text may have beyond one for each of its bytes: a space in front, a control token."""

_NOT_SUPPORTED = 501
_TOO_LONG = re.compile(r"input \((\d{1,9}) tokens\) is too large to process.*batch size: (\d{1,9})", re.DOTALL)
"""What a llama-server says to a text of which it would make a vector, if that fitted into one physical batch."""

_ENDPOINTS = ("/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/completion", "/health", "/props", "/v1")


@dataclass(frozen=True)
class Call:
    """One HTTP request: GET without a body, POST with one. What is answered has to be a ``reply`` (see
    `gba.backends.replies`) of at most ``limit`` bytes of JSON."""

    path: str
    body: dict[str, Any] | None = None
    reply: Any = None
    limit: int = 2**20


Flow = Generator[Call, Any, T]


@dataclass(frozen=True)
class SlotState:
    """One slot of a server: its number, whether it is generating, and how many tokens it can hold."""

    id: int
    busy: bool
    context: int


def base_of(url: str) -> str:
    """The address of the server that a URL leads to: a trailing /v1 or endpoint dropped, a path prefix kept."""
    text = url.strip() if "://" in url else f"http://{url.strip()}"
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ServerUnavailableError(f"{url!r} is no address of a llama-server. Write http://host:port", url=url)
    path = parts.path.rstrip("/")
    for endpoint in _ENDPOINTS:
        path = path.removesuffix(endpoint)
    return f"{parts.scheme}://{parts.netloc}{path.rstrip('/')}"


def completion_call(
    known: Properties,
    prompt: Sequence[int],
    grammar: str | None,
    stop: Sequence[str],
    max_tokens: int,
    sampling: Sampling,
    slot: int | None,
) -> Call:
    """The request of a generation, token by token.

    Raises for what the server would not tell well: an empty prompt or grammar, a slot that is not there, no room.
    """
    if not prompt:
        raise BackendError("the prompt has no tokens: begin it with BOS, or with some text.")
    if max_tokens < -1:
        raise BackendError(f"max_tokens is {max_tokens}: give a count, or -1 for as many as fit.")
    if slot is not None and not 0 <= slot < known.slots:
        raise BackendError(f"there is no slot {slot}: the server has {known.slots} (-np), from 0 on.", option="id_slot")
    if grammar is not None and not grammar.strip():
        raise GrammarError("the grammar is empty. Give GBNF text with a rule `root`.")
    if len(prompt) >= known.context:
        raise overflow(len(prompt), known.context)
    n_predict = known.context - len(prompt) if max_tokens < 0 else max_tokens
    body: dict[str, Any] = {
        "prompt": list(prompt),
        "n_predict": n_predict,
        "stream": True,
        "cache_prompt": True,
        "return_tokens": True,
        "stop": [word for word in stop if word],
        "preserved_tokens": _tags(stop),
        "temperature": max(0.0, sampling.temperature),
        "top_k": sampling.top_k,
        "top_p": sampling.top_p,
        "min_p": sampling.min_p,
        "repeat_penalty": sampling.repeat_penalty,
        "presence_penalty": sampling.presence_penalty,
        "frequency_penalty": sampling.frequency_penalty,
        "seed": -1 if sampling.seed is None else sampling.seed & 0xFFFFFFFF,
    }
    if grammar is not None:
        body["grammar"] = grammar
    if slot is not None:
        body["id_slot"] = slot
    return Call(COMPLETION, {**body, **sampling.extra})


def tokenize_flow(text: str, *, special: bool) -> Flow[list[int]]:
    """Backend.tokenize. Raises BackendError for an answer without tokens, or with more than there are characters."""
    data = text.encode("utf-8", "replace")
    body = {"content": text, "add_special": False, "parse_special": special}
    answer: TokenIds = yield Call("/tokenize", body, TokenIds, _ROOM + 12 * len(data))
    if not (1 if data else 0) <= len(answer.tokens) <= len(data) + _MORE_TOKENS:
        raise BackendError(
            f"the server made {len(answer.tokens)} tokens of a text of {len(data)} bytes, which cannot be right. "
            "See its log, or try another build of llama-server."
        )
    return answer.tokens


def detokenize_flow(tokens: Sequence[int]) -> Flow[str]:
    """Backend.detokenize."""
    answer: Text = yield Call("/detokenize", {"tokens": list(tokens)}, Text, _ROOM + 1024 * len(tokens))
    return answer.content


def slots_flow() -> Flow[tuple[SlotState, ...]]:
    """The state of each slot."""
    slots = yield Call("/slots", None, SLOTS)
    return tuple(SlotState(slot.id, slot.is_processing, slot.n_ctx) for slot in slots)


def metrics_of(text: str) -> dict[str, float]:
    """The samples of a Prometheus page by name, labels included in the name; lines that are none are passed over."""
    samples = {}
    for line in text.split("\n"):
        name, _, value = line.strip().rpartition(" ")
        if name and not name.startswith("#"):
            with contextlib.suppress(ValueError):
                samples[name] = float(value)
    return samples


def is_loading(status: int, body: str) -> bool:
    """Whether an answer says that the model is still being loaded."""
    return status == 503 and ("loading" in body.lower() or "unavailable_error" in body)


def error_of(url: str, path: str, status: int, body: str, *, grammar: bool = False) -> GbaError:
    """The error that an HTTP answer stands for. ``grammar``: whether the request carried one."""
    details = _error_details(body)
    message = (details.message or body or "no explanation")[:300]
    if status in {401, 403}:
        remedy = f"the server at {url} wants an API key ({message}). Give the one it was started with: api_key=..."
        return ServerResponseError(remedy, url=url, status=status, body=body)
    if status == _NOT_SUPPORTED:
        remedy = f"the server at {url} was not started for {path}: {message}"
        return ServerResponseError(remedy, url=url, status=status, body=body)
    if found := _TOO_LONG.search(message):
        return overflow(int(found[1]), int(found[2]))
    if details.type == "exceed_context_size_error":
        return overflow(details.n_prompt_tokens, details.n_ctx)
    if grammar and ("grammar" in message.lower() or "samplers" in message.lower()):
        return GrammarError(f"llama-server refuses the grammar: {message}")
    if status == 404:
        remedy = (
            f"nothing at {url}{path}: {message}. Is this a llama-server (not another one that speaks OpenAI's API)? "
            "llama-swap needs the name of a model: model=..."
        )
        return ServerResponseError(remedy, url=url, status=status, body=body)
    if status in {502, 503, 504}:
        text = f"the server at {url} is not available (HTTP {status}): {message}"
        return ServerUnavailableError(text, url=url, status=status)
    return ServerResponseError(f"{url}{path} answered with HTTP {status}: {message}", url=url, status=status, body=body)


def overflow(needed: int, available: int) -> ContextOverflowError:
    """The error for a prompt that is too long for a slot."""
    return ContextOverflowError(
        f"the prompt of {needed} tokens does not fit into a slot's context of {available} tokens. "
        "Start llama-server with a larger context (-c) or fewer slots (-np), or shorten the conversation.",
        needed=needed,
        available=available,
    )


def is_local(url: str) -> bool:
    """Whether the URL is of this machine: proxies that the environment names are not used for it."""
    host = urlsplit(url).hostname or ""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost" or host.endswith(".localhost")


def _error_details(body: str) -> ErrorDetails:
    try:
        return parse(ErrorReply, body.encode("utf-8", "replace")).details()
    except ValidationError:
        return ErrorDetails()


class Patience:
    """How long to wait for a server.

    While it loads: waits that grow from 0.1 s to 2 s, ``limit`` seconds in all. After failures that may pass:
    ``retries`` more tries, after waits that grow from 0.5 s to 8 s. A connection that had gone stale is made anew
    once, at once.
    """

    def __init__(self, limit: float, retries: int = 0) -> None:
        self._left, self._next = limit, 0.1
        self._retries, self._pause, self._fresh = retries, 0.5, False

    def wait(self) -> float | None:
        """Seconds until the next try; None when patience is at its end."""
        if self._left <= 0:
            return None
        pause = min(self._next * random.uniform(0.9, 1.1), self._left)
        self._left -= pause
        self._next = min(self._next * 1.5, 2.0)
        return pause

    def retry(self, *, stale: bool = False) -> float | None:
        """Seconds until the request is sent again after a failure; None when all retries are used up."""
        if stale and not self._fresh:
            self._fresh = True
            return 0.0
        if self._retries <= 0:
            return None
        self._retries -= 1
        pause = self._pause * random.uniform(0.75, 1.0)
        self._pause = min(self._pause * 2, 8.0)
        return pause


_TAG = re.compile(r"<[^<>\s]{1,60}>|\[/?[A-Z_]{2,40}\]")


def _tags(stop: Sequence[str]) -> list[str]:
    """What of stop strings may be control tokens: a server leaves those out of the text that it watches otherwise."""
    return list(dict.fromkeys(tag for word in stop for tag in (word, *_TAG.findall(word)) if tag))
