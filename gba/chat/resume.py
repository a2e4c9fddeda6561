"""A step whose server went away: it is waited for, and the step goes on from its tokens.

Only steps of which something was generated or shown wait: the others can be sent elsewhere.
"""

from __future__ import annotations

from typing import TypeVar

from gba.backends.base import Properties
from gba.chat.io import Ask, Describe, Detokenize, Generate, Task, Tokenize, Wait
from gba.errors import GenerationInterruptedError, ModelChangedError, ServerUnavailableError

__all__ = ["Resume"]

T = TypeVar("T")

_PAUSE, _LONGEST_PAUSE = 0.1, 2.0
"""Seconds between two looks at whether a server is back."""
_MOST = 4
"""How often a step goes on after its server went away."""


class Resume:
    """How one step goes on. ``seconds``: to wait each time; 0 raises the error. ``begun``: there is something to go
    on from."""

    def __init__(self, properties: Properties, seconds: float) -> None:
        self._properties, self._seconds = properties, seconds
        self._count = 0
        self.begun = False

    def patient(self, task: Task[T]) -> Task[T]:
        """The task; what it asks of a server that went away is asked again once that is back."""
        resume, value = task.send, None
        while True:
            try:
                item = resume(value)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            self.begun = self.begun or not isinstance(item, Ask)
            while True:
                try:
                    resume, value = task.send, (yield item)
                    break
                except (GenerationInterruptedError, ServerUnavailableError) as error:
                    if self.begun and isinstance(item, Tokenize | Detokenize | Generate):
                        failed = yield from self._failed(error)
                    else:
                        failed = error
                    if failed is not None:
                        resume, value = task.throw, failed
                        break
                except Exception as error:  # noqa: BLE001 - the task decides what to do about it
                    resume, value = task.throw, error
                    break

    def recover(self, error: GenerationInterruptedError) -> Task[None]:
        """Wait until the server is back. Raises the error where it is not in time, or something else is wrong, and
        ModelChangedError for another model."""
        failed = yield from self._failed(error)
        if failed is not None:
            raise failed from (error if failed is not error else None)

    def _failed(self, error: GenerationInterruptedError | ServerUnavailableError) -> Task[Exception | None]:
        """Why the step cannot go on; None where the server is back."""
        broken = not error.timed_out and error.status is None
        waited, pause = 0.0, _PAUSE
        while broken and waited < self._seconds and self._count < _MOST:
            yield Wait(pause)
            waited, pause = waited + pause, min(2 * pause, _LONGEST_PAUSE)
            try:
                now: Properties = yield Describe()
            except ServerUnavailableError:
                continue
            if now.identity != self._properties.identity:
                return ModelChangedError(before=self._properties.model, after=now.model)
            self._count += 1
            return None
        return error
