"""Recorded runs that are damaged, hostile or unusual: read exactly, or refused with the line; never cut short."""

from __future__ import annotations

import functools
import json
import tempfile
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.attack.cases import Case
from gba.schema.tools import ToolCall
from gba.trajectory import MessageRecord, Recorder, SpanRecord, StepRecord, Trajectory, TrajectoryError, read

__all__ = ["MEGABYTES", "SECONDS", "TITLE", "cases"]

TITLE, SECONDS, MEGABYTES = "recorded runs", 20.0, 300
"""Reading takes a tenth of that: allocations are traced, which makes it several times slower."""

_HEAD: dict[str, Any] = {
    "type": "run",
    "version": 1,
    "id": "x",
    "started": "2026-01-01T00:00:00+00:00",
    "model": "m",
    "build": "b",
    "tools": [],
    "metadata": {},
}
_MESSAGE: dict[str, Any] = {
    "type": "message",
    "role": "user",
    "content": "Hello!",
    "thought": "",
    "calls": [],
    "call_id": None,
    "name": None,
}
_TOOL: dict[str, Any] = {"name": "t", "description": "", "parameters": {"type": "object", "properties": {}}}
_CALL: dict[str, Any] = {"id": "1", "name": "f", "arguments": {}}
_STEP: dict[str, Any] = {
    "type": "step",
    "thought": "",
    "calls": [],
    "answer": "",
    "finish": "stop",
    "closed": False,
    "usage": {"generated": 1},
    "timings": {"prompt_ms": 0.5},
    "kept": 0,
    "tokens": [1, 2, 3],
    "prompt_tokens": 1,
    "spans": [[0, 3, "thought", False]],
    "requests": 1,
    "seconds": None,
}
_END: dict[str, Any] = {"type": "end", "ended": "2026-01-01T00:00:01+00:00", "error": ""}


def cases() -> list[Case]:
    """All cases, in a fixed order."""
    return [
        *_kept_exactly(),
        *(Case(f"refused: {name}", functools.partial(_refused, data, line)) for name, data, line in _damaged()),
        *_torn(),
        *(Case(f"refused when written: {name}", functools.partial(_not_written, make)) for name, make in _unwritable()),
        *_sized(),
        *_places(),
    ]


# what is unusual, and has to come back as it was


_TEXTS = {
    "line separators of Unicode": "a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\x1dh\x1ei",
    "a carriage return": "a\rb\r\nc",
    "control characters": "".join(map(chr, range(32))) + "\x7f",
    "characters beyond the basic plane": "🦙" * 100,
    "direction marks and joiners": "\u202egnp.exe\u200d\ufeff",
    "text that looks like a line of the file": json.dumps(_END) + "\n" + json.dumps(_HEAD),
    "brackets in text": "[{" * 100_000,
    "quotes and backslashes": '\\"' * 10_000 + "\\",
    "no character": "\uffff\ufffe",
}


def _kept_exactly() -> Iterator[Case]:
    for name, text in _TEXTS.items():
        yield Case(f"kept exactly: {name}", functools.partial(_round_trip, text))
    for separator in ("\u2028", "\u2029", "\x85"):
        message = {**_MESSAGE, "content": f"a{separator}b"}
        lines = [_HEAD, message, _STEP, message, _END]
        yield Case(f"read whole: a message with U+{ord(separator):04X}", functools.partial(_reads, _lines(*lines), 3))
    windows = _lines(_HEAD, _MESSAGE, _END).replace(b"\n", b"\r\n")
    yield Case("read whole: line ends of Windows", functools.partial(_reads, windows, 1))
    later = _lines(_HEAD, {"type": "weather", "sky": ["blue"]}, {**_MESSAGE, "later": 1}, _END)
    yield Case("read whole: kinds and fields of a later version", functools.partial(_reads, later, 1))
    deep = _lines(_HEAD, {**_MESSAGE, "calls": [{**_CALL, "arguments": json.loads(_nested(150))}]}, _END)
    yield Case("read whole: arguments that are nested 150 levels deep", functools.partial(_reads, deep, 1))


