"""`gba documents`: files that agents can search."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gba.errors import GbaError

if TYPE_CHECKING:
    from gba.documents import DocumentStore

__all__ = ["app"]

app = typer.Typer(help="Documents that agents can search: text, Markdown and PDF.", no_args_is_help=True)

_Store = Annotated[
    Path, typer.Option("--store", "-s", envvar="GBA_DOCUMENTS", help="The file that holds documents and vectors.")
]
_Embeddings = Annotated[
    str | None,
    typer.Option(
        "--embeddings",
        "-e",
        envvar=["LLAMA_CPP_EMBEDDINGS_BASE_URL", "GBA_EMBEDDINGS"],
        help="What makes vectors: the URL of a llama-server --embeddings, a GGUF file or a name. Without it what "
        "the store was made with, or in a new one the packaged tiny agent, to try it out.",
        show_default=False,
    ),
]
_Pooling = Annotated[
    str | None,
    typer.Option(
        "--pooling",
        envvar="GBA_POOLING",
        help="In process: mean, cls or last, where the file says none.",
        show_default=False,
    ),
]
_Prefix = Annotated[
    str | None,
    typer.Option(
        "--query-prefix",
        envvar="GBA_QUERY_PREFIX",
        help="What the model wants in front of a query.",
        show_default=False,
    ),
]
_DocumentPrefix = Annotated[
    str | None,
    typer.Option(
        "--document-prefix",
        envvar="GBA_DOCUMENT_PREFIX",
        help="What the model wants in front of a document.",
        show_default=False,
    ),
]
_DEFAULT = Path("documents.db")


@app.command()
def add(
    files: Annotated[list[Path], typer.Argument(help="Files, and folders of them.", show_default=False)],
    store: _Store = _DEFAULT,
    embeddings: _Embeddings = None,
    pooling: _Pooling = None,
    query_prefix: _Prefix = None,
    document_prefix: _DocumentPrefix = None,
    piece_size: Annotated[int, typer.Option("--piece-size", min=50, max=100_000, help="Characters of a piece.")] = 1000,
    piece_overlap: Annotated[
        int, typer.Option("--piece-overlap", min=0, help="Characters that a piece shares with the one before.")
    ] = 100,
) -> None:
    """Add files to a store. One that is there already is passed over, or replaced where it has changed."""
    from gba.cli.console import complain, out
    from gba.documents.adding import add_files, documents_in

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what is wrong with a file is said by its error
    if piece_overlap >= piece_size:
        raise GbaError(f"--piece-overlap {piece_overlap} has to be less than --piece-size {piece_size}")
    found = documents_in(files)
    if not found:
        raise GbaError("there is no text, Markdown or PDF file in there: name the files themselves")
    failed, counts = 0, {"added": 0, "unchanged": 0, "pieces": 0}
    with (
        _opened(store, embeddings, pooling, query_prefix, document_prefix, create=True) as opened,
        _progress(len(found)) as (step, done),
    ):
        for outcome in add_files(opened, found, size=piece_size, overlap=piece_overlap, progress=step):
            done()
            if outcome.error is not None:
                failed += 1
                complain(str(outcome.error))
            else:
                counts[outcome.kind] += 1
                counts["pieces"] += outcome.pieces if outcome.kind == "added" else 0
        total = len(opened)
    unchanged = f", {counts['unchanged']} unchanged" if counts["unchanged"] else ""
    out().print(f"{_files(counts['added'])} added in {counts['pieces']} pieces{unchanged}; {store} has {total} pieces")
    if failed:
        raise GbaError(f"{_files(failed)} of {len(found)} could not be added; see above")


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="What is looked for.", show_default=False)],
    store: _Store = _DEFAULT,
    embeddings: _Embeddings = None,
    pooling: _Pooling = None,
    query_prefix: _Prefix = None,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=100, help="How many pieces are shown.")] = 4,
    json: Annotated[bool, typer.Option("--json", help="One JSON object per piece and line.")] = False,
) -> None:
    """The pieces of a store that are nearest to a text."""
    import json as json_

    from gba.cli.console import note, out
    from gba.tools.documents import place_of

    if not text.strip():
        raise GbaError("the text to look for is empty")
    with _opened(store, embeddings, pooling, query_prefix) as opened:
        found = opened.similarity_search_with_score(text, k=count)
    for document, distance in found:
        if json:
            shown = {"text": document.page_content, "metadata": document.metadata, "similarity": 1 - distance}
            typer.echo(json_.dumps(shown, ensure_ascii=False))
        else:
            out().print(f"{1 - distance:.3f}  {place_of(document)}", style="bold")
            out().print(document.page_content + "\n")
    if not found:
        note(f"the store {store} is empty")


@app.command("list")
def list_(store: _Store = _DEFAULT) -> None:
    """The files in a store, and how many pieces each has."""
    from gba.cli.console import out

    with _opened(store) as opened:
        for source, (_, pieces) in opened.sources().items():
            out().print(f"{pieces:>6}  {source}")


@app.command()
def remove(
    files: Annotated[list[Path], typer.Argument(help="Files that were added.", show_default=False)],
    store: _Store = _DEFAULT,
) -> None:
    """Take files out of a store."""
    from gba.cli.console import out

    with _opened(store) as opened:
        for file in files:
            source = str(file.expanduser().absolute())
            if source not in opened.sources():
                raise GbaError(f"{file} is not in the store {store}: see `gba documents list --store {store}`")
            out().print(f"{_files(1)} removed: {opened.remove(source)} pieces of {file}")


@contextmanager
def _opened(
    path: Path,
    embeddings: str | None = None,
    pooling: str | None = None,
    query_prefix: str | None = None,
    document_prefix: str | None = None,
    *,
    create: bool = False,
) -> Iterator[DocumentStore]:
    from gba.documents.embedding import open_store

    with open_store(
        path,
        embeddings,
        pooling=pooling,
        query_prefix=query_prefix,
        document_prefix=document_prefix,
        create=create,
    ) as store:
        try:
            yield store
        finally:
            store.embeddings.close()  # type: ignore[attr-defined]


def _files(count: int) -> str:
    return f"{count} file{'' if count == 1 else 's'}"


@contextmanager
def _progress(files: int) -> Iterator[tuple[Any, Any]]:
    """Two functions: one that is told how far a file is, and one for each file that is done. On a terminal they move a
    bar."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from gba.cli.console import err

    console = err()
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        whole, part = bar.add_task("files", total=files), bar.add_task("pieces", total=None)

        def step(path: Path, done: int, pieces: int) -> None:
            bar.update(part, description=path.name[-30:], completed=done, total=pieces)

        yield step, lambda: bar.advance(whole)
