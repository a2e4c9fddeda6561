"""`gba.toml`: the options that one always types.

    model = "qwen3-8b"          # for every command that has the option
    temperature = 0.2

    [chat]                      # for `gba chat` only
    system = "Answer in one sentence."

The file of the current directory, else ``~/.config/gba/gba.toml`` (XDG_CONFIG_HOME); GBA_CONFIG names another one. The
command line comes before the environment, the environment before the file.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gba.errors import GbaError

__all__ = ["defaults", "settings_file"]

_NAME = "gba.toml"


def settings_file() -> Path | None:
    """The file that holds; None where there is none. Raises GbaError where the one that GBA_CONFIG names is missing."""
    if chosen := os.environ.get("GBA_CONFIG"):
        path = Path(chosen).expanduser()
        if not path.is_file():
            raise GbaError(f"GBA_CONFIG names {path}, which is no file: correct or unset it")
        return path
    home = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser()
    return next((path for path in (Path(_NAME), home / "gba" / _NAME) if path.is_file()), None)


def defaults(group: Any) -> dict[str, Any]:
    """The settings as the ``default_map`` of a group of commands, by command.

    Raises GbaError for keys that no command has.
    """
    path = settings_file()
    if path is None:
        return {}
    content = _read(path)
    options = {name: _options(command) for name, command in group.commands.items()}
    every = {option for names in options.values() for option in names}
    shared = {key: value for key, value in content.items() if not isinstance(value, Mapping)}
    _check(path, "", shared, every)
    for name, table in content.items():
        if isinstance(table, Mapping):
            if name not in options:
                raise GbaError(f"{path}: there is no command {name!r}{_perhaps(name, options)}")
            _check(path, f"[{name}] ", table, options[name])
    return {name: {**_of(shared, known), **_of(content.get(name, {}), known)} for name, known in options.items()}


def _read(path: Path) -> Mapping[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        content: Mapping[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        return content
    except (OSError, ValueError) as error:
        raise GbaError(f"{path} cannot be read: {error}") from error


def _options(command: Any) -> set[str]:
    # typer has click inside of it since 0.25 or so, and as a dependency before: both have this attribute
    return {parameter.name for parameter in command.params if parameter.param_type_name == "option"}


def _of(table: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
    named = {key.replace("-", "_"): value for key, value in table.items()}
    return {key: value for key, value in named.items() if key in known}


def _check(path: Path, where: str, table: Mapping[str, Any], known: set[str]) -> None:
    for key in table:
        if key.replace("-", "_") not in known:
            raise GbaError(f"{path}: {where}there is no option {key!r}{_perhaps(key, known)}")


def _perhaps(name: str, known: Any) -> str:
    near = difflib.get_close_matches(name.replace("-", "_"), list(known), n=1)
    return f". Did you mean {near[0]!r}?" if near else ""
