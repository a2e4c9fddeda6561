"""A corpus whose cases cannot be made."""

from __future__ import annotations

TITLE, SECONDS = "broken", 1.0


def cases() -> list[object]:
    raise RuntimeError("the cases cannot be made")