def _round_trip(text: str) -> None:
    message = MessageRecord("user", text, text, (ToolCall("f", {text: [text]}, "1"),), text, text)
    call = ToolCall("f", {"a": text}, "2")
    step = StepRecord(text, (call,), text, tokens=(1, 2, 3), spans=(SpanRecord(0, 3, "a"),), content=text)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.jsonl"
        with Recorder(path, model=text, metadata={text: text}, run_id="x") as recorder:
            recorder.message(message)
            recorder.step(step)
            recorder.message(message)
        run = read(path)
    assert run.complete, "the run is cut"
    assert (run.model, run.metadata) == (text, {text: text}), "the head has changed"
    assert run.steps == (step,), "the step has changed"
    assert [run.messages[0], run.messages[2]] == [message, message], "a message has changed"


def _reads(data: bytes, messages: int) -> None:
    run = _read(data)
    assert run.complete, "the run is cut"
    assert run.torn == 0, "a line is missing"
    assert len(run.messages) == messages, f"{len(run.messages)} messages instead of {messages}"


# what is damaged, and has to be refused with the line


def _damaged() -> Iterator[tuple[str, bytes, int]]:
    head, message, step, end = (_lines(each) for each in (_HEAD, _MESSAGE, _STEP, _END))
    yield "an empty file", b"", 1
    yield "zeros", bytes(4096), 1
    yield "a line that is no JSON, between others", head + b"{\n" + end, 2
    yield "an empty line", head + b"\n" + end, 2
    yield "a list as a line", head + b"[1]\n" + end, 2
    yield "UTF-16", (head + end).decode().encode("utf-16"), 1
    yield "bytes that are no UTF-8", head + message.replace(b"Hello", b"\xff\xfe") + end, 2
    yield "a surrogate in UTF-8", head + message.replace(b"Hello", b"\xed\xa0\x80") + end, 2
    yield "half of a surrogate pair", head + message.replace(b"Hello", b"\\ud83d") + end, 2
    yield "half of a surrogate pair in a key", head + message.replace(b'"type"', b'"\\uDEAD": 1, "type"') + end, 2
    yield "a head that is missing", message + end, 1
    yield "two runs in one file", head + end + head + end, 3
    yield "a message behind the end", head + end + message, 3
    yield "two ends", head + end + end, 3
    yield "a file that was cut in its first line", head[:30], 1
    yield "a list that is nested a million levels deep", head + _field(_MESSAGE, "calls", b"[" * 10**6) + end, 2
    for depth in (500, 10_000, 100_000):
        deep = _field(_MESSAGE, "calls", b'[{"id": "1", "name": "f", "arguments": ' + _nested(depth) + b"}]")
        yield f"arguments that are nested {depth} levels deep", head + deep + end, 2
    yield "metadata that are nested too deeply", _field(_HEAD, "metadata", _nested(5_000)) + end, 1
    yield "an unknown kind that is nested too deeply", head + b'{"type": "x", "y": ' + _nested(5_000) + b"}\n" + end, 2
    yield "a number of a million digits", head + _field(_STEP, "kept", b"9" * 10**6) + end, 2
    yield "a reward that is infinite", head + b'{"type": "reward", "value": 1e999}\n' + end, 2
    yield "a reward that is no number", head + b'{"type": "reward", "value": NaN}\n' + end, 2
    for field, values in _WRONG_HEADS.items():
        for value in values:
            yield f"the head's {field} {json.dumps(value)}", _lines({**_HEAD, field: value}) + end, 1
    for field, values in _WRONG_MESSAGES.items():
        for value in values:
            yield f"a message's {field} {json.dumps(value)}", head + _lines({**_MESSAGE, field: value}) + end, 2
    for field, values in _WRONG_STEPS.items():
        for value in values:
            bad = _lines({**_STEP, field: value})
            yield f"a step's {field} {json.dumps(value)[:60]}", head + step + bad + end, 3
    for value in _WRONG_HEADS["tools"]:
        yield f"more tools: {json.dumps(value)}", head + _lines({"type": "tools", "tools": value}) + end, 2
    yield "text before a call that is none", head + _lines({**_STEP, "content": ["x"]}) + end, 2
    yield "more tools than are named", head + b'{"type": "tools"}\n' + end, 2
    for field in ("role", "content", "calls", "call_id"):
        yield f"a message without {field}", head + _lines(_without(_MESSAGE, field)) + end, 2
    for field in ("kept", "tokens", "usage", "spans"):
        yield f"a step without {field}", head + _lines(_without(_STEP, field)) + end, 2


