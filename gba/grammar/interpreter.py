"""What a compilation needs of the Python interpreter, for as long as it runs."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["compiling"]

_LIMIT = 6000
_lock = threading.Lock()
_inside = 0
_before = 0
_collecting = False


@contextmanager
def compiling() -> Iterator[None]:
    """Let Python recurse 6000 calls deep inside the block, and collect no garbage there.

    6000 calls are some 500 levels of a schema; Python's own limit of 1000 is met by real schemas. A compilation makes
    many objects that live and hardly any circle: the collector would go through all of the process again and again
    and find nothing, half of the time that large schemas take. Both settings are the interpreter's, so that they are
    put back only when the last of several threads leaves.
    """
    global _inside, _before, _collecting
    with _lock:
        if not _inside:
            _before, _collecting = sys.getrecursionlimit(), gc.isenabled()
            sys.setrecursionlimit(max(_before, _LIMIT))
            gc.disable()
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                sys.setrecursionlimit(_before)
                if _collecting:
                    gc.enable()
