"""How a token is drawn in process: llama.cpp's samplers, and a grammar that is asked as late as possible.

A token is drawn first and only then checked against the grammar: checking one candidate costs some hundredths of a
millisecond, masking a whole vocabulary several milliseconds. Only where the grammar refuses the token are the others
masked, the likeliest first. For plain sampling this changes nothing: the probability of a token is that of being
drawn at once, plus that of a refusal times its share among the allowed ones, which is p / (sum of the allowed).

A token is given to the grammar only after it has been checked: llama.cpp ends the process on a forbidden one.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gba.backends.base import Sampling, TokenLogprob
from gba.backends.generation import EXTRA_IN_PROCESS
from gba.backends.vocabulary import Vocabulary
from gba.errors import BackendError, GrammarError
from gba.grammar.gbnf.parser import parse_gbnf

__all__ = ["GrammarGate", "TokenSampler"]

_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
_FIRST_LOOK = 512
"""Candidates that are masked first after a refusal. What matters is almost always among them."""
_NARROW = 64


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
        one = np.array([(token, 0.0, 0.0)], dtype=_CANDIDATE)
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


class TokenSampler:
    """Draws the tokens of one generation; to be closed. ``prompt`` is what penalties look back on."""

    def __init__(
        self,
        lib: Any,
        vocabulary: Vocabulary,
        sampling: Sampling,
        seed: int,
        grammar: str | None,
        prompt: Sequence[int],
    ) -> None:
        self._lib, self._size, self._sampling = lib, vocabulary.size, sampling
        extra = known_extra(sampling.extra)
        self._penalised = extra["repeat_last_n"] != 0 and (
            sampling.repeat_penalty != 1.0 or sampling.presence_penalty != 0.0 or sampling.frequency_penalty != 0.0
        )
        self._greedy = sampling.temperature <= 0
        self._n_probs, self._piece = int(extra["n_probs"]), vocabulary.piece
        self._ids = np.arange(self._size, dtype=np.int32)
        self._narrow = False  # whether the grammar allowed few tokens last time: then the first look is in vain
        self._buffer = np.zeros(self._size, dtype=_CANDIDATE)
        self._gate = None if grammar is None else GrammarGate(lib, vocabulary, grammar)
        self._chain = self._build(extra, seed)
        if self._penalised:
            for token in prompt[-int(extra["repeat_last_n"]) if extra["repeat_last_n"] > 0 else 0 :]:
                lib.llama_sampler_accept(self._chain, token)

    def _build(self, extra: Mapping[str, float], seed: int) -> Any:
        """The order of llama.cpp's own default chain."""
        lib, s = self._lib, self._sampling
        chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        parts: list[Any] = []
        if self._penalised:
            values = (int(extra["repeat_last_n"]), s.repeat_penalty, s.frequency_penalty, s.presence_penalty)
            takes_size = len(lib.llama_sampler_init_penalties.argtypes) == 5
            parts.append(lib.llama_sampler_init_penalties(*((self._size, *values) if takes_size else values)))
        if self._greedy:
            parts.append(lib.llama_sampler_init_greedy())
        else:
            parts += [lib.llama_sampler_init_top_n_sigma(extra["top_n_sigma"])] if extra["top_n_sigma"] > 0 else []
            parts += [lib.llama_sampler_init_top_k(s.top_k)] if s.top_k > 0 else []
            parts += [lib.llama_sampler_init_typical(extra["typical_p"], 1)] if extra["typical_p"] < 1 else []
            parts += [lib.llama_sampler_init_top_p(s.top_p, 1)] if s.top_p < 1 else []
            parts += [lib.llama_sampler_init_min_p(s.min_p, 1)] if s.min_p > 0 else []
            parts += [lib.llama_sampler_init_temp(s.temperature), lib.llama_sampler_init_dist(seed)]
        for part in parts:
            lib.llama_sampler_chain_add(chain, part)
        return chain

    def draw(self, logits: np.ndarray[Any, Any]) -> int:
        """The next token. ``logits``: float32, vocabulary size, left as they are. Raises BackendError in a dead end."""
        token = self._choose(self._candidates(logits)) if self._penalised or not self._greedy else int(logits.argmax())
        if self._gate is None or self._gate.allows(token):
            return token
        return self._choose(self._allowed(self._gate, logits))

    def logprob(self, logits: np.ndarray[Any, Any], token: int) -> TokenLogprob | None:
        """How likely the model found a token, and the likeliest ones; None unless ``n_probs`` asks for it."""
        count = min(self._n_probs, self._size)
        if count <= 0:
            return None
        highest = float(logits.max())
        total = highest + math.log(float(np.exp(logits - highest, dtype=np.float64).sum()))
        likely = np.argpartition(logits, -count)[-count:]
        likely = likely[np.argsort(-logits[likely], kind="stable")]
        told = [TokenLogprob(int(one), self._piece(int(one)), float(logits[one]) - total) for one in (*likely, token)]
        return replace(told[-1], top=tuple(told[:-1]))

    def accept(self, token: int) -> None:
        """Note the token that `draw` gave; not for one that ends the generation."""
        self._lib.llama_sampler_accept(self._chain, token)
        if self._gate is not None:
            self._gate.accept(token)

    def _allowed(self, gate: GrammarGate, logits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """The candidates that the grammar allows; the likeliest ones where they are all that can matter."""
        enough = 1 if self._greedy else self._sampling.top_k
        if not self._penalised and not self._narrow and enough > 0 and self._size > _FIRST_LOOK:
            likely = np.argpartition(logits, -_FIRST_LOOK)[-_FIRST_LOOK:]
            alive = self._masked(gate, self._candidates(logits, likely))
            if alive.size >= enough:
                return alive
        alive = self._masked(gate, self._candidates(logits))
        self._narrow = alive.size < max(enough, _NARROW)
        if not alive.size:
            raise BackendError(
                "the grammar allows no token of this model's vocabulary here: a dead end in the grammar."
            )
        return alive

    @staticmethod
    def _masked(gate: GrammarGate, candidates: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        gate.mask(candidates)
        return candidates[candidates["logit"] > -math.inf]

    def _candidates(
        self, logits: np.ndarray[Any, Any], ids: np.ndarray[Any, Any] | None = None
    ) -> np.ndarray[Any, Any]:
        candidates = self._buffer[: self._size if ids is None else len(ids)]  # what was in it is not needed any more
        candidates["id"] = self._ids if ids is None else ids
        candidates["logit"] = logits if ids is None else logits[ids]
        return candidates

    def _choose(self, candidates: np.ndarray[Any, Any]) -> int:
        array = _wrap(self._lib, candidates)
        self._lib.llama_sampler_apply(self._chain, ctypes.byref(array))
        if not 0 <= array.selected < array.size:
            raise BackendError("llama.cpp's samplers chose no token: check the sampling parameters.")
        return int(array.data[array.selected].id)

    def close(self) -> None:
        chain, self._chain = self._chain, None
        if chain:
            self._lib.llama_sampler_free(chain)
        if self._gate is not None:
            self._gate.close()


def known_extra(extra: Mapping[str, Any]) -> dict[str, float]:
    """The sampling parameters beyond the common ones, defaults filled in. Raises BackendError for an unknown name."""
    unknown = sorted(set(extra) - set(EXTRA_IN_PROCESS))
    if unknown:
        raise BackendError(
            f"unknown sampling parameter in process: {', '.join(unknown)}. "
            f"Known are {', '.join(sorted(EXTRA_IN_PROCESS))}; "
            "the rest of llama-server's parameters need a LlamaServer.",
            option=unknown[0],
        )
    return {**EXTRA_IN_PROCESS, **extra}


def _wrap(lib: Any, candidates: np.ndarray[Any, Any]) -> Any:
    """llama.cpp's view of the candidates; valid as long as they are."""
    data = candidates.ctypes.data_as(lib.llama_token_data_p)
    return lib.llama_token_data_array(data=data, size=len(candidates), selected=-1, sorted=False)
