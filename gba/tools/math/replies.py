"""What a worker sends, read as if the worker were hostile: one line of JSON, in bounded size, every field checked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NoReturn

from gba.tools.math.values import Value

__all__ = ["KINDS", "LONGEST", "MESSAGE_LENGTH", "TEXTS", "Reply", "Written", "read_reply"]

KINDS = frozenset({"syntax", "forbidden", "too large", "time", "domain", "no result"})
"""The kinds of errors that a worker may report."""
LONGEST = 1_200_000
"""Bytes of a reply."""

TEXTS = {"text": 1_000, "latex": 10_000, "decimal": 400_000, "exact": 100_000, "origin": 40, "printed": 12_000}
"""Characters of each text of a reply, at most."""
MESSAGE_LENGTH = 20_000
_NESTING, _PARTS, _QUOTES, _SMALL = 4, 40_000, 24_000, 12


@dataclass(frozen=True)
class Written:
    """A result as the worker wrote it; ``value`` is None where it is not made of the nodes of the table."""

    text: str
    decimal: str
    latex: str
    exact: str
    origin: str
    printed: str
    value: Value | None


@dataclass(frozen=True)
class Reply:
    """One reply: a result, or an error's kind and message, or neither from a worker that says that it is ready.

    ``retire``: the worker wants to be replaced.
    """

    result: Written | None = None
    error: tuple[str, str] | None = None
    retire: bool = False


def read_reply(line: bytes) -> Reply:
    """A reply. Raises ValueError for anything that a worker of ours does not write."""
    reply = _parsed(line)
    if not isinstance(reply, dict):
        _refuse("no object")
    retire = reply.pop("retire", False)
    if retire is not True and retire is not False:
        _refuse("retire")
    if reply.keys() == {"ready"} and reply["ready"] is True:
        return Reply()
    if reply.keys() == {"error"}:
        return Reply(error=_error(reply["error"]), retire=retire)
    if reply.keys() != {"result"}:
        _refuse("other fields")
    return Reply(result=_written(reply["result"]), retire=retire)


def _parsed(line: bytes) -> Any:
    """The JSON, after a look at how large and how deeply nested what the parser makes of it would be."""
    if len(line) > LONGEST:
        _refuse("too long")
    unescaped = line.replace(b"\\\\", b"").replace(b'\\"', b"")
    if unescaped.count(b'"') > _QUOTES:
        _refuse("too many texts")
    outside = b"".join(unescaped.split(b'"')[::2])
    if outside.count(b",") + outside.count(b"[") + outside.count(b"{") > _PARTS:
        _refuse("too many parts")
    brackets = outside.translate(None, bytes(set(range(256)) - set(b"[]{}")))
    for _ in range(_NESTING):
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    if brackets:
        _refuse("nested too deeply")
    return json.loads(line.decode("ascii"), parse_int=_small, parse_float=_refuse, parse_constant=_refuse)


def _small(text: str) -> int:
    return int(text) if len(text) <= _SMALL else _refuse("a long number")


def _refuse(what: str) -> NoReturn:
    raise ValueError(f"not a reply of a worker: {what[:40]}")


def _text(value: Any, longest: int) -> str:
    """A text of printable characters: nothing that a terminal would take for a command."""
    if not isinstance(value, str) or len(value) > longest or not value.replace("\n", "").isprintable():
        _refuse("a text")
    return value


def _error(value: Any) -> tuple[str, str]:
    if not isinstance(value, list) or len(value) != 2:
        _refuse("an error")
    kind, message = (_text(part, MESSAGE_LENGTH) for part in value)
    if kind not in KINDS:
        _refuse("a kind of error")
    return kind, message


def _written(value: Any) -> Written:
    if not isinstance(value, dict) or value.keys() != {*TEXTS, "value"}:
        _refuse("a result")
    texts = {name: _text(value[name], longest) for name, longest in TEXTS.items()}
    return Written(**texts, value=None if value["value"] is None else Value.of(value["value"]))
