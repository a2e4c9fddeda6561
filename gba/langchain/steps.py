"""The steps of chat models as the engine gave them, for whoever wants to see them: messages do not carry tokens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from gba.chat.messages import Step

__all__ = ["Listener", "note", "noted"]


@dataclass(eq=False)
class Listener:
    """Hears of the steps that chat models make in this context from `listen` on, until it is `closed`."""

    steps: list[Step] = field(default_factory=list)
    closed: bool = False

    def listen(self) -> None:
        """Begin. What has been closed meanwhile is forgotten."""
        _LISTENERS.set((*(each for each in _LISTENERS.get() if not each.closed), self))


_LISTENERS: ContextVar[tuple[Listener, ...]] = ContextVar("gba_steps", default=())


def note(step: Step) -> None:
    """Note a step where somebody listens."""
    for listener in _LISTENERS.get():
        if not listener.closed:
            listener.steps.append(step)


@contextmanager
def noted() -> Iterator[list[Step]]:
    """The steps that chat models make inside, in their order."""
    listener = Listener()
    token = _LISTENERS.set((*_LISTENERS.get(), listener))
    try:
        yield listener.steps
    finally:
        _LISTENERS.reset(token)
