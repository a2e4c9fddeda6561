"""Conversations with a model, without any framework: formats, prompts, and the step of an agent."""

from gba.chat.choices import Choice
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
from gba.chat.messages import Message, Part, Span, Step, Usage
from gba.chat.options import StepOptions
from gba.chat.request import Request

__all__ = [
    "AnswerDelta",
    "ArgumentsDelta",
    "CallDone",
    "ChatFormat",
    "Choice",
    "Engine",
    "Event",
    "Message",
    "Part",
    "Request",
    "Retry",
    "Span",
    "Step",
    "StepDone",
    "StepOptions",
    "ThoughtDelta",
    "ToolChosen",
    "Usage",
]
