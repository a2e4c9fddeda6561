"""How many examples a property test draws."""

from __future__ import annotations

import os

__all__ = ["examples"]


def examples(usual: int) -> int:
    """So many, or what ``GBA_EXAMPLES`` says, which ``make fuzz`` sets."""
    return int(os.environ.get("GBA_EXAMPLES", usual))