_WRONG_HEADS: dict[str, list[Any]] = {
    "version": [True, 0, -1, 1.0, "1", None, 2, 10**30],
    "id": [None, 1],
    "tools": [None, {}, [1], [{"name": "no name", "description": "", "parameters": {}}]],
    "metadata": [None, [], "x"],
}
_WRONG_MESSAGES: dict[str, list[Any]] = {
    "type": [None, 1, ["message"]],
    "role": [None, 1],
    "content": [None, ["x"], 1],
    "calls": [None, {}, [None], [{**_CALL, "arguments": []}], [{**_CALL, "name": 1}], [{**_CALL, "id": None}]],
    "call_id": [1],
}
_WRONG_STEPS: dict[str, list[Any]] = {
    "kept": [-1, 4, True, 1.0, "1", None, 10**30],
    "tokens": [None, {}, "123", [1.0], [True], [-1], [2**31], ["1"], [None]],
    "prompt_tokens": [-1, True, 10**6],
    "spans": [None, [[]], [[0, 1]], [[2, 1, "a", False]], [[-1, 1, "a", False]], [[0, 99, "a", False]], [[0, 1, 2, 3]]],
    "usage": [None, [], {"generated": "1"}, {"generated": True}],
    "timings": [None, {"prompt_ms": "1"}],
    "closed": [None, 1, "no"],
    "seconds": ["1", True],
}


def _refused(data: bytes, line: int) -> None:
    try:
        _read(data)
    except TrajectoryError as error:
        found = error.line
    else:
        raise AssertionError("it is read as if nothing were wrong")
    assert found == line, f"line {found} is said to be at fault, not {line}"


# what broke off, and has to be read as far as it came


