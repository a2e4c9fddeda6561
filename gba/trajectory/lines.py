"""The lines of a recorded run: JSON objects, each ended by a line feed, read one at a time and within bounds.

What the bounds are for: Python's JSON takes up to thirty times the memory of a text that is little more than brackets,
and a value that is nested a thousand levels deep brings down whatever walks it later.
"""

from __future__ import annotations

import json
import re
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from gba.trajectory.records import TrajectoryError

__all__ = ["DEPTH", "MEMORY", "Line", "encode", "memory_limit", "read_lines", "size_of", "write_all"]

DEPTH = 200
"""Levels of brackets that a line may have."""
MEMORY = 10
"""Bytes of memory that reading may take for each byte of the file."""
_AT_LEAST = 16 << 20
"""Bytes of memory that reading a small file may take, however dense it is."""
_LIST, _OBJECT, _STRING, _ITEM = 96, 240, 56, 40
"""Bytes of memory of a list, an object, a string besides its characters, and of an item (a number and its place)."""

_PIECE = re.compile(rb'"[^"]*"?|[\[\]{}]')
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_TOO_DEEP = f"it is nested more than {DEPTH} levels deep"
_LONE = "it holds half of a surrogate pair, which is no text"


class Line(NamedTuple):
    """A line: its number (from 1), and its object; None for a last line that was torn, so that it is no JSON."""

    number: int
    record: dict[str, Any] | None


class _RefusedError(ValueError):
    """A line that is JSON, and is refused for what is in it."""


def encode(record: Mapping[str, Any]) -> bytes:
    """A record as a line that `read_lines` reads; objects that JSON does not know are written as their ``str``.

    Raises ValueError or TypeError for what is no JSON or could not be read back: nested too deeply, half of a surrogate
    pair.
    """
    try:
        line = json.dumps(record, ensure_ascii=False, default=_plain)
        data = line.encode()
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    except UnicodeEncodeError:
        raise ValueError(_LONE) from None
    if _brackets(line) > DEPTH and _weigh(line).depth > DEPTH:
        raise ValueError(_TOO_DEEP)
    return data + b"\n"


def write_all(file: BinaryIO, line: bytes) -> None:
    """Write all of a line; a raw file may take less than it is given."""
    left = memoryview(line)
    while left:
        left = left[file.write(left) :]


def _plain(value: Any) -> Any:
    """What is written for an object that JSON does not know."""
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, (Sequence, Set)) else str(value)


def memory_limit(path: Path) -> int:
    """Bytes of memory that reading this file may take. Raises TrajectoryError where it is no file."""
    with _named_errors(path):
        status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise TrajectoryError("this is no file.", path=str(path))
    return max(_AT_LEAST, MEMORY * status.st_size)


def read_lines(path: Path, limit: int) -> Iterator[Line]:
    """The lines of a file. Only the last one may be torn: it has no line feed, and is no JSON.

    Raises TrajectoryError, with the line's number, for what is no JSON object in UTF-8, is nested more than `DEPTH`
    levels deep, holds half of a surrogate pair, or would take more than ``limit`` bytes of memory; and where the file
    cannot be read.
    """
    with _named_errors(path), path.open("rb") as file:
        number = 0
        while line := file.readline():
            number += 1
            whole = line.endswith(b"\n")
            try:
                text = line.decode()
                del line  # a long line is not kept twice
                record = _read(text, limit)
            except _RefusedError as error:
                raise TrajectoryError(f"{error}.", path=str(path), line=number) from error
            except ValueError as error:
                if whole:
                    raise TrajectoryError(f"this is no JSON: {error}.", path=str(path), line=number) from error
                record = None
            text = ""
            yield Line(number, record)


@contextmanager
def _named_errors(path: Path) -> Iterator[None]:
    """What Python says about a file that cannot be opened or read, as a TrajectoryError."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise TrajectoryError(f"cannot be read: {reason}.", path=str(path)) from error


def _read(text: str, limit: int) -> dict[str, Any]:
    taken = 2 * sys.getsizeof(text)
    if _brackets(text) > DEPTH or taken + _most(text).memory > limit:
        weight = _weigh(text)
        if weight.depth > DEPTH:
            raise _RefusedError(_TOO_DEEP)
        if taken + weight.memory > limit:
            raise _RefusedError(f"it would take more than {limit} bytes of memory: it is nearly all punctuation")
    try:
        record = json.loads(text)
    except RecursionError:
        raise _RefusedError(_TOO_DEEP) from None
    if not isinstance(record, dict):
        raise _RefusedError("each line has to be a JSON object")
    if _SURROGATE.search(text):
        _check_text(record)
    return record


def _check_text(record: Mapping[str, Any]) -> None:
    try:
        json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise _RefusedError(_LONE) from None


class _Weight(NamedTuple):
    """How deeply a line is nested, and how many values of each kind it holds."""

    depth: int
    lists: int
    objects: int
    strings: int
    items: int

    @property
    def memory(self) -> int:
        """Bytes of memory that these values take, the characters of strings left out."""
        return _LIST * self.lists + _OBJECT * self.objects + _STRING * self.strings + _ITEM * self.items


def _brackets(line: str) -> int:
    return line.count("[") + line.count("{")


def _most(line: str) -> _Weight:
    """What the line may weigh at most: punctuation inside of strings is counted, too."""
    return _Weight(0, line.count("["), line.count("{"), line.count('"') // 2, line.count(","))


def _weigh(line: str) -> _Weight:
    """What the line weighs, punctuation inside of strings left out. For what is no JSON, any number."""
    plain = line.encode(errors="replace").replace(rb"\\", b"").replace(rb"\"", b"")
    depth = deepest = lists = objects = strings = 0
    items = plain.count(b",")
    for piece in _PIECE.finditer(plain):
        start = plain[piece.start()]
        if start == 0x22:  # a double quote
            strings += 1
            items -= plain.count(b",", piece.start(), piece.end())
        elif start in b"[{":
            depth += 1
            deepest = max(deepest, depth)
            lists, objects = lists + (start == 0x5B), objects + (start == 0x7B)
        else:
            depth -= 1
    return _Weight(deepest, lists, objects, strings, items)


def size_of(value: Any) -> int:
    """Bytes of memory that a value of JSON takes."""
    size = sys.getsizeof(value)
    if isinstance(value, dict):
        return size + sum(size_of(key) + size_of(inner) for key, inner in value.items())
    if isinstance(value, list):
        return size + sum(map(size_of, value))
    return size
