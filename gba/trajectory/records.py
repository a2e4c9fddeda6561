"""What is kept of a run: messages, steps with their spans and usage, tools, and how it ended.

A file is JSON Lines: a line for the run, one for each message and step as they come, one for the end. Field names are
those of the conversation and the step (`gba.chat.messages`), which this package takes by shape, not by import.
Change ``VERSION`` with the format, and teach the reader the older one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from gba.errors import GbaError
from gba.schema.tools import ToolCall, ToolSpec

__all__ = [
    "VERSION",
    "MessageLike",
    "MessageRecord",
    "SpanLike",
    "SpanRecord",
    "StepLike",
    "StepRecord",
    "Trajectory",
    "TrajectoryError",
]

VERSION = 1


class TrajectoryError(GbaError):
    """A trajectory cannot be written or read. ``path`` is its file, ``line`` the line at fault (from 1; 0: none)."""

    def __init__(self, message: str, *, path: str, line: int = 0) -> None:
        self.path, self.line = path, line
        super().__init__(f"{path}{f', line {line}' if line else ''}: {message}")


class MessageLike(Protocol):
    """A message of a conversation: `gba.chat.Message`, or a MessageRecord."""

    @property
    def role(self) -> str: ...
    @property
    def content(self) -> str: ...
    @property
    def thought(self) -> str: ...
    @property
    def calls(self) -> Sequence[ToolCall]: ...
    @property
    def call_id(self) -> str | None: ...
    @property
    def name(self) -> str | None: ...


class SpanLike(Protocol):
    """Some tokens of a step's transcript and how they came there: `gba.chat.Span`, or a SpanRecord."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def eog(self) -> bool: ...


class StepLike(Protocol):
    """One step of a model: `gba.chat.Step`, or a StepRecord. ``usage`` and ``timings`` are mappings or dataclasses."""

    @property
    def thought(self) -> str: ...
    @property
    def calls(self) -> Sequence[ToolCall]: ...
    @property
    def answer(self) -> str: ...
    @property
    def finish(self) -> str: ...
    @property
    def closed(self) -> bool: ...
    @property
    def usage(self) -> Any: ...
    @property
    def timings(self) -> Any: ...
    @property
    def tokens(self) -> Sequence[int]: ...
    @property
    def prompt_tokens(self) -> int: ...
    @property
    def spans(self) -> Sequence[SpanLike]: ...
    @property
    def requests(self) -> int: ...


@dataclass(frozen=True)
class MessageRecord:
    """A message as it was in the conversation."""

    role: str
    content: str = ""
    thought: str = ""
    calls: tuple[ToolCall, ...] = ()
    call_id: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class SpanRecord:
    """The tokens ``start`` to ``end`` (exclusive), their kind, and whether the model ended its turn behind them."""

    start: int
    end: int
    kind: str
    eog: bool = False


@dataclass(frozen=True)
class StepRecord:
    """A step as the model took it; the fields are those of `gba.chat.Step`.

    ``tokens`` is the whole transcript (in the file, only what it adds to that of the step before); ``usage`` counts
    tokens, ``timings`` are llama.cpp's counters; ``seconds`` is what the step took, None where it was not measured.
    """

    thought: str = ""
    calls: tuple[ToolCall, ...] = ()
    answer: str = ""
    finish: str = "stop"
    closed: bool = False
    usage: Mapping[str, int] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)
    tokens: tuple[int, ...] = field(default=(), repr=False)
    prompt_tokens: int = 0
    spans: tuple[SpanRecord, ...] = field(default=(), repr=False)
    requests: int = 0
    seconds: float | None = None


@dataclass(frozen=True)
class Trajectory:
    """A whole run. ``started`` and ``ended`` are ISO 8601 in UTC.

    ``ended`` is None for a run that never came to its end: its process died. ``error`` says what ended a run that
    failed, "" for one that did not. ``reward`` is what somebody made of it, None until then.
    """

    id: str
    started: str
    ended: str | None = None
    model: str = ""
    build: str = ""
    tools: tuple[ToolSpec, ...] = ()
    messages: tuple[MessageRecord, ...] = ()
    steps: tuple[StepRecord, ...] = ()
    error: str = ""
    reward: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    version: int = VERSION

    @property
    def complete(self) -> bool:
        """Whether the run came to its end without an error."""
        return self.ended is not None and not self.error

    def usage(self) -> dict[str, int]:
        """Tokens of the whole run: the sums over its steps; ``context`` is the longest."""
        total: dict[str, int] = {}
        for step in self.steps:
            for name, count in step.usage.items():
                total[name] = max(total.get(name, 0), count) if name == "context" else total.get(name, 0) + count
        return total
