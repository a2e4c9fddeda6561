"""Tells when a model says the same thing over and over, so that small models come to an end.

Text loops where its last tokens are one sequence of at most `LONGEST` tokens in a row, several times without any
difference. A thought is cut early, since no one is to read it; an answer late, since a table of zeros is one as well.
Arguments, of whose generated tokens alone that is judged, are cut as late, and ended along the grammar's shortest way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["ANSWER", "LONGEST", "THOUGHT", "Loop"]

LONGEST = 128
"""Tokens of a sequence that is seen to repeat: some five lines of text."""


@dataclass(frozen=True)
class Loop:
    """From when on tokens are a loop: a sequence comes ``times`` in a row, and that makes ``tokens`` at least."""

    times: int
    tokens: int

    def ends(self, tokens: Sequence[int]) -> bool:
        """Whether the tokens, a list or a tuple, end in a loop."""
        count = len(tokens)
        for period in range(1, min(LONGEST, count // self.times) + 1):
            length = max(self.tokens, self.times * period)
            if length > count:
                continue
            if tokens[-1] == tokens[-1 - period] and tokens[-length:-period] == tokens[period - length :]:
                return True
        return False


THOUGHT = Loop(times=4, tokens=64)
ANSWER = Loop(times=8, tokens=256)
