"""The tools of the page: what the model is told of each, and what runs it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from gba.schema.tools import ToolCall, ToolSpec

__all__ = ["Result", "UiTool"]


@dataclass(frozen=True)
class Result:
    """What a tool gave: the text that the model reads; ``program``: what it ran for that, where there is something to
    show."""

    text: str
    program: str = ""


@dataclass(frozen=True)
class UiTool:
    """A tool. ``run`` is awaited with each call of it; what it raises goes to the model as the result."""

    spec: ToolSpec
    run: Callable[[ToolCall], Awaitable[Result]]
