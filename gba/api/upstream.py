"""What is passed on to the llama-server as it is."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import httpx
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gba.api.errors import ApiError

__all__ = ["Upstream"]

_KEPT = ("content-type", "retry-after")


class Upstream:
    """A llama-server, for the paths of its own."""

    def __init__(self, base_url: str, api_key: str | None) -> None:
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx.AsyncClient(base_url=base_url, headers=headers, timeout=httpx.Timeout(600, connect=10))

    async def forward(self, request: Request, body: bytes) -> Response:
        """The server's answer to a request, streamed where it streams. Raises ApiError where there is no server."""
        content_type = request.headers.get("content-type", "application/json")
        asked = self._client.build_request(
            request.method, request.url.path, content=body, headers={"Content-Type": content_type}
        )
        try:
            answer = await self._client.send(asked, stream=True)
        except httpx.HTTPError as error:
            raise ApiError(
                f"the llama-server does not answer: {str(error) or type(error).__name__}",
                status=503,
                kind="server_error",
                code="server_unavailable",
                retry=True,
            ) from error
        headers = {name: answer.headers[name] for name in _KEPT if name in answer.headers}
        return StreamingResponse(_bytes(answer), answer.status_code, headers, background=BackgroundTask(answer.aclose))

    async def aclose(self) -> None:
        """Close its connections."""
        await self._client.aclose()


async def _bytes(answer: httpx.Response) -> AsyncGenerator[bytes, None]:
    try:
        async for part in answer.aiter_bytes():
            yield part
    finally:
        await answer.aclose()
