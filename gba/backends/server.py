"""A llama-server over HTTP: Backend and AsyncBackend. Only this module, `connections` and `exchange` import httpx."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

import httpx

from gba.backends.base import Chunk, Properties, Sampling
from gba.backends.completion import CompletionReader
from gba.backends.connections import Connections, line_of
from gba.backends.embedding import embeddings_flow
from gba.backends.exchange import (
    LOST,
    Body,
    answer_of,
    completed,
    meaning,
    readers,
    reason,
    request,
    unavailable,
    uncompressed,
)
from gba.backends.known import Known, ModelWatch
from gba.backends.replies import Event
from gba.backends.wire import (
    MODELS,
    PROPS,
    Call,
    Flow,
    Patience,
    SlotState,
    base_of,
    completion_call,
    detokenize_flow,
    is_local,
    metrics_of,
    slots_flow,
    tokenize_flow,
)
from gba.errors import (
    BackendError,
    ContextOverflowError,
    GbaError,
    GrammarError,
    ServerResponseError,
    ServerUnavailableError,
)

__all__ = ["LlamaServer"]

T = TypeVar("T")

_PROBE = "zebra"
_OF_NO_MODEL = ("/health", MODELS)
_MAY_PASS = (408, 429)
"""HTTP answers after which another try may succeed, as it may after 500 and above."""


class LlamaServer:
    """The llama-server at ``base_url`` (a trailing /v1 or endpoint does not matter). To be closed.

    ``model``: the name of one of its models, where it has several (llama-server's router mode, llama-swap) or to make
    sure that it runs that one; see `gba.backends.routing.route_flow`. Raises UnknownModelError at the first request.

    ``timeout``: seconds without a sign of life after which a request is given up, and within which a short answer has
    to be complete, None for never; the evaluation of a long prompt counts as silence. ``load_timeout``: seconds to wait
    for a server that answers that it is still loading. ``max_retries``: how often a request is sent again that got no
    answer, or HTTP 408, 429, 500 or above (but 501); not after the first token. ``headers``, ``verify``
    and ``transport`` go to httpx's clients.

    Any thread, any event loop and a forked process may use it. A server that was restarted is simply used again. If it
    then runs another model, the request under way raises ModelChangedError, and what was known is forgotten. Answers
    are read strictly and never further than what was asked for can take.
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
        self._timeout, self._load_timeout, self._max_retries, self._closed = timeout, load_timeout, max_retries, False
        authorization = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._client_options: dict[str, Any] = {
            "base_url": self.base_url,
            "headers": {"Accept-Encoding": "identity", **authorization, **(headers or {})},
            "timeout": httpx.Timeout(timeout, connect=10.0 if timeout is None else min(10.0, timeout), pool=None),
            "verify": verify if self.base_url.startswith("https") else False,
            "trust_env": not is_local(self.base_url),
            "transport": transport,
        }
        self._watch = ModelWatch(model)
        self._inherited: Connections | None = None
        self._open()

    def _open(self) -> None:
        """New connections, for this process. Those that came through a fork are its parent's: they are left alone."""
        self._inherited = getattr(self, "_connections", None)
        self._pid = os.getpid()
        self._connections = Connections(self._client_options)

    # Backend

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """See `Backend.tokenize`."""
        return self._drive(tokenize_flow(text, special=special))

    def detokenize(self, tokens: Sequence[int]) -> str:
        """See `Backend.detokenize`."""
        return self._drive(detokenize_flow(tokens))

    def properties(self) -> Properties:
        """See `Backend.properties`. The server is asked again where it may have changed since."""
        return self._drive(self._watch.current()).properties

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
        known = self._drive(self._watch.begin())
        call = completion_call(known.properties, prompt, grammar, stop, max_tokens, sampling or Sampling(), slot)
        reader, decoder = readers(known, call)
        try:
            response = self._send(call)
            try:
                self._drive(self._watch.confirm(known))
                for data in response.iter_bytes():
                    for event in decoder.feed(data):
                        yield from self._drive(self._read(known, reader, event))
                        if reader.done:
                            return
            finally:
                response.close()
        except (ServerResponseError, ContextOverflowError) as error:
            self._watch.doubt()  # tokens of another model may be what it does not like
            self._drive(completed(self._watch.confirm(known), reader, error))
            raise
        except (httpx.HTTPError, ValueError) as error:
            self._watch.doubt()
            raise reader.interrupted(reason(error), timed_out=isinstance(error, httpx.TimeoutException)) from error
        self._watch.doubt()
        raise reader.interrupted("the server closed the connection")

    def _read(self, known: Known, reader: CompletionReader, event: Event) -> Flow[list[Chunk]]:
        """The chunks of an event; of the last one only if the model is still that which the request was made for."""
        try:
            chunks = yield from reader.feed(event)
        except ServerUnavailableError as error:  # it was asked what tokens spell
            raise reader.interrupted(
                str(error).split(". ")[0], timed_out=error.timed_out, status=error.status
            ) from error
        if reader.done:
            yield from completed(self._watch.confirm(known, reader.model or None), reader)
        return chunks

    def close(self) -> None:
        """Closes the connections."""
        self._closed = True
        self._connections.close()

    # AsyncBackend

    async def atokenize(self, text: str, *, special: bool = False) -> list[int]:
        """See `AsyncBackend`."""
        return await self._adrive(tokenize_flow(text, special=special))

    async def adetokenize(self, tokens: Sequence[int]) -> str:
        """See `AsyncBackend`."""
        return await self._adrive(detokenize_flow(tokens))

    async def aproperties(self) -> Properties:
        """See `AsyncBackend`."""
        return (await self._adrive(self._watch.current())).properties

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
        known = await self._adrive(self._watch.begin())
        call = completion_call(known.properties, prompt, grammar, stop, max_tokens, sampling or Sampling(), slot)
        reader, decoder = readers(known, call)
        try:
            response = await self._asend(call)
            try:
                await self._adrive(self._watch.confirm(known))
                async for data in response.aiter_bytes():
                    for event in decoder.feed(data):
                        for chunk in await self._adrive(self._read(known, reader, event)):
                            yield chunk
                        if reader.done:
                            return
            finally:
                await response.aclose()
        except (ServerResponseError, ContextOverflowError) as error:
            self._watch.doubt()
            await self._adrive(completed(self._watch.confirm(known), reader, error))
            raise
        except (httpx.HTTPError, ValueError) as error:
            self._watch.doubt()
            raise reader.interrupted(reason(error), timed_out=isinstance(error, httpx.TimeoutException)) from error
        self._watch.doubt()
        raise reader.interrupted("the server closed the connection")

    async def aclose(self) -> None:
        """Closes the connections."""
        self._closed = True
        await self._connections.aclose()

    # what a llama-server can tell beyond

    def health(self) -> bool:
        """True when the server is ready, False while it loads. Raises ServerUnavailableError if nothing answers."""
        try:
            self._fetch(Call("/health"), Patience(0))
        except ServerUnavailableError as error:
            if error.loading:
                return False
            raise
        return True

    def metrics(self) -> dict[str, float]:
        """The server's counters, as `llamacpp:prompt_tokens_total`. It has to be started with --metrics."""
        return metrics_of(self._fetch(Call("/metrics")).decode("utf-8", "replace"))

    def slots(self) -> tuple[SlotState, ...]:
        """The state of each slot."""
        return self._drive(slots_flow())

    def embed(self, texts: Sequence[str], *, normalize: bool = True) -> list[list[float]]:
        """See `Embedder.embed`. The server has to be started with --embeddings."""
        return self._drive(embeddings_flow(self.base_url, texts, normalize=normalize))

    async def aembed(self, texts: Sequence[str], *, normalize: bool = True) -> list[list[float]]:
        """See `Embedder.aembed`."""
        return await self._adrive(embeddings_flow(self.base_url, texts, normalize=normalize))

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
        resume, value = flow.send, cast("Any", None)
        while True:
            try:
                call = resume(value)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            try:
                resume, value = flow.send, answer_of(self.base_url, call, self._fetch(call))
            except GbaError as error:
                resume, value = flow.throw, error

    async def _adrive(self, flow: Flow[T]) -> T:
        resume, value = flow.send, cast("Any", None)
        while True:
            try:
                call = resume(value)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            try:
                resume, value = flow.send, answer_of(self.base_url, call, await self._afetch(call))
            except GbaError as error:
                resume, value = flow.throw, error

    def _fetch(self, call: Call, patience: Patience | None = None) -> bytes:
        """The whole of a short answer."""
        patience = patience or self._patience()
        while True:
            response, body = self._send(call, patience), Body(self.base_url, call, self._timeout)
            if call.path == PROPS:
                self._watch.met(line_of(response))
            try:
                for part in response.iter_bytes():
                    body.add(part)
                return bytes(body.data)
            except httpx.HTTPError as error:
                time.sleep(self._lost(error, patience, begun=True))
            finally:
                response.close()

    async def _afetch(self, call: Call) -> bytes:
        """`_fetch` for an event loop."""
        patience = self._patience()
        while True:
            response, body = await self._asend(call, patience), Body(self.base_url, call, self._timeout)
            if call.path == PROPS:
                self._watch.met(line_of(response))
            try:
                async for part in response.aiter_bytes():
                    body.add(part)
                return bytes(body.data)
            except httpx.HTTPError as error:
                await asyncio.sleep(self._lost(error, patience, begun=True))
            finally:
                await response.aclose()

    def _patience(self) -> Patience:
        return Patience(self._load_timeout, self._max_retries)

    def _send(self, call: Call, patience: Patience | None = None) -> httpx.Response:
        """Send the request; returns the reply with status 200, its body not read yet.

        Waits while the server is loading, and tries again where a kept connection turns out to be closed.
        """
        self._check_open()
        client, patience = self._connections.of(call), patience or self._patience()
        if call.path not in _OF_NO_MODEL:
            call = self._drive(self._watch.route()).of(call)
        while True:
            try:
                response = client.send(request(client, call), stream=True)
                if response.status_code == 200:
                    return uncompressed(self.base_url, call, response)
                body = Body(self.base_url, call, self._timeout, cut=True)
                try:
                    for part in response.iter_bytes():
                        if body.add(part):
                            break
                finally:
                    response.close()
            except httpx.HTTPError as error:
                time.sleep(self._lost(error, patience))
                continue
            time.sleep(self._judge(call, response.status_code, body.text(), patience))

    async def _asend(self, call: Call, patience: Patience | None = None) -> httpx.Response:
        """`_send` for an event loop."""
        self._check_open()
        client, patience = await self._connections.aof(call), patience or self._patience()
        if call.path not in _OF_NO_MODEL:
            call = (await self._adrive(self._watch.route())).of(call)
        while True:
            try:
                response = await client.send(request(client, call), stream=True)
                if response.status_code == 200:
                    return uncompressed(self.base_url, call, response)
                body = Body(self.base_url, call, self._timeout, cut=True)
                try:
                    async for part in response.aiter_bytes():
                        if body.add(part):
                            break
                finally:
                    await response.aclose()
            except httpx.HTTPError as error:
                await asyncio.sleep(self._lost(error, patience))
                continue
            await asyncio.sleep(self._judge(call, response.status_code, body.text(), patience))

    def _check_open(self) -> None:
        if self._closed:
            raise BackendError("this LlamaServer is closed: make a new one.")
        if self._pid != os.getpid():
            self._open()

    def _lost(self, error: httpx.HTTPError, patience: Patience, *, begun: bool = False) -> float:
        """After a request without a complete reply: the seconds to wait before another try. Raises
        ServerUnavailableError where no try is left. ``begun``: a part of the reply had been read."""
        self._watch.doubt()
        pause = patience.retry(stale=not begun and isinstance(error, LOST))
        if pause is None:
            raise unavailable(self.base_url, error) from error
        return pause

    def _judge(self, call: Call, status: int, body: str, patience: Patience) -> float:
        """After a status other than 200: the seconds to wait before another try. Raises the error that the status
        stands for where no try is left, or another one would not help."""
        error = meaning(self.base_url, self.model, call, status, body)
        passing = isinstance(error, ServerResponseError | ServerUnavailableError)
        if isinstance(error, ServerUnavailableError) and error.loading:
            self._watch.doubt()
            pause = patience.wait()
        else:
            pause = patience.retry() if passing and (status in _MAY_PASS or (status >= 500 and status != 501)) else None
        if pause is None:
            raise error
        return pause

    def __enter__(self) -> LlamaServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> LlamaServer:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
