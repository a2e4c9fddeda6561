"""Conversations with a model, without any framework: formats, prompts, and the step of an agent."""

from gba.chat.engine import Engine
from gba.chat.events import (
    AnswerDelta,
    ArgumentsDelta,
    CallDone,
    Event,
    Retry,
    StepDone,
    ThoughtDelta,
    ToolChosen,
)
from gba.chat.formats import ChatFormat
from gba.chat.messages import Message, Span, Step, Usage
from gba.chat.options import StepOptions

__all__ = [
    "AnswerDelta",
    "ArgumentsDelta",
    "CallDone",
    "ChatFormat",
    "Engine",
    "Event",
    "Message",
    "Retry",
    "Span",
    "Step",
    "StepDone",
    "StepOptions",
    "ThoughtDelta",
    "ToolChosen",
    "Usage",
]
