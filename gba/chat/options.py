"""What a caller can set about a step, apart from sampling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

__all__ = ["StepOptions", "ThoughtMode"]

ThoughtMode: TypeAlias = Literal["auto", "prompted", "none"]


@dataclass(frozen=True)
class StepOptions:
    """Limits and manners of one step; numbers are tokens unless said otherwise.

    ``max_tokens``: generated in the whole step (None: as many as fit into the context); a call that it cuts short is
    closed. ``max_thought_tokens``: of the free text before a call or an answer; 0 leaves that pass out, None is no
    limit for models that think by themselves and 256 for others. A thought never takes the room of what comes after
    it. ``max_calls``: calls of one step where parallel calls are allowed. ``max_retries``: how often arguments are
    written again that break a constraint which the grammar does not enforce. ``max_repeats``: how often in a row a call
    may be made with the same arguments and the same result; after that it is taken out of the grammar. ``stop_loops``:
    end a thought, arguments or an answer in which the model says the same thing over and over (`gba.chat.loops`).
    ``resume``: seconds to wait for a llama-server that goes away in the middle of the step, which then goes on from its
    tokens; 0 raises the error.

    ``thought``: ``auto`` adds nothing to a prompt of the model's own template, and asks for a thought where gba tells
    of the tools; ``prompted`` always asks for one; ``none`` leaves the free text out where a call is required.
    ``template_variables``: what the chat template is given beside its own (``enable_thinking``, ``reasoning_effort``).
    """

    max_tokens: int | None = None
    max_thought_tokens: int | None = None
    max_calls: int = 8
    max_retries: int = 2
    max_repeats: int = 2
    stop_loops: bool = True
    resume: float = 0.0
    thought: ThoughtMode = "auto"
    template_variables: Mapping[str, Any] = field(default_factory=dict)
