"""A LangChain vector store in one file: texts, their metadata and vectors, in SQLite with sqlite-vec."""

from __future__ import annotations

import json
import math
import struct
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore

from gba.documents.database import opened, store_errors, transaction
from gba.errors import StoreError

__all__ = ["DocumentStore", "Row", "kept_settings"]

_PROBE = "A probe of the model: Oslo has 717,710 inhabitants, ½ of them near the fjord; 日本, naïve, x = 3.14."
_ALIKE = 0.95
"""The cosine from which on two vectors of the probe are of one model: another device changes them less."""
MOST = 4096
"""sqlite-vec gives no more documents for one query."""
_NEAREST = """
WITH found AS MATERIALIZED (SELECT number, distance, vector FROM vectors WHERE vector MATCH ? AND k = ?)
SELECT id, text, metadata, distance, vector FROM found JOIN pieces USING (number)
ORDER BY distance, number
"""


@dataclass(frozen=True)
class Row:
    """A piece of a document with its vector, as it goes into the store."""

    id: str
    text: str
    metadata: str
    source: str | None
    vector: bytes


class DocumentStore(VectorStore):
    """Documents and their vectors at ``path``, one file, which is made where there is none and ``create``.

    ``embedding``: what makes vectors. The store keeps the vector of a probe, and so notices another model than the one
    that it was made with. Distances are cosines. Any thread may use it; other processes may read and write the file at
    the same time. To be closed.

    Raises StoreError for a file that cannot be used, another model, and vectors of other dimensions.
    """

    def __init__(self, path: str | PathLike[str], embedding: Embeddings, *, create: bool = True) -> None:
        self.path = Path(path).expanduser()
        self._embedding, self._guard, self._same_model = embedding, threading.RLock(), False
        self._connection = opened(self.path, create=create)

    @property
    def embeddings(self) -> Embeddings:
        """What makes vectors."""
        return self._embedding

    def check(self, *, begin: bool = False) -> None:
        """Raises StoreError where the model is not that which the store was made with. A new store is of any model, and
        notes this one down where it is to ``begin``.

        What adds or searches checks it, too, the first time.
        """
        with self._guard:
            new = self.dimensions is None
            if self._same_model or (new and not begin):
                return
            (probe,) = self._embedding.embed_documents([_PROBE])
            if new:
                self._begin(probe)
            self._check_dimensions(len(probe))
            likeness = _cosine(probe, unpack(self._about("probe")))
            if likeness < _ALIKE:
                raise StoreError(
                    f"the store {self.path} was made with another model than {_name(self._embedding)}: "
                    f"{self._about('model')}. Use that one (with its pooling and prefixes), or make a new store.",
                    path=str(self.path),
                )
            self._same_model = True

    @property
    def dimensions(self) -> int | None:
        """Numbers in each vector; None while the store is empty and new."""
        return self._about("dimensions")  # type: ignore[no-any-return]

    def __len__(self) -> int:
        """How many documents, or pieces of them, there are."""
        return int(self._rows("SELECT count(*) FROM pieces")[0][0])

    def __bool__(self) -> bool:
        """True, as of any store; an empty one is one, too."""
        return True

    # what is added and taken away

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Add texts, and return their ids; a text with an id that is there takes the place of the one before."""
        _nothing_more(kwargs)
        listed = list(texts)
        metadatas = metadatas or [{}] * len(listed)
        given: Sequence[str | None] = ids or [None] * len(listed)
        if not len(listed) == len(metadatas) == len(given):
            raise ValueError(f"{len(listed)} texts, {len(metadatas)} metadatas and {len(given)} ids do not go together")
        found = [each or str(uuid.uuid4()) for each in given]
        if listed:
            rows = self.rows(listed, metadatas, found, [None] * len(listed))
            with self._writing():
                self._insert(rows)
        return found

    def rows(
        self, texts: list[str], metadatas: Sequence[dict[str, Any]], ids: Sequence[str], sources: Sequence[str | None]
    ) -> list[Row]:
        """The texts with their vectors, ready for `replace`. Raises StoreError, and what the model raises."""
        self.check(begin=True)
        vectors = self._embedding.embed_documents(texts)
        for length in set(map(len, vectors)):
            self._check_dimensions(length)
        written = [_written(metadata) for metadata in metadatas]
        return [
            Row(id_, text, metadata, source, pack(vector))
            for id_, text, metadata, source, vector in zip(ids, texts, written, sources, vectors, strict=True)
        ]

    def replace(self, files: Sequence[tuple[str, str, Sequence[Row]]]) -> None:
        """For each source with its digest: its rows instead of those that were there; all of them, or none."""
        with self._writing():
            for source, digest, rows in files:
                self._remove("source = ?", source)
                self._insert(rows)
                self._connection.execute("INSERT OR REPLACE INTO sources VALUES (?, ?, ?)", (source, digest, len(rows)))

    def remove(self, source: str) -> int:
        """Take a source out of the store. Returns how many pieces it had."""
        with self._writing():
            count = self._remove("source = ?", source)
            self._connection.execute("DELETE FROM sources WHERE source = ?", (source,))
        return count

    def keep(self, settings: dict[str, str]) -> None:
        """Note down how the model that makes vectors is to be called, for whoever opens the store later."""
        with self._writing():
            self._connection.execute("INSERT OR REPLACE INTO about VALUES ('settings', ?)", (json.dumps(settings),))

    def sources(self) -> dict[str, tuple[str, int]]:
        """The sources that were added whole, each with its digest and how many pieces it has."""
        return {source: (digest, n) for source, digest, n in self._rows("SELECT * FROM sources ORDER BY source")}

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool:
        """Delete the documents with these ids, where they are there; None for all."""
        _nothing_more(kwargs)
        with self._writing():
            if ids is None:
                self._remove("1")
                self._connection.execute("DELETE FROM sources")
            for each in ids or ():
                self._remove("id = ?", each)
        return True

    # what is looked for

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """The documents with these ids, in this order, as far as they are there."""
        found = []
        for each in ids:
            found += [_document(*row) for row in self._rows("SELECT id, text, metadata FROM pieces WHERE id = ?", each)]
        return found

    def similarity_search(self, query: str, k: int = 4, **kwargs: Any) -> list[Document]:
        """The ``k`` documents whose vectors are nearest to that of the query, the nearest first."""
        return [document for document, _ in self.similarity_search_with_score(query, k, **kwargs)]

    def similarity_search_with_score(self, query: str, k: int = 4, **kwargs: Any) -> list[tuple[Document, float]]:
        """The same, each with its distance: 1 less the cosine, from 0 (the same) to 2."""
        _nothing_more(kwargs)
        return self._nearest(self._asked(query), k)

    def similarity_search_by_vector(self, embedding: list[float], k: int = 4, **kwargs: Any) -> list[Document]:
        """The ``k`` documents whose vectors are nearest to this one."""
        _nothing_more(kwargs)
        return [document for document, _ in self._nearest(embedding, k)]

    def max_marginal_relevance_search(
        self, query: str, k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, **kwargs: Any
    ) -> list[Document]:
        """``k`` of the ``fetch_k`` nearest documents that say different things; see LangChain."""
        return self.max_marginal_relevance_search_by_vector(self._asked(query), k, fetch_k, lambda_mult, **kwargs)

    def max_marginal_relevance_search_by_vector(
        self, embedding: list[float], k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5, **kwargs: Any
    ) -> list[Document]:
        """The same for a vector. Needs numpy."""
        _nothing_more(kwargs)
        import numpy as np
        from langchain_core.vectorstores.utils import maximal_marginal_relevance

        rows = self._nearest_rows(embedding, fetch_k)
        vectors = [list(unpack(row[-1])) for row in rows]
        chosen = maximal_marginal_relevance(np.array(embedding), vectors, lambda_mult, k) if rows else []
        return [_document(*rows[index][:3]) for index in chosen]

    def _select_relevance_score_fn(self) -> Callable[[float], float]:
        return self._cosine_relevance_score_fn

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        path: str | PathLike[str] = ":memory:",
        **kwargs: Any,
    ) -> DocumentStore:
        """A store of these texts; without a ``path`` it is in memory only."""
        _nothing_more(kwargs)
        store = cls(path, embedding)
        store.add_texts(texts, metadatas, ids=ids)
        return store

    def close(self) -> None:
        """Close the file. A second call does nothing."""
        with self._guard:
            self._connection.close()

    def __enter__(self) -> DocumentStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # how it is done

    def _rows(self, query: str, *values: Any) -> list[Any]:
        with self._guard, store_errors(self.path):
            return list(self._connection.execute(query, values))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._guard, store_errors(self.path), transaction(self._connection):
            yield

    def _about(self, key: str) -> Any:
        rows = self._rows("SELECT value FROM about WHERE key = ?", key)
        return rows[0][0] if rows else None

    def _insert(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self._remove("id = ?", row.id)
            (number,) = self._connection.execute(
                "INSERT INTO pieces (id, text, metadata, source) VALUES (?, ?, ?, ?) RETURNING number",
                (row.id, row.text, row.metadata, row.source),
            ).fetchone()
            self._connection.execute("INSERT INTO vectors (number, vector) VALUES (?, ?)", (number, row.vector))

    def _remove(self, condition: str, *values: Any) -> int:
        numbers = list(self._connection.execute(f"DELETE FROM pieces WHERE {condition} RETURNING number", values))
        for number in numbers:
            self._connection.execute("DELETE FROM vectors WHERE number = ?", number)
        return len(numbers)

    def _asked(self, query: str) -> list[float]:
        """The vector of a query; an empty one where there is nothing that it could be near to."""
        self.check()
        return [] if self.dimensions is None else self._embedding.embed_query(query)

    def _nearest(self, vector: Sequence[float], k: int) -> list[tuple[Document, float]]:
        return [(_document(*row[:3]), row[3]) for row in self._nearest_rows(vector, k)]

    def _nearest_rows(self, vector: Sequence[float], k: int) -> list[Any]:
        if not 1 <= k <= MOST:
            raise ValueError(f"k is {k}: the store gives from 1 to {MOST} documents")
        if self.dimensions is None:
            return []
        self._check_dimensions(len(vector))
        return self._rows(_NEAREST, pack(vector), k)

    def _check_dimensions(self, found: int) -> None:
        expected = self.dimensions
        if found != expected:
            raise StoreError(
                f"the vectors in the store {self.path} have {expected} dimensions, and this one has {found}: it is of "
                f"another model. Use that which the store was made with ({self._about('model')}), or make a new one.",
                path=str(self.path),
                expected=expected,
                found=found,
            )

    def _begin(self, probe: Sequence[float]) -> None:
        about = {"dimensions": len(probe), "model": _name(self._embedding), "probe": pack(probe)}
        with self._writing():
            if self.dimensions is None:  # no other process has begun it meanwhile
                self._connection.execute(
                    "CREATE VIRTUAL TABLE vectors USING vec0"
                    f"(number INTEGER PRIMARY KEY, vector FLOAT[{len(probe)}] distance_metric=cosine)"
                )
                self._connection.executemany("INSERT INTO about VALUES (?, ?)", about.items())


def kept_settings(path: Path) -> dict[str, str]:
    """What `DocumentStore.keep` was given last; nothing for a store that is not there yet. Raises StoreError."""
    if not path.is_file():
        return {}
    connection = opened(path, create=False)
    try:
        with store_errors(path):
            row = connection.execute("SELECT value FROM about WHERE key = 'settings'").fetchone()
    finally:
        connection.close()
    return dict(json.loads(row[0])) if row else {}


def pack(vector: Sequence[float]) -> bytes:
    """The vector as sqlite-vec has it: 32 bits for each number."""
    return struct.pack(f"<{len(vector)}f", *vector)


def unpack(data: bytes) -> tuple[float, ...]:
    """The vector that `pack` wrote."""
    return struct.unpack(f"<{len(data) // 4}f", data)


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    lengths = math.hypot(*one) * math.hypot(*other)
    return sum(a * b for a, b in zip(one, other, strict=True)) / lengths if lengths else 0.0


def _name(embedding: Embeddings) -> str:
    """What the model is called, where its object says so."""
    names = (getattr(embedding, name, None) for name in ("name", "model", "model_name"))
    return next((name for name in names if isinstance(name, str) and name), type(embedding).__name__)


def _document(id_: str, text: str, metadata: str) -> Document:
    return Document(id=id_, page_content=text, metadata=json.loads(metadata))


def _written(metadata: dict[str, Any]) -> str:
    try:
        return json.dumps(metadata, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"metadata have to be JSON: {error}") from error


def _nothing_more(options: dict[str, Any]) -> None:
    if options:
        raise TypeError(f"a DocumentStore has no option {', '.join(sorted(options))}")
