"""A model that llama.cpp has loaded in this process, with its context."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gba.backends.base import Properties
from gba.backends.cells import Cells
from gba.backends.decoding import Decoding
from gba.backends.generation import GenerationRequest, LoadOptions
from gba.backends.llama_sampling import GrammarGate, LlamaChain
from gba.backends.sampler import TokenSampler, known_extra
from gba.backends.vocabulary import Vocabulary
from gba.errors import BackendError, ModelFileError

__all__ = ["Decoder"]

_TINY = 64 * 2**20


class Decoder(Decoding):
    """A loaded model with its context. Only the thread that made it may use it; `vocabulary` is for all.

    ``complaints`` gives what llama.cpp has logged lately, for the message of an error.
    """

    def __init__(self, lib: Any, path: Path, options: LoadOptions, complaints: Callable[[], str]) -> None:
        self._lib, self._path = lib, path
        model_params, context_params = lib.llama_model_default_params(), lib.llama_context_default_params()
        _apply(_with_load_mode(options.llama, lib, model_params), model_params, context_params)
        model_params.n_gpu_layers = options.gpu_layers
        self._model = lib.llama_model_load_from_file(str(path).encode(), model_params)
        if not self._model:
            raise ModelFileError(f"llama.cpp cannot load {path}. {_said(complaints())}", path=str(path))
        if lib.llama_model_has_encoder(self._model) or not lib.llama_model_has_decoder(self._model):
            lib.llama_model_free(self._model)
            raise ModelFileError(f"{path.name} has an encoder: gba runs models that only decode.", path=str(path))
        self._context = self._make_context(context_params, options)
        if not self._context:
            lib.llama_model_free(self._model)
            raise BackendError(
                f"llama.cpp cannot make a context of {options.context or 'full'} tokens for {path.name}. "
                f"Ask for fewer tokens (context=...). {_said(complaints())}"
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
        params.n_threads = params.n_threads_batch = options.threads or _threads_for(
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


def _said(complaints: str) -> str:
    """What llama.cpp says about a failure."""
    if complaints:
        return f"It says: {complaints}"
    return "It does not say why: this release of llama-cpp-python may be too old for it, or short of memory."


def _with_load_mode(options: dict[str, Any], lib: Any, params: Any) -> dict[str, Any]:
    """The options, with ``use_mmap`` and ``use_mlock`` as the one load mode that newer llama.cpp has in their place."""
    old = {"use_mmap": True, "use_mlock": False}
    if "load_mode" not in {entry[0] for entry in params._fields_} or not old.keys() & options.keys():
        return options
    for name in old.keys() & options.keys():
        if not isinstance(options[name], bool):
            raise BackendError(f"llama.cpp's option {name!r} cannot be {options[name]!r}: it is True or False.")
    mapped, locked = ({**old, **options}[name] for name in old)
    mode = "_".join(word for word, wanted in (("MMAP", mapped), ("MLOCK", locked)) if wanted) or "NONE"
    rest = {name: value for name, value in options.items() if name not in old}
    return {"load_mode": getattr(lib, f"LLAMA_LOAD_MODE_{mode}"), **rest}


def _apply(options: dict[str, Any], *targets: Any) -> None:
    """Sets fields of llama.cpp's parameter structures by name."""
    for name, value in options.items():
        owners = [target for target in targets if name in {entry[0] for entry in target._fields_}]
        if not owners:
            known = sorted(entry[0] for target in targets for entry in target._fields_)
            raise BackendError(f"llama.cpp has no option {name!r}. It knows {', '.join(known)}.")
        for owner in owners:
            try:
                setattr(owner, name, value)
            except TypeError as error:
                raise BackendError(f"llama.cpp's option {name!r} cannot be {value!r}: {error}.") from error


def _threads_for(size: int) -> int:
    """Threads to evaluate a model of so many bytes with.

    One for a tiny model, whose threads would mostly wait for each other; else all cores of a small machine, and half of
    a large one's, as the others are mostly hyperthreads.
    """
    if size < _TINY:
        return 1
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return count if count <= 4 else count // 2
