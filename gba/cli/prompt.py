"""Reads lines from the user: with history and editing in a terminal, plainly from a pipe."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

__all__ = ["Prompt", "history_file"]


def history_file() -> Path:
    """Where the lines of earlier conversations are kept: in XDG_STATE_HOME, else ``~/.local/state``."""
    return Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state").expanduser() / "gba" / "history"


class Prompt:
    """Asks for lines. ``words`` are completed at the beginning of a line."""

    def __init__(self, text: str, words: Sequence[str]) -> None:
        self._text = text
        self._ask: Callable[[str], str] = input
        if sys.stdin.isatty() and sys.stdout.isatty():
            self._ask = _session(words) or _with_readline()

    def read(self) -> str | None:
        """The next line, without white space around it; None at the end of the input.

        Raises KeyboardInterrupt where Ctrl-C was pressed: what had been typed is dropped.
        """
        try:
            return self._ask(self._text).strip()
        except EOFError:
            sys.stdout.write("\n")
            return None


def _session(words: Sequence[str]) -> Callable[[str], str] | None:
    """Lines by prompt_toolkit, None where it is not installed."""
    try:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.completion import WordCompleter
        from prompt_toolkit.history import FileHistory, History, InMemoryHistory
    except ImportError:
        return None
    history: History = InMemoryHistory()
    path = history_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("a").close()
        path.chmod(0o600)
        history = FileHistory(path)
    except OSError:  # a home that cannot be written to: lines are remembered while the program runs
        pass
    session: Any = PromptSession(history=history, completer=WordCompleter(list(words), sentence=True))
    return lambda text: str(session.prompt(text))


def _with_readline() -> Callable[[str], str]:
    def ask(text: str) -> str:
        try:
            return input(text)
        except KeyboardInterrupt:
            sys.stdout.write("\n")
            raise

    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 - editing and history for input()
    return ask
