"""Room for recursion over nested schemas, for as long as one is compiled."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["deep_recursion"]

_LIMIT = 6000
_lock = threading.Lock()
_inside = 0
_before = 0


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Let Python recurse 6000 calls deep inside the block: some 500 levels of a schema.

    Python's own limit of 1000 is met by real schemas. The limit is the interpreter's, so that it is put back only when
    the last of several threads leaves.
    """
    global _inside, _before
    with _lock:
        if not _inside:
            _before = sys.getrecursionlimit()
            sys.setrecursionlimit(max(_before, _LIMIT))
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                sys.setrecursionlimit(_before)
