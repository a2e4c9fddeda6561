"""Recorded runs as pages that stand by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gba.errors import GbaError

if TYPE_CHECKING:
    from gba.trajectory import MessageRecord, Trajectory

__all__ = ["asked_of", "write_page"]


def asked_of(messages: Sequence[MessageRecord]) -> str:
    """What the user asked for: the last request, where there was a conversation before."""
    return next((message.content for message in reversed(messages) if message.role == "user"), "")


def write_page(run: Trajectory, path: Path) -> None:
    """Write a recorded run as a page that stands by itself. Raises GbaError where that cannot be written."""
    from gba.rendering import page, run_html

    try:
        path.write_text(page(asked_of(run.messages)[:80] or "a run", run_html(run)), encoding="utf-8")
    except OSError as error:
        raise GbaError(f"{path} cannot be written ({error.strerror or error}): choose another place") from error
