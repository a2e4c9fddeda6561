"""Files into a store: read, cut into pieces, embedded in batches, written file by file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from gba.documents.reading import Section, read_document
from gba.documents.store import DocumentStore, Row
from gba.errors import ContextOverflowError, DocumentError, GbaError

__all__ = ["Outcome", "add_files", "documents_in"]

_ENDINGS = {".markdown", ".md", ".mdown", ".mkd", ".pdf", ".rst", ".text", ".txt"}
_TOGETHER = 32
"""Pieces from which on what has been read is embedded and written, however many files they are of."""


@dataclass(frozen=True)
class Outcome:
    """What became of a file: ``added``, with how many ``pieces``; ``unchanged`` since it was added; or ``failed``."""

    path: Path
    kind: Literal["added", "unchanged", "failed"]
    pieces: int = 0
    error: GbaError | None = None


@dataclass
class _File:
    """A file that has been read."""

    path: Path
    digest: str
    texts: list[str] = field(default_factory=list)
    metadatas: list[dict[str, Any]] = field(default_factory=list)

    @property
    def source(self) -> str:
        return str(self.path)


def documents_in(paths: Iterable[Path]) -> list[Path]:
    """The files that are meant: a folder stands for the text, Markdown and PDF files in it and below it, without hidden
    ones. Each once, absolute. Raises DocumentError for a path that is not there."""
    found: dict[Path, None] = {}
    for path in paths:
        whole = path.expanduser().absolute()
        if whole.is_dir():
            inside = (each for each in sorted(whole.rglob("*")) if each.suffix.lower() in _ENDINGS and each.is_file())
            shown = [each for each in inside if not any(p.startswith(".") for p in each.relative_to(whole).parts)]
            found.update(dict.fromkeys(shown))
        elif whole.exists():
            found[whole] = None
        else:
            raise DocumentError(f"there is no file {path}: check the path", path=str(path))
    return list(found)


def add_files(
    store: DocumentStore,
    paths: Sequence[Path],
    *,
    size: int = 1000,
    overlap: int = 100,
    progress: Callable[[Path, int, int], None] = lambda *_: None,
) -> Iterator[Outcome]:
    """Add files, and tell of each what became of it; one that cannot be read does not stop the others.

    Pieces have at most ``size`` characters, of which ``overlap`` are those that the piece before ends with. A file that
    is in the store with these pieces is passed over; one that has changed takes the place of what was there. A file is
    written whole or not at all, so that what was interrupted is gone on with by asking again. ``progress`` is told
    which file is embedded, how many of its pieces are done, and how many it has.

    Raises StoreError, and what the model raises, but for a piece that is too long for it, which its file fails with.
    """
    store.check(begin=True)
    known, waiting = store.sources(), list[_File]()
    for path in paths:
        try:
            file = _read(path, size, overlap)
        except DocumentError as error:
            yield Outcome(path, "failed", error=error)
            continue
        if known.get(file.source, ("",))[0] == file.digest:
            yield Outcome(path, "unchanged", known[file.source][1])
            continue
        waiting.append(file)
        if sum(len(each.texts) for each in waiting) >= _TOGETHER:
            yield from _written(store, waiting, progress)
            waiting = []
    yield from _written(store, waiting, progress)


def _read(path: Path, size: int, overlap: int) -> _File:
    if path.exists() and not path.is_file():
        raise DocumentError(f"{path} is no file of bytes (a folder, a device or a pipe): name files", path=str(path))
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DocumentError(f"{path} cannot be read: {error.strerror or error}", path=str(path)) from error
    file = _File(path, hashlib.sha256(b"%d %d " % (size, overlap) + data).hexdigest())
    for section in read_document(path, data):
        for text, start in _pieces(section, size, overlap):
            file.texts.append(text)
            place = {"start": start} if section.page is None else {"page": section.page, "start": start}
            file.metadatas.append({"source": file.source, **place})
    return file


def _pieces(section: Section, size: int, overlap: int) -> Iterator[tuple[str, int]]:
    """The pieces of a text, and where each begins, in characters."""
    from langchain_text_splitters import Language, RecursiveCharacterTextSplitter

    options = {"chunk_size": size, "chunk_overlap": overlap, "add_start_index": True}
    if section.markdown:
        splitter = RecursiveCharacterTextSplitter.from_language(Language.MARKDOWN, **options)
    else:
        splitter = RecursiveCharacterTextSplitter(**options)
    for document in splitter.create_documents([section.text]):
        if document.page_content.strip():
            yield document.page_content, document.metadata["start_index"]


def _written(store: DocumentStore, files: list[_File], progress: Callable[[Path, int, int], None]) -> Iterator[Outcome]:
    """The files embedded and written; each alone where one of several has a piece that is too long."""
    if not files:
        return
    try:
        store.replace([(file.source, file.digest, rows) for file, rows in _embedded(store, files, progress)])
    except ContextOverflowError as error:
        if len(files) > 1:
            for file in files:
                yield from _written(store, [file], progress)
            return
        words = (
            f"{files[0].path} has a piece that is too long for the model: {error} Pieces get shorter by --piece-size"
        )
        failed = DocumentError(words, path=files[0].source)
        failed.__cause__ = error
        yield Outcome(files[0].path, "failed", error=failed)
        return
    for file in files:
        yield Outcome(file.path, "added", len(file.texts))


def _embedded(
    store: DocumentStore, files: list[_File], progress: Callable[[Path, int, int], None]
) -> list[tuple[_File, list[Row]]]:
    """The rows of each file. Pieces of several files go to the model together, those of a large one part by part."""
    wanted = [(file, index) for file in files for index in range(len(file.texts))]
    rows: dict[str, list[Row]] = {file.source: [] for file in files}
    for start in range(0, len(wanted), _TOGETHER):
        part = wanted[start : start + _TOGETHER]
        made = store.rows(
            [file.texts[index] for file, index in part],
            [file.metadatas[index] for file, index in part],
            [f"{file.source}#{index}" for file, index in part],
            [file.source for file, _ in part],
        )
        for (file, index), row in zip(part, made, strict=True):
            rows[file.source].append(row)
            progress(file.path, index + 1, len(file.texts))
    return [(file, rows[file.source]) for file in files]
