"""How a token is drawn in process: a chain of samplers, and a grammar that is asked as late as possible.

A token is drawn first and only then checked against the grammar: checking one candidate costs some hundredths of a
millisecond, masking a whole vocabulary several milliseconds. Only where the grammar refuses the token are the others
masked, the likeliest first. For plain sampling this changes nothing: the probability of a token is that of being
drawn at once, plus that of a refusal times its share among the allowed ones, which is p / (sum of the allowed).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from gba.backends.base import Sampling, TokenLogprob
from gba.backends.generation import EXTRA_IN_PROCESS
from gba.backends.vocabulary import TokenTable
from gba.errors import BackendError

__all__ = ["CANDIDATE", "Chain", "Gate", "TokenSampler", "known_extra", "penalises"]

CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
"""A token that could come next, as llama.cpp lays it out."""

_FIRST_LOOK = 512
"""Candidates that are masked first after a refusal. What matters is almost always among them."""
_NARROW = 64


class Chain(Protocol):
    """Samplers, one after the other: penalties, what cuts the unlikely off, temperature, a draw."""

    def choose(self, candidates: np.ndarray[Any, Any]) -> int:
        """The token drawn out of the candidates, whose order and logits it may change."""

    def accept(self, token: int) -> None:
        """Note a token for the penalties."""

    def close(self) -> None: ...


class Gate(Protocol):
    """A grammar and a place in it."""

    def allows(self, token: int) -> bool:
        """Whether the token may come next."""

    def mask(self, candidates: np.ndarray[Any, Any]) -> None:
        """Set the logit of each candidate that may not come next to minus infinity."""

    def accept(self, token: int) -> None:
        """Go on after a token, which must have been checked."""

    def close(self) -> None: ...


class TokenSampler:
    """Draws the tokens of one generation; to be closed. ``prompt`` is what penalties look back on."""

    def __init__(
        self, vocabulary: TokenTable, sampling: Sampling, chain: Chain, gate: Gate | None, prompt: Sequence[int]
    ) -> None:
        self._size, self._sampling, self._chain, self._gate = vocabulary.size, sampling, chain, gate
        extra = known_extra(sampling.extra)
        self._penalised = penalises(sampling)
        self._greedy = sampling.temperature <= 0
        self._n_probs, self._piece = int(extra["n_probs"]), vocabulary.piece
        self._ids = np.arange(self._size, dtype=np.int32)
        self._narrow = False  # whether the grammar allowed few tokens last time: then the first look is in vain
        self._buffer = np.zeros(self._size, dtype=CANDIDATE)
        if self._penalised:
            for token in prompt[-int(extra["repeat_last_n"]) if extra["repeat_last_n"] > 0 else 0 :]:
                chain.accept(token)

    def draw(self, logits: np.ndarray[Any, Any]) -> int:
        """The next token. ``logits``: float32, vocabulary size, left as they are. Raises BackendError in a dead end."""
        token = (
            self._chain.choose(self._candidates(logits))
            if self._penalised or not self._greedy
            else int(logits.argmax())
        )
        if self._gate is None or self._gate.allows(token):
            return token
        return self._chain.choose(self._allowed(self._gate, logits))

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
        self._chain.accept(token)
        if self._gate is not None:
            self._gate.accept(token)

    def _allowed(self, gate: Gate, logits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
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
    def _masked(gate: Gate, candidates: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        gate.mask(candidates)
        return candidates[candidates["logit"] > -math.inf]

    def _candidates(
        self, logits: np.ndarray[Any, Any], ids: np.ndarray[Any, Any] | None = None
    ) -> np.ndarray[Any, Any]:
        candidates = self._buffer[: self._size if ids is None else len(ids)]  # what was in it is not needed any more
        candidates["id"] = self._ids if ids is None else ids
        candidates["logit"] = logits if ids is None else logits[ids]
        return candidates

    def close(self) -> None:
        """Frees what the samplers and the grammar hold."""
        self._chain.close()
        if self._gate is not None:
            self._gate.close()


def penalises(sampling: Sampling) -> bool:
    """Whether tokens that were there already change what is drawn."""
    return known_extra(sampling.extra)["repeat_last_n"] != 0 and (
        sampling.repeat_penalty != 1.0 or sampling.presence_penalty != 0.0 or sampling.frequency_penalty != 0.0
    )


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
