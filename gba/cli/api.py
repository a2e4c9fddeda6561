"""`gba api`: an OpenAI-compatible endpoint whose calls are always valid."""

from __future__ import annotations

import gc
import ipaddress
import os
import socket
from importlib.util import find_spec
from typing import Annotated, Any

import typer

from gba.cli.options import typed
from gba.errors import GbaError

__all__ = ["api", "is_loopback", "listen"]


def api(
    command_line: typer.Context,
    base_url: Annotated[
        str | None,
        typer.Option(
            "--base-url", "-u", envvar="LLAMA_CPP_BASE_URL", help="The llama-server behind it.", show_default=False
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model", "-m", help="A GGUF file or a name: run in process, without a server.", show_default=False
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8090,
    api_key: Annotated[
        str | None,
        typer.Option("--api-key", envvar="GBA_API_KEY", help="What clients have to send.", show_default=False),
    ] = None,
    slots: Annotated[int, typer.Option("--slots", min=1, help="Requests at the same time, in process.")] = 4,
    context: Annotated[
        int | None, typer.Option("--context", "-c", min=64, help="Tokens of context, in process.", show_default=False)
    ] = None,
    queue: Annotated[int, typer.Option("--queue", min=1, help="Requests that may wait; further ones get a 429.")] = 256,
    resume: Annotated[
        float,
        typer.Option(
            "--resume", min=0, help="Seconds to wait for a server that goes away in an answer; 0 ends the answer."
        ),
    ] = 60.0,
    chat_format: Annotated[
        str | None,
        typer.Option("--chat-format", help="For a model without a chat template.", show_default=False),
    ] = None,
    model_name: Annotated[
        str | None, typer.Option("--alias", help="What the model is called; its file's name otherwise.")
    ] = None,
) -> None:
    """Serve OpenAI's API in front of a llama-server, or with a model in process; every call is valid."""
    missing = [name for name in ("starlette", "uvicorn", "prometheus_client") if not find_spec(name)]
    if missing:
        raise GbaError("the endpoint needs more: pip install 'grammar-based-agents[api]'")
    if model is not None and typed(command_line, "base_url"):  # a URL of the environment gives way to a model
        raise GbaError("--base-url and --model name different models: give one of them")
    if not api_key and not is_loopback(host):
        raise GbaError(f"{host} can be reached from elsewhere: give a key with --api-key (or GBA_API_KEY)")
    server = None if model is not None else base_url
    with listen(host, port) as listening:
        engine = _engine(server, model, slots, context, chat_format)
        _serve(engine, listening, host, server, api_key, queue, model_name, resume)


def _engine(base_url: str | None, model: str | None, slots: int, context: int | None, chat_format: str | None) -> Any:
    from gba.chat.engine import Engine

    backend: Any
    if base_url is not None:
        from gba.backends.server import LlamaServer

        backend = LlamaServer(base_url, api_key=os.environ.get("LLAMA_CPP_API_KEY"))
    else:
        from gba.backends.inprocess import LlamaInProcess
        from gba.models import packaged, resolve

        options: dict[str, Any] = {} if context is None else {"context": context}
        backend = LlamaInProcess(packaged() if model is None else resolve(model), slots=slots, **options)
    return Engine(backend, chat_format=chat_format)


def _serve(
    engine: Any,
    listening: socket.socket,
    host: str,
    base_url: str | None,
    api_key: str | None,
    queue: int,
    name: str | None,
    resume: float,
) -> None:
    import uvicorn

    from gba.api import create_app
    from gba.cli.console import out

    key = os.environ.get("LLAMA_CPP_API_KEY")
    app = create_app(
        engine,
        api_key=api_key,
        upstream=base_url,
        upstream_key=key,
        queue=queue,
        model_name=name,
        resume=resume,
    )
    port = listening.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    console = out()
    console.print(f"http://{shown}:{port}/v1   in front of {base_url or 'a model in this process'}. Ctrl-C stops it.")
    console.file.flush()
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2, access_log=False)
    gc.collect()
    gc.freeze()  # what is loaded by now stays: the collector need not look at it
    gc.set_threshold(700, 10, 2)  # so that it can look sooner: connections leave cycles
    try:
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        engine.backend.close()


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises GbaError where another program does."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named, so that asyncio sets TCP_NODELAY
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)  # who connects from now on waits until it is answered
    except OSError as error:
        listening.close()
        raise GbaError(
            f"gba cannot listen at port {port} of {host} ({error}): choose another one with --port"
        ) from error
    return listening
