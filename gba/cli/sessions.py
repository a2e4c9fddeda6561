"""Conversations of `gba chat` by name, kept on disk: each is a file as `/save` writes it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gba.cli.prompt import history_file
from gba.cli.saved import load, save
from gba.errors import GbaError

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

__all__ = ["Session"]

_NAME = re.compile(r"\w[\w.-]{0,99}")


class Session:
    """The conversation called ``name``, in the folder ``sessions`` next to the history of lines.

    Raises GbaError for what is no name of a file.
    """

    def __init__(self, name: str) -> None:
        if not _NAME.fullmatch(name):
            raise GbaError(f"{name!r} is no name of a session: use letters, digits, '.', '-' and '_'")
        self.name, self.path = name, history_file().parent / "sessions" / f"{name}.json"
        self._seen: tuple[int, int] | None = None

    def messages(self) -> list[BaseMessage]:
        """What was said so far; nothing where the session is new. Raises GbaError for a file that cannot be read."""
        self._seen = self._state()
        return [] if self._seen is None else load(self.path)

    def keep(self, messages: Sequence[BaseMessage]) -> None:
        """Write the conversation. Raises GbaError where that cannot be, or another program wrote it meanwhile."""
        if self._state() != self._seen:
            raise GbaError(
                f"the session {self.name} went on in another program, and is not overwritten: keep this conversation "
                "with /save FILE, or begin another session"
            )
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise GbaError(f"{self.path.parent} cannot be made ({error.strerror}): set XDG_STATE_HOME") from error
        save(messages, self.path, replace=True)
        self._seen = self._state()

    def _state(self) -> tuple[int, int] | None:
        """What changes whenever the file is written; None where there is none."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise GbaError(f"{self.path} cannot be read ({error.strerror}): check its folder") from error
        return found.st_mtime_ns, found.st_size
