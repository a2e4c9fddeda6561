"""A step as it happens: what `Engine.run` and `Engine.arun` yield, in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gba.chat.choices import Choice
from gba.chat.messages import Step

__all__ = ["AnswerDelta", "ArgumentsDelta", "CallDone", "Event", "Retry", "StepDone", "ThoughtDelta", "ToolChosen"]


@dataclass(frozen=True)
class ThoughtDelta:
    """More text of the reasoning pass."""

    text: str


@dataclass(frozen=True)
class ToolChosen:
    """The model chose the tool ``name``; ``index`` counts the calls of this step from 0.

    ``final``: no `Retry` can follow, because the grammar enforces all of the tool's schema: the pieces of its arguments
    can be used as they come. ``choice``: how sure the model was of it; None where there was nothing to choose, or where
    llama.cpp did not tell enough.
    """

    index: int
    id: str
    name: str
    final: bool = True
    choice: Choice | None = None


@dataclass(frozen=True)
class ArgumentsDelta:
    """More of the JSON text of call ``index``'s arguments: ``generated`` characters that the model wrote, and behind
    them what the grammar forced. None where that is not told apart: the text is not the one that was written."""

    index: int
    id: str
    text: str
    generated: int | None = None


@dataclass(frozen=True)
class CallDone:
    """Call ``index`` is complete: its arguments are valid."""

    index: int
    id: str
    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Retry:
    """What was written for call ``index`` violates a constraint beyond the grammar; it is written again."""

    index: int
    id: str
    violations: tuple[str, ...]


@dataclass(frozen=True)
class AnswerDelta:
    """More text of the answer to the user. ``final``: as in `ToolChosen`."""

    text: str
    final: bool = True


@dataclass(frozen=True)
class StepDone:
    """The last event: the whole step."""

    step: Step


Event = ThoughtDelta | ToolChosen | ArgumentsDelta | CallDone | Retry | AnswerDelta | StepDone
