"""An agent at work as people see it, or as one JSON object per line."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from gba.cli.console import out

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, AIMessageChunk, ToolMessage

__all__ = ["JsonLines", "Printed", "Tally", "View"]

_STYLES = {
    "request": "default",
    "system": "dim",
    "thought": "dim italic",
    "call": "cyan",
    "program": "magenta",
    "result": "green",
    "answer": "bold",
}
_WIDTH = max(map(len, _STYLES)) + 2


@dataclass
class Tally:
    """What a request cost, in tokens, summed over its steps; ``generating`` in milliseconds. ``context``: tokens of the
    conversation after the last step."""

    steps: int = 0
    evaluated: int = 0
    generated: int = 0
    forced: int = 0
    generating: float = 0.0
    context: int = 0

    def add(self, message: AIMessage) -> None:
        """Add a step's own counts."""
        counts = message.response_metadata
        self.steps += 1
        self.evaluated += counts.get("evaluated_tokens", 0)
        self.generated += counts.get("generated_tokens", 0)
        self.forced += counts.get("forced_tokens", 0)
        self.generating += counts.get("timings", {}).get("predicted_ms", 0.0)
        self.context = counts.get("context_tokens", self.context)

    @property
    def speed(self) -> float | None:
        """Tokens generated in a second, by llama.cpp's own clock; None where it has not said."""
        return 1000 * self.generated / self.generating if self.generating > 0 else None

    def __str__(self) -> str:
        return f"{self._steps()}: {self.evaluated} tokens evaluated, {self.generated} generated, {self.forced} forced"

    def line(self, room: int) -> str:
        """What a user of a conversation wants to know; ``room``: tokens of context there are."""
        speed = "" if self.speed is None else f", {self.speed:.0f} tokens a second"
        return f"{self._steps()}{speed}, {self.context} of {room} tokens of context"

    def _steps(self) -> str:
        return f"{self.steps} step{'' if self.steps == 1 else 's'}"


class View(Protocol):
    """What sees an agent work."""

    def piece(self, chunk: AIMessageChunk) -> None:
        """More of what the model is writing."""

    def step(self, message: AIMessage) -> None:
        """A step of the model, complete."""

    def result(self, message: ToolMessage) -> None:
        """What a tool gave."""

    def end(self) -> None:
        """Nothing more comes, be it that the request was interrupted."""


@dataclass
class Printed:
    """Thought, call, result and answer under each other, each word as it is written."""

    console: Any = field(default_factory=out)
    _kind: str = ""
    _pieces: bool = False

    def piece(self, chunk: AIMessageChunk) -> None:
        self._pieces = True
        thought = chunk.additional_kwargs.get("reasoning_content")
        if thought:
            self.write("thought", thought)
        for call in chunk.tool_call_chunks:
            if call["name"]:
                self._label("call")
                self.write("call", f"{call['name']} ")
            self.write("call", call["args"] or "")
        if chunk.content:
            self.write("answer", str(chunk.text))

    def step(self, message: AIMessage) -> None:
        if not self._pieces:
            self._whole(message)
        elif not (message.tool_calls or message.text.strip()):
            self._label("answer")
            self.console.print("(the model ended its turn without a word)", style="dim", end="")
        self.end()
        if looped := message.response_metadata.get("looped"):
            what = " and ".join(f"the {part}" for part in dict.fromkeys(looped))
            self.console.print(
                f"(the model repeated itself: it was cut short in {what}; --no-stop-loops leaves it)", style="dim"
            )
        if limit := message.response_metadata.get("step_limit"):
            line = f"(the last of {limit} steps: answered without further calls; --max-steps allows more)"
            self.console.print(line, style="dim")
        self._pieces = False

    def _whole(self, message: AIMessage) -> None:
        """A step that came in one piece, as from a model that does not stream."""
        self.write("thought", str(message.additional_kwargs.get("reasoning_content", "")))
        for call in message.tool_calls:
            self._label("call")
            self.write("call", f"{call['name']} {json.dumps(call['args'], ensure_ascii=False)}")
        self.write("answer", str(message.text))

    def result(self, message: ToolMessage) -> None:
        program = getattr(message.artifact, "program", None)
        if program:
            self._label("program")
            self.write("program", str(program).strip().replace("\n", "\n" + " " * _WIDTH))
        self._label("result")
        self.write("result", str(message.text))
        self.end()

    def end(self) -> None:
        if self._kind:
            self.console.print()
            self.console.file.flush()
        self._kind = ""

    def write(self, kind: str, text: str) -> None:
        """More of one kind, such as ``request``, ``thought``, ``call``, ``program``, ``result`` or ``answer``."""
        if self._kind != kind:
            text = text.lstrip()
            if not text:
                return
            self._label(kind)
        self.console.print(text, style=_STYLES.get(kind, "default"), end="")
        self.console.file.flush()

    def _label(self, kind: str) -> None:
        self.end()
        self.console.print(kind.ljust(_WIDTH), style="dim", end="")
        self._kind = kind


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
        if looped := message.response_metadata.get("looped"):
            _line(event="looped", parts=looped)
        if limit := message.response_metadata.get("step_limit"):
            _line(event="step_limit", steps=limit)

    def result(self, message: ToolMessage) -> None:
        program = getattr(message.artifact, "program", None)
        extra = {"program": str(program)} if program else {}
        _line(event="result", id=message.tool_call_id, name=message.name, text=str(message.text), **extra)

    def end(self) -> None:
        """Lines are whole."""


def _line(**event: Any) -> None:
    print(json.dumps(event, ensure_ascii=False, default=str), flush=True)  # noqa: T201
