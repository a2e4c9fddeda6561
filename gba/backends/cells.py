"""What the KV cache of a model in process holds, and how a prompt finds its beginning there again.

Several sequences (slots) share the cells of one cache. A prompt goes on with the sequence of which it is a
continuation. Otherwise the longest common beginning is shared (not evaluated, not even copied: llama.cpp's cells can
belong to several sequences) into the sequence that has been idle the longest, so that two conversations with the same
system prompt do not throw each other out.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gba.errors import BackendError

__all__ = ["Cells"]


class Cells:
    """The sequences of one llama.cpp context; used by the thread that owns it only.

    ``partial``: whether a sequence can be cut (false for recurrent models, whose state is one for the whole past).
    """

    def __init__(self, lib: Any, context: Any, *, slots: int, batch: int, vocabulary: int, partial: bool) -> None:
        self._lib, self._context, self._vocabulary, self._partial = lib, context, vocabulary, partial
        self._memory = lib.llama_get_memory(context)
        self._held: list[list[int]] = [[] for _ in range(slots)]
        self._used, self._clock = [0] * slots, 0
        self._size, self._batch = batch, lib.llama_batch_init(batch, 0, 1)
        for index in range(batch):
            self._batch.n_seq_id[index] = 1

    def begin(self, prompt: Sequence[int], slot: int | None) -> tuple[int, int]:
        """Chooses the sequence that is to hold the prompt: its number, and how many tokens of the prompt it has.

        At least the last token of the prompt is always left to evaluate, as its logits are wanted.
        """
        shared = [_common(held, prompt) for held in self._held]
        best = max(range(len(shared)), key=lambda s: (shared[s], self._used[s])) if slot is None else slot
        chosen = best if slot is not None or self._continues(best, shared[best], prompt) else self._idlest()
        self._clock += 1
        self._used[chosen] = self._clock
        keep = min(shared[best], len(prompt) - 1)
        if not self._partial and keep < len(self._held[best]):
            keep = 0
        if chosen != best:
            self.clear(chosen)
            if keep and self._partial:
                self._lib.llama_memory_seq_cp(self._memory, best, chosen, 0, keep)
                self._held[chosen] = list(prompt[:keep])
            else:
                keep = 0
        return chosen, self._cut(chosen, keep)

    def _continues(self, slot: int, shared: int, prompt: Sequence[int]) -> bool:
        return shared > 0 and shared == len(self._held[slot]) and shared < len(prompt)

    def _idlest(self) -> int:
        return min(range(len(self._held)), key=lambda s: (bool(self._held[s]), self._used[s]))

    def _cut(self, slot: int, keep: int) -> int:
        if keep == len(self._held[slot]):
            return keep
        if keep == 0 or not self._lib.llama_memory_seq_rm(self._memory, slot, keep, -1):
            self.clear(slot)
            return 0
        del self._held[slot][keep:]
        return keep

    def clear(self, slot: int) -> None:
        """Forget the sequence."""
        self._lib.llama_memory_seq_rm(self._memory, slot, -1, -1)
        self._held[slot].clear()

    def clear_all(self) -> None:
        """Forget everything, as after an error that leaves the cache in doubt."""
        self._lib.llama_memory_clear(self._memory, True)
        for held in self._held:
            held.clear()

    def evaluate(self, slot: int, tokens: Sequence[int], cancelled: Callable[[], bool] = lambda: False) -> bool:
        """Evaluates the tokens after what the sequence holds, a batch at a time.

        Returns False where it was cancelled between two batches, or no room was left in the context.
        """
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


def _common(held: Sequence[int], prompt: Sequence[int]) -> int:
    for index, (one, other) in enumerate(zip(held, prompt, strict=False)):
        if one != other:
            return index
    return min(len(held), len(prompt))
