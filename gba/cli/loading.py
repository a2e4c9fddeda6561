"""Objects of the user's own, named on the command line as ``module:name``."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from gba.errors import GbaError

__all__ = ["is_reference", "load"]


def is_reference(text: str) -> bool:
    """Whether the text has the form ``package.module:name``."""
    module, colon, name = text.partition(":")
    return bool(colon) and all(part.isidentifier() for part in [*module.split("."), *name.split(".")])


def load(reference: str) -> Any:
    """The object that ``module:name`` means; modules of the current directory are found. Raises GbaError."""
    if not is_reference(reference):
        raise GbaError(f"{reference!r} is not of the form module:name")
    module_name, _, path = reference.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found: Any = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and module_name.startswith(error.name):
            raise GbaError(f"there is no module {module_name!r}: run gba where it can be imported") from error
        raise GbaError(f"{module_name} cannot be imported: it needs {error.name!r}, which is not installed") from error
    except Exception as error:
        raise GbaError(f"{module_name} cannot be imported: {type(error).__name__}: {error}") from error
    for name in path.split("."):
        if not hasattr(found, name):
            raise GbaError(f"{module_name} has no {path!r}: check the name after the colon")
        found = getattr(found, name)
    return found
