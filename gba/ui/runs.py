"""Recorded runs in a folder: which there are, and one of them to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gba.api.errors import ApiError
from gba.rendering import run_html
from gba.trajectory import TrajectoryError, read

__all__ = ["Runs"]

_MOST = 200
"""Runs that are listed, the newest ones."""


class Runs:
    """The runs in the ``.jsonl`` files of a folder and of those in it, by their path in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _files(self) -> dict[str, Path]:
        found = {path.relative_to(self._folder).as_posix(): path for path in self._folder.rglob("*.jsonl")}
        newest = sorted(found.items(), key=lambda item: item[1].stat().st_mtime, reverse=True)
        return dict(newest[:_MOST])

    def listed(self) -> list[dict[str, Any]]:
        """What is known of each, the newest first; of a file that cannot be read, why."""
        return [self._summary(name, path) for name, path in self._files().items()]

    def _summary(self, name: str, path: Path) -> dict[str, Any]:
        try:
            run = read(path)
        except TrajectoryError as error:
            return {"name": name, "error": str(error)}
        asked = next((message.content for message in run.messages if message.role == "user"), "")
        return {
            "name": name,
            "asked": asked[:200],
            "model": Path(run.model).name,
            "started": run.started,
            "steps": len(run.steps),
            "complete": run.complete,
        }

    def html(self, name: str) -> str:
        """A run. Raises ApiError for one that is not listed, TrajectoryError for one that cannot be read."""
        path = self._files().get(name)
        if path is None:
            raise ApiError(f"There is no run {name!r}: reload the list.", status=404)
        return run_html(read(path))
