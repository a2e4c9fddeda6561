"""The command `gba`: its subcommands, and what happens with errors."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from gba.cli.api import api
from gba.cli.ask import ask
from gba.cli.chat import chat
from gba.cli.collect import collect
from gba.cli.doctor import doctor
from gba.cli.documents import app as documents
from gba.cli.eval import evaluate
from gba.cli.grammar import grammar
from gba.cli.math import math
from gba.cli.models import app as models
from gba.cli.prepare import prepare
from gba.cli.serve import serve
from gba.cli.trajectory import app as trajectory
from gba.cli.tune import export, tune
from gba.cli.ui import ui
from gba.cli.version import version
from gba.errors import GbaError

__all__ = ["app", "main"]

app = typer.Typer(
    help="Agents on llama.cpp whose function calls are always valid.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # Typer's boxes need rich's Markdown, which takes a third of the time of `gba --help`
)
for _command in (ask, chat, ui, serve, api, collect, prepare, tune, export, grammar, math, doctor, version):
    app.command()(_command)
app.command("eval")(evaluate)
app.add_typer(documents, name="documents")
app.add_typer(models, name="models")
app.add_typer(trajectory, name="trajectory")


def _show_version(wanted: bool) -> None:
    if wanted:
        from gba._version import __version__

        typer.echo(f"gba {__version__}")
        raise typer.Exit


@app.callback()
def _settings(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 - its callback does what it says
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    from gba.cli.settings import defaults

    context.default_map = {**defaults(context.command), **(context.default_map or {})}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command. Ends the process: 0 done, 1 it could not be done, 2 wrong usage, 130 interrupted.

    GBA_DEBUG=1 shows the traceback of an error.
    """
    gc.set_threshold(100_000, 20, 20)  # importing LangChain makes many objects that stay: collecting them is in vain
    try:
        app(args=None if arguments is None else list(arguments), prog_name="gba")
    except GbaError as error:
        if os.environ.get("GBA_DEBUG"):
            raise
        from gba.cli.console import complain

        complain(str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()
