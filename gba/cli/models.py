"""`gba models`: what is known by name, what is on this machine, and downloads."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["app"]

app = typer.Typer(help="Models: those that come with gba, and those of the Hugging Face Hub.", no_args_is_help=True)

_Name = Annotated[str, typer.Argument(help="A name of `gba models list`, or owner/repository/file.gguf.")]


@app.command("list")
def list_(json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """What can be named, and what of it is here."""
    from dataclasses import asdict

    from gba.cli.console import out
    from gba.models import find, manifest

    entries = [(entry, find(entry.name)) for entry in manifest()]
    if json:
        out().print_json(data=[{**asdict(entry), "path": path and str(path)} for entry, path in entries])
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in ("name", "role", "size", "licence", "here", "note"):
        table.add_column(column, no_wrap=column != "note", justify="right" if column == "size" else "left")
    for entry, path in entries:
        size = entry.size if entry.size is not None or path is None else path.stat().st_size
        table.add_row(entry.name, entry.role, _bytes(size), entry.licence, "yes" if path else "no", entry.note)
    out().print(table)


@app.command()
def pull(names: Annotated[list[str], typer.Argument(help="Names, or owner/repository/file.gguf.")]) -> None:
    """Fetch models. An interrupted download goes on; the SHA-256 of each file is checked."""
    from gba.cli.console import out
    from gba.models import pull as fetch

    for name in names:
        out().print(str(fetch(name)))


@app.command()
def path(name: _Name) -> None:
    """Where the file of a model lies."""
    from gba.cli.console import out
    from gba.models import resolve

    out().print(str(resolve(name)))


def _bytes(size: int | None) -> str:
    if size is None:
        return "?"
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"
