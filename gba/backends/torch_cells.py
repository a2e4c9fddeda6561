"""The KV cache of a model that transformers runs: one cache for each sequence, cut and copied as prompts need it."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from transformers import DynamicCache

from gba.backends.slots import Slots

__all__ = ["TorchCells"]


class TorchCells(Slots):
    """The sequences of one model; used by the thread that owns it only. ``batch``: tokens evaluated at a time."""

    def __init__(self, model: Any, *, slots: int, batch: int) -> None:
        layers = DynamicCache(config=model.config).layers
        # Layers of attention alone keep every token, beyond a sliding window too (the mask sees to that): they can be
        # cut anywhere. What carries one state for the whole past comes as the model's configuration has it.
        self._plain = all("LinearAttention" not in type(layer).__name__ for layer in layers)
        super().__init__(slots, partial=self._plain)
        self._model, self._size = model, batch
        # newer transformers calls it otherwise
        self._argument = "cache" if "cache" in inspect.signature(model.forward).parameters else "past_key_values"
        self._caches = [self._empty() for _ in range(slots)]
        self._logits: np.ndarray[Any, Any] = np.zeros(0, dtype=np.float32)

    def _empty(self) -> DynamicCache:
        return DynamicCache() if self._plain else DynamicCache(config=self._model.config)

    def _share(self, source: int, target: int, keep: int) -> None:
        self._caches[target] = copy.deepcopy(self._caches[source])
        self._caches[target].crop(keep - len(self._held[source]))

    def _shorten(self, slot: int, keep: int) -> bool:
        if self._partial:
            self._caches[slot].crop(keep - len(self._held[slot]))
        return self._partial

    def _forget(self, slot: int) -> None:
        self._caches[slot] = self._empty()

    def evaluate(self, slot: int, tokens: Sequence[int], cancelled: Callable[[], bool] = lambda: False) -> bool:
        """See `Slots.evaluate`."""
        for start in range(0, len(tokens), self._size):
            if cancelled():
                return False
            part = tokens[start : start + self._size]
            try:
                self._forward(slot, part)
            except BaseException:
                self.clear(slot)  # some of its layers may have the tokens, others not
                raise
            self._held[slot].extend(part)
        return True

    def _forward(self, slot: int, tokens: Sequence[int]) -> None:
        with torch.inference_mode():
            result = self._model(
                input_ids=torch.tensor([tokens], device=self._model.device),
                use_cache=True,
                logits_to_keep=1,
                **{self._argument: self._caches[slot]},
            )
            self._logits = result.logits[0, -1].float().cpu().numpy()

    def logits(self) -> np.ndarray[Any, Any]:
        """See `Slots.logits`."""
        return self._logits
