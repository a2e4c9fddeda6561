"""Who comes first: as many steps at a time as the model has slots, in the order in which they were asked for.

A step is several requests. A llama-server takes requests in turn, so that of many steps at once all would be half done
before the first one is finished, and would push each other's tokens out of the slots between two requests.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

__all__ = ["Gate"]


class Gate:
    """Lets a number of tasks through at a time, first come, first served; each event loop has a queue of its own."""

    def __init__(self) -> None:
        self._queues: dict[asyncio.AbstractEventLoop, _Queue] = {}

    @asynccontextmanager
    async def passed(self, places: int) -> AsyncIterator[None]:
        """Wait for one of ``places`` and hold it. A task that is cancelled while it waits leaves the queue."""
        loop = asyncio.get_running_loop()
        queue = self._queues.setdefault(loop, _Queue(places))
        queue.tasks += 1
        try:
            async with queue.places:
                yield
        finally:
            queue.tasks -= 1
            if not queue.tasks:
                del self._queues[loop]


class _Queue:
    def __init__(self, places: int) -> None:
        self.tasks, self.places = 0, asyncio.Semaphore(places)
