"""Training dialogues in portions that another process prepares, while the model trains."""

from __future__ import annotations

import hashlib
import itertools
import multiprocessing
import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from gba.backends.base import Backend
from gba.tuning.dataset import Dialogue, cached

__all__ = ["Shards"]

_ROOT = Path(__file__).parents[2]
_SOURCES = ("models/tiny/tasks", "models/tiny/dialogues.py", "gba/tuning", "gba/chat", "gba/tools/math/prompt.py")
_AHEAD = 2

Maker = Callable[[Backend, int, int], Iterable[Dialogue]]
"""Dialogues for a tokenizer: how many, and from which seed. A function of a module: another process imports it."""


@dataclass(frozen=True)
class Shards:
    """An endless stream of dialogues: ``distinct`` portions of ``size``, then the same ones again in another order.

    Portions are numbered from ``first`` on; a portion's number is the seed of its tasks.

    ``blank`` is a GGUF file with the vocabulary. Portions are kept in ``folder``, and made anew when the vocabulary or
    the code that writes dialogues changes.
    """

    make: Maker
    blank: Path
    folder: Path
    distinct: int = 40
    size: int = 1000
    first: int = 0

    def stream(self) -> Iterator[Dialogue]:
        """All dialogues, in an order that depends on nothing but these fields."""
        version = self._version()
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            waiting: deque[Future[int]] = deque()
            numbers = range(self.first, self.first + self.distinct)
            indices = iter(numbers)
            for index in numbers:
                waiting.extend(pool.submit(self._portion_size, version, i) for i in itertools.islice(indices, _AHEAD))
                waiting.popleft().result()
                yield from self.portion(version, index)
        for epoch in itertools.count(1):
            rng = random.Random(epoch)
            for index in rng.sample(numbers, self.distinct):
                dialogues = self.portion(version, index)
                rng.shuffle(dialogues)
                yield from dialogues

    def portion(self, version: str, index: int) -> list[Dialogue]:
        """One portion, from the disk where it is there."""
        config = {"version": version, "seed": index, "size": self.size, "make": self.make.__qualname__}
        return cached(self.folder, config, lambda: self._made(index))

    def _made(self, index: int) -> Iterator[Dialogue]:
        from gba.backends.inprocess import LlamaInProcess

        backend = LlamaInProcess(str(self.blank), threads=1)
        try:
            yield from self.make(backend, self.size, index)
        finally:
            backend.close()

    def _portion_size(self, version: str, index: int) -> int:
        return len(self.portion(version, index))

    def _version(self) -> str:
        digest = hashlib.sha256(self.blank.read_bytes())
        for source in _SOURCES:
            path = _ROOT / source
            for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
                digest.update(file.read_bytes())
        return digest.hexdigest()
