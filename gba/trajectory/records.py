"""What is kept of a run: messages, steps with their spans and usage, tools, and how it ended.

A file is JSON Lines in UTF-8: a line for the run, one for each message and step as they come, one for the end. A line
ends at a line feed and nowhere else (a message may well hold U+2028, unescaped). Field names are
those of the conversation and the step (`gba.chat.messages`), which this package takes by shape, not by import.
Change ``VERSION`` with the format, and teach the reader the older one.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, overload

from gba.errors import GbaError
from gba.schema.tools import ToolCall, ToolSpec

__all__ = [
    "VERSION",
    "ChoiceRecord",
    "MessageLike",
    "MessageRecord",
    "PartRecord",
    "SpanLike",
    "SpanRecord",
    "StepLike",
    "StepRecord",
    "Trajectory",
    "TrajectoryError",
    "Transcript",
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


class Transcript(Sequence[int]):
    """Token ids: the first ``kept`` ones of another transcript, and some more behind them.

    The transcripts of a run are nearly the same from step to step, and only what differs takes memory. Equal to any
    sequence of the same numbers. Raises ValueError for what is no token id (0 to 2**31 - 1) or goes on from more
    tokens than there are.
    """

    __slots__ = ("_before", "_kept", "_own")
    _before: Transcript | None
    _kept: int
    _own: array[int]

    def __init__(self, own: Iterable[int] = (), before: Transcript | None = None, kept: int = 0) -> None:
        there = 0 if before is None else len(before)
        if not 0 <= kept <= there:
            raise ValueError(f"it goes on from token {kept}, and the step before has {there}")
        while before is not None and kept <= before._kept:
            before = before._before
        self._before, self._kept, self._own = before, kept, _token_ids(own)

    def _pieces(self) -> list[array[int]]:
        """The parts from end to beginning."""
        pieces, end = [], len(self)
        node: Transcript | None = self
        while node is not None:
            if end > node._kept:
                pieces.append(node._own[: end - node._kept])
                end = node._kept
            node = node._before
        return pieces

    def __len__(self) -> int:
        return self._kept + len(self._own)

    def __iter__(self) -> Iterator[int]:
        for piece in reversed(self._pieces()):
            yield from piece

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[int, ...]: ...
    def __getitem__(self, index: int | slice) -> int | tuple[int, ...]:
        return tuple(self)[index]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (Transcript, tuple, list)):
            return NotImplemented
        return len(self) == len(other) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Transcript({tuple(self)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Transcript, (tuple(self),)

    def __sizeof__(self) -> int:
        return object.__sizeof__(self) + self._own.__sizeof__()


def _token_ids(tokens: Iterable[int]) -> array[int]:
    listed = tokens if isinstance(tokens, list) else list(tokens)
    if any(type(token) is not int or token < 0 for token in listed):
        raise ValueError("tokens have to be numbers from 0 on")
    try:
        return array("i", listed)
    except OverflowError:
        raise ValueError("a token's number is below 2**31") from None


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """A message as it was in the conversation."""

    role: str
    content: str = ""
    thought: str = ""
    calls: tuple[ToolCall, ...] = ()
    call_id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class SpanRecord:
    """The tokens ``start`` to ``end`` (exclusive), their kind, and whether the model ended its turn behind them."""

    start: int
    end: int
    kind: str
    eog: bool = False


@dataclass(frozen=True, slots=True)
class ChoiceRecord:
    """What was chosen, and how likely each alternative was, by name."""

    chosen: str
    probabilities: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PartRecord:
    """A part of a call's arguments as they were written: ``forced`` by the grammar, or the model's own."""

    text: str
    forced: bool


@dataclass(frozen=True, slots=True)
class StepRecord:
    """A step as the model took it; the fields are those of `gba.chat.Step`.

    ``tokens`` is the whole transcript (in the file, only what it adds to that of the step before); ``usage`` counts
    tokens, ``timings`` are llama.cpp's counters; ``seconds`` is what the step took, None where it was not measured.
    ``content`` is the answer, or the text before calls. Runs that an older gba recorded have no ``choices``, nothing
    ``written`` or ``looped``, and no text before calls; those of other models than gba's have no ``tokens``.
    """

    thought: str = ""
    calls: tuple[ToolCall, ...] = ()
    answer: str = ""
    finish: str = "stop"
    closed: bool = False
    usage: Mapping[str, int] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)
    tokens: Sequence[int] = field(default=(), repr=False)
    prompt_tokens: int = 0
    spans: tuple[SpanRecord, ...] = field(default=(), repr=False)
    requests: int = 0
    seconds: float | None = None
    choices: tuple[ChoiceRecord, ...] = ()
    written: tuple[tuple[PartRecord, ...], ...] = field(default=(), repr=False)
    looped: tuple[str, ...] = ()
    content: str = ""

    def _repr_html_(self) -> str:
        """The step as notebooks show it."""
        from gba.rendering import for_notebook, step_html

        return for_notebook(step_html(self))


@dataclass(frozen=True)
class Trajectory:
    """A whole run. ``started`` and ``ended`` are ISO 8601 in UTC.

    ``ended`` is None for a run that never came to its end: its process died. ``torn`` is then the number of the last
    line, where it was cut off in the middle and is left out (0: no line was). ``error`` says what ended a run that
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
    torn: int = 0

    @property
    def complete(self) -> bool:
        """Whether the run came to its end without an error."""
        return self.ended is not None and not self.error

    def turns(self) -> Iterator[tuple[MessageRecord, StepRecord | None]]:
        """The messages in their order, each with the step that it stands for, where it is the model's."""
        steps = list(self.steps)
        for message in self.messages:
            step = steps[0] if steps and message.role == "assistant" else None
            if step is None or (message.content, message.thought, message.calls) != (
                step.content or step.answer,
                step.thought,
                step.calls,
            ):
                yield message, None
            else:
                yield message, steps.pop(0)

    def usage(self) -> dict[str, int]:
        """Tokens of the whole run: the sums over its steps; ``context`` is the longest."""
        total: dict[str, int] = {}
        for step in self.steps:
            for name, count in step.usage.items():
                total[name] = max(total.get(name, 0), count) if name == "context" else total.get(name, 0) + count
        return total

    def _repr_html_(self) -> str:
        """The run as notebooks show it."""
        from gba.rendering import for_notebook, run_html

        return for_notebook(run_html(self))
