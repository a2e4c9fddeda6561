"""Reads recorded runs back, those that broke off included."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gba.errors import SchemaError
from gba.schema.tools import ToolCall, ToolSpec
from gba.trajectory.records import VERSION, MessageRecord, SpanRecord, StepRecord, Trajectory, TrajectoryError

__all__ = ["read", "read_all"]


def read(path: str | Path) -> Trajectory:
    """The run in a file. Raises TrajectoryError, with the line, for what is no trajectory or of a later version.

    A last line that was cut off, as by a crash, is left out; the run is then one without an end.
    """
    lines = _lines(Path(path))
    number, head = next(lines, (1, None))
    if head is None or head.get("type") != "run":
        raise TrajectoryError(
            "this is not a recorded run: its first line has to be of type 'run'.", path=str(path), line=1
        )
    if not isinstance(head.get("version"), int) or head["version"] > VERSION:
        raise TrajectoryError(
            f"it has version {head.get('version')!r} of the format, and this gba reads up to {VERSION}. Update gba.",
            path=str(path),
            line=number,
        )
    run = _Run(head)
    for number, line in lines:
        try:
            run.add(line)
        except (KeyError, TypeError, ValueError, SchemaError) as error:
            raise TrajectoryError(f"a record that cannot be read: {error!r}.", path=str(path), line=number) from error
    try:
        return run.trajectory()
    except (KeyError, TypeError, ValueError, SchemaError) as error:
        raise TrajectoryError(f"a record that cannot be read: {error!r}.", path=str(path), line=1) from error


def read_all(folder: str | Path) -> Iterator[Trajectory]:
    """The runs in all ``.jsonl`` files of a folder and of those in it, by name."""
    return (read(path) for path in sorted(Path(folder).rglob("*.jsonl")))


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise TrajectoryError(f"cannot be read: {error.strerror}.", path=str(path)) from error
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        try:
            record = json.loads(line)
        except ValueError as error:
            if not line.endswith("\n"):
                return
            raise TrajectoryError(f"this is no JSON: {error}.", path=str(path), line=number) from error
        if not isinstance(record, dict):
            raise TrajectoryError("each line has to be a JSON object.", path=str(path), line=number)
        yield number, record


class _Run:
    """A run as its lines come in."""

    def __init__(self, head: Mapping[str, Any]) -> None:
        self._head = head
        self._messages: list[MessageRecord] = []
        self._steps: list[StepRecord] = []
        self._end: Mapping[str, Any] = {}
        self._reward: float | None = None

    def add(self, line: Mapping[str, Any]) -> None:
        """Take a line; kinds that are not known are left out, so that later versions can add some."""
        match line.get("type"):
            case "message":
                self._messages.append(_message(line))
            case "step":
                step = _step(line, self._steps[-1].tokens if self._steps else ())
                self._steps.append(step)
                self._messages.append(MessageRecord("assistant", step.answer, step.thought, step.calls))
            case "reward":
                self._reward = float(line["value"])
            case "end":
                self._end = line

    def trajectory(self) -> Trajectory:
        head = self._head
        return Trajectory(
            id=head["id"],
            started=head["started"],
            ended=self._end.get("ended"),
            model=head["model"],
            build=head["build"],
            tools=tuple(ToolSpec(**tool) for tool in head["tools"]),
            messages=tuple(self._messages),
            steps=tuple(self._steps),
            error=self._end.get("error", ""),
            reward=self._reward,
            metadata=head["metadata"],
            version=head["version"],
        )


def _message(line: Mapping[str, Any]) -> MessageRecord:
    return MessageRecord(
        line["role"], line["content"], line["thought"], _calls(line["calls"]), line["call_id"], line["name"]
    )


def _step(line: Mapping[str, Any], before: tuple[int, ...]) -> StepRecord:
    kept = line["kept"]
    if kept > len(before):
        raise ValueError(f"it goes on from token {kept}, and the step before has {len(before)}")
    return StepRecord(
        thought=line["thought"],
        calls=_calls(line["calls"]),
        answer=line["answer"],
        finish=line["finish"],
        closed=line["closed"],
        usage=line["usage"],
        timings=line["timings"],
        tokens=(*before[:kept], *line["tokens"]),
        prompt_tokens=line["prompt_tokens"],
        spans=tuple(SpanRecord(*span) for span in line["spans"]),
        requests=line["requests"],
        seconds=line["seconds"],
    )


def _calls(calls: list[Mapping[str, Any]]) -> tuple[ToolCall, ...]:
    return tuple(ToolCall(call["name"], call["arguments"], call["id"]) for call in calls)
