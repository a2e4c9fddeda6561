"""llama.cpp's own grammar engine on the vocabulary of a GGUF file, for tests and benchmarks."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np

__all__ = ["LlamaGrammar", "Vocabulary"]

_QUIET = llama_cpp.llama_log_callback(lambda *_: None)
"""Lives as long as the process, since llama.cpp keeps calling the last callback that it was given."""

_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])


class Vocabulary:
    """The tokens of a GGUF file, loaded without its weights. ``pieces``: the bytes of each token."""

    def __init__(self, path: Path) -> None:
        llama_cpp.llama_backend_init()
        llama_cpp.llama_log_set(_QUIET, ctypes.c_void_p(0))
        parameters = llama_cpp.llama_model_default_params()
        parameters.vocab_only = True
        self._model = llama_cpp.llama_model_load_from_file(str(path).encode(), parameters)
        if not self._model:
            raise ValueError(f"llama.cpp cannot load {path}")
        self.pointer = llama_cpp.llama_model_get_vocab(self._model)
        self.size = llama_cpp.llama_vocab_n_tokens(self.pointer)
        self.end = llama_cpp.llama_vocab_eos(self.pointer)
        self.pieces = [self._piece(token) for token in range(self.size)]
        self._newline = self._tokenize("\n")

    def _piece(self, token: int) -> bytes:
        buffer = ctypes.create_string_buffer(256)
        size = llama_cpp.llama_token_to_piece(self.pointer, token, buffer, len(buffer), 0, True)
        return buffer.raw[:size]

    def _tokenize(self, text: str) -> list[int]:
        raw = text.encode()
        buffer = (llama_cpp.llama_token * (len(raw) + 16))()
        return list(buffer[: llama_cpp.llama_tokenize(self.pointer, raw, len(raw), buffer, len(buffer), False, False)])

    def tokens(self, text: str) -> list[int]:
        """The text's tokens, without the space that SentencePiece puts before a first word."""
        found = self._tokenize("\n" + text)
        head = len(self._newline)
        return found[head:] if found[:head] == self._newline else self._tokenize(text)

    def close(self) -> None:
        """Free the model; closing twice does nothing."""
        model, self._model = self._model, None
        if model:
            llama_cpp.llama_model_free(model)


class LlamaGrammar:
    """llama.cpp's grammar sampler on a vocabulary. Raises ValueError for a text that it refuses."""

    def __init__(self, vocabulary: Vocabulary, text: str) -> None:
        self._vocabulary = vocabulary
        self._one = (llama_cpp.llama_token_data * 1)()
        self._single = llama_cpp.llama_token_data_array(self._one, 1, -1, False)
        self._all = np.zeros(vocabulary.size, dtype=_CANDIDATE)
        data = self._all.ctypes.data_as(llama_cpp.llama_token_data_p)
        self._array = llama_cpp.llama_token_data_array(data, vocabulary.size, -1, False)
        self._ids = np.arange(vocabulary.size, dtype=np.int32)
        self._sampler = llama_cpp.llama_sampler_init_grammar(vocabulary.pointer, text.encode(), b"root")
        if not self._sampler:
            raise ValueError("llama.cpp refuses the grammar")

    def restart(self) -> None:
        """Back to the beginning of a text."""
        llama_cpp.llama_sampler_reset(self._sampler)

    def allows(self, token: int) -> bool:
        """Whether the token may come next."""
        entry = self._one[0]
        entry.id, entry.logit, entry.p, self._single.size = token, 0.0, 0.0, 1
        llama_cpp.llama_sampler_apply(self._sampler, ctypes.byref(self._single))
        return bool(entry.logit == 0.0)

    def step(self, token: int) -> bool:
        """Go on by the token if it may come next."""
        if not self.allows(token):
            return False
        llama_cpp.llama_sampler_accept(self._sampler, token)
        return True

    def ends(self) -> bool:
        """Whether the text may end here."""
        return self.allows(self._vocabulary.end)

    def prepare(self) -> None:
        """What a mask needs beforehand: all tokens as candidates."""
        self._all["id"], self._all["logit"], self._array.size = self._ids, 0, self._vocabulary.size

    def mask(self) -> None:
        """The mask over the whole vocabulary, after `prepare`."""
        llama_cpp.llama_sampler_apply(self._sampler, ctypes.byref(self._array))

    def allowed(self) -> np.ndarray[Any, Any]:
        """The tokens that may come next."""
        self.prepare()
        self.mask()
        return np.asarray(self._all["id"][self._all["logit"] == 0])

    def close(self) -> None:
        """Free it; closing twice does nothing."""
        sampler, self._sampler = self._sampler, None
        if sampler:
            llama_cpp.llama_sampler_free(sampler)
