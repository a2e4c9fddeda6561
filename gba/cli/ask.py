"""`gba ask`: one request, the steps shown as they happen."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gba.cli.options import AgentOptions, takes_agent_options
from gba.errors import GbaError

__all__ = ["ask"]


@takes_agent_options
def ask(
    request: Annotated[
        str, typer.Argument(help="What you want to know or have done; - reads standard input.", show_default=False)
    ],
    agent: AgentOptions,
    max_steps: Annotated[int, typer.Option("--max-steps", min=1, help="Steps after which it is given up.")] = 12,
    json: Annotated[bool, typer.Option("--json", help="One JSON object per event and line.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say what it cost in tokens.")] = False,
) -> None:
    """Ask an agent once; each step is shown as it happens."""
    from langchain_core.messages import HumanMessage

    from gba.cli.console import note
    from gba.cli.running import INTERRUPTED, Runner, leave
    from gba.cli.views import JsonLines, Printed

    asked = _read() if request == "-" else request
    with Runner() as runner:
        done = runner.run(agent.agent(), [HumanMessage(asked)], JsonLines() if json else Printed(), max_steps=max_steps)
    if verbose:
        note(str(done.tally))
    if done.interrupted:
        note("interrupted")
        leave(INTERRUPTED)


def _read() -> str:
    text = sys.stdin.read().strip()
    if not text:
        raise GbaError("standard input is empty: write the request to it, as in `echo 'What is 2+2?' | gba ask -`")
    return text
