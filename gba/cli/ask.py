"""`gba ask`: one request, the steps shown as they happen."""

from __future__ import annotations

from typing import Annotated

import typer

from gba.cli import options

__all__ = ["ask"]


def ask(
    request: Annotated[str, typer.Argument(help="What you want to know or have done.", show_default=False)],
    base_url: options.BaseUrl = None,
    model: options.Model = None,
    math_model: options.MathModel = None,
    tools: options.Tools = None,
    system: options.System = None,
    temperature: options.Temperature = 0.0,
    seed: options.Seed = None,
    max_steps: options.MaxSteps = 12,
    json: Annotated[bool, typer.Option("--json", help="One JSON object per event and line.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say what it cost in tokens.")] = False,
) -> None:
    """Ask an agent once; each step is shown as it happens."""
    from langchain_core.messages import HumanMessage

    from gba.cli.console import note
    from gba.cli.steps import JsonLines, Printed, run

    wanted = options.AgentOptions(base_url, model, math_model, tools or (), temperature, seed, system)
    _, tally = run(wanted.agent(), [HumanMessage(request)], JsonLines() if json else Printed(), max_steps=max_steps)
    if verbose:
        note(str(tally))
