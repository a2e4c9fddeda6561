"""A case that is late when it runs for the first time."""

from __future__ import annotations

import os
import time
from pathlib import Path

from benchmarks.attack.cases import Case

TITLE, SECONDS = "a case that is late once", 0.5


def cases() -> list[Case]:
    return [Case("late the first time", _late)]


def _late() -> None:
    mark = Path(os.environ["GBA_ATTACK_MARK"])
    if not mark.exists():
        mark.touch()
        time.sleep(60)
