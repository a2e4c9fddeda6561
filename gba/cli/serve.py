"""`gba serve`: a llama-server for the agent and one for the math tool, until Ctrl-C."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gba.errors import ServerUnavailableError

if TYPE_CHECKING:
    from gba.backends.process import LlamaServerProcess

__all__ = ["serve"]


def serve(
    model: Annotated[
        str, typer.Option("--model", "-m", help="The agent's model: a GGUF file or a name.")
    ] = "tiny-agent",
    math_model: Annotated[
        str, typer.Option("--math-model", help="The math tool's model: a GGUF file or a name.")
    ] = "tiny-math",
    no_math: Annotated[bool, typer.Option("--no-math", help="Start the agent's server only.")] = False,
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The agent's port; 0 takes a free one.")] = 8080,
    math_port: Annotated[int, typer.Option(min=0, max=65535, help="The math tool's port; 0 takes a free one.")] = 8081,
    context: Annotated[
        int | None, typer.Option("--context", "-c", min=64, help="Tokens of context of one slot.", show_default=False)
    ] = None,
    slots: Annotated[int, typer.Option("--slots", min=1, help="Requests served at the same time.")] = 4,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(help="Further arguments of llama-server's, after --.", show_default=False),
    ] = None,
) -> None:
    """Start llama-server for the agent and for the math tool."""
    from gba.backends.process import LlamaServerProcess
    from gba.cli.console import out
    from gba.models import resolve

    common: dict[str, Any] = {"host": host, "slots": slots, "extra_args": ["--metrics", *(arguments or ())]}
    with _until_stopped(), ExitStack() as running:
        agent = LlamaServerProcess(resolve(model), port=port or None, context=context, **common)
        servers = {"agent": running.enter_context(agent)}
        if not no_math:
            math = LlamaServerProcess(resolve(math_model), port=math_port or None, **common)
            servers["math"] = running.enter_context(math)
        console = out()
        console.print(f"agent  {agent.base_url}   {model}")
        if "math" in servers:
            console.print(f"math   {servers['math'].base_url}   {math_model}")
        console.print("\nIn another terminal:")
        console.print(f"  export LLAMA_CPP_BASE_URL={agent.base_url}")
        if "math" in servers:
            console.print(f"  export LLAMA_CPP_MATH_BASE_URL={servers['math'].base_url}")
        console.print('  gba ask "What is 25 raised to the 0.24 power?"\n\nCtrl-C stops both.')
        console.file.flush()
        _watch(servers)


@contextmanager
def _until_stopped() -> Iterator[None]:
    """Ctrl-C and a request to terminate both end the block quietly."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    except KeyboardInterrupt:
        from gba.cli.console import note

        note("stopped")
    finally:
        signal.signal(signal.SIGTERM, before)


def _watch(servers: dict[str, LlamaServerProcess]) -> None:
    while True:
        for name, server in servers.items():
            if server.pid is None:
                message = f"the {name} server has ended. The end of its log:\n{server.log_tail()}"
                raise ServerUnavailableError(message, url=server.base_url)
        time.sleep(0.5)
