"""An agent at work, step by step as it happens: for people, or as one JSON object per line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from gba.cli.console import out
from gba.errors import GbaError

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolMessage

__all__ = ["JsonLines", "Printed", "Tally", "View", "run"]

_STYLES = {"thought": "dim italic", "call": "cyan", "program": "magenta", "result": "green", "answer": "bold"}
_WIDTH = max(map(len, _STYLES)) + 2


@dataclass
class Tally:
    """What a request cost, in tokens, summed over its steps."""

    steps: int = 0
    evaluated: int = 0
    generated: int = 0
    forced: int = 0

    def add(self, message: AIMessage) -> None:
        """Add a step's own counts."""
        counts = message.response_metadata
        self.steps += 1
        self.evaluated += counts.get("evaluated_tokens", 0)
        self.generated += counts.get("generated_tokens", 0)
        self.forced += counts.get("forced_tokens", 0)

    def __str__(self) -> str:
        steps = f"{self.steps} step{'' if self.steps == 1 else 's'}"
        return f"{steps}: {self.evaluated} tokens evaluated, {self.generated} generated, {self.forced} forced"


class View(Protocol):
    """What sees an agent work."""

    def piece(self, chunk: AIMessageChunk) -> None:
        """More of what the model is writing."""

    def step(self, message: AIMessage) -> None:
        """A step of the model, complete."""

    def result(self, message: ToolMessage) -> None:
        """What a tool gave."""


@dataclass
class Printed:
    """Thought, call, result and answer under each other, each word as it is written."""

    console: Any = field(default_factory=out)
    _kind: str = ""

    def piece(self, chunk: AIMessageChunk) -> None:
        thought = chunk.additional_kwargs.get("reasoning_content")
        if thought:
            self._write("thought", thought)
        for call in chunk.tool_call_chunks:
            if call["name"]:
                self._label("call")
                self._write("call", f"{call['name']} ")
            self._write("call", call["args"] or "")
        if chunk.content:
            self._write("answer", str(chunk.text))

    def step(self, message: AIMessage) -> None:  # noqa: ARG002 - all of it was printed piece by piece
        self._end()

    def result(self, message: ToolMessage) -> None:
        program = getattr(message.artifact, "program", None)
        if program:
            self._label("program")
            self._write("program", str(program).strip().replace("\n", "\n" + " " * _WIDTH))
        self._label("result")
        self._write("result", str(message.text))
        self._end()

    def _write(self, kind: str, text: str) -> None:
        if self._kind != kind:
            text = text.lstrip()
            if not text:
                return
            self._label(kind)
        self.console.print(text, style=_STYLES[kind], end="")
        self.console.file.flush()

    def _label(self, kind: str) -> None:
        self._end()
        self.console.print(kind.ljust(_WIDTH), style="dim", end="")
        self._kind = kind

    def _end(self) -> None:
        if self._kind:
            self.console.print()
            self.console.file.flush()
        self._kind = ""


class JsonLines:
    """One JSON object per event and line: thought, call, result, answer, each when it is complete."""

    def piece(self, chunk: AIMessageChunk) -> None:
        """Pieces are not shown."""

    def step(self, message: AIMessage) -> None:
        if thought := message.additional_kwargs.get("reasoning_content"):
            _line(event="thought", text=thought.strip())
        for call in message.tool_calls:
            _line(event="call", id=call["id"], name=call["name"], arguments=call["args"])
        if not message.tool_calls:
            _line(event="answer", text=str(message.text))

    def result(self, message: ToolMessage) -> None:
        program = getattr(message.artifact, "program", None)
        extra = {"program": str(program)} if program else {}
        _line(event="result", id=message.tool_call_id, name=message.name, text=str(message.text), **extra)


def run(agent: Any, messages: Sequence[BaseMessage], view: View, *, max_steps: int = 12) -> tuple[list[Any], Tally]:
    """Let the agent answer, shown in the view; the messages that it added, and what they cost.

    Raises GbaError; what a step had shown until then stays shown.
    """
    from langgraph.errors import GraphRecursionError

    added: list[Any] = []
    tally = Tally()
    try:
        for kind, message in _events(agent, messages, max_steps):
            if kind == "piece":
                view.piece(message)
                continue
            added.append(message)
            if kind == "step":
                tally.add(message)
                view.step(message)
            else:
                view.result(message)
    except GraphRecursionError as error:
        raise GbaError(f"no answer after {max_steps} steps: allow more with --max-steps, or ask in parts") from error
    return added, tally


def _events(agent: Any, messages: Sequence[BaseMessage], max_steps: int) -> Iterator[tuple[str, Any]]:
    from langchain_core.messages import AIMessage, AIMessageChunk, ToolMessage

    config = {"recursion_limit": 2 * max_steps}  # each step but the last one is followed by its tools
    stream = agent.stream({"messages": list(messages)}, config, stream_mode=["messages", "updates"])
    for mode, data in stream:
        if mode == "messages":
            if isinstance(data[0], AIMessageChunk):
                yield "piece", data[0]
            continue
        for update in data.values():
            for message in (update or {}).get("messages", ()):
                if isinstance(message, AIMessage):
                    yield "step", message
                elif isinstance(message, ToolMessage):
                    yield "result", message


def _line(**event: Any) -> None:
    print(json.dumps(event, ensure_ascii=False, default=str), flush=True)  # noqa: T201
