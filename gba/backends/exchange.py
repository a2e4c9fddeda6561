"""The request to a llama-server, and its reply: read within bounds, checked, and its faults made errors of gba."""

from __future__ import annotations

import functools
import json
import math
import time
from typing import Any

import httpx
from pydantic import ValidationError

from gba.backends.completion import CompletionReader
from gba.backends.events import EventDecoder
from gba.backends.known import Known
from gba.backends.replies import fault_of, parse
from gba.backends.routing import UPSTREAM
from gba.backends.wire import Call, Flow, error_of, is_loading
from gba.errors import GbaError, ModelChangedError, ServerResponseError, ServerUnavailableError, UnknownModelError

__all__ = [
    "LOST",
    "Body",
    "answer_of",
    "completed",
    "meaning",
    "readers",
    "reason",
    "request",
    "unavailable",
    "uncompressed",
]

LOST = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError, httpx.CloseError)
"""The connection broke: the server may have been restarted since it was opened."""

_ERROR_BYTES = 2**16


class Body:
    """Gathers a short answer. Raises ServerResponseError for one that is too long, or that takes too long; with ``cut``
    it is only cut, as it is the text of an error."""

    def __init__(self, url: str, call: Call, timeout: float | None, *, cut: bool = False) -> None:
        self._url, self._path, self._cut = url, call.path, cut
        self._limit = _ERROR_BYTES if cut else call.limit
        self._end = math.inf if timeout is None else time.monotonic() + timeout
        self.data = bytearray()

    def add(self, part: bytes) -> bool:
        """Whether that is enough."""
        self.data += part
        if len(self.data) <= self._limit and time.monotonic() <= self._end:
            return False
        if self._cut:
            return True
        long = len(self.data) > self._limit
        what = f"more than {self._limit} bytes, which it cannot need" if long else "an answer that does not end"
        raise ServerResponseError(
            f"{self._url}{self._path} sent {what}: this is no llama-server, or one that is broken. See its log.",
            url=self._url,
            status=200,
            body=bytes(self.data[:1000]).decode("utf-8", "replace"),
        )

    def text(self) -> str:
        return bytes(self.data[: self._limit]).decode("utf-8", "replace")


def readers(known: Known, call: Call) -> tuple[CompletionReader, EventDecoder]:
    """What reads the answer of a generation."""
    body = call.body or {}
    limit, alternatives = int(body["n_predict"]), body.get("n_probs")
    decoder = EventDecoder(
        tokens=limit,
        sent=len(json.dumps(body)),
        alternatives=max(0, alternatives) if isinstance(alternatives, int) else 0,
    )
    return CompletionReader(known.spelling, known.properties.eog, limit=limit), decoder


def completed(check: Flow[None], reader: CompletionReader, cause: Exception | None = None) -> Flow[None]:
    """The check of a model; its error tells what had been generated."""
    try:
        yield from check
    except ModelChangedError as error:
        error.text, error.tokens = reader.written()
        raise error from cause
    except ServerUnavailableError as error:
        raise reader.interrupted(
            "the server went away, so it cannot be told which model wrote this",
            timed_out=error.timed_out,
            status=error.status,
        ) from error


def request(client: httpx.Client | httpx.AsyncClient, call: Call) -> httpx.Request:
    """The HTTP request of a call. Its JSON is ASCII, so that a lone surrogate is not lost on the way."""
    method = "GET" if call.body is None else "POST"
    content = None if call.body is None else json.dumps(call.body, ensure_ascii=True).encode()
    headers = {} if call.body is None else {"Content-Type": "application/json"}
    if client.cookies:  # a proxy may know its clients by them
        return client.build_request(method, call.path, content=content, headers=headers)
    # as build_request does it, in a tenth of its time
    url, extensions = _joined(str(client.base_url), call.path), {"timeout": client.timeout.as_dict()}
    return httpx.Request(
        method, url, headers=[*client.headers.items(), *headers.items()], content=content, extensions=extensions
    )


@functools.lru_cache(256)
def _joined(base: str, path: str) -> httpx.URL:
    return httpx.URL(base.rstrip("/") + path)


def uncompressed(url: str, call: Call, response: httpx.Response) -> httpx.Response:
    """The answer, if it is not compressed: a small one could become a very large one."""
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding in {"", "identity"}:
        return response
    message = f"{url}{call.path} answered in {coding[:40]!r}, which was not asked for: this is no llama-server."
    raise ServerResponseError(message, url=url, status=response.status_code)


def answer_of(url: str, call: Call, body: bytes) -> Any:
    """The answer as the type that the call asks for. Raises ServerResponseError for anything else."""
    try:
        return parse(call.reply, body)
    except ValidationError as error:
        raise ServerResponseError(
            f"{url}{call.path} answered with something else than llama-server does ({fault_of(error)}): this is no "
            "llama-server, or one that is too old. gba speaks llama-server's own interface (/completion, /tokenize, "
            "/props), not OpenAI's. Check the address.",
            url=url,
            status=200,
            body=body[:1000].decode("utf-8", "replace"),
        ) from error


def meaning(url: str, model: str | None, call: Call, status: int, body: str) -> GbaError:
    """The error that an answer other than 200 stands for."""
    if is_loading(status, body):
        words = f"the server at {url} is still loading its model. Wait, or give it longer: load_timeout=..."
        return ServerUnavailableError(words, url=url, loading=True, status=status)
    if status == 404 and call.path.startswith(UPSTREAM):
        words = f"llama-swap at {url} has no model {model!r}: {body[:200]}. See its /v1/models."
        return UnknownModelError(words, name=model)
    return error_of(url, call.path, status, body, grammar=bool(call.body and call.body.get("grammar")))


def unavailable(url: str, error: httpx.HTTPError) -> ServerUnavailableError:
    """The error for a request that got no answer."""
    timed_out = isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout)
    if timed_out:
        text = f"the server at {url} did not answer in time. Give it longer: timeout=..."
    elif isinstance(error, LOST):
        text = f"the server at {url} closed the connection without an answer: see its log"
    else:
        text = (
            f"no llama-server answers at {url} ({reason(error)}). "
            "Start one with `gba serve` or `llama-server -m model.gguf`, or check the address"
        )
    return ServerUnavailableError(text, url=url, timed_out=timed_out)


def reason(error: Exception) -> str:
    """What went wrong, in words: httpx's own, where it has any."""
    if isinstance(error, httpx.ReadTimeout):
        return "the server was silent for longer than timeout= allows"
    return str(error) or type(error).__name__
