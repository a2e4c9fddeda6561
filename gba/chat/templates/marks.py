"""Marks: texts that no template and no user writes, to be found again in what a template renders."""

from __future__ import annotations

import os
import re

from gba.chat.messages import Message

__all__ = ["ANSWER", "MARK", "THOUGHT", "USER", "behind", "common_end", "common_start", "mark", "whole_tags"]

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


def common_start(one: str, other: str) -> str:
    """The longest common beginning."""
    size = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[:size]


def common_end(one: str, other: str) -> str:
    """The longest common end."""
    return common_start(one[::-1], other[::-1])[::-1]


def whole_tags(text: str, other: str) -> str:
    """The common beginning of two texts, not cut within a tag of either."""
    shared = common_start(text, other)
    for opens, closes in (("<", ">"), ("[", "]"), ("<|open|>", "<|sep|>"), ("<|close|>", "<|sep|>")):
        at = shared.rfind(opens)
        if at >= 0 and closes not in shared[at:] and (len(shared) < len(text) or len(shared) < len(other)):
            shared = shared[:at]
    return shared
