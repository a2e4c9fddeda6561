"""The connections to a llama-server: those of this process, and those of each of its event loops."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import httpx

from gba.backends.wire import COMPLETION, Call

__all__ = ["Connections", "line_of"]

C = TypeVar("C", httpx.Client, httpx.AsyncClient)

_LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=2, keepalive_expiry=60.0)
_ONCE = httpx.Limits(max_connections=None, max_keepalive_connections=0)
_SERVER = "llama.cpp"
"""What a llama-server calls itself in each answer; most proxies put their own name there."""


@dataclass(frozen=True)
class _Pair(Generic[C]):
    """``short`` keeps its connections. ``long`` is for generations, after each of which a llama-server closes the
    connection: one that is kept is not spent on them."""

    short: C
    long: C

    def of(self, call: Call) -> C:
        return self.long if call.path == COMPLETION else self.short


class Connections:
    """httpx's clients with these options, as many as are needed.

    Those of an event loop are made in it and closed when it ends: asyncio closes the asynchronous generators of a loop
    before the loop itself (`asyncio.run` does), and there is one around them.
    """

    def __init__(self, options: dict[str, Any]) -> None:
        self._options, self._guard = options, threading.Lock()
        self._own = _Pair(httpx.Client(**options, limits=_LIMITS), httpx.Client(**options, limits=_ONCE))
        self._loops: dict[asyncio.AbstractEventLoop, tuple[_Pair[httpx.AsyncClient], AsyncGenerator[None, None]]] = {}

    def of(self, call: Call) -> httpx.Client:
        """The client for a call."""
        return self._own.of(call)

    async def aof(self, call: Call) -> httpx.AsyncClient:
        """The client for a call in the running event loop."""
        loop = asyncio.get_running_loop()
        found = self._loops.get(loop)
        if found is None:
            with self._guard:
                for other in [other for other in self._loops if other.is_closed()]:
                    del self._loops[other]
                pair = _Pair(
                    httpx.AsyncClient(**self._options, limits=_LIMITS), httpx.AsyncClient(**self._options, limits=_ONCE)
                )
                found = self._loops[loop] = pair, self._kept(loop, pair)
            await anext(found[1])  # from now on the loop knows it
        return found[0].of(call)

    async def _kept(
        self, loop: asyncio.AbstractEventLoop, pair: _Pair[httpx.AsyncClient]
    ) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            if (found := self._loops.get(loop)) is not None and found[0] is pair:
                del self._loops[loop]
            await pair.short.aclose()
            await pair.long.aclose()

    def close(self) -> None:
        """Close those of the process. Those of event loops are closed by their loops."""
        self._own.short.close()
        self._own.long.close()

    async def aclose(self) -> None:
        """Close those of the running loop, and those of the process."""
        found = self._loops.pop(asyncio.get_running_loop(), None)
        if found is not None:
            await found[1].aclose()
        self.close()


def line_of(response: httpx.Response) -> Callable[[], bool] | None:
    """Tells whether the connection that an answer came over is still open: then the process that gave the answer still
    runs. None where the connection may not lead to a llama-server itself."""
    stream = response.extensions.get("network_stream")
    if stream is None or response.headers.get("Server") != _SERVER:
        return None
    return lambda: not stream.get_extra_info("is_readable")  # at rest, only its end can be read
