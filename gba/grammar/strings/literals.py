"""JSON values written and read as the literals of a spelling."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from gba.grammar.strings.spelling import JsonType, Spelling

__all__ = ["NUMBER", "in_order", "json_type", "read_literal", "write_literal"]

NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
"""A number of JSON, as a regular expression."""

_DECODER = json.JSONDecoder()
_NUMBER = re.compile(NUMBER)
_PYTHON_STRING = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"")
_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u((?!d[89a-f])[0-9a-f]{4})|U(00(?:0[0-9a-f]|10)[0-9a-f]{4})|(.))")
_SHORT = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", '"': '"'}


def json_type(value: Any) -> JsonType:
    """The JSON type of a Python value. Raises TypeError for what is no JSON value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    for kind, types in _TYPES:
        if isinstance(value, types):
            return kind
    raise TypeError(f"{value!r} is no JSON value")


_TYPES: tuple[tuple[JsonType, Any], ...] = (
    ("string", str),
    ("number", (int, float)),
    ("array", (list, tuple)),
    ("object", Mapping),
)


def in_order(keys: Iterable[str], *, by_name: bool) -> list[str]:
    """The keys as they are, or, ``by_name``, sorted as Jinja's ``dictsort`` sorts them: upper and lower case alike."""
    return sorted(keys, key=str.lower) if by_name else list(keys)


def write_literal(value: Any, spelling: Spelling) -> str:
    """The value as a literal. Raises TypeError for what is no JSON value."""
    kind = json_type(value)
    if kind == "string":
        return _write_string(value, spelling)
    if kind == "array":
        return f"[{spelling.item_separator.join(write_literal(item, spelling) for item in value)}]"
    if kind == "object":
        members = (
            f"{key if spelling.bare_keys else _write_string(key, spelling)}{spelling.key_separator}"
            f"{write_literal(value[key], spelling)}"
            for key in in_order(value, by_name=spelling.sort_keys)
        )
        return f"{{{spelling.item_separator.join(members)}}}"
    if kind == "number":
        return json.dumps(value)
    return spelling.null if value is None else spelling.true if value else spelling.false


def _unescaped(escape: re.Match[str]) -> str:
    """The character of an escape of ``repr``. Raises ValueError for any other one."""
    digits = escape[1] or escape[2] or escape[3]
    if digits:
        return chr(int(digits, 16))
    if escape[4] not in _SHORT:
        raise ValueError(f"{escape[0]!r} is no escape that is expected")
    return _SHORT[escape[4]]


def _write_string(text: str, spelling: Spelling) -> str:
    if spelling.escapes == "json":
        return json.dumps(text, ensure_ascii=spelling.ascii_only)
    return repr(str(text)) if spelling.escapes == "python" else f"{spelling.quote}{text}{spelling.unquote}"


def read_literal(text: str, at: int, spelling: Spelling) -> tuple[Any, int]:
    """The value of the literal that begins at the place, and the place behind it.

    Raises ValueError where no literal begins there.
    """
    try:
        return _Reader(text, spelling).value(at)
    except RecursionError:
        raise ValueError("the value is nested too deeply to be read") from None


class _Reader:
    def __init__(self, text: str, spelling: Spelling) -> None:
        self.text, self.spelling = text, spelling
        self.words = {spelling.true: True, spelling.false: False, spelling.null: None}

    def value(self, at: int) -> tuple[Any, int]:
        if self.text.startswith("[", at):
            return self.array(at + 1)
        if self.text.startswith("{", at):
            return self.object(at + 1)
        for word, value in self.words.items():
            if self.text.startswith(word, at):
                return value, at + len(word)
        number = _NUMBER.match(self.text, at)
        if number is not None:
            return json.loads(number[0]), number.end()
        return self.string(at)

    def string(self, at: int) -> tuple[str, int]:
        spelling = self.spelling
        if spelling.escapes == "python":
            found = _PYTHON_STRING.match(self.text, at)
            if found is None:
                raise self.error("a string", at)
            return _ESCAPE.sub(_unescaped, found[0][1:-1]), found.end()
        if not self.text.startswith(spelling.quote, at):
            raise self.error("a value", at)
        if spelling.escapes == "json":
            value, end = _DECODER.raw_decode(self.text, at)
            return value, end
        return self.until(spelling.unquote, at + len(spelling.quote))

    def until(self, end: str, at: int) -> tuple[str, int]:
        """The text before the first ``end``, and the index after that ``end``."""
        found = self.text.find(end, at)
        if found < 0:
            raise self.error(repr(end), len(self.text))
        return self.text[at:found], found + len(end)

    def array(self, at: int) -> tuple[list[Any], int]:
        items: list[Any] = []
        while not self.text.startswith("]", at):
            at = self.expect(self.spelling.item_separator, at) if items else at
            item, at = self.value(at)
            items.append(item)
        return items, at + 1

    def object(self, at: int) -> tuple[dict[str, Any], int]:
        members: dict[str, Any] = {}
        first = True
        while not self.text.startswith("}", at):
            at = at if first else self.expect(self.spelling.item_separator, at)
            first = False
            if self.spelling.bare_keys:
                key, at = self.until(self.spelling.key_separator, at)
            else:
                key, at = self.string(at)
                at = self.expect(self.spelling.key_separator, at)
            members[key], at = self.value(at)
        return members, at + 1

    def expect(self, text: str, at: int) -> int:
        if not self.text.startswith(text, at):
            raise self.error(repr(text), at)
        return at + len(text)

    def error(self, wanted: str, at: int) -> ValueError:
        return ValueError(f"{wanted} is expected at character {at} of {self.text[:80]!r}")
