"""Answers that end when their client is gone, and server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Coroutine
from typing import Any, TypeVar

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gba.api.errors import ApiError

__all__ = ["EventStream", "Items", "first_of", "unless_gone"]

T = TypeVar("T")
Items = AsyncGenerator[dict[str, Any], None]


async def unless_gone(receive: Receive, work: Coroutine[Any, Any, T]) -> T | None:
    """The result of the work; None where the client disconnects first: the work is cancelled then."""
    task = asyncio.ensure_future(work)
    watch = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return await task
        return None
    finally:
        watch.cancel()
        task.cancel()
        await asyncio.gather(task, watch, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return


async def first_of(items: Items) -> tuple[dict[str, Any] | None, Items]:
    """The first item (None where there is none), and the others: what goes wrong before it can still be a status."""
    try:
        return await anext(items), items
    except StopAsyncIteration:
        return None, items


class EventStream(Response):
    """Server-sent events: the first item, and then the others as they come.

    An error in between is an event as well. ``named``: each event has the name that its item has as ``type``.
    ``end``: the data of the last event, None for none.
    """

    media_type = "text/event-stream"

    def __init__(
        self, first: dict[str, Any] | None, items: Items, *, end: str | None = "[DONE]", named: bool = False
    ) -> None:
        super().__init__(headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._first, self._items, self._end, self._named = first, items, end, named

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - as ASGI has it
        """Send it, until the client is gone."""
        await unless_gone(receive, self._send(send))

    async def _send(self, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            if self._first is not None:
                await self._event(send, self._first)
            try:
                async for item in self._items:
                    await self._event(send, item)
            except ApiError as error:
                await self._event(send, error.body())
            if self._end is not None:
                await _body(send, f"data: {self._end}\n\n".encode())
            await _body(send, b"", more=False)
        finally:
            await self._items.aclose()

    async def _event(self, send: Send, item: dict[str, Any]) -> None:
        name = f"event: {item['type']}\n" if self._named and "type" in item else ""
        await _body(send, f"{name}data: {json.dumps(item, ensure_ascii=False)}\n\n".encode("utf-8", "replace"))


async def _body(send: Send, data: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": more})
