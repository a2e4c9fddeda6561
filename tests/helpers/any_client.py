"""The code that docs/how-to/any-client.md shows, to be run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Block", "blocks"]

_PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "any-client.md"
_URL = "http://127.0.0.1:8090/v1"
_BLOCK = re.compile(r"^## (?P<title>[^\n]+)$|^```(?P<language>\w*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
_PRINTED = re.compile(r"^ *(?:print|console\.log)\(.*\);? +(?:#|//) (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One piece of code. ``language``: ``py``, ``js`` or ``curl``; ``title``: of its section."""

    title: str
    language: str
    code: str

    def missing(self, printed: str) -> str:
        """What the comments behind its lines say that they print, and they did not; nothing printed at all is wrong."""
        wanted = _PRINTED.findall(self.code)
        missing = [line for line in wanted if line not in printed.splitlines()]
        if missing or not printed.strip():
            return f"not printed: {missing or 'anything'}; but {printed[-500:]!r}"
        return ""


def blocks(url: str) -> list[Block]:
    """All of them, with this URL in place of the one that is shown."""
    found, title = [], ""
    for match in _BLOCK.finditer(_PAGE.read_text(encoding="utf-8")):
        title = match["title"] or title
        code = (match["code"] or "").replace(_URL, url)
        if url in code:
            found.append(Block(title, match["language"] or "curl", code))
    return found
