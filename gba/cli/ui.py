"""`gba ui`: a page to talk with a model and watch its steps."""

from __future__ import annotations

import socket
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gba.cli.api import is_loopback, listen
from gba.cli.options import AgentOptions, takes_agent_options
from gba.errors import GbaError

if TYPE_CHECKING:
    from gba.ui import UiTool

__all__ = ["ui"]


@takes_agent_options
def ui(
    agent: AgentOptions,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8099,
    host: Annotated[str, typer.Option(help="Where to listen: this machine only.")] = "127.0.0.1",
    runs: Annotated[
        Path | None,
        typer.Option("--runs", metavar="DIR", help="A folder of recorded runs to look at.", show_default=False),
    ] = None,
    max_steps: Annotated[int, typer.Option("--max-steps", min=1, help="Steps after which a request is given up.")] = 12,
) -> None:
    """Serve a page in which one talks with a model and sees each of its steps."""
    if not all(find_spec(name) for name in ("starlette", "uvicorn")):
        raise GbaError("the page needs more: pip install 'grammar-based-agents[api]'")
    if not is_loopback(host):
        raise GbaError(
            f"{host} can be reached from elsewhere, and whoever opens the page can let the model call your tools. "
            "From another machine: ssh -L 8099:localhost:8099 THIS-MACHINE"
        )
    if runs is not None and not runs.is_dir():
        raise GbaError(f"{runs} is no folder: name that of gba ask --record")
    tools = agent.toolbox()  # before the model is loaded, so that a missing extra is an error at once
    with listen(host, port) as listening:
        _serve(_app(agent, tools, runs, max_steps, host), listening, host)


def _app(agent: AgentOptions, tools: list[Any], runs: Path | None, max_steps: int, host: str) -> Any:
    from gba.backends.base import Sampling
    from gba.chat.options import StepOptions
    from gba.ui import create_ui
    from gba.ui.guard import LOOPBACK

    return create_ui(
        agent.chat_model().engine,
        _ui_tools(tools),
        sampling=Sampling(temperature=agent.temperature, seed=agent.seed),
        options=StepOptions(agent.max_tokens, agent.max_thought_tokens, stop_loops=agent.stop_loops),
        system=agent.system or "",
        max_steps=max_steps,
        runs=runs,
        hosts=LOOPBACK | {host},
    )


def _ui_tools(tools: list[Any]) -> list[UiTool]:
    """LangChain's tools and functions as those of the page."""
    from gba.langchain.tools import to_engine_tools
    from gba.ui import UiTool

    return [UiTool(spec, _runner(tool)) for spec, tool in zip(to_engine_tools(tools), tools, strict=True)]


def _runner(given: Any) -> Any:
    from langchain_core.tools import BaseTool, tool

    from gba.schema.tools import ToolCall
    from gba.ui import Result

    made: BaseTool = given if isinstance(given, BaseTool) else tool(given)

    async def run(call: ToolCall) -> Result:
        asked = {"type": "tool_call", "name": call.name, "args": dict(call.arguments), "id": call.id}
        message = await made.ainvoke(asked)
        return Result(str(message.text), str(getattr(message.artifact, "program", "") or ""))

    return run


def _serve(app: Any, listening: socket.socket, host: str) -> None:
    import uvicorn

    from gba.cli.console import out

    shown = f"[{host}]" if ":" in host else host
    console = out()
    console.print(f"http://{shown}:{listening.getsockname()[1]}   Ctrl-C stops it.")
    console.file.flush()
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1, access_log=False)
    uvicorn.Server(config).run(sockets=[listening])
