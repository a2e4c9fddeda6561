"""Draws sentences of a grammar, to be looked at: not as a model would write them, but short, and each one allowed."""

from __future__ import annotations

import random

from gba.grammar.gbnf.charclass import normalise
from gba.grammar.gbnf.nodes import CharClass
from gba.grammar.grammar import Grammar

__all__ = ["sample"]

_ENDING = 0.25
"""How likely it is that a value of JSON ends where it may."""
_PLAIN = ((0x61, 0x7A), (0x30, 0x39), (0x41, 0x5A), (0x20, 0x7E))
"""What is drawn from first, as far as it may come: letters, digits, printable ASCII."""


def sample(grammar: Grammar, *, seed: int = 0, characters: int = 200) -> str:
    """A sentence of the grammar; the same seed draws the same one.

    After so many ``characters`` it goes the shortest way to its end. Raises GrammarError where the grammar has no end.
    """
    draw, matcher, text = random.Random(seed), grammar.matcher(), ""
    while not matcher.done and len(text) < characters:
        forced = matcher.forced()
        if not forced and matcher.accepting and draw.random() < _ENDING:
            return text
        more = forced or _character(matcher.next_chars(), draw)
        matcher.advance(more)
        text += more
    return text + matcher.shortest()


def _character(allowed: CharClass, draw: random.Random) -> str:
    ends = _ends(allowed)
    if ends and draw.random() < _ENDING:
        return draw.choice(ends)
    for ranges in (*(_common(allowed, plain) for plain in _PLAIN), allowed.ranges):
        if ranges:
            low, high = draw.choice(ranges)
            return chr(draw.randint(low, high))
    raise ValueError("nothing may come")


def _ends(allowed: CharClass) -> list[str]:
    """What would end a value of JSON here: within a string, a quotation mark and nothing else does."""
    there = [char for char in '",]}' if any(low <= ord(char) <= high for low, high in allowed.ranges)]
    inside = '"' in there and ("," in there or not {"]", "}"} & set(there))
    return ['"'] if inside else [char for char in there if char != '"']


def _common(allowed: CharClass, plain: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    return normalise((max(low, plain[0]), min(high, plain[1])) for low, high in allowed.ranges)
