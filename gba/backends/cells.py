"""What the KV cache of llama.cpp holds.

Several sequences (slots) share the cells of one cache, and a cell can belong to several of them: a beginning that two
conversations have in common is not evaluated twice, and not even copied.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gba.backends.slots import Slots
from gba.errors import BackendError

__all__ = ["Cells"]


class Cells(Slots):
    """The sequences of one llama.cpp context; used by the thread that owns it only."""

    def __init__(self, lib: Any, context: Any, *, slots: int, batch: int, vocabulary: int, partial: bool) -> None:
        super().__init__(slots, partial=partial)
        self._lib, self._context, self._vocabulary = lib, context, vocabulary
        self._memory = lib.llama_get_memory(context)
        self._size, self._batch = batch, lib.llama_batch_init(batch, 0, 1)
        for index in range(batch):
            self._batch.n_seq_id[index] = 1

    def _share(self, source: int, target: int, keep: int) -> None:
        self._lib.llama_memory_seq_cp(self._memory, source, target, 0, keep)

    def _shorten(self, slot: int, keep: int) -> bool:
        return bool(self._lib.llama_memory_seq_rm(self._memory, slot, keep, -1))

    def _forget(self, slot: int) -> None:
        self._lib.llama_memory_seq_rm(self._memory, slot, -1, -1)

    def clear_all(self) -> None:
        """Forget everything, as after an error that leaves the cache in doubt."""
        self._lib.llama_memory_clear(self._memory, True)
        for held in self._held:
            held.clear()

    def evaluate(self, slot: int, tokens: Sequence[int], cancelled: Callable[[], bool] = lambda: False) -> bool:
        """See `Slots.evaluate`."""
        for start in range(0, len(tokens), self._size):
            if cancelled():
                return False
            part = tokens[start : start + self._size]
            if not self._decode(slot, part, last=start + len(part) == len(tokens)):
                return False
        return True

    def _decode(self, slot: int, tokens: Sequence[int], *, last: bool) -> bool:
        batch, past = self._batch, len(self._held[slot])
        batch.n_tokens = len(tokens)
        for index, token in enumerate(tokens):
            batch.token[index], batch.pos[index] = token, past + index
            batch.seq_id[index][0], batch.logits[index] = slot, False
        batch.logits[len(tokens) - 1] = last
        while True:
            status = self._lib.llama_decode(self._context, batch)
            if status == 0:
                self._held[slot].extend(tokens)
                return True
            if status != 1:
                self.clear_all()
                raise BackendError(f"llama.cpp failed to evaluate {len(tokens)} tokens (it answered {status}).")
            if not self._evict(slot):
                return False

    def _evict(self, slot: int) -> bool:
        """Makes room by forgetting the sequence that has been idle the longest; False if there is none but this."""
        others = [other for other, held in enumerate(self._held) if held and other != slot]
        if others:
            self.clear(min(others, key=lambda other: self._used[other]))
        return bool(others)

    def logits(self) -> np.ndarray[Any, Any]:
        """The logits after the last evaluated token: float32, a view that the next evaluation overwrites."""
        pointer = self._lib.llama_get_logits_ith(self._context, -1)
        if not ctypes.cast(pointer, ctypes.c_void_p):
            raise BackendError("llama.cpp has no logits for the last token: is this a model that generates text?")
        return np.ctypeslib.as_array(pointer, shape=(self._vocabulary,))

    def close(self) -> None:
        self._lib.llama_batch_free(self._batch)
