"""General dialogue in ShareGPT's format: a JSON list, or an object a line, of conversations."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gba.chat.messages import Message, Role
from gba.tuning.examples import Example, ExampleError
from gba.tuning.filters import has_marks, loops

__all__ = ["read_general"]

_ROLES: Mapping[str, Role] = {
    "assistant": "assistant",
    "bard": "assistant",
    "bing": "assistant",
    "chatgpt": "assistant",
    "gpt": "assistant",
    "human": "user",
    "system": "system",
    "user": "user",
}


def read_general(path: Path) -> Iterator[Example | str]:
    """The conversations of a file; in place of one that is of no use, why: ``empty``, ``order``, ``role``,
    ``text`` (half of a surrogate pair, which is no text), ``format`` (marks of a chat format in what the assistant
    says), ``repeated`` (it says a piece three times in a row).

    What the assistant says before the user is left out, and what the user says last. Raises ExampleError where the file
    cannot be read.
    """
    for number, record in enumerate(_records(path)):
        known = str(record.get("id", number)) if isinstance(record, Mapping) else ""
        yield _example(record, f"{path.stem}-{known if _is_text(known) else number}", path)


def _records(path: Path) -> Iterator[Any]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            first = file.read(1)
            while first.isspace():
                first = file.read(1)
            file.seek(0)
            if first == "[":
                yield from json.load(file)
                return
            for number, line in enumerate(file, 1):
                if line.strip():
                    try:
                        yield json.loads(line)
                    except ValueError as error:
                        raise ExampleError(f"this is no JSON ({error}).", path=path, line=number) from error
    except (OSError, ValueError, RecursionError) as error:
        raise ExampleError(f"cannot be read: {error}.", path=path) from error


def _example(record: Any, name: str, path: Path) -> Example | str:
    turns = record.get("conversations", record.get("messages")) if isinstance(record, Mapping) else None
    if not isinstance(turns, list) or not all(isinstance(turn, Mapping) for turn in turns):
        return "empty"
    messages: list[Message] = []
    for turn in turns:
        role = _ROLES.get(str(turn.get("from", turn.get("role"))).lower())
        text = turn.get("value", turn.get("content"))
        if role is None:
            return "role"
        if not isinstance(text, str) or not text.strip():
            return "empty"
        if not _is_text(text):
            return "text"
        messages.append(Message(role, text.strip()))
    head = messages[:1] if messages and messages[0].role == "system" else []
    rest = messages[len(head) :]
    while rest and rest[0].role == "assistant":
        rest.pop(0)
    while rest and rest[-1].role == "user":
        rest.pop()
    if not rest:
        return "empty"
    if any(message.role != ("user", "assistant")[place % 2] for place, message in enumerate(rest)):
        return "order"
    said = [message.content for message in rest if message.role == "assistant"]
    if any(map(has_marks, said)):
        return "format"
    if any(map(loops, said)):
        return "repeated"
    return Example(name, "general", path.stem, (*head, *rest))


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
