"""Where the commands write: results to standard output, everything else to standard error."""

from __future__ import annotations

from rich.console import Console

__all__ = ["complain", "err", "note", "out"]


def out() -> Console:
    """Standard output; made when it is needed, so that it is the one of the moment."""
    return Console(soft_wrap=True, highlight=False, markup=False, emoji=False)


def err() -> Console:
    """Standard error."""
    return Console(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False)


def note(text: str) -> None:
    """A remark that is no result."""
    err().print(text, style="dim")


def complain(text: str) -> None:
    """An error: what happened, and what to do."""
    console = err()
    console.print("error: ", style="bold red", end="")
    console.print(text)
