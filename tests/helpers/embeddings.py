"""What tests of embeddings share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gba import LlamaCppEmbeddings
from gba.backends.embedding import Embedder

__all__ = ["closed_after"]


@pytest.fixture(autouse=True)
def closed_after(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Closes, after a test, what its embeddings were connected to."""
    made: list[Embedder] = []
    connect = LlamaCppEmbeddings._connect

    def kept(self: LlamaCppEmbeddings) -> Embedder:
        made.append(connect(self))
        return made[-1]

    monkeypatch.setattr(LlamaCppEmbeddings, "_connect", kept)
    yield
    for each in made:
        each.close()
