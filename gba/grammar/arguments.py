"""The text of arguments (temporary: the compiled grammars come with the tagged branch)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gba.grammar.spelling import ArgumentStyle, JsonType, Spelling


def spell(spelling: Spelling, value: Any) -> str:
    if value is None:
        return spelling.null
    if isinstance(value, bool):
        return spelling.true if value else spelling.false
    if isinstance(value, str):
        if spelling.escapes == "raw":
            return spelling.quote + value + spelling.unquote
        return repr(value) if spelling.escapes == "python" else json.dumps(value, ensure_ascii=spelling.ascii_only)
    if isinstance(value, Mapping):
        items = sorted(value.items()) if spelling.sort_keys else list(value.items())
        pairs = [
            (k if spelling.bare_keys else spell(spelling, k)) + spelling.key_separator + spell(spelling, v)
            for k, v in items
        ]
        return "{" + spelling.item_separator.join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + spelling.item_separator.join(spell(spelling, v) for v in value) + "]"
    return json.dumps(value)


def kind_of(value: Any) -> JsonType:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if isinstance(value, Mapping):
        return "object"
    return "array" if isinstance(value, list | tuple) else "number"


def write_arguments(style: ArgumentStyle, arguments: Mapping[str, Any]) -> str:
    if not style.tagged:
        return spell(style.spelling, arguments)
    if not arguments:
        return style.empty
    items = sorted(arguments.items()) if style.sort_keys else list(arguments.items())
    parts = []
    for key, value in items:
        tag = style.tags[kind_of(value)]
        text = value if tag.spelling is None else spell(tag.spelling, value)
        parts.append(style.opening + key + tag.before + text + tag.after)
    return style.begin + style.separator.join(parts) + style.end
