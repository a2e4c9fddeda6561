"""Where the commands write: results to standard output, everything else to standard error."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console

__all__ = ["complain", "err", "note", "out", "warnings_heard"]


def out() -> Console:
    """Standard output; made when it is needed, so that it is the one of the moment."""
    return _console()


def err() -> Console:
    """Standard error."""
    return _console(stderr=True)


_CONTROLS = re.compile(r"[\x00-\x06\x0e-\x1f\x7f-\x9f]")


class _Plain(Console):
    """Shows control characters instead of obeying them: models, tools and files do not get to steer the terminal."""

    def print(self, *objects: Any, **options: Any) -> None:
        shown = (
            _CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", each) if isinstance(each, str) else each
            for each in objects
        )
        super().print(*shown, **options)


def _console(**options: Any) -> Console:
    if os.environ.get("NO_COLOR"):  # rich would still write the codes of bold and dim
        options["color_system"] = None
    return _Plain(soft_wrap=True, highlight=False, markup=False, emoji=False, **options)


def note(text: str) -> None:
    """A remark that is no result."""
    err().print(text, style="dim")


def complain(text: str) -> None:
    """An error: what happened, and what to do."""
    console = err()
    console.print("error: ", style="bold red", end="")
    console.print(text)


@contextmanager
def warnings_heard() -> Iterator[list[str]]:
    """What gba warns of meanwhile, which is not written to standard error then: for commands that say it themselves."""
    heard: list[str] = []

    class _Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())

    listener = _Listener(logging.WARNING)
    logger = logging.getLogger("gba")
    logger.addHandler(listener)
    try:
        yield heard
    finally:
        logger.removeHandler(listener)
