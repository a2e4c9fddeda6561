"""The many ways in which somebody may be asked to do something."""

from __future__ import annotations

import re

__all__ = ["wordings"]

_ORDER = (
    "[{V}.|{V}.|{V}.|Please {v}.|[Can|Could|Would] you {v}?|[I want|I need] you to {v}.|I'd like you to {v}.|"
    "{V} for me.|You should {v}.|[Now|Go and|Just|Let's] {v}.|[I want|I need|I would like] to {v}.]"
)
_BEFORE = "[||||||||Listen: |Look: |One more thing: |By the way: |Another thing: |Next: |So: ]"


def wordings(ask: str) -> str:
    """The pattern with all that may be said around a request; what stands in <> is an order.

    It is drawn as one: what is kept back from training is a combination, and hardly ever the way to say a thing at all.
    """
    return _BEFORE + re.sub("<(.*?)>", lambda found: _order(found[1]), ask)


def _order(text: str) -> str:
    return _ORDER.replace("{V}", text[0].upper() + text[1:]).replace("{v}", text)
