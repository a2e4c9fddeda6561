"""Writes a run to a file while it happens, so that nothing of it is lost when it fails."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from gba.schema.tools import ToolCall, ToolSpec
from gba.trajectory.lines import encode, write_all
from gba.trajectory.records import VERSION, MessageLike, SpanLike, StepLike, TrajectoryError

__all__ = ["Recorder"]


class Recorder:
    """Records one run. Each message and step is on the disk when the call that records it returns.

        with Recorder("runs/1.jsonl", tools=tools, model="tiny-agent") as recorder:
            recorder.message(Message("user", "Hello!"))
            recorder.step(engine.step(messages, tools))

    An exception inside the ``with`` is written down and goes on its way. A step stands for the assistant's message: it
    is not recorded a second time as a message. A file that exists is not overwritten. May be used from several threads.

    Raises TrajectoryError where the file cannot be written, for what could not be read back (text with half of a
    surrogate pair, arguments that are nested hundreds of levels deep), and on use outside of the ``with``. What was
    recorded before stays readable, and the run can be recorded further.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        tools: Sequence[ToolSpec] = (),
        model: str = "",
        build: str = "",
        metadata: Mapping[str, Any] | None = None,
        run_id: str | None = None,
    ) -> None:
        self.path, self.id = Path(path), run_id or uuid.uuid4().hex
        self._head = {
            "model": model,
            "build": build,
            "tools": [_tool(tool) for tool in tools],
            "metadata": dict(metadata or {}),
        }
        self._file: BinaryIO | None = None
        self._end = 0
        self._guard = threading.Lock()
        self._last: tuple[int, ...] = ()
        self._told = {tool.name: _tool(tool) for tool in tools}

    @classmethod
    def into(cls, folder: str | Path, **about: Any) -> Recorder:
        """A recorder to a file of its own in a folder, named by the time; ``about``: as above."""
        run_id = about.pop("run_id", None) or uuid.uuid4().hex
        return cls(Path(folder) / f"{time.strftime('%Y%m%d-%H%M%S')}-{run_id[:8]}.jsonl", run_id=run_id, **about)

    def __enter__(self) -> Recorder:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except (OSError, ValueError) as error:
            raise self._unwritten(error) from error
        try:
            self._file = self.path.open("xb", buffering=0)
        except FileExistsError as error:
            raise TrajectoryError("there is such a file already. Choose another name.", path=str(self.path)) from error
        except OSError as error:
            raise self._unwritten(error) from error
        self._write("run", {"version": VERSION, "id": self.id, "started": _now(), **self._head})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        said = f"{kind.__name__}: {error}" if kind is not None else ""
        said = said.encode(errors="backslashreplace").decode()
        # the exception that ends the run goes on its way, even where it cannot be written down
        failing = contextlib.suppress(TrajectoryError) if kind is not None else contextlib.nullcontext()
        try:
            with failing:
                self._write("end", {"ended": _now(), "error": said})
                self._sync()
        finally:
            file, self._file = self._file, None
            if file is not None:
                file.close()

    def tools(self, tools: Sequence[ToolSpec]) -> None:
        """Record the tools that the model has from now on, those of them that were not recorded before."""
        new = [made for made in map(_tool, tools) if self._told.get(made["name"]) != made]
        if new:
            self._write("tools", {"tools": new})
            self._told |= {made["name"]: made for made in new}

    def message(self, message: MessageLike) -> None:
        """Record a message that the model did not write: the user's, a tool's result, the system text."""
        self._write(
            "message",
            {
                "role": message.role,
                "content": message.content,
                "thought": message.thought,
                "calls": [_call(call) for call in message.calls],
                "call_id": message.call_id,
                "name": message.name,
            },
        )

    def step(self, step: StepLike, *, seconds: float | None = None) -> None:
        """Record a step of the model; ``seconds``: what it took."""
        tokens = tuple(step.tokens)
        with self._guard:
            kept = _common(self._last, tokens)
            self._append(
                "step",
                {
                    "thought": step.thought,
                    "calls": [_call(call) for call in step.calls],
                    "answer": step.answer,
                    "content": _text_before(step),
                    "finish": step.finish,
                    "closed": step.closed,
                    "usage": _counts(step.usage),
                    "timings": _counts(step.timings),
                    "kept": kept,
                    "tokens": tokens[kept:],
                    "prompt_tokens": step.prompt_tokens,
                    "spans": [_span(span) for span in step.spans],
                    "requests": step.requests,
                    "seconds": seconds,
                    "choices": [[each.chosen, dict(each.probabilities)] for each in getattr(step, "choices", ())],
                    "looped": list(getattr(step, "looped", ())),
                    "written": [[[part.text, part.forced] for part in parts] for parts in getattr(step, "written", ())],
                },
            )
            self._last = tokens

    def reward(self, value: float) -> None:
        """Record what the run is worth; the last one counts."""
        self._write("reward", {"value": value})

    def _write(self, kind: str, fields: Mapping[str, Any]) -> None:
        with self._guard:
            self._append(kind, fields)

    def _append(self, kind: str, fields: Mapping[str, Any]) -> None:
        if self._file is None:
            raise TrajectoryError(
                "the recorder is not open. Use it as `with Recorder(...) as recorder`.", path=str(self.path)
            )
        try:
            line = encode({"type": kind, **fields})
        except (TypeError, ValueError) as error:
            raise TrajectoryError(f"this cannot be recorded: {error}.", path=str(self.path)) from error
        try:
            # what an earlier write left behind that failed in the middle of a line is overwritten
            self._file.seek(self._end)
            self._file.truncate()
            write_all(self._file, line)
        except OSError as error:
            raise self._unwritten(error) from error
        self._end += len(line)

    def _sync(self) -> None:
        """A run that has ended outlives a crash of the machine, too."""
        if self._file is not None:
            with contextlib.suppress(OSError):  # what is no file of a disk
                os.fsync(self._file.fileno())

    def _unwritten(self, error: OSError | ValueError) -> TrajectoryError:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return TrajectoryError(f"cannot be written: {reason}.", path=str(self.path))


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")


def _tool(tool: ToolSpec) -> dict[str, Any]:
    return {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}


def _call(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "name": call.name, "arguments": dict(call.arguments)}


def _text_before(step: StepLike) -> str:
    """What was said besides the answer: the text before calls."""
    content = getattr(step, "content", "")
    return "" if content == step.answer else content


def _span(span: SpanLike) -> list[Any]:
    return [span.start, span.end, span.kind, span.eog]


def _counts(counts: Any) -> dict[str, Any]:
    if dataclasses.is_dataclass(counts) and not isinstance(counts, type):
        return dataclasses.asdict(counts)
    return dict(counts)


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    for index, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return index
    return min(len(one), len(other))
