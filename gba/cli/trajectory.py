"""`gba trajectory show`: a recorded run to look at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gba.errors import GbaError

if TYPE_CHECKING:
    from gba.trajectory import Trajectory

__all__ = ["app", "write_page"]

_KINDS = {"user": "request", "tool": "result", "assistant": "answer"}

app = typer.Typer(help="Recorded runs, as `gba ask --record DIR` writes them.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    pass


@app.command()
def show(
    file: Annotated[Path, typer.Argument(help="A recorded run (.jsonl).", show_default=False)],
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write it to this file, as a page.", show_default=False),
    ] = None,
) -> None:
    """Show a recorded run: what was asked, each step of the model, what the tools gave."""
    from gba.cli.console import note
    from gba.trajectory import read

    run = read(file)
    if html is not None:
        write_page(run, html)
        note(f"written to {html}")
        return
    _print(run)
    tokens = ", ".join(f"{count} {name}" for name, count in run.usage().items() if name in ("generated", "forced"))
    note(f"{Path(run.model).name}, {run.started}, {len(run.steps)} steps: {tokens or 'no tokens'}")
    if run.error:
        note(f"the run failed: {run.error}")
    elif run.ended is None:
        note("the run never came to its end: its process ended before")


def write_page(run: Trajectory, path: Path) -> None:
    """Write a recorded run as a page that stands by itself. Raises GbaError where that cannot be written."""
    from gba.rendering import page, run_html

    asked = next((message.content for message in run.messages if message.role == "user"), "a run")
    try:
        path.write_text(page(asked[:80], run_html(run)), encoding="utf-8")
    except OSError as error:
        raise GbaError(f"{path} cannot be written ({error.strerror or error}): choose another place") from error


def _print(run: Trajectory) -> None:
    from gba.cli.views import Printed

    printed = Printed()
    for message, _ in run.turns():
        printed.write("thought", message.thought)
        for call in message.calls:
            printed.end()
            printed.write("call", f"{call.name} {json.dumps(dict(call.arguments), ensure_ascii=False)}")
        printed.write(_KINDS.get(message.role, message.role), message.content)
        printed.end()
