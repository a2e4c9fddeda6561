"""The tokenizer of a model that is to be trained, as a backend: what it takes to render examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gba.backends.base import Backend, Chunk, Properties
from gba.backends.hub_model import HubModel
from gba.errors import BackendError

__all__ = ["tokenizer_of"]


class _Tokenizer:
    """Tokenizes, and generates nothing."""

    def __init__(self, loaded: HubModel) -> None:
        self._vocabulary = loaded.vocabulary()
        self._properties = loaded.properties(self._vocabulary, context=loaded.trained or 1 << 20)

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """See `Backend`."""
        return self._vocabulary.tokenize(text, special=special)

    def detokenize(self, tokens: Sequence[int]) -> str:
        """See `Backend`."""
        return self._vocabulary.detokenize(tokens)

    def properties(self) -> Properties:
        """See `Backend`."""
        return self._properties

    def complete(self, *_: Any, **__: Any) -> Iterator[Chunk]:
        """Raises BackendError."""
        raise BackendError("a tokenizer generates nothing")

    def close(self) -> None:
        """Nothing: the model belongs to whoever loaded it."""


def tokenizer_of(loaded: HubModel) -> Backend:
    """A backend that only tokenizes, with the model's own properties."""
    return _Tokenizer(loaded)
