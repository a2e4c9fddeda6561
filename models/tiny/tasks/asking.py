"""How the math model is asked: a calculation as it is, or with a question around it; numbers in digits or in words."""

from __future__ import annotations

import re

from models.tiny.tasks.base import Draw
from models.tiny.tasks.numbers import decimal_in_words

__all__ = ["ask", "plain_number", "said", "spoken_number"]

_WRAP = (
    "[||||Hi, |Hey, |OK, |So, |Now ][what is {q}?|what's {q}?|[calculate|compute|work out|evaluate|find|determine|"
    "solve] {q}.|how much is {q}?|tell me {q}.|please [calculate|tell me|work out] {q}.|what do you get for {q}?|"
    "what is the [value|result] of {q}?|give me {q}.|[can|could] you [calculate|tell me|work out] {q}?|I need {q}.|"
    "{q} = ?|{q}?]"
)
"""Many, so that what is kept back from training is a combination of words, never a common word: see `Draw.phrase`."""


def ask(draw: Draw, text: str, article: str = "") -> str:
    """The text as it is (that is how an agent asks) or as a question."""
    if draw.chance(0.5):
        asked = text if draw.chance(0.7) else article + text
    else:
        asked = draw.phrase(_WRAP, q=article + text)
        asked = asked[:1].upper() + asked[1:] if draw.chance(0.75) else asked.rstrip("?.")
    return asked.lower() if draw.chance(0.15) else asked


def spoken_number(draw: Draw, *, words: bool = False) -> tuple[str, str]:
    """A number as it is written in the question and in the program."""
    text = plain_number(draw)
    if words and len(text) < 7:
        return said(draw, text), text
    if len(text) > 4 and text.isdigit() and draw.chance(0.2):
        return f"{int(text):,}", text
    return text, text


def said(draw: Draw, text: str) -> str:
    """A number of digits in words, as one or another writes them: with or without hyphens, "and", digits joined."""
    head, point, tail = decimal_in_words(text).partition(" point ")
    if draw.chance(0.35):
        head = re.sub(r"hundred (?!thousand)(?=\w)", "hundred and ", head)
    if draw.chance(0.35):
        head = head.replace("-", " ")
    if head.startswith("one hundred") and draw.chance(0.15):
        head = "a" + head[3:]
    if draw.chance(0.3):
        tail = tail.replace(" ", "-")
    return head + point + tail


def plain_number(draw: Draw) -> str:
    """Digits, perhaps with a decimal point, on the draw's side of the split."""
    roll = draw.rng.random()
    if roll < 0.5:
        return str(draw.integer(1, 99))
    if roll < 0.66:
        return str(draw.integer(100, 9999))
    if roll < 0.74:
        return str(draw.integer(10_000, 99_999_999))
    while True:
        text = f"{draw.rng.random() * draw.pick((1, 10, 10, 100, 1000)):.{draw.pick((1, 1, 2, 2, 3))}f}"
        if float(text) > 0 and draw.mine(text):
            return text
