"""The body of a request, within bounds on its size and on the time that it takes to arrive."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

from gba.api.errors import ApiError

__all__ = ["body_of"]

_MOST_BYTES = 10_000_000
"""Bytes of a request's body."""
_MOST_SECONDS = 60.0
"""Seconds in which it has to arrive."""


async def body_of(request: Request) -> bytes:
    """The body of a request. Raises ApiError where it is too large, or takes too long: also from a client that sends
    nothing more."""
    try:
        return await asyncio.wait_for(_received(request), _MOST_SECONDS)
    except (TimeoutError, asyncio.TimeoutError):  # two classes before Python 3.11
        raise ApiError("The body took too long to arrive.", status=408, code="timeout") from None


async def _received(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            raise ApiError(f"The body has more than {_MOST_BYTES:,} bytes.", status=413, code="body_too_large")
    return bytes(body)
