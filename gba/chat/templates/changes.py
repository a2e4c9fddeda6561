"""What templates do to the contents that they are given."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

__all__ = ["CHANGES", "changed"]

CHANGES: Mapping[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "stripped": lambda text: text.strip(),
    "left stripped": lambda text: text.lstrip(),
    "right stripped": lambda text: text.rstrip(),
    "as JSON": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "as ASCII JSON": lambda text: json.dumps(text)[1:-1],
    "stripped, as JSON": lambda text: json.dumps(text.strip(), ensure_ascii=False)[1:-1],
    "newlines stripped": lambda text: text.strip("\n"),
}
"""What templates do to contents, by name."""


def changed(changes: Mapping[str, str], role: str, text: str) -> str:
    """A content as the template has it; ``changes``: what it does, by role."""
    return CHANGES[changes.get(role, "as it is")](text)
