"""The embeddings of a store that a command line describes, and what the store remembers of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gba.documents.store import DocumentStore, kept_settings
from gba.errors import GbaError
from gba.langchain.embeddings import LlamaCppEmbeddings

__all__ = ["open_store"]

_KEPT = ("model", "pooling", "query_prefix", "document_prefix")


def open_store(
    path: Path,
    embeddings: str | None = None,
    *,
    pooling: str | None = None,
    query_prefix: str | None = None,
    document_prefix: str | None = None,
    create: bool = False,
) -> DocumentStore:
    """The store at ``path`` with `LlamaCppEmbeddings` as its embedding: by the server at the URL ``embeddings``, or of
    the model that this names.

    The store remembers the name, the pooling and the prefixes that it was made with; what is None is taken from there.
    It remembers no URL: a store that somebody else made does not get to say where texts are sent. Where nothing was
    named ever, it is the packaged tiny agent. Raises GbaError.
    """
    path = path.expanduser()
    given = {"pooling": pooling, "query_prefix": query_prefix, "document_prefix": document_prefix}
    options: dict[str, Any] = {
        **kept_settings(path),
        **{name: value for name, value in given.items() if value is not None},
    }
    if embeddings is not None and embeddings.startswith(("http://", "https://")):
        if pooling is not None:
            raise GbaError("pooling: a llama-server has this from its own start (--pooling). Leave it out")
        options = {**options, "base_url": embeddings, "model": None, "pooling": None}
    elif embeddings is not None:
        options = {**options, "model": embeddings}
    elif "model" not in options:
        options = {"model": "tiny-agent", "pooling": "mean", **options}
    store = DocumentStore(path, LlamaCppEmbeddings(**options), create=create)
    kept = {name: str(options[name]) for name in _KEPT if options.get(name)}
    if create:
        try:
            store.check(begin=True)
            store.keep(kept)
        except BaseException:
            store.close()
            raise
    return store
