"""llama.cpp's samplers and its grammar engine, for a model in process.

A token is given to the grammar only after it has been checked: llama.cpp ends the process on a forbidden one.
"""

from __future__ import annotations

import ctypes
import math
from typing import Any

import numpy as np

from gba.backends.base import Sampling
from gba.backends.sampler import CANDIDATE, known_extra, penalises
from gba.backends.vocabulary import Vocabulary
from gba.errors import BackendError, GrammarError
from gba.grammar.gbnf.parser import parse_gbnf

__all__ = ["GrammarGate", "LlamaChain"]


class GrammarGate:
    """llama.cpp's grammar sampler for one generation. Raises GrammarError where llama.cpp refuses the text."""

    def __init__(self, lib: Any, vocabulary: Vocabulary, grammar: str) -> None:
        if not grammar.strip() or "\0" in grammar:
            raise GrammarError("the grammar is empty or holds a NUL. Give GBNF text with a rule `root`.")
        self._lib = lib
        self._sampler = lib.llama_sampler_init_grammar(vocabulary.pointer, grammar.encode("utf-8"), b"root")
        if not self._sampler:
            parse_gbnf(grammar)  # knows better what is wrong, and where
            raise GrammarError(f"llama.cpp refuses the grammar. Its text begins: {grammar[:120]!r}")

    def allows(self, token: int) -> bool:
        """Whether the token may come next."""
        one = np.array([(token, 0.0, 0.0)], dtype=CANDIDATE)
        self.mask(one)
        return bool(one["logit"][0] > -math.inf)

    def mask(self, candidates: np.ndarray[Any, Any]) -> None:
        """Sets the logit of each candidate that may not come next to minus infinity."""
        array = _wrap(self._lib, candidates)
        self._lib.llama_sampler_apply(self._sampler, ctypes.byref(array))

    def accept(self, token: int) -> None:
        """Go on after a token, which must have been checked."""
        self._lib.llama_sampler_accept(self._sampler, token)

    def close(self) -> None:
        sampler, self._sampler = self._sampler, None
        if sampler:
            self._lib.llama_sampler_free(sampler)


class LlamaChain:
    """llama.cpp's samplers in the order of its own default chain."""

    def __init__(self, lib: Any, size: int, sampling: Sampling, seed: int) -> None:
        self._lib, s, extra = lib, sampling, known_extra(sampling.extra)
        self._chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        parts: list[Any] = []
        if penalises(sampling):
            values = (int(extra["repeat_last_n"]), s.repeat_penalty, s.frequency_penalty, s.presence_penalty)
            takes_size = len(lib.llama_sampler_init_penalties.argtypes) == 5
            parts.append(lib.llama_sampler_init_penalties(*((size, *values) if takes_size else values)))
        if s.temperature <= 0:
            parts.append(lib.llama_sampler_init_greedy())
        else:
            parts += [lib.llama_sampler_init_top_n_sigma(extra["top_n_sigma"])] if extra["top_n_sigma"] > 0 else []
            parts += [lib.llama_sampler_init_top_k(s.top_k)] if s.top_k > 0 else []
            parts += [lib.llama_sampler_init_typical(extra["typical_p"], 1)] if extra["typical_p"] < 1 else []
            parts += [lib.llama_sampler_init_top_p(s.top_p, 1)] if s.top_p < 1 else []
            parts += [lib.llama_sampler_init_min_p(s.min_p, 1)] if s.min_p > 0 else []
            parts += [lib.llama_sampler_init_temp(s.temperature), lib.llama_sampler_init_dist(seed)]
        for part in parts:
            lib.llama_sampler_chain_add(self._chain, part)

    def choose(self, candidates: np.ndarray[Any, Any]) -> int:
        """See `Chain`."""
        array = _wrap(self._lib, candidates)
        self._lib.llama_sampler_apply(self._chain, ctypes.byref(array))
        if not 0 <= array.selected < array.size:
            raise BackendError("llama.cpp's samplers chose no token: check the sampling parameters.")
        return int(array.data[array.selected].id)

    def accept(self, token: int) -> None:
        """See `Chain`."""
        self._lib.llama_sampler_accept(self._chain, token)

    def close(self) -> None:
        """Frees the samplers."""
        chain, self._chain = self._chain, None
        if chain:
            self._lib.llama_sampler_free(chain)


def _wrap(lib: Any, candidates: np.ndarray[Any, Any]) -> Any:
    """llama.cpp's view of the candidates; valid as long as they are."""
    data = candidates.ctypes.data_as(lib.llama_token_data_p)
    return lib.llama_token_data_array(data=data, size=len(candidates), selected=-1, sorted=False)
