"""Which of the sequences in a model's KV cache a prompt goes on with.

A prompt goes on with the sequence of which it is a continuation. Otherwise the longest common beginning is taken over
into the sequence that has been idle the longest, so that two conversations with the same system prompt do not throw
each other out.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["Slots"]


class Slots(ABC):
    """The sequences that a cache holds, by the tokens in them; used by the thread that owns the model only.

    ``partial``: whether a sequence can be cut (false for recurrent models, whose state is one for the whole past).
    """

    def __init__(self, slots: int, *, partial: bool) -> None:
        self._partial = partial
        self._held: list[list[int]] = [[] for _ in range(slots)]
        self._used, self._clock = [0] * slots, 0

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
                self._share(best, chosen, keep)
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
        if keep == 0 or not self._shorten(slot, keep):
            self.clear(slot)
            return 0
        del self._held[slot][keep:]
        return keep

    def clear(self, slot: int) -> None:
        """Forget the sequence."""
        self._forget(slot)
        self._held[slot].clear()

    @abstractmethod
    def _share(self, source: int, target: int, keep: int) -> None:
        """Give the empty sequence ``target`` the first ``keep`` tokens of ``source``."""

    @abstractmethod
    def _shorten(self, slot: int, keep: int) -> bool:
        """Cut the sequence down to its first ``keep`` tokens; False where that is not possible."""

    @abstractmethod
    def _forget(self, slot: int) -> None:
        """Empty the sequence."""

    @abstractmethod
    def evaluate(self, slot: int, tokens: Sequence[int], cancelled: Callable[[], bool] = lambda: False) -> bool:
        """Evaluates the tokens after what the sequence holds, a batch at a time.

        Returns False where it was cancelled between two batches, or no room was left in the context.
        """

    @abstractmethod
    def logits(self) -> Any:
        """The logits after the last evaluated token: float32, of the vocabulary's size, gone with the next one."""


def _common(held: Sequence[int], prompt: Sequence[int]) -> int:
    for index, (one, other) in enumerate(zip(held, prompt, strict=False)):
        if one != other:
            return index
    return min(len(held), len(prompt))
