"""A model that llama.cpp has loaded in this process, with its context."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gba.backends.base import Properties
from gba.backends.cells import Cells
from gba.backends.decoding import Decoding
from gba.backends.generation import GenerationRequest, LoadOptions
from gba.backends.llama_sampling import GrammarGate, LlamaChain
from gba.backends.loading import load_model, said, threads_for
from gba.backends.sampler import TokenSampler, known_extra
from gba.backends.vocabulary import Vocabulary
from gba.errors import BackendError, ModelFileError

__all__ = ["Decoder"]


class Decoder(Decoding):
    """A loaded model with its context. Only the thread that made it may use it; `vocabulary` is for all.

    ``complaints`` gives what llama.cpp has logged lately, for the message of an error.
    """

    def __init__(self, lib: Any, path: Path, options: LoadOptions, complaints: Callable[[], str]) -> None:
        self._lib, self._path = lib, path
        self._model, context_params = load_model(lib, path, options, complaints)
        if lib.llama_model_has_encoder(self._model) or not lib.llama_model_has_decoder(self._model):
            lib.llama_model_free(self._model)
            raise ModelFileError(f"{path.name} has an encoder: gba runs models that only decode.", path=str(path))
        self._context = self._make_context(context_params, options)
        if not self._context:
            lib.llama_model_free(self._model)
            raise BackendError(
                f"llama.cpp cannot make a context of {options.context or 'full'} tokens for {path.name}. "
                f"Ask for fewer tokens (context=...). {said(complaints())}"
            )
        self.vocabulary: Vocabulary = Vocabulary(lib, self._model)
        # llama.cpp rounds it up
        self.context = min(
            int(lib.llama_n_ctx(self._context)), options.length(int(lib.llama_model_n_ctx_train(self._model)))
        )
        self.slots = options.slots
        self._cells: Cells = Cells(
            lib,
            self._context,
            slots=options.slots,
            batch=min(options.batch, int(lib.llama_n_batch(self._context))),
            vocabulary=self.vocabulary.size,
            partial=not (lib.llama_model_is_recurrent(self._model) or lib.llama_model_is_hybrid(self._model)),
        )

    def _make_context(self, params: Any, options: LoadOptions) -> Any:
        lib = self._lib
        params.n_ctx = options.length(int(lib.llama_model_n_ctx_train(self._model)))
        params.n_batch = max(options.batch, options.slots)  # llama.cpp ends the process on fewer than one for each slot
        params.n_ubatch = min(params.n_ubatch, params.n_batch)
        params.n_seq_max = options.slots
        params.kv_unified = True  # the slots share the cells: each can be as long as the whole context
        params.n_threads = params.n_threads_batch = options.threads or threads_for(
            int(lib.llama_model_size(self._model))
        )
        return lib.llama_init_from_model(self._model, params)

    def properties(self) -> Properties:
        return self.vocabulary.describe(context=self.context, slots=self.slots, model=self._path.stem)

    def _sampler(self, request: GenerationRequest) -> TokenSampler:
        lib, vocabulary, sampling = self._lib, self.vocabulary, request.sampling
        known_extra(sampling.extra)  # refused before there is anything to free
        gate = None if request.grammar is None else GrammarGate(lib, vocabulary, request.grammar)
        chain = LlamaChain(lib, vocabulary.size, sampling, request.seed)
        return TokenSampler(vocabulary, sampling, chain, gate, request.prompt)

    def close(self) -> None:
        """Frees the model. The vocabulary must not be used after this."""
        self._cells.close()
        self._lib.llama_free(self._context)
        self._lib.llama_model_free(self._model)
