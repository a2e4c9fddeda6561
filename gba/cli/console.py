"""Where the commands write: results to standard output, everything else to standard error."""

from __future__ import annotations

import os
from typing import Any

from rich.console import Console

__all__ = ["complain", "err", "note", "out"]


def out() -> Console:
    """Standard output; made when it is needed, so that it is the one of the moment."""
    return _console()


def err() -> Console:
    """Standard error."""
    return _console(stderr=True)


def _console(**options: Any) -> Console:
    if os.environ.get("NO_COLOR"):  # rich would still write the codes of bold and dim
        options["color_system"] = None
    return Console(soft_wrap=True, highlight=False, markup=False, emoji=False, **options)


def note(text: str) -> None:
    """A remark that is no result."""
    err().print(text, style="dim")


def complain(text: str) -> None:
    """An error: what happened, and what to do."""
    console = err()
    console.print("error: ", style="bold red", end="")
    console.print(text)
