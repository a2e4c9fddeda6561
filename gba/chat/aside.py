"""Work that takes a while, so that it does not hold up an event loop: in a thread, or a little at a time.

What is done in a thread is all Python, of which one thread runs at a time. With several threads at work each of them
would take a turn (5 ms) before the event loop got its own: so one thread does all of it, in order.
"""

from __future__ import annotations

import asyncio
import os
import time
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["computed", "turn"]

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


_MOST = 0.001
"""Seconds of a pass of an event loop over its tasks after which steps leave their work to the next pass."""


class _Pass:
    """When an event loop last began to go through its tasks; noted as long as there are steps among them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = weakref.ref(loop)
        self._began: float | None = None
        self._noting = self._used = self._went = False

    def may_go(self) -> bool:
        """Whether a step may go on in the pass under way: one always may, others until the pass has taken its time."""
        self._used = True
        if not self._noting:
            self._note()
        late = self._began is not None and time.perf_counter() - self._began > _MOST
        if late and self._went:
            return False
        self._went = True
        return True

    def _note(self) -> None:
        loop = self._loop()
        if loop is not None:
            self._noting, self._began = True, time.perf_counter()
            loop.call_soon(self._begin)

    def _begin(self) -> None:
        self._noting, self._began, self._went = False, None, False
        if self._used:
            self._used = False
            self._note()


_passes: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Pass] = weakref.WeakKeyDictionary()


async def turn() -> None:
    """Wait while the event loop has been busy since it last came to its other tasks: of many steps that could go on at
    once, each gets its turn, in their order, and others get theirs in between."""
    loop = asyncio.get_running_loop()
    now = _passes.get(loop)
    if now is None:
        now = _passes[loop] = _Pass(loop)
    while not now.may_go():
        await asyncio.sleep(0)
