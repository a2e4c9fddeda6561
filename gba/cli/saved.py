"""Conversations in files: JSON, as `/save` of `gba chat` writes it."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gba.errors import GbaError

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

__all__ = ["load", "save"]

_FORMAT, _VERSION = "gba conversation", 1


def save(messages: Sequence[BaseMessage], path: Path, *, replace: bool = False) -> None:
    """Write a conversation; ``replace``: also over a file that is there. Raises GbaError."""
    from langchain_core.messages import messages_to_dict

    if path.exists() and not replace:
        raise GbaError(f"{path} is there already, and is not overwritten: choose another name")
    content = {"format": _FORMAT, "version": _VERSION, "messages": messages_to_dict(list(messages))}
    whole = path.with_name(f"{path.name}.part")  # renamed when it is whole, so that no old file is lost to a full disk
    try:
        with whole.open("w", encoding="utf-8") as file:
            file.write(json.dumps(content, indent=1, default=str) + "\n")
            file.flush()
            os.fsync(file.fileno())  # else a crash of the machine may leave the new name without the text
        whole.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            whole.unlink()
        raise GbaError(f"{path} cannot be written ({error.strerror or error}): choose another place") from error


def load(path: Path) -> list[BaseMessage]:
    """The conversation of a file. Raises GbaError where it is none."""
    from langchain_core.messages import messages_from_dict

    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise GbaError(f"{path} cannot be read ({error.strerror or error}): check the name") from error
    except (ValueError, RecursionError) as error:
        raise GbaError(f"{path} is no conversation: it is not JSON ({error})") from error
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise GbaError(f"{path} is no conversation: `/save FILE` writes one")
    if content.get("version") != _VERSION:
        raise GbaError(f"{path} is of version {content.get('version')!r}, this gba reads {_VERSION}: update gba")
    try:
        return messages_from_dict(content["messages"])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise GbaError(f"{path} is damaged: its messages cannot be read ({type(error).__name__}: {error})") from error
