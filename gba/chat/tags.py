"""What two texts have in common, without cutting the names of control tokens."""

from __future__ import annotations

__all__ = ["common_start", "whole_tags"]


def common_start(one: str, other: str) -> str:
    """The longest common beginning."""
    size = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[:size]


def whole_tags(text: str, other: str) -> str:
    """The common beginning of two texts, not cut within a tag of either."""
    shared = common_start(text, other)
    for opens, closes in (("<", ">"), ("[", "]"), ("<|open|>", "<|sep|>"), ("<|close|>", "<|sep|>")):
        at = shared.rfind(opens)
        if at >= 0 and closes not in shared[at:] and (len(shared) < len(text) or len(shared) < len(other)):
            shared = shared[:at]
    return shared
