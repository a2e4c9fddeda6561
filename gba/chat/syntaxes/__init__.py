"""The call syntaxes that are built in, for models whose template tells of no tools: one module each."""

from __future__ import annotations

from collections.abc import Mapping

from gba.chat.syntax import CallSyntax
from gba.chat.syntaxes.action import ACTION
from gba.chat.syntaxes.gba import GBA
from gba.chat.syntaxes.react import REACT
from gba.errors import ConversationError

__all__ = ["BUILT_IN", "GBA", "builtin"]

BUILT_IN: Mapping[str, CallSyntax] = {syntax.name: syntax for syntax in (GBA, REACT, ACTION)}
"""By name."""


def builtin(name: str) -> CallSyntax:
    """The built-in syntax of that name. Raises ConversationError, which lists the names."""
    if name not in BUILT_IN:
        known = ", ".join(["native", *sorted(BUILT_IN)])
        raise ConversationError(f"there is no call syntax {name!r}. There are: {known}.")
    return BUILT_IN[name]
