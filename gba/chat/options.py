"""What a caller can set about a step, apart from sampling."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["StepOptions"]


@dataclass(frozen=True)
class StepOptions:
    """Limits of one step; numbers are tokens unless said otherwise.

    ``max_tokens``: generated in the whole step (None: as many as fit into the context); a call that it cuts short is
    closed. ``max_thought_tokens``: of the reasoning pass; 0 leaves that pass out. ``max_calls``: calls of one step
    where parallel calls are allowed. ``max_retries``: how often arguments are written again that break a constraint
    which the grammar does not enforce. ``max_repeats``: how often in a row a call may be made with the same
    arguments; after that it is taken out of the grammar.
    """

    max_tokens: int | None = None
    max_thought_tokens: int = 256
    max_calls: int = 8
    max_retries: int = 2
    max_repeats: int = 2
