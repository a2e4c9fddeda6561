"""Which texts of a step can be shown as they are written, since they are never written a second time."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gba.chat.calls import repeated
from gba.chat.engine import Engine
from gba.chat.messages import Message
from gba.schema.tools import RESPOND, ToolSpec

__all__ = ["exactness"]


def exactness(
    engine: Engine,
    messages: Sequence[Message],
    tools: Sequence[ToolSpec],
    response_schema: Mapping[str, Any] | None,
    max_repeats: int,
) -> Callable[[str], bool]:
    """Tells by a tool's name (`RESPOND`: the answer) whether what is written for it is final at once: the grammar
    enforces all of its schema, and it was not called so often in a row that the same arguments would be refused."""
    schemas: dict[str, Mapping[str, Any]] = {tool.name: tool.schema for tool in tools}
    if response_schema is not None:
        schemas[RESPOND] = response_schema
    spent = repeated(messages, max_repeats)

    @functools.cache
    def exact(name: str) -> bool:
        if spent is not None and spent.name == name:
            return False
        return name not in schemas or engine.exact(name, schemas[name])

    return exact
