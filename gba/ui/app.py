"""The ASGI application of the page: its files, and what it asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from pathlib import Path
from typing import Any, cast

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from gba.api.bodies import body_of
from gba.api.errors import ApiError, as_api_error
from gba.api.requests import read_body
from gba.api.streams import EventStream
from gba.backends.base import AsyncBackend, Sampling
from gba.chat.engine import Engine
from gba.chat.options import StepOptions
from gba.errors import GbaError
from gba.rendering import stylesheet
from gba.ui.forms import ChatForm, SchemaForm, ToolsForm
from gba.ui.guard import LOOPBACK, Guard
from gba.ui.runs import Runs
from gba.ui.schemas import examine
from gba.ui.talk import Talk
from gba.ui.tools import UiTool

__all__ = ["create_ui"]

_STATIC = Path(__file__).parent / "static"

Handler = Callable[[Request], Awaitable[Response]]


def create_ui(
    engine: Engine,
    tools: Sequence[UiTool] = (),
    *,
    sampling: Sampling | None = None,
    options: StepOptions | None = None,
    system: str = "",
    max_steps: int = 12,
    runs: str | Path | None = None,
    hosts: Collection[str] = LOOPBACK,
) -> Starlette:
    """The page in front of an engine, whose backend has to be both a Backend and an AsyncBackend.

    ``tools``: what the model may call, until they are switched off in the page. ``sampling``, ``options``, ``system``
    (a system prompt) and ``max_steps``: of the answers. ``runs``: a folder of recorded runs to look at. ``hosts``: the
    names by which this server may be asked; requests for other ones are refused, as are those of other pages.

    Whoever can reach it can let the model call the tools: serve it on this machine only.
    """
    talk = Talk(engine, tools, sampling or engine.sampling, options or engine.options, system, max_steps)
    ui = _Ui(talk, None if runs is None else Runs(Path(runs)))
    routes = [
        Route("/", ui.page),
        Route("/ui/model", _told(ui.model)),
        Route("/ui/chat", _told(ui.chat), methods=["POST"]),
        Route("/ui/grammar", _told(ui.grammar), methods=["POST"]),
        Route("/ui/schema", _told(ui.schema), methods=["POST"]),
        Route("/ui/runs", _told(ui.runs)),
        Route("/ui/runs/{name:path}", _told(ui.run)),
        Route("/static/gba.css", ui.style),
        Mount("/static", StaticFiles(directory=_STATIC)),
    ]
    return Starlette(routes=routes, middleware=[Middleware(Guard, hosts=hosts)])


def _told(handler: Handler) -> Handler:
    """The handler, its errors as answers."""

    async def handle(request: Request) -> Response:
        try:
            return await handler(request)
        except ApiError as error:
            return error.response()
        except GbaError as error:
            return as_api_error(error).response()

    return handle


class _Ui:
    """The handlers of all routes."""

    def __init__(self, talk: Talk, runs: Runs | None) -> None:
        self._talk, self._runs = talk, runs

    async def page(self, request: Request) -> Response:  # noqa: ARG002 - as starlette calls it
        """`GET /`."""
        return FileResponse(_STATIC / "index.html")

    async def style(self, request: Request) -> Response:  # noqa: ARG002
        """`GET /static/gba.css`: the style of steps, which files and notebooks have as well."""
        return Response(stylesheet(), media_type="text/css")

    async def model(self, request: Request) -> Response:  # noqa: ARG002
        """`GET /ui/model`: what one talks with; 503 where it does not answer."""
        talk = self._talk
        properties = await cast("AsyncBackend", talk.engine.backend).aproperties()
        chat_format = await asyncio.to_thread(talk.engine.chat_format)
        tools = [{"name": tool.spec.name, "description": tool.spec.description} for tool in talk.tools]
        told: dict[str, Any] = {
            "model": Path(properties.model).name or "a model without a name",
            "context": properties.context,
            "chat_format": chat_format.describe(),
            "temperature": talk.sampling.temperature,
            "tools": tools,
            "runs": self._runs is not None,
        }
        return JSONResponse(told)

    async def chat(self, request: Request) -> Response:
        """`POST /ui/chat`: the events of an answer, as they happen."""
        asked = read_body(ChatForm, await body_of(request))
        self._talk.chosen(asked.tools)
        return EventStream(None, self._talk.events(asked), end=None)

    async def grammar(self, request: Request) -> Response:
        """`POST /ui/grammar`: the grammars in force with some tools."""
        asked = read_body(ToolsForm, await body_of(request))
        return JSONResponse(await self._talk.grammars.of(asked.tools))

    async def schema(self, request: Request) -> Response:
        """`POST /ui/schema`: what a JSON Schema becomes."""
        asked = read_body(SchemaForm, await body_of(request))
        return JSONResponse(await asyncio.to_thread(examine, asked))

    async def runs(self, request: Request) -> Response:  # noqa: ARG002
        """`GET /ui/runs`: recorded runs."""
        return JSONResponse([] if self._runs is None else await asyncio.to_thread(self._runs.listed))

    async def run(self, request: Request) -> Response:
        """`GET /ui/runs/NAME`: one of them."""
        if self._runs is None:
            raise ApiError("There is no folder of runs: start gba ui with --runs DIR.", status=404)
        return JSONResponse({"html": await asyncio.to_thread(self._runs.html, request.path_params["name"])})
