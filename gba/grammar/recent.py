"""A memory of what was made last, bounded by its size."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

__all__ = ["Recent"]

T = TypeVar("T")


class Recent(Generic[T]):
    """A thread-safe LRU cache. ``size`` gives the size of a value; all values together take at most ``room``."""

    def __init__(self, room: int, size: Callable[[T], int]) -> None:
        self._room, self._size = room, size
        self._known: OrderedDict[Hashable, T] = OrderedDict()
        self._taken = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The thing of this key, made unless it is known."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        made = make()
        with self._lock:
            if key not in self._known:
                self._known[key] = made
                self._taken += self._size(made)
                while self._taken > self._room and len(self._known) > 1:
                    self._taken -= self._size(self._known.popitem(last=False)[1])
            return self._known[key]
