"""Marks: texts that no template and no user writes, to be found again in what a template renders."""

from __future__ import annotations

import os
import re

from gba.chat.messages import Message
from gba.chat.tags import common_start

__all__ = ["ANSWER", "MARK", "THOUGHT", "USER", "behind", "common_end", "mark"]

_NONCE = os.urandom(2).hex()
MARK = re.compile(rf"q{_NONCE}\d{{4}}")
"""Finds marks in a text."""


def mark(number: int) -> str:
    """A mark of nine letters and digits: some templates insist on ids of that form. ``number``: 0 to 9999."""
    return f"q{_NONCE}{number:04d}"


USER = Message("user", mark(10))
ANSWER = Message("assistant", mark(11))
THOUGHT = mark(12)


def behind(text: str, marked: str) -> str:
    """What stands behind the last place of a mark."""
    return text[text.rindex(marked) + len(marked) :] if marked in text else ""


def common_end(one: str, other: str) -> str:
    """The longest common end."""
    return common_start(one[::-1], other[::-1])[::-1]
