"""The ASGI application: routes, the key, limits of a request, and what is answered to errors."""

from __future__ import annotations

import hmac
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gba.api.asked import of_chat, of_responses
from gba.api.bodies import body_of
from gba.api.chat import completion, completion_chunks
from gba.api.document import document
from gba.api.errors import ApiError, as_api_error
from gba.api.requests import ChatRequest, ResponsesRequest, TokenizeRequest, read_body
from gba.api.responses import response, response_events
from gba.api.service import Service
from gba.api.streams import EventStream, Items, first_of, unless_gone
from gba.api.upstream import Upstream
from gba.chat.engine import Engine
from gba.errors import GbaError

__all__ = ["create_app"]

_OPEN = frozenset({"/health", "/openapi.json"})
"""Paths that need no key."""
_LOGGER = logging.getLogger("gba.api")

Handler = Callable[[Request], Awaitable[Response]]


def create_app(
    engine: Engine,
    *,
    api_key: str | None = None,
    upstream: str | None = None,
    upstream_key: str | None = None,
    queue: int = 256,
    model_name: str | None = None,
    resume: float = 60.0,
) -> Starlette:
    """The endpoint in front of an engine, whose backend has to be an AsyncBackend.

    ``api_key``: what clients have to send as their key; None lets everybody in. ``upstream``: the URL of the
    llama-server, to which ``/v1/completions`` and ``/v1/embeddings`` are passed on, and ``upstream_key`` its key.
    ``queue``: requests that may wait for a slot. ``model_name``: what the model is called.
    ``resume``: seconds to wait for a llama-server that goes away in the middle of an answer, which then goes on.
    """
    service = Service(engine, queue=queue, name=model_name, resume=resume)
    api = _Api(service, Upstream(upstream, upstream_key) if upstream else None)
    routes = [
        Route("/v1/chat/completions", api.guarded(api.chat), methods=["POST"]),
        Route("/v1/responses", api.guarded(api.responses), methods=["POST"]),
        Route("/v1/completions", api.guarded(api.forward), methods=["POST"]),
        Route("/v1/embeddings", api.guarded(api.forward), methods=["POST"]),
        Route("/v1/models", api.guarded(api.models), methods=["GET"]),
        Route("/v1/models/{name:path}", api.guarded(api.model), methods=["GET"]),
        Route("/tokenize", api.guarded(api.tokenize), methods=["POST"]),
        Route("/health", api.guarded(api.health), methods=["GET"]),
        Route("/v1/health", api.guarded(api.health), methods=["GET"]),
        Route("/metrics", api.guarded(api.metrics), methods=["GET"]),
        Route("/openapi.json", api.guarded(api.document), methods=["GET"]),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _unknown}, lifespan=api.lifespan)
    api.key = api_key
    app.state.api = api
    return app


