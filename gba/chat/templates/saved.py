"""Keeps on disk what was read out of chat templates, so that the rendering process is not started to read one again.

A file for each template, named by a hash of the template, of what it is given, and of the code that reads templates.
It holds JSON data and is checked against its types; a file that is damaged, or that something else wrote, is ignored
and written anew. Where the directory cannot be used, templates are read each time.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from gba._version import __version__
from gba.chat.syntax import CallSyntax, Thinking
from gba.chat.templates.changes import CHANGES
from gba.chat.templates.dialect import Dialect
from gba.chat.templates.marks import MARK

__all__ = ["MOST_FILES", "VARIABLE", "Reading", "directory", "remembered"]

VARIABLE = "GBA_FORMAT_CACHE"
"""The environment variable that names another directory; ``off`` turns the cache off."""

MOST_FILES = 256
"""Files that the directory may have; the ones that were used longest ago are removed."""

_LARGEST = 2**18
"""Bytes that a file may have."""


@dataclass(frozen=True)
class Reading:
    """What was read out of a template. ``syntax``: None where the model is told of tools in gba's own syntax.

    The other fields are those of `gba.chat.templates.format.TemplateFormat`.
    """

    syntax: CallSyntax | None
    thinking: Thinking | None
    stops: tuple[str, ...]
    bos: bool
    why: str
    dialect: Dialect
    changes: dict[str, str]


def directory() -> Path | None:
    """Where the files are; None where the cache is off."""
    chosen = os.environ.get(VARIABLE, "")
    if chosen.lower() in {"off", "0", "no", "false"}:
        return None
    if chosen:
        return Path(chosen).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "gba" / "formats"


def remembered(read: Callable[[], Reading], source: str, bos: str, eos: str, variables: Mapping[str, Any]) -> Reading:
    """What is known of the template, else what ``read`` gives, which is kept. ``read`` may raise; that is not kept."""
    try:
        folder = directory()
        given = json.dumps([_reader(), source, bos, eos, variables], sort_keys=True)
    except (TypeError, ValueError, RuntimeError, RecursionError):  # variables that are no JSON; no home directory
        folder = None
    if folder is None:
        return read()
    path = folder / f"{hashlib.sha256(given.encode()).hexdigest()}.json"
    found = _load(path)
    if found is None:
        found = read()
        _store(path, found)
    return found


def _load(path: Path) -> Reading | None:
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            return None
        name, _, body = data.partition(b"\n")
        if name != _first_line(path, body):
            return None
        found: Reading = _adapter().validate_json(body, strict=True)
    except (OSError, ValueError, RecursionError):  # pydantic's ValidationError is a ValueError
        return None
    if not set(found.changes.values()) <= CHANGES.keys() or (found.syntax is not None and not found.syntax.native):
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # used now: the oldest ones are removed first
    return found


def _store(path: Path, reading: Reading) -> None:
    """Write the file whole or not at all. Marks that were left in a text are known to this process only: not kept."""
    with contextlib.suppress(OSError, ValueError):
        body: bytes = _adapter().dump_json(reading)
        if MARK.search(body.decode()) or len(body) + 200 > _LARGEST:
            return
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_first_line(path, body) + b"\n" + body)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _remove_oldest(path.parent)


def _first_line(path: Path, body: bytes) -> bytes:
    """What a file begins with: a checksum of its name and of the rest."""
    return hashlib.sha256(path.name.encode() + b"\n" + body).hexdigest().encode()


def _remove_oldest(folder: Path) -> None:
    files = [path for path in folder.iterdir() if path.suffix in {".json", ".part"} and path.is_file()]
    if len(files) <= MOST_FILES:
        return
    for path in sorted(files, key=_used)[: len(files) - MOST_FILES]:
        path.unlink(missing_ok=True)


def _used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another process has removed it
        return 0.0


@functools.cache
def _adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(Reading)


@functools.cache
def _reader() -> str:
    """What stands for the code that reads templates: its files, the version of gba, and that of Jinja."""
    digest = hashlib.sha256(__version__.encode())
    with contextlib.suppress(PackageNotFoundError):
        digest.update(version("jinja2").encode())
    here = Path(__file__).parent
    spelling = here.parents[1] / "grammar" / "spelling.py"
    for path in [*sorted(here.glob("*.py")), here.parent / "syntax.py", here.parent / "syntaxes" / "gba.py", spelling]:
        with contextlib.suppress(OSError):
            digest.update(path.read_bytes())
    return digest.hexdigest()
