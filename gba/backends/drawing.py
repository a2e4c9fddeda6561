"""llama.cpp's samplers in numpy, for models that are not run by llama.cpp: the same names, order and meaning.

With the same seed the same tokens are drawn again, but not those that llama.cpp draws.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from typing import Any

import numpy as np

from gba.backends.base import Sampling
from gba.backends.sampler import known_extra, penalises
from gba.errors import BackendError

__all__ = ["NumpyChain"]

_Array = np.ndarray[Any, Any]


class NumpyChain:
    """`Chain`. ``context``: how far ``repeat_last_n=-1`` looks back."""

    def __init__(self, sampling: Sampling, seed: int, context: int) -> None:
        self._sampling, self._extra = sampling, known_extra(sampling.extra)
        back = int(self._extra["repeat_last_n"])
        self._penalises = penalises(sampling)
        self._recent: deque[int] = deque(maxlen=context if back < 0 else back)
        self._random = np.random.default_rng(seed)

    def choose(self, candidates: _Array) -> int:
        """See `Chain`."""
        ids, logits = candidates["id"], candidates["logit"].astype(np.float64)
        if self._penalises:
            self._penalise(ids, logits)
        if self._sampling.temperature <= 0:
            return int(ids[logits.argmax()])
        ids, logits = self._cut(ids, logits)
        chosen = np.searchsorted(
            np.cumsum(_softmax(logits / self._sampling.temperature)), self._random.random(), side="right"
        )
        return int(ids[min(int(chosen), len(ids) - 1)])

    def accept(self, token: int) -> None:
        """See `Chain`."""
        if self._penalises:
            self._recent.append(token)

    def close(self) -> None:
        """Nothing has to be freed."""

    def _penalise(self, ids: _Array, logits: _Array) -> None:
        counts = Counter(self._recent)
        for at in np.flatnonzero(np.isin(ids, list(counts))):
            count, logit = counts[int(ids[at])], logits[at]
            logit = logit * self._sampling.repeat_penalty if logit <= 0 else logit / self._sampling.repeat_penalty
            logits[at] = logit - count * self._sampling.frequency_penalty - self._sampling.presence_penalty

    def _cut(self, ids: _Array, logits: _Array) -> tuple[_Array, _Array]:
        """What is left of the candidates by the samplers that cut off, the likeliest first."""
        s, sigma, typical = self._sampling, self._extra["top_n_sigma"], self._extra["typical_p"]
        if sigma > 0:
            kept = logits >= logits.max() - sigma * logits.std()
            ids, logits = ids[kept], logits[kept]
        if 0 < s.top_k < len(ids):
            kept = np.argpartition(logits, -s.top_k)[-s.top_k :]
            ids, logits = ids[kept], logits[kept]
        order = np.argsort(-logits, kind="stable")
        ids, logits = ids[order], logits[order]
        if typical < 1:
            ids, logits = _typical(ids, logits, typical)
        if s.top_p < 1:
            kept = _until(_softmax(logits), s.top_p)
            ids, logits = ids[:kept], logits[:kept]
        if s.min_p > 0:
            kept = max(1, int((logits >= logits[0] + math.log(s.min_p)).sum()))
            ids, logits = ids[:kept], logits[:kept]
        if not len(ids) or not np.isfinite(logits[0]):
            raise BackendError("the samplers left no token: check the sampling parameters, and the model's weights.")
        return ids, logits


def _typical(ids: _Array, logits: _Array, share: float) -> tuple[_Array, _Array]:
    """The tokens whose surprise is nearest to what is expected, as many as have that share of the probability."""
    probabilities = _softmax(logits)
    surprise = -np.log(np.maximum(probabilities, np.finfo(np.float64).tiny))
    order = np.argsort(np.abs(surprise - float((probabilities * surprise).sum())), kind="stable")
    kept = np.sort(order[: _until(probabilities[order], share)])
    return ids[kept], logits[kept]


def _until(probabilities: _Array, share: float) -> int:
    """How many from the front have that share together; one at least."""
    return min(int(np.searchsorted(np.cumsum(probabilities), share)) + 1, len(probabilities))


def _softmax(logits: _Array) -> _Array:
    raised: _Array = np.exp(logits - logits.max())
    raised /= raised.sum()
    return raised