async def _unknown(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    text = f"{request.method} {request.url.path} is not known here"
    if status == 405:
        text = f"{request.url.path} does not take {request.method}"
    answer = ApiError(f"{text}.", status=status, code="unknown_url").response()
    answer.headers.update(getattr(error, "headers", None) or {})
    return answer


class _Api:
    """The handlers of all routes."""

    def __init__(self, service: Service, upstream: Upstream | None) -> None:
        self.service, self.upstream = service, upstream
        self.key: str | None = None

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            if self.upstream is not None:
                await self.upstream.aclose()

    def guarded(self, handler: Handler) -> Handler:
        """The handler behind the key, its errors as answers, its answers counted."""

        async def handle(request: Request) -> Response:
            try:
                self._check_key(request)
                answer = await handler(request)
            except ApiError as error:
                answer = error.response()
            except GbaError as error:
                answer = as_api_error(error).response()
            except ClientDisconnect:
                answer = Response(status_code=499)
            except Exception:
                _LOGGER.exception("%s %s", request.method, request.url.path)
                told = ApiError("An error of gba's own; its log says more.", status=500, kind="server_error")
                answer = told.response()
            self.service.metrics.request(getattr(request.scope.get("route"), "path", ""), answer.status_code)
            return answer

        return handle

    def _check_key(self, request: Request) -> None:
        if self.key is None or request.url.path in _OPEN:
            return
        given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        given = given or request.headers.get("api-key", "") or request.headers.get("x-api-key", "")
        if not hmac.compare_digest(given.encode(), self.key.encode()):
            raise ApiError(
                "The API key is missing or wrong: send it as Authorization: Bearer KEY.",
                status=401,
                code="invalid_api_key",
            )

    # what the model does

    async def chat(self, request: Request) -> Response:
        """`POST /v1/chat/completions`."""
        wanted = read_body(ChatRequest, await body_of(request))
        asked = of_chat(wanted)
        self.service.check_model(wanted.model, await self.service.properties())
        if wanted.stream:
            return await self._stream(request, completion_chunks(self.service, wanted, asked))
        return await self._whole(request, completion(self.service, wanted, asked))

    async def responses(self, request: Request) -> Response:
        """`POST /v1/responses`."""
        wanted = read_body(ResponsesRequest, await body_of(request))
        asked = of_responses(wanted)
        self.service.check_model(wanted.model, await self.service.properties())
        if wanted.stream:
            return await self._stream(request, response_events(self.service, wanted, asked), end=None, named=True)
        return await self._whole(request, response(self.service, wanted, asked))

    async def _whole(self, request: Request, work: Any) -> Response:
        body = await unless_gone(request.receive, work)
        return Response(status_code=499) if body is None else JSONResponse(body)

    async def _stream(
        self, request: Request, items: Items, *, end: str | None = "[DONE]", named: bool = False
    ) -> Response:
        begun = await unless_gone(request.receive, first_of(items))
        if begun is None:
            await items.aclose()
            return Response(status_code=499)
        return EventStream(*begun, end=end, named=named)

    # what is known

    async def models(self, request: Request) -> Response:  # noqa: ARG002 - as starlette calls it
        """`GET /v1/models`."""
        return JSONResponse({"object": "list", "data": [await self._model()]})

    async def model(self, request: Request) -> Response:
        """`GET /v1/models/NAME`."""
        known = await self._model()
        if request.path_params["name"] != known["id"]:
            message = f"There is no model {request.path_params['name']!r}; there is {known['id']!r}."
            raise ApiError(message, status=404, param="model", code="model_not_found")
        return JSONResponse(known)

    async def _model(self) -> dict[str, Any]:
        properties = await self.service.properties()
        return {
            "id": self.service.model_name(properties),
            "object": "model",
            "created": self.service.started,
            "owned_by": "llama.cpp",
            "meta": {"n_ctx": properties.context, "slots": properties.slots, "build": properties.build},
        }

    async def health(self, request: Request) -> Response:  # noqa: ARG002
        """`GET /health`: 200 where the model can be asked, else 503."""
        await self.service.properties()
        return JSONResponse({"status": "ok"})

    async def metrics(self, request: Request) -> Response:  # noqa: ARG002
        """`GET /metrics`."""
        return Response(self.service.metrics.text(), media_type="text/plain; version=0.0.4")

    async def document(self, request: Request) -> Response:  # noqa: ARG002
        """`GET /openapi.json`."""
        return JSONResponse(document(key=self.key is not None))

    async def tokenize(self, request: Request) -> Response:
        """`POST /tokenize`, as llama-server has it."""
        wanted = read_body(TokenizeRequest, await body_of(request))
        tokens = await self.service.backend.atokenize(wanted.content, special=wanted.parse_special)
        return JSONResponse({"tokens": tokens})

    async def forward(self, request: Request) -> Response:
        """Pass a request on to the llama-server."""
        body = await body_of(request)
        if self.upstream is None:
            raise ApiError(
                f"{request.url.path} is passed on to a llama-server, and the model runs in process: start gba api with "
                "--base-url.",
                status=501,
                code="unsupported_url",
            )
        return await self.upstream.forward(request, body)
