"""Work that takes a while, done beside the event loops of the process.

It is all Python, of which one thread runs at a time. With several at work each of them would take a turn (5 ms) before
an event loop got its own again, so that it would stand still for as many turns: one thread does all of it, in order.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["computed"]

T = TypeVar("T")

_NAME = "gba-compute"
_thread = ThreadPoolExecutor(1, _NAME)


def _begin_again() -> None:
    """A forked process has none of its parent's threads."""
    global _thread
    _thread = ThreadPoolExecutor(1, _NAME)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_again)


async def computed(function: Callable[[], T]) -> T:
    """What the function returns or raises. A task that is cancelled meanwhile does not wait for it."""
    return await asyncio.get_running_loop().run_in_executor(_thread, function)
