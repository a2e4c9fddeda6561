"""Tools that were converted, kept: an agent binds the same tools at every step."""

from __future__ import annotations

import json
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from langchain_core.tools import BaseTool

__all__ = ["Conversions"]

T = TypeVar("T")

_KEPT = 1024


@dataclass(frozen=True)
class _Known(Generic[T]):
    stamp: Any
    source: weakref.ref[Any] | None
    result: T


class Conversions(Generic[T]):
    """A function of a tool and of ``strict`` whose results are kept.

    A dict is known by its content, an object by its identity; an object that says something else than before is
    converted again. Objects are not kept alive. Results are shared, so that they must not be changed. ``again``: the
    JSON text of the dict by which a result will be asked for as well, "" for none.
    """

    def __init__(self, convert: Callable[[Any, bool | None], T], again: Callable[[T], str]) -> None:
        self._convert, self._again = convert, again
        self._known: OrderedDict[Any, _Known[T]] = OrderedDict()
        self._guard = threading.Lock()

    def __call__(self, tool: Any, strict: bool | None) -> T:
        """The result of the function for this tool. Raises what the function raises."""
        try:
            key, stamp, source = _identity(tool)
        except (TypeError, ValueError, RecursionError):  # nothing to know it by
            return self._convert(tool, strict)
        key = (key, strict)
        known = self._known.get(key)
        if known is not None and known.stamp == stamp and (known.source is None or known.source() is tool):
            return known.result
        result = self._convert(tool, strict)
        with self._guard:
            self._known[key] = _Known(stamp, source, result)
            if text := self._again(result):
                self._known.setdefault((text, strict), _Known(None, None, result))
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return result


def _identity(tool: Any) -> tuple[Any, Any, weakref.ref[Any] | None]:
    """What a tool is found by, what must not have changed about it, and a reference that tells whether it is the same.

    Raises TypeError or ValueError where there is none.
    """
    if isinstance(tool, Mapping):
        return json.dumps(tool), None, None
    if isinstance(tool, BaseTool):
        schema = tool.args_schema
        stamp = tool.name, tool.description, json.dumps(schema) if isinstance(schema, Mapping) else schema
        return id(tool), stamp, weakref.ref(tool)
    return id(tool), (getattr(tool, "__name__", ""), tool.__doc__), weakref.ref(tool)
