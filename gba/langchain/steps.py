"""The steps of chat models as the engine gave them, for whoever wants to see them: messages do not carry tokens."""

from __future__ import annotations

from contextvars import ContextVar

from gba.chat.messages import Step

__all__ = ["STEPS", "note"]

STEPS: ContextVar[list[Step] | None] = ContextVar("gba_steps", default=None)
"""Where the steps of chat models are noted, in the current context; None: nowhere."""


def note(step: Step) -> None:
    """Note a step where somebody listens."""
    steps = STEPS.get()
    if steps is not None:
        steps.append(step)
