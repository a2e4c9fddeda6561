"""`gba ask`: one request, the steps shown as they happen."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gba.cli.options import AgentOptions, takes_agent_options
from gba.errors import GbaError

if TYPE_CHECKING:
    from gba.langchain.chat_model import ChatLlamaCpp
    from gba.trajectory import Recorder

__all__ = ["ask"]


@takes_agent_options
def ask(
    request: Annotated[
        str, typer.Argument(help="What you want to know or have done; - reads standard input.", show_default=False)
    ],
    agent: AgentOptions,
    max_steps: Annotated[
        int, typer.Option("--max-steps", min=1, help="In the last of so many steps it answers from what it has.")
    ] = 12,
    json: Annotated[bool, typer.Option("--json", help="One JSON object per event and line.")] = False,
    record: Annotated[
        Path | None,
        typer.Option(
            "--record", metavar="DIR", help="A folder: the run is written to a file in it.", show_default=False
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html", metavar="FILE", help="Also write the steps to this file, as a page.", show_default=False
        ),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say what it cost in tokens.")] = False,
) -> None:
    """Ask an agent once; each step is shown as it happens."""
    from langchain_core.messages import HumanMessage

    from gba.cli.console import note
    from gba.cli.running import INTERRUPTED, Runner, leave
    from gba.cli.views import JsonLines, Printed, View

    asked = _read() if request == "-" else request
    tools = agent.toolbox()  # before the model is loaded, so that a missing extra is an error at once
    model = agent.chat_model()
    view: View = JsonLines() if json else Printed()
    with _written_to(html, record) as folder, _recorder(folder, model, tools) as recorder, Runner() as runner:
        built = agent.agent(model, tools, recorder, max_steps=max_steps)
        done = runner.run(built, [HumanMessage(asked)], view)
    if verbose:
        note(str(done.tally))
    if done.interrupted:
        note("interrupted")
        leave(INTERRUPTED)


@contextmanager
def _written_to(html: Path | None, record: Path | None) -> Iterator[Path | None]:
    """The folder to record to; afterwards the run in it is written as a page, also one that failed."""
    if html is None:
        yield record
        return
    from gba.cli.pages import write_page
    from gba.trajectory import read

    with TemporaryDirectory() as temporary:
        folder = record or Path(temporary)
        before = set(folder.glob("*.jsonl"))
        try:
            yield folder
        finally:
            for path in set(folder.glob("*.jsonl")) - before:
                write_page(read(path), html)


def _recorder(folder: Path | None, model: ChatLlamaCpp, tools: list[Any]) -> AbstractContextManager[Recorder | None]:
    """What writes the run to a file of its own in the folder; nothing where there is none."""
    if folder is None:
        return nullcontext()
    from gba.langchain.tools import to_engine_tools
    from gba.trajectory import Recorder

    properties = model.engine.properties()
    return Recorder.into(folder, tools=to_engine_tools(tools), model=properties.model, build=properties.build)


def _read() -> str:
    text = sys.stdin.read().strip()
    if not text:
        raise GbaError("standard input is empty: write the request to it, as in `echo 'What is 2+2?' | gba ask -`")
    return text