def _torn() -> Iterator[Case]:
    whole = _lines(_HEAD, _MESSAGE, {**_MESSAGE, "content": "Größe 🦙"}, _END)
    lines = whole.splitlines(keepends=True)
    for kept in (1, len(lines[2]) // 2, len(lines[2]) - 2):
        data = b"".join(lines[:2]) + lines[2][:kept]
        yield Case(f"read as far as it came: torn {kept} bytes into a line", functools.partial(_broke_off, data, 1, 3))
    inside = whole[: whole.index("🦙".encode()) + 2]
    yield Case("read as far as it came: torn inside of a character", functools.partial(_broke_off, inside, 1, 3))
    yield Case("read as far as it came: no end", functools.partial(_broke_off, b"".join(lines[:3]), 2, 0))
    yield Case("read as far as it came: no last line feed", functools.partial(_broke_off, whole[:-1], 2, 0, True))


def _broke_off(data: bytes, messages: int, torn: int, complete: bool = False) -> None:
    run = _read(data)
    assert len(run.messages) == messages, f"{len(run.messages)} messages instead of {messages}"
    assert run.torn == torn, f"line {run.torn} is said to be torn, not {torn}"
    assert run.complete == complete, f"it is said to be complete: {run.complete}"


# what cannot be read back, and is refused when it is written


def _unwritable() -> Iterator[tuple[str, Callable[[Recorder], None]]]:
    loop: dict[str, Any] = {}
    loop["loop"] = loop
    yield "half of a surrogate pair", lambda recorder: recorder.message(MessageRecord("user", "\ud800"))
    yield "half of a surrogate pair in a call", lambda recorder: recorder.step(_calling({"a": "\udfff"}))
    yield "arguments that are nested too deeply", lambda recorder: recorder.step(_calling(json.loads(_nested(300))))
    yield "arguments that hold themselves", lambda recorder: recorder.step(_calling(loop))


def _calling(arguments: dict[str, Any]) -> StepRecord:
    return StepRecord(calls=(ToolCall("f", arguments, "1"),), tokens=(7, 8, 9))


def _not_written(record: Callable[[Recorder], None]) -> None:
    """It is refused with an error of gba's own, and all before and behind it is there."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.jsonl"
        with Recorder(path) as recorder:
            recorder.step(StepRecord(tokens=(1, 2)))
            try:
                record(recorder)
            except TrajectoryError:
                pass
            else:
                raise AssertionError("it is written")
            recorder.step(StepRecord(tokens=(1, 2, 3)))
        run = read(path)
    assert run.complete, "the run is cut"
    assert [tuple(step.tokens) for step in run.steps] == [(1, 2), (1, 2, 3)], "a step has changed"


# what is large


def _sized() -> Iterator[Case]:
    yield Case("at most 10 times: 3,000 steps on the same tokens", functools.partial(_small, _appending(3_000)))
    yield Case("at most 10 times: 3,000 steps that take one token back", functools.partial(_small, _rewriting(3_000)))
    yield Case(
        "at most 10 times: a message of 8 MB", functools.partial(_small, [{**_MESSAGE, "content": "x" * 8_000_000}])
    )
    wide = [{**_MESSAGE, "content": "x" * 8_000_000 + "🦙\n"}]
    yield Case("at most 10 times: a message of 8 MB with one wide character", functools.partial(_small, wide))
    yield Case("at most 10 times: 20,000 short messages", functools.partial(_small, [_MESSAGE] * 20_000))
    many = [{**_MESSAGE, "calls": [{**_CALL, "arguments": {"query": f"number {number}"}}]} for number in range(10_000)]
    yield Case("at most 10 times: 10,000 calls", functools.partial(_small, many))
    tools = [{**_TOOL, "name": f"t{number}"} for number in range(10_000)]
    one_by_one = [{"type": "tools", "tools": [tool]} for tool in tools]
    yield Case("at most 10 times: 10,000 tools, one by one", functools.partial(_small, one_by_one))
    yield Case("at most 10 times: 10,000 tools", functools.partial(_small, [{"type": "tools", "tools": tools}]))
    said = [{**_STEP, "content": "x" * 1000, "answer": "y" * 1000}] * 4_000
    yield Case("at most 10 times: 4,000 steps that say much", functools.partial(_small, said))
    for name, piece in {"lists": b"[],", "objects": b"{},", "strings": b'"ab",', "numbers": b"300,"}.items():
        dense = _field({"type": "x"}, "y", b"[" + piece * (2_500_000 // len(piece)) + b"0]")
        yield Case(f"at most 10 times, or refused: 2.5 MB of {name}", functools.partial(_small_or_refused, dense))
        calls = b'[{"id": "1", "name": "f", "arguments": {"y": [' + piece * 50 + b"0]}}]"
        spread = _field(_MESSAGE, "calls", calls) * (4_000_000 // (len(calls) + 120))
        yield Case(
            f"at most 10 times, or refused: 4 MB of {name}, spread", functools.partial(_small_or_refused, spread)
        )


def _appending(count: int) -> list[dict[str, Any]]:
    first = {**_STEP, "tokens": list(range(20_000))}
    return [first, *({**_STEP, "kept": 20_000 + number, "tokens": [number], "spans": []} for number in range(count))]


def _rewriting(count: int) -> list[dict[str, Any]]:
    first = {**_STEP, "tokens": list(range(20_000))}
    return [first, *({**_STEP, "kept": 19_999, "tokens": [number], "spans": []} for number in range(count))]


def _small(records: Iterable[dict[str, Any]]) -> None:
    run = _measured(_lines(_HEAD, *records, _END))
    assert run.complete, "the run is cut"


def _small_or_refused(data: bytes) -> None:
    try:
        _measured(_lines(_HEAD) + data + _lines(_END))
    except TrajectoryError as error:
        reason = str(error)
    else:
        return
    assert "memory" in reason, f"it is refused for another reason: {reason}"


def _measured(data: bytes) -> Trajectory:
    """The run, read with at most ten times the memory of the file (or 16 MiB)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.jsonl"
        path.write_bytes(data)
        limit = max(10 * len(data), 16 << 20)
        del data
        tracemalloc.start()
        try:
            return read(path)
        finally:
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert peak <= limit, f"{peak:,} bytes of memory, and {limit:,} is the bound"


# what is no file


def _places() -> Iterator[Case]:
    for path in ("/dev/zero", "/dev/null", "/", "/nonexistent/x.jsonl", "x\0y", "x" * 5_000):
        yield Case(f"refused: the path {path[:20]!r}", functools.partial(_no_file, path))


def _no_file(path: str) -> None:
    try:
        read(path)
    except TrajectoryError as error:
        named = error.path
    else:
        raise AssertionError("it is read")
    assert named == path, f"it names {named}"


# how files are made


def _lines(*records: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records)


def _field(record: dict[str, Any], field: str, value: bytes) -> bytes:
    """A line whose field has a value that is written as it stands."""
    return _lines({**record, field: "@@"}).replace(b'"@@"', value)


def _nested(depth: int) -> bytes:
    return b'{"a": ' * depth + b"1" + b"}" * depth


def _without(record: dict[str, Any], field: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != field}


def _read(data: bytes) -> Trajectory:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.jsonl"
        path.write_bytes(data)
        return read(path)
