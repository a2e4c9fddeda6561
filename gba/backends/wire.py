"""What is said to a llama-server, without saying it: calls, flows of calls, and what an answer means.

A *flow* is a generator that yields a Call, is sent the JSON of the answer, and returns a value. So the protocol is
written once, and driven by a blocking client as well as by an asynchronous one.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import random
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, TypeVar
from urllib.parse import urlsplit

from gba.backends.base import Properties, Sampling
from gba.errors import (
    BackendError,
    ContextOverflowError,
    GbaError,
    GrammarError,
    ServerResponseError,
    ServerUnavailableError,
    UnknownModelError,
)

__all__ = [
    "MODELS",
    "Call",
    "EventDecoder",
    "Flow",
    "Patience",
    "SlotState",
    "base_of",
    "checked_call",
    "detokenize_flow",
    "error_of",
    "is_loading",
    "is_local",
    "metrics_of",
    "model_entries",
    "overflow",
    "properties_flow",
    "slots_flow",
    "tokenize_flow",
]

T = TypeVar("T")

MODELS = "/v1/models"
"""Where a server lists its models, of OpenAI's form."""
_ENDPOINTS = ("/v1/chat/completions", "/v1/completions", "/completion", "/health", "/props", "/v1")
_EOG_NAMES = (
    "</s>",
    "<|im_end|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|end|>",
    "<|return|>",
    "<|call|>",
    "<end_of_turn>",
    "<end_of_utterance>",
    "<eos>",
    "[EOS]",
    "[EOT]",
    "<EOT>",
)
"""Names by which llama.cpp knows an end-of-generation token; the server has no list to ask for."""


@dataclass(frozen=True)
class Call:
    """One HTTP request: GET without a body, POST with one. ``json=False``: the answer is text."""

    path: str
    body: dict[str, Any] | None = None
    json: bool = True


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


def checked_call(
    known: Properties,
    prompt: Sequence[int],
    grammar: str | None,
    stop: Sequence[str],
    max_tokens: int,
    sampling: Sampling | None,
    slot: int | None,
) -> Call:
    """The request of a generation, after what the server would not tell well: an empty prompt, a slot that is not
    there, no room."""
    if not prompt:
        raise BackendError("the prompt has no tokens: begin it with BOS, or with some text.")
    if max_tokens < -1:
        raise BackendError(f"max_tokens is {max_tokens}: give a count, or -1 for as many as fit.")
    if slot is not None and not 0 <= slot < known.slots:
        raise BackendError(f"there is no slot {slot}: the server has {known.slots} (-np), from 0 on.")
    if grammar is not None and not grammar.strip():
        raise GrammarError("the grammar is empty. Give GBNF text with a rule `root`.")
    if len(prompt) >= known.context:
        raise overflow(len(prompt), known.context)
    n_predict = known.context - len(prompt) if max_tokens < 0 else max_tokens
    return _completion_call(
        prompt, grammar=grammar, stop=stop, n_predict=n_predict, sampling=sampling or Sampling(), slot=slot
    )


