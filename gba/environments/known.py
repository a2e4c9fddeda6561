"""The environments that come with gba, by name."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from gba.environments.base import Environment
from gba.errors import GbaError

__all__ = ["NAMES", "environment"]

_CLASSES = {
    "arithmetic": "Arithmetic",
    "calendar": "Calendar",
    "files": "Files",
    "lookup": "Lookup",
    "sqlite": "Sqlite",
}
NAMES = tuple(_CLASSES)
"""What `environment` knows."""


def environment(name: str) -> Environment:
    """The environment of this name. Raises GbaError where there is none."""
    if name not in _CLASSES:
        raise GbaError(f"there is no environment {name!r}: it is one of {', '.join(NAMES)}, or your own as module:name")
    make: Callable[[], Environment] = getattr(import_module(f"gba.environments.{name}"), _CLASSES[name])
    return make()
