"""What was read out of templates, kept on disk: probing a template takes a fraction of a second, at every start.

A file for each template in ``~/.cache/gba/formats`` (XDG_CACHE_HOME; GBA_FORMATS_DIR names another folder, and keeps
nothing where it is empty), named by the checksum of the template, of what it was given, and of the code that read it.
It is JSON of known types: a file that is damaged, or of another origin, is read anew and written over. The rendering of
conversations stays with the template itself.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from gba._version import __version__
from gba.chat.syntax import CallSyntax, Thinking
from gba.chat.syntaxes import GBA
from gba.chat.templates.changes import CHANGES
from gba.chat.templates.dialect import Dialect
from gba.chat.templates.marks import MARK

__all__ = ["Reading", "keep", "kept", "key_of"]

_MOST_FILES = 256
_MOST_BYTES = 1 << 18


@with_config(ConfigDict(strict=True, extra="forbid"))
@dataclass(frozen=True)
class Reading:
    """What probing found; see `gba.chat.templates.format.TemplateFormat`. ``syntax`` is None for gba's own."""

    syntax: CallSyntax | None
    thinking: Thinking | None
    stops: tuple[str, ...]
    bos: bool
    why: str
    dialect: Dialect
    changes: dict[str, str]

    def call_syntax(self) -> CallSyntax:
        """The syntax, be it gba's own."""
        return GBA if self.syntax is None else self.syntax


def key_of(source: str, plain: str | None, bos: str, eos: str, variables: Mapping[str, Any]) -> str | None:
    """The name of the file for a template and what it is given; None where that is not kept."""
    if _folder() is None:
        return None
    try:
        given = json.dumps([source, plain, bos, eos, dict(variables), __version__, _code()], sort_keys=True)
    except (TypeError, ValueError):  # variables that are no JSON
        return None
    return hashlib.sha256(given.encode("utf-8", "surrogatepass")).hexdigest()


def kept(key: str | None) -> Reading | None:
    """What was kept under that key; None where there is nothing that can be used."""
    folder = _folder()
    if key is None or folder is None:
        return None
    path = folder / f"{key}.json"
    try:
        if path.stat().st_size > _MOST_BYTES:
            return None
        found = _adapter().validate_json(path.read_bytes())
    except (OSError, ValidationError, RecursionError):
        return None
    return found if CHANGES.keys() >= set(found.changes.values()) else None


def keep(key: str | None, reading: Reading) -> None:
    """Keep it under that key. A disk that cannot be written to is no error: the template is read again next time."""
    folder = _folder()
    if key is None or folder is None:
        return
    fields = asdict(replace(reading, syntax=reading.syntax and replace(reading.syntax, instructions=None)))
    text = json.dumps(fields)
    if len(text) > _MOST_BYTES or MARK.search(text):  # other processes do not know marks that were left in a text
        return
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_room(folder)
        handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).replace(folder / f"{key}.json")
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _make_room(folder: Path) -> None:
    files = sorted([*folder.glob("*.json"), *folder.glob("*.part")], key=lambda path: path.stat().st_mtime)
    for path in files[: max(0, len(files) - _MOST_FILES + 1)]:
        path.unlink(missing_ok=True)


def _folder() -> Path | None:
    chosen = os.environ.get("GBA_FORMATS_DIR")
    if chosen is not None:
        return Path(chosen).expanduser() if chosen else None
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "gba" / "formats"


@functools.cache
def _adapter() -> TypeAdapter[Reading]:
    return TypeAdapter(Reading)


@functools.cache
def _code() -> str:
    """A checksum of the code whose findings are kept: those of other code may be wrong."""
    here = Path(__file__).parent
    files = [*here.glob("*.py"), *here.parent.glob("*.py"), *(here.parents[1] / "grammar").glob("spelling.py")]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()