def _completion_call(
    prompt: Sequence[int],
    *,
    grammar: str | None,
    stop: Sequence[str],
    n_predict: int,
    sampling: Sampling,
    slot: int | None,
) -> Call:
    """The request of a generation, token by token."""
    body: dict[str, Any] = {
        "prompt": list(prompt),
        "n_predict": n_predict,
        "stream": True,
        "cache_prompt": True,
        "return_tokens": True,
        "stop": [word for word in stop if word],
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
    return Call("/completion", {**body, **sampling.extra})


def tokenize_flow(text: str, *, special: bool) -> Flow[list[int]]:
    """Backend.tokenize."""
    answer = yield Call("/tokenize", {"content": text, "add_special": False, "parse_special": special})
    return [int(token) for token in _field(answer, "tokens", list)]


def detokenize_flow(tokens: Sequence[int]) -> Flow[str]:
    """Backend.detokenize."""
    answer = yield Call("/detokenize", {"tokens": list(tokens)})
    return str(_field(answer, "content", str))


def slots_flow() -> Flow[tuple[SlotState, ...]]:
    """The state of each slot."""
    answer = yield Call("/slots")
    if not isinstance(answer, list):
        raise _foreign("slots")
    return tuple(
        SlotState(int(slot["id"]), bool(slot.get("is_processing")), int(slot.get("n_ctx", 0))) for slot in answer
    )


def properties_flow() -> Flow[Properties]:
    """Backend.properties: from /props, and the ids of special tokens by tokenizing their names."""
    answer = yield Call("/props")
    if isinstance(answer, dict) and answer.get("role") == "router":
        known = [str(entry["id"]) for entry in model_entries((yield Call(MODELS)))]
        text = f"the server runs several models: name one of {', '.join(known)} (model=...)."
        raise UnknownModelError(text, name=None, known=known)
    settings = _field(answer, "default_generation_settings", dict)
    bos_text, eos_text = str(answer.get("bos_token") or ""), str(answer.get("eos_token") or "")
    bos, eos = (yield from _special(bos_text)), (yield from _special(eos_text))
    plain = yield Call("/tokenize", {"content": "a", "add_special": True, "parse_special": False})
    eog = yield from _eog(eos)
    return Properties(
        context=int(_field(settings, "n_ctx", int)),
        model=PurePath(str(answer.get("model_alias") or answer.get("model_path") or "")).name,
        build=str(answer.get("build_info") or ""),
        slots=int(answer.get("total_slots") or 1),
        chat_template=str(answer["chat_template"]) if answer.get("chat_template") else None,
        bos=bos,
        eos=eos,
        bos_text=bos_text,
        eos_text=eos_text,
        add_bos=bos is not None and _field(plain, "tokens", list)[:1] == [bos],
        eog=eog,
    )


def model_entries(answer: Any) -> list[dict[str, Any]]:
    """The models that a server lists, each with at least its ``id``."""
    return [entry for entry in _field(answer, "data", list) if isinstance(entry, dict) and "id" in entry]


def _special(name: str) -> Flow[int | None]:
    """The id of the control token of that name; None where the name is no single token."""
    tokens = (yield from tokenize_flow(name, special=True)) if name else []
    return tokens[0] if len(tokens) == 1 else None


def _eog(eos: int | None) -> Flow[frozenset[int]]:
    answer = yield Call(
        "/tokenize", {"content": "".join(_EOG_NAMES), "add_special": False, "parse_special": True, "with_pieces": True}
    )
    found = {}
    for token in _field(answer, "tokens", list):
        if isinstance(token, dict) and token.get("piece") in _EOG_NAMES:
            found[token["piece"]] = int(token["id"])
    if "<|return|>" in found:
        found.pop("<|end|>", None)  # between the channels of one turn there
    return frozenset(found.values()) | ({eos} if eos is not None else set())


def metrics_of(text: str) -> dict[str, float]:
    """The samples of a Prometheus page by name, labels included in the name."""
    samples = {}
    for line in text.splitlines():
        name, _, value = line.strip().rpartition(" ")
        if name and not name.startswith("#"):
            samples[name] = float(value)
    return samples


def _field(answer: Any, name: str, kind: type) -> Any:
    if not isinstance(answer, dict) or not isinstance(answer.get(name), kind):
        raise _foreign(name)
    return answer[name]


def _foreign(name: str) -> BackendError:
    return BackendError(
        f"the answer has no {name!r}: this is no llama-server, or one that is too old. "
        "gba speaks llama-server's own interface (/completion, /tokenize, /props), not OpenAI's."
    )


def is_loading(status: int, body: str) -> bool:
    """Whether an answer says that the model is still being loaded."""
    return status == 503 and ("loading" in body.lower() or "unavailable_error" in body)


def error_of(url: str, path: str, status: int, body: str, *, grammar: bool = False) -> GbaError:
    """The error that an HTTP answer stands for. ``grammar``: whether the request carried one."""
    details = _error_details(body)
    message = str(details.get("message") or body[:300] or "no explanation")
    if status in {401, 403}:
        remedy = f"the server at {url} wants an API key ({message}). Give the one it was started with: api_key=..."
        return ServerResponseError(remedy, url=url, status=status, body=body)
    if details.get("type") == "exceed_context_size_error":
        needed, room = int(details.get("n_prompt_tokens") or 0), int(details.get("n_ctx") or 0)
        return overflow(needed, room)
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
    """Whether the URL leads to this machine, for which proxies of the environment are not meant."""
    host = urlsplit(url).hostname or ""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost" or host.endswith(".localhost")


def _error_details(body: str) -> dict[str, Any]:
    try:
        error = json.loads(body).get("error", {})
    except (ValueError, AttributeError):
        return {}
    return error if isinstance(error, dict) else {"message": error}


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


class EventDecoder:
    """Server-sent events from the bytes of a response.

    Lines end at a newline and nowhere else: the JSON in them may hold characters that Unicode counts as line ends.
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[dict[str, Any]]:
        """The events that the bytes complete. Raises ValueError for what is no event of a llama-server."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            name, colon, value = line.rstrip(b"\r").partition(b":")
            if colon and name in {b"data", b"error"} and value.strip() != b"[DONE]":
                event = json.loads(value)
                if not isinstance(event, dict):
                    raise ValueError(f"no event of a llama-server: {value[:80]!r}")
                yield {"error": event} if name == b"error" else event
