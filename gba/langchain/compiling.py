"""The grammars of a call before its step: compiled beside the event loop, and checked where all has to be enforced."""

from __future__ import annotations

import asyncio
import json
import weakref
from collections import OrderedDict
from typing import Any

from langchain_core.runnables.config import run_in_executor

from gba.backends.base import AsyncBackend
from gba.chat.engine import Engine
from gba.errors import SchemaError
from gba.langchain.calling import Asked
from gba.schema.tools import RESPOND

__all__ = ["check_strict", "compile_aside"]

_KEPT = 64
_compiled: weakref.WeakKeyDictionary[Engine, OrderedDict[Any, Any]] = weakref.WeakKeyDictionary()
"""Of each engine the lists of tools whose grammars it has, with the tools themselves, so that their ids stay theirs."""
_under_way: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Any, asyncio.Future[None]]]
_under_way = weakref.WeakKeyDictionary()
"""What is being compiled for the calls of an event loop."""


def check_strict(engine: Engine, asked: Asked) -> None:
    """Raise SchemaError for a schema that its grammar does not enforce in full, where ``strict=True`` asks for that."""
    schemas = {tool.name: tool.schema for tool in asked.tools}
    if asked.response_schema is not None:
        schemas[RESPOND] = asked.response_schema
    for name in sorted(asked.strict):
        for left in engine.residual(name, schemas[name]):
            raise SchemaError(
                f"strict is True, but the grammar does not enforce all of the schema: {left.why}",
                keyword=left.keyword,
                pointer=left.pointer,
                remedy="Change the schema, or leave strict out: then this is checked after the call was written.",
                tool=None if name == RESPOND else name,
            )


async def compile_aside(engine: Engine, asked: Asked) -> None:
    """Compile the grammars of a call in a thread, unless that was done before, so that other tasks go on meanwhile.

    Of many calls at a time with the same tools, one compiles and the others wait. Raises SchemaError.
    """
    if not asked.tools and asked.response_schema is None:
        return
    key = tuple(map(id, asked.tools)), json.dumps(asked.response_schema, default=str), asked.strict
    known = _compiled.setdefault(engine, OrderedDict())
    if key in known:
        return
    under_way = _under_way.setdefault(asyncio.get_running_loop(), {})
    task = under_way.get((engine, key))
    if task is None:
        task = under_way[engine, key] = asyncio.ensure_future(_compile(engine, asked))
        task.add_done_callback(lambda done: (under_way.pop((engine, key)), done.cancelled() or done.exception()))
    await asyncio.shield(task)  # it is the others' as well
    known[key] = asked.tools
    while len(known) > _KEPT:
        known.popitem(last=False)


async def _compile(engine: Engine, asked: Asked) -> None:
    if isinstance(engine.backend, AsyncBackend):
        await engine.aprepare(asked.tools, asked.response_schema)
    else:
        await run_in_executor(None, engine.prepare, asked.tools, asked.response_schema)
    check_strict(engine, asked)
