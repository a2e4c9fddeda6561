"""Whether a recorded call is one that its tool takes. Tools of recorded runs are hostile until shown otherwise."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable
from typing import Any

from gba.errors import SchemaError
from gba.grammar import Grammar
from gba.grammar.check import Check
from gba.schema.references import dialect_of
from gba.schema.tools import ToolCall, ToolSpec

__all__ = ["is_valid"]


def is_valid(call: ToolCall, tools: Iterable[ToolSpec]) -> bool:
    """Whether one of the tools takes the call. Nothing is fetched, and the time is bounded; a schema with which no call
    could have been made takes none."""
    tool = next((tool for tool in tools if tool.name == call.name), None)
    if tool is None:
        return False
    check = _check(json.dumps(tool.schema, sort_keys=True))
    return check is not None and not any(check(dict(call.arguments)))


@functools.lru_cache(maxsize=1024)
def _check(schema: str) -> Callable[[Any], Iterable[str]] | None:
    described = json.loads(schema)
    try:
        Grammar.from_json_schema(described)  # what is no schema, or leads elsewhere, is refused here
        return Check(described, dialect_of(described))
    except SchemaError:
        return None
