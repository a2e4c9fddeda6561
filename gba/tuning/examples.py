"""Conversations to learn from: runs of agents and general dialogue, in one form, a JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from gba.chat.messages import Message, Role
from gba.errors import GbaError, SchemaError
from gba.schema.tools import ToolCall, ToolSpec
from gba.trajectory import Trajectory

__all__ = ["Example", "ExampleError", "Kind", "of_run", "read_examples", "write_examples"]

Kind = Literal["agent", "general"]


class ExampleError(GbaError):
    """The line ``line`` (from 1; 0: none) of the file ``path`` is no conversation to learn from."""

    def __init__(self, message: str, *, path: Path, line: int = 0) -> None:
        self.path, self.line = path, line
        super().__init__(f"{path}{f', line {line}' if line else ''}: {message}")


@dataclass(frozen=True)
class Example:
    """A conversation. ``id`` names it among all; ``source`` says where it comes from: an environment, a file."""

    id: str
    kind: Kind
    source: str
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    reward: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def request(self) -> str:
        """What the user asked first."""
        return next((message.content for message in self.messages if message.role == "user"), "")

    def as_json(self) -> dict[str, Any]:
        """What is written to a file."""
        return {
            "id": self.id,
            "kind": self.kind,
            "source": self.source,
            "reward": self.reward,
            "metadata": dict(self.metadata),
            "tools": [
                {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
                for tool in self.tools
            ],
            "messages": [_message(message) for message in self.messages],
        }


def _message(message: Message) -> dict[str, Any]:
    """A message without what is empty."""
    written: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.thought:
        written["thought"] = message.thought
    if message.calls:
        written["calls"] = [
            {"id": call.id, "name": call.name, "arguments": dict(call.arguments)} for call in message.calls
        ]
    if message.role == "tool":
        written |= {"call_id": message.call_id, "name": message.name}
    return written


def of_run(run: Trajectory) -> Example:
    """A recorded run as an example; its source is its environment, or the model where it has none.

    Raises ValueError for a message of a kind that no conversation has.
    """
    messages = tuple(
        Message(_role(each.role), each.content, each.thought, each.calls, each.call_id, each.name)
        for each in run.messages
    )
    source = str(run.metadata.get("environment") or Path(run.model).name or "runs")
    return Example(run.id, "agent", source, messages, run.tools, run.reward, dict(run.metadata))


def _role(role: str) -> Role:
    if role not in get_args(Role):
        raise ValueError(f"there is no role {role!r}")
    return role  # type: ignore[return-value]


def write_examples(path: Path, examples: Iterable[Example]) -> int:
    """Write them, and say how many there were. The file is there when all of it is."""
    partial = path.with_name(f"{path.name}.part")
    count = 0
    with partial.open("w", encoding="utf-8") as file:
        for example in examples:
            file.write(json.dumps(example.as_json(), ensure_ascii=False) + "\n")
            count += 1
    partial.replace(path)
    return count


def read_examples(path: Path) -> Iterator[Example]:
    """The examples of a file. Raises ExampleError, with the line, for what is none."""
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield _read(json.loads(line))
                except (ValueError, KeyError, TypeError, AttributeError, SchemaError) as error:
                    raise ExampleError(f"this is no example ({error}).", path=path, line=number) from error
    except OSError as error:
        raise ExampleError(f"cannot be read: {error.strerror}. Write it with `gba prepare`.", path=path) from error


def _read(record: Mapping[str, Any]) -> Example:
    kind = record["kind"]
    if kind not in get_args(Kind):
        raise ValueError(f"there is no kind {kind!r}")
    return Example(
        record["id"],
        kind,
        record["source"],
        tuple(map(_read_message, record["messages"])),
        tuple(ToolSpec(tool["name"], tool["description"], tool["parameters"]) for tool in record["tools"]),
        record["reward"],
        record["metadata"],
    )


def _read_message(record: Mapping[str, Any]) -> Message:
    calls = tuple(ToolCall(call["name"], call["arguments"], call["id"]) for call in record.get("calls", ()))
    return Message(
        _role(record["role"]),
        record["content"],
        record.get("thought", ""),
        calls,
        record.get("call_id"),
        record.get("name"),
    )
