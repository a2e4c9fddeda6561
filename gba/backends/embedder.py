"""A model that makes vectors of texts in this process, by llama-cpp-python's C interface."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import functools
import math
import os
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gba.backends.embedding import checked_texts, checked_vector, too_long
from gba.backends.files import checked_model
from gba.backends.generation import LoadOptions
from gba.backends.inprocess import library
from gba.backends.loading import load_model, said, threads_for
from gba.backends.vocabulary import Vocabulary
from gba.backends.worker import Cancelled, Owner
from gba.errors import BackendError, EmbeddingError

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["POOLING", "EmbedderInProcess"]

POOLING = ("mean", "cls", "last")
"""How the vectors of a text's tokens become one: their mean, that of the first, that of the last."""
_NONE, _RANK = 0, 4  # llama.h, enum llama_pooling_type


class EmbedderInProcess:
    """A GGUF model in this process as an `Embedder`. To be closed, or used as a context manager.

    ``pooling``: one of `POOLING`; None for what the model's file says. ``context``: tokens of the longest text, at most
    and with None exactly what the model was trained with; that many tokens are also evaluated at a time, so texts that
    are short go together. Further keyword arguments as for `LlamaInProcess`.

    Raises ModelFileError for a file that cannot be loaded, and BackendError for options that cannot be.
    """

    def __init__(
        self,
        model_path: str | os.PathLike[str],
        *,
        pooling: str | None = None,
        context: int | None = 2048,
        slots: int = 16,
        threads: int | None = None,
        gpu_layers: int = 0,
        verbose: bool = False,
        **llama: Any,
    ) -> None:
        if pooling is not None and pooling not in POOLING:
            raise BackendError(f"pooling is {pooling!r}, and has to be one of {', '.join(POOLING)}.", option="pooling")
        options = LoadOptions(context, slots, threads, gpu_layers, llama=llama)
        options.check()
        header = checked_model(model_path, embeddings=True)
        options.check_context(header)
        lib, log = library()
        log.verbose = log.verbose or verbose
        log.listen()
        self._owner: Owner[_Encoder] = Owner(
            lambda: _Encoder(lib, header.path, options, pooling, log.complaints), f"the model {header.path.name}"
        )
        self._finalizer = weakref.finalize(self, self._owner.shutdown)

    def embed(self, texts: Sequence[str], *, normalize: bool = True) -> list[list[float]]:
        """See `Embedder.embed`."""
        return list(self._owner.stream(self._job(texts, normalize)))

    async def aembed(self, texts: Sequence[str], *, normalize: bool = True) -> list[list[float]]:
        """See `Embedder.aembed`."""
        async with contextlib.aclosing(self._owner.astream(self._job(texts, normalize))) as vectors:
            return [vector async for vector in vectors]

    def _job(self, texts: Sequence[str], normalize: bool) -> Callable[[_Encoder, Cancelled], Iterator[list[float]]]:
        return functools.partial(_embed, tuple(checked_texts(texts)), normalize)

    def close(self) -> None:
        """Ends what is running and frees the model. A second call does nothing."""
        self._finalizer()

    async def aclose(self) -> None:
        """See `close`."""
        await asyncio.to_thread(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _embed(texts: tuple[str, ...], normalize: bool, encoder: _Encoder, cancelled: Cancelled) -> Iterator[list[float]]:
    for index, vector in enumerate(encoder.vectors(texts, cancelled)):
        checked = checked_vector(vector, index)
        if normalize:
            length = math.sqrt(math.fsum(number * number for number in checked))
            checked = [number / length for number in checked]
        yield checked


class _Encoder:
    """A loaded model with a context that gives vectors. Only the thread that made it may use it."""

    def __init__(
        self, lib: Any, path: Path, options: LoadOptions, pooling: str | None, complaints: Callable[[], str]
    ) -> None:
        self._lib = lib
        self._model, params = load_model(lib, path, options, complaints)
        self._length = options.length(int(lib.llama_model_n_ctx_train(self._model)))
        params.embeddings = True
        params.n_ctx = params.n_batch = params.n_ubatch = self._length
        params.n_seq_max = self._slots = options.slots
        params.kv_unified = True
        params.n_threads = params.n_threads_batch = options.threads or threads_for(
            int(lib.llama_model_size(self._model))
        )
        if pooling is not None:
            params.pooling_type = 1 + POOLING.index(pooling)
        self._context = lib.llama_init_from_model(self._model, params)
        if not self._context:
            lib.llama_model_free(self._model)
            raise BackendError(
                f"llama.cpp cannot make a context of {self._length} tokens for {path.name}. Ask for fewer: "
                f"context=... {said(complaints())}"
            )
        self._vocabulary = Vocabulary(lib, self._model)
        self._dimensions = int(lib.llama_model_n_embd_out(self._model))
        self._batch = lib.llama_batch_init(self._length, 0, 1)
        try:
            self._check(path, int(lib.llama_pooling_type(self._context)))
        except BaseException:
            self.close()
            raise

    def _check(self, path: Path, pooling: int) -> None:
        if pooling == _NONE:
            raise EmbeddingError(
                f"{path.name} does not say how the vectors of a text's tokens become one: it may be no model for "
                f"embeddings. Say what it was trained with: pooling= {', '.join(POOLING)} (of language models: last)"
            )
        if pooling == _RANK:
            raise EmbeddingError(
                f"{path.name} is a model that ranks texts, and makes no vectors: use one for embeddings."
            )

    def vectors(self, texts: Sequence[str], cancelled: Cancelled) -> Iterator[list[float]]:
        """The vector of each text as the model gives it; as many texts at a time as fit."""
        sequences = [self._tokens(text, index) for index, text in enumerate(texts)]
        start = 0
        while start < len(sequences) and not cancelled():
            end, room = start, self._length
            while end < min(len(sequences), start + self._slots) and len(sequences[end]) <= room:
                room -= len(sequences[end])
                end += 1
            yield from self._evaluate(sequences[start:end])
            start = end

    def _tokens(self, text: str, index: int) -> list[int]:
        tokens = self._vocabulary.whole(text)
        if not tokens:
            raise EmbeddingError("a text has no tokens: leave it out.", index=index)
        if len(tokens) > self._length:
            raise too_long(len(tokens), self._length, "load the model with a larger context (context=...)")
        return tokens

    def _evaluate(self, sequences: Sequence[Sequence[int]]) -> Iterator[list[float]]:
        batch, at = self._batch, 0
        for number, tokens in enumerate(sequences):
            for position, token in enumerate(tokens):
                batch.token[at], batch.pos[at], batch.n_seq_id[at] = token, position, 1
                batch.seq_id[at][0], batch.logits[at] = number, True
                at += 1
        batch.n_tokens = at
        memory = self._lib.llama_get_memory(self._context)
        if memory:  # an encoder has none
            self._lib.llama_memory_clear(memory, True)
        status = self._lib.llama_decode(self._context, batch)
        if status != 0:
            raise BackendError(f"llama.cpp failed to evaluate {at} tokens (it answered {status}).")
        for number in range(len(sequences)):
            found = self._lib.llama_get_embeddings_seq(self._context, number)
            if not found:
                raise EmbeddingError("llama.cpp gave no vector: use a model for embeddings.", index=None)
            yield list(ctypes.cast(found, ctypes.POINTER(ctypes.c_float * self._dimensions)).contents)

    def close(self) -> None:
        """Frees the model."""
        self._lib.llama_batch_free(self._batch)
        self._lib.llama_free(self._context)
        self._lib.llama_model_free(self._model)
