"""A llama-server over HTTP: Backend and AsyncBackend. Only this module of the core imports httpx."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
import weakref
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import httpx

from gba.backends.base import Chunk, Properties, Sampling
from gba.backends.completion import CompletionReader, Spelling
from gba.backends.routing import UPSTREAM, Route, route_flow
from gba.backends.wire import (
    MODELS,
    Call,
    EventDecoder,
    Flow,
    Patience,
    SlotState,
    base_of,
    checked_call,
    detokenize_flow,
    error_of,
    is_loading,
    is_local,
    metrics_of,
    properties_flow,
    slots_flow,
    tokenize_flow,
)
from gba.errors import (
    BackendError,
    GbaError,
    GrammarError,
    ServerResponseError,
    ServerUnavailableError,
    UnknownModelError,
)

__all__ = ["LlamaServer"]

T = TypeVar("T")

_PROBE = "zebra"
_OF_NO_MODEL = ("/health", MODELS)
_MAY_PASS = (408, 429)
"""HTTP answers after which another try may succeed, as it may after 500 and above."""
_LOST = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError, httpx.CloseError)


class LlamaServer:
    """The llama-server at ``base_url`` (a trailing /v1 or endpoint does not matter). To be closed.

    ``model``: the name of one of its models, where it has several (llama-server's router mode, llama-swap) or to make
    sure that it runs that one; see `gba.backends.routing.route_flow`. Raises UnknownModelError at the first request.

    ``timeout``: seconds without a sign of life after which a request is given up, None for never; the evaluation of a
    long prompt counts as silence. ``load_timeout``: seconds to wait for a server that answers that it is still loading.
    ``max_retries``: how often a request is sent again that got no answer, or HTTP 408, 429, 500 or above; not after the
    first token.
    ``headers``, ``verify`` and ``transport`` go to the httpx clients.

    Any thread and any event loop may use it. A server that was restarted is simply used again.
    """

    def __init__(
        self,
        base_url: str,
        *,
        model: str | None = None,
        api_key: str | None = None,
        timeout: float | None = 600.0,
        load_timeout: float = 300.0,
        max_retries: int = 0,
        headers: Mapping[str, str] | None = None,
        verify: Any = True,
        transport: Any = None,
    ) -> None:
        self.base_url, self.model = base_of(base_url), model
        self._load_timeout, self._max_retries, self._closed = load_timeout, max_retries, False
        authorization = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._client_options: dict[str, Any] = {
            "base_url": self.base_url,
            "headers": {**authorization, **(headers or {})},
            "timeout": httpx.Timeout(timeout, connect=10.0 if timeout is None else min(10.0, timeout), pool=None),
            "verify": verify if self.base_url.startswith("https") else False,
            "trust_env": not is_local(self.base_url),
            "transport": transport,
        }
        self._client = httpx.Client(**self._client_options, limits=httpx.Limits(max_connections=None))
        self._async_clients: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient]
        self._async_clients = weakref.WeakKeyDictionary()
        self._guard = threading.Lock()
        self._spelling = Spelling()
        self._known: Properties | None = None
        self._route: Route | None = None

    # Backend

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """See `Backend.tokenize`."""
        return self._drive(tokenize_flow(text, special=special))

    def detokenize(self, tokens: Sequence[int]) -> str:
        """See `Backend.detokenize`."""
        return self._drive(detokenize_flow(tokens))

    def properties(self) -> Properties:
        """See `Backend.properties`."""
        if self._known is None:
            self._known = self._drive(properties_flow())
        return self._known

    def complete(
        self,
        prompt: Sequence[int],
        *,
        grammar: str | None = None,
        stop: Sequence[str] = (),
        max_tokens: int = -1,
        sampling: Sampling | None = None,
        slot: int | None = None,
    ) -> Iterator[Chunk]:
        """See `Backend.complete`. Closing the iterator closes the connection, at which the server frees the slot."""
        known = self.properties()
        call = checked_call(known, prompt, grammar, stop, max_tokens, sampling, slot)
        reader, decoder = CompletionReader(self._spelling, known.eog, mute=max_tokens == 0), EventDecoder()
        response = self._send(call, stream=True)
        try:
            for data in response.iter_bytes():
                for event in decoder.feed(data):
                    yield from self._drive(reader.feed(event))
                    if reader.done:
                        return
        except (httpx.HTTPError, ValueError) as error:
            self._forget()
            raise reader.interrupted(_reason(error), timed_out=isinstance(error, httpx.TimeoutException)) from error
        finally:
            response.close()
        raise reader.interrupted("the server closed the connection")

    def close(self) -> None:
        """Closes the connections."""
        self._closed = True
        self._client.close()

    # AsyncBackend

    async def atokenize(self, text: str, *, special: bool = False) -> list[int]:
        """See `AsyncBackend`."""
        return await self._adrive(tokenize_flow(text, special=special))

    async def adetokenize(self, tokens: Sequence[int]) -> str:
        """See `AsyncBackend`."""
        return await self._adrive(detokenize_flow(tokens))

    async def aproperties(self) -> Properties:
        """See `AsyncBackend`."""
        if self._known is None:
            self._known = await self._adrive(properties_flow())
        return self._known

    async def acomplete(
        self,
        prompt: Sequence[int],
        *,
        grammar: str | None = None,
        stop: Sequence[str] = (),
        max_tokens: int = -1,
        sampling: Sampling | None = None,
        slot: int | None = None,
    ) -> AsyncIterator[Chunk]:
        """See `AsyncBackend`."""
        known = await self.aproperties()
        call = checked_call(known, prompt, grammar, stop, max_tokens, sampling, slot)
        reader, decoder = CompletionReader(self._spelling, known.eog, mute=max_tokens == 0), EventDecoder()
        response = await self._asend(call, stream=True)
        try:
            async for data in response.aiter_bytes():
                for event in decoder.feed(data):
                    for chunk in await self._adrive(reader.feed(event)):
                        yield chunk
                    if reader.done:
                        return
        except (httpx.HTTPError, ValueError) as error:
            self._forget()
            raise reader.interrupted(_reason(error), timed_out=isinstance(error, httpx.TimeoutException)) from error
        finally:
            await response.aclose()
        raise reader.interrupted("the server closed the connection")

    async def aclose(self) -> None:
        """Closes the connections."""
        client = self._async_clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()
        self.close()

    # what a llama-server can tell beyond

    def health(self) -> bool:
        """True when the server is ready, False while it loads. Raises ServerUnavailableError if nothing answers."""
        response = self._send(Call("/health"), patience=Patience(0), loading_is_an_error=False)
        return response.status_code == 200

    def metrics(self) -> dict[str, float]:
        """The server's counters, as `llamacpp:prompt_tokens_total`. It has to be started with --metrics."""
        return metrics_of(self._send(Call("/metrics")).text)

    def slots(self) -> tuple[SlotState, ...]:
        """The state of each slot."""
        return self._drive(slots_flow())

    def honours_grammar(self) -> bool:
        """Whether the server does what a grammar says: some builds take one and ignore it. Tried with a single word."""
        known = self.properties()
        prompt = ([known.bos] if known.bos is not None else []) + self.tokenize("Say yes.")
        try:
            chunks = list(self.complete(prompt, grammar=f'root ::= "{_PROBE}"', max_tokens=len(_PROBE) + 2))
        except GrammarError:
            return False
        return "".join(chunk.text for chunk in chunks) == _PROBE

    # how it is done

    def _drive(self, flow: Flow[T]) -> T:
        answer: Any = None
        while True:
            try:
                call = flow.send(answer)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            answer = _answer_of(self.base_url, call, self._send(call))

    async def _adrive(self, flow: Flow[T]) -> T:
        answer: Any = None
        while True:
            try:
                call = flow.send(answer)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            answer = _answer_of(self.base_url, call, await self._asend(call))

    def _send(
        self, call: Call, *, stream: bool = False, patience: Patience | None = None, loading_is_an_error: bool = True
    ) -> httpx.Response:
        """The answer, if it is a good one. Waits for a loading server, tries a connection that had gone stale again."""
        if self._closed:
            raise BackendError("this LlamaServer is closed: make a new one.")
        if call.path not in _OF_NO_MODEL:
            route = self._route
            if route is None:
                route = self._drive(route_flow(self.model))
            self._route, call = route, route.of(call)
        patience = patience or Patience(self._load_timeout, self._max_retries)
        while True:
            try:
                response = self._client.send(_request(self._client, call), stream=stream)
                if response.status_code != 200:
                    response.read()
            except httpx.HTTPError as error:
                self._forget()
                pause = patience.retry(stale=isinstance(error, _LOST))
                if pause is None:
                    raise self._unavailable(error) from error
                time.sleep(pause)
                continue
            if response.status_code == 200:
                return response
            error_or_pause = self._judge(call, response, patience)
            if isinstance(error_or_pause, float):
                time.sleep(error_or_pause)
            elif loading_is_an_error or not getattr(error_or_pause, "loading", False):
                raise error_or_pause
            else:
                return response

    async def _asend(self, call: Call, *, stream: bool = False) -> httpx.Response:
        """`_send` for an event loop."""
        if self._closed:
            raise BackendError("this LlamaServer is closed: make a new one.")
        if call.path not in _OF_NO_MODEL:
            route = self._route
            if route is None:
                route = await self._adrive(route_flow(self.model))
            self._route, call = route, route.of(call)
        client, patience = self._async_client(), Patience(self._load_timeout, self._max_retries)
        while True:
            try:
                response = await client.send(_request(client, call), stream=stream)
                if response.status_code != 200:
                    await response.aread()
            except httpx.HTTPError as error:
                self._forget()
                pause = patience.retry(stale=isinstance(error, _LOST))
                if pause is None:
                    raise self._unavailable(error) from error
                await asyncio.sleep(pause)
                continue
            if response.status_code == 200:
                return response
            error_or_pause = self._judge(call, response, patience)
            if not isinstance(error_or_pause, float):
                raise error_or_pause
            await asyncio.sleep(error_or_pause)

    def _forget(self) -> None:
        """Ask anew what the server runs: it may be another one by now."""
        self._known = self._route = None

    def _async_client(self) -> httpx.AsyncClient:
        """The client of the running loop. It keeps no idle connection: that would outlive a loop that ends."""
        loop = asyncio.get_running_loop()
        with self._guard:
            client = self._async_clients.get(loop)
            if client is None:
                limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
                client = self._async_clients[loop] = httpx.AsyncClient(**self._client_options, limits=limits)
            return client

    def _judge(self, call: Call, response: httpx.Response, patience: Patience) -> GbaError | float:
        """What an answer other than 200 means: an error, or seconds to wait before another try."""
        status, text = response.status_code, response.text
        loading = is_loading(status, text)
        pause = patience.wait() if loading else patience.retry() if status in _MAY_PASS or status >= 500 else None
        if pause is not None:
            return pause
        if status == 404 and call.path.startswith(UPSTREAM):
            words = f"llama-swap at {self.base_url} has no model {self.model!r}: {text[:200]}. See its /v1/models."
            return UnknownModelError(words, name=self.model)
        if not loading:
            grammar = bool(call.body and call.body.get("grammar"))
            return error_of(self.base_url, call.path, status, text, grammar=grammar)
        return ServerUnavailableError(
            f"the server at {self.base_url} is still loading its model. Wait, or give it longer: load_timeout=...",
            url=self.base_url,
            loading=True,
            status=response.status_code,
        )

    def _unavailable(self, error: httpx.HTTPError) -> GbaError:
        timed_out = isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout)
        if timed_out:
            text = f"the server at {self.base_url} did not answer in time. Give it longer: timeout=..."
        elif isinstance(error, _LOST):
            text = f"the server at {self.base_url} closed the connection without an answer: see its log"
        else:
            text = (
                f"no llama-server answers at {self.base_url} ({_reason(error)}). "
                "Start one with `gba serve` or `llama-server -m model.gguf`, or check the address"
            )
        return ServerUnavailableError(text, url=self.base_url, timed_out=timed_out)

    def __enter__(self) -> LlamaServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> LlamaServer:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _request(client: httpx.Client | httpx.AsyncClient, call: Call) -> httpx.Request:
    if call.body is None:
        return client.build_request("GET", call.path)
    content = json.dumps(call.body, ensure_ascii=True).encode()
    return client.build_request("POST", call.path, content=content, headers={"Content-Type": "application/json"})


def _answer_of(url: str, call: Call, response: httpx.Response) -> Any:
    with contextlib.suppress(ValueError):
        return response.json()
    raise ServerResponseError(
        f"{url}{call.path} answered with something that is no JSON: this is no llama-server. Check the address.",
        url=url,
        status=response.status_code,
        body=response.text[:1000],
    )


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.ReadTimeout):
        return "the server was silent for longer than timeout= allows"
    return str(error) or type(error).__name__
