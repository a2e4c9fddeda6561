"""`gba models`: what is known by name, what is on this machine, and downloads."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from gba.errors import GbaError

__all__ = ["app"]

app = typer.Typer(help="Models: those that come with gba, and those of the Hugging Face Hub.", no_args_is_help=True)

_Name = Annotated[str, typer.Argument(help="A name of `gba models list`, or owner/repository/file.gguf.")]


@app.command("list")
def list_(json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """What can be named, and what of it is here; and files that other programs have fetched."""
    from dataclasses import asdict

    from gba.cli.console import out
    from gba.local_models import local_models
    from gba.models import find, manifest

    entries = [(entry, find(entry.name)) for entry in manifest()]
    others = [model for model in local_models() if model.path not in {path for _, path in entries}]
    if json:
        known = [{**asdict(entry), "path": path and str(path)} for entry, path in entries]
        more = [{"name": model.name, "program": model.program, "path": str(model.path)} for model in others]
        out().print_json(data=[*known, *more])
        return
    table = _table("name", "role", "size", "licence", "here", "note")
    for entry, path in entries:
        size = entry.size if entry.size is not None or path is None else path.stat().st_size
        table.add_row(entry.name, entry.role, _bytes(size), entry.licence, "yes" if path else "no", entry.note)
    out().print(table)
    if others:
        table = _table("name", "size", "of")
        for model in others:
            table.add_row(model.name, _bytes(model.path.stat().st_size), model.program)
        out().print("\nFiles of other programs, which run by these names:")
        out().print(table)


def _table(*columns: str) -> Any:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=column != "note", justify="right" if column == "size" else "left")
    return table


@app.command()
def pull(
    names: Annotated[
        list[str],
        typer.Argument(help="Names, owner/repository/file.gguf, or owner/repository, whose files are then offered."),
    ],
) -> None:
    """Fetch models. An interrupted download goes on; the SHA-256 of each file is checked."""
    from gba.cli.console import out
    from gba.models import pull as fetch

    for name in names:
        out().print(str(fetch(_chosen(name))))


def _chosen(name: str) -> str:
    """The file that is meant; of a repository's, the user chooses. Raises GbaError where nobody can be asked."""
    if name.endswith(".gguf") or name.count("/") != 1:
        return name
    from gba.cli.console import out
    from gba.models import offered

    files = list(offered(name).items())
    if len(files) > 1 and not sys.stdin.isatty():
        listed = "".join(f"\n  {name}/{file}   {_bytes(size)}" for file, size in files)
        raise GbaError(f"{name} has {len(files)} files: name one of them{listed}")
    console = out()
    for number, (file, size) in enumerate(files, 1):
        console.print(f"{number:>3}  {_bytes(size):>8}  {file}")
    number = 1 if len(files) == 1 else 0
    while not 1 <= number <= len(files):
        number = typer.prompt("Which one", type=int)
    return f"{name}/{files[number - 1][0]}"


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
