"""Python's collections, heapq and bisect: containers that count, queue and stay in order."""

from __future__ import annotations

import bisect
import heapq
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from typing import Any

from gba.tools.math.interpreter.builtins import Builtins, called
from gba.tools.math.interpreter.conversions import as_index
from gba.tools.math.interpreter.fuel import LENGTH
from gba.tools.math.interpreter.functions import Function
from gba.tools.math.interpreter.members import METHODS

__all__ = ["bisections", "collections", "heaps"]

_DICT, _LIST = METHODS[dict], METHODS[list]


def collections(own: Builtins) -> dict[str, Any]:
    """Counter, defaultdict and deque."""

    def counter(items: Any = (), /, **named: Any) -> Any:
        if isinstance(items, dict):
            own.fuel.list_of(2 * len(items))
            return Counter({**items, **named})
        return Counter({**Counter(own.listed(items)), **named})

    def default(factory: Any = None, /, *values: Any, **named: Any) -> Any:
        call = None if factory is None else called(factory)

        def made() -> Any:
            own.fuel.take(6)
            return call() if call else None

        made.__name__ = factory.name if factory is not None else "None"
        found: defaultdict[Any, Any] = defaultdict(made if call else None)
        found.update(own.table["dict"].call(*values, **named))
        return found

    def queue(items: Any = (), maxlen: Any = None) -> Any:
        return deque(own.listed(items), as_index(maxlen))

    return {
        "Counter": Function("Counter", counter),
        "defaultdict": Function("defaultdict", default),
        "deque": Function("deque", queue),
    }


def heaps(own: Builtins) -> dict[str, Any]:
    """The functions of heapq, on lists."""

    def push(heap: list[Any], item: Any) -> None:
        own.fuel.list_of(len(heap) + 1 if len(heap) >= LENGTH else 1)
        heapq.heappush(heap, item)

    def of_key(choose: Callable[..., Any]) -> Callable[..., Any]:
        def chosen(n: Any, items: Any, key: Any = None) -> Any:
            return choose(as_index(n), own.listed(items), key=None if key is None else called(key))

        return chosen

    calls: dict[str, Callable[..., Any]] = {
        "heappush": push,
        "heappop": heapq.heappop,
        "heapify": heapq.heapify,
        "heapreplace": heapq.heapreplace,
        "heappushpop": heapq.heappushpop,
        "nlargest": of_key(heapq.nlargest),
        "nsmallest": of_key(heapq.nsmallest),
    }
    return {name: Function(name, call) for name, call in calls.items()}


def bisections(own: Builtins) -> dict[str, Any]:
    """The functions of bisect, on lists."""

    def insert(put: Callable[..., None]) -> Callable[..., None]:
        def inserted(items: list[Any], item: Any) -> None:
            own.fuel.list_of(len(items) + 1 if len(items) >= LENGTH else 1)
            put(items, item)

        return inserted

    calls: dict[str, Callable[..., Any]] = {
        "bisect": bisect.bisect,
        "bisect_left": bisect.bisect_left,
        "bisect_right": bisect.bisect_right,
        "insort": insert(bisect.insort),
    }
    return {name: Function(name, call) for name, call in calls.items()}


def _counted(_: Builtins, value: Counter[Any], n: Any = None) -> Any:
    return value.most_common(as_index(n))


def _elements(own: Builtins, value: Counter[Any]) -> Any:
    own.fuel.list_of(max(value.total() if hasattr(value, "total") else sum(value.values()), 0))
    return own.fuel.over(value.elements())


def _changed(name: str) -> Callable[..., None]:
    def changed(own: Builtins, value: Counter[Any], items: Any = (), /, **named: Any) -> None:
        getattr(Counter, name)(value, items if isinstance(items, dict) else own.listed(items), **named)
        own.fuel.list_of(len(value))

    return changed


def _queued(name: str) -> Callable[..., None]:
    def queued(own: Builtins, value: deque[Any], item: Any) -> None:
        own.fuel.list_of(len(value) + 1 if len(value) >= LENGTH else 1)
        getattr(deque, name)(value, item)

    return queued


def _extended(name: str) -> Callable[..., None]:
    def extended(own: Builtins, value: deque[Any], items: Any) -> None:
        found = own.listed(items)
        own.fuel.list_of(len(value) + len(found))
        getattr(deque, name)(value, found)

    return extended


def _of_queue(name: str) -> Callable[..., Any]:
    return lambda _, value, *arguments: getattr(deque, name)(value, *map(as_index, arguments))


METHODS[defaultdict] = _DICT
METHODS[Counter] = {
    **_DICT,
    "most_common": _counted,
    "elements": _elements,
    "total": lambda _, value: sum(value.values()),
    "update": _changed("update"),
    "subtract": _changed("subtract"),
}
METHODS[deque] = {
    **{name: _of_queue(name) for name in "pop popleft clear count index remove reverse rotate".split()},
    **{name: _queued(name) for name in ("append", "appendleft")},
    **{name: _extended(name) for name in ("extend", "extendleft")},
    "copy": _LIST["copy"],
}
