"""The words that gba itself puts into a conversation, whatever the syntax of calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gba.chat.signature import described, fields

__all__ = ["answer_text", "retry_text", "thought_text"]


def retry_text(name: str, violations: Sequence[str]) -> str:
    """The message to a model after its arguments broke a constraint that the grammar does not enforce."""
    return f"Error: the arguments of {name} are not valid: {'; '.join(violations)}. Call {name} again with valid ones."


def thought_text(system: str) -> str:
    """The system text of a model that is told of its tools by its own template, with the wish for a thought."""
    asked = "Before you call a tool, say in one short sentence what you are going to do."
    return f"{system}\n\n{asked}" if system else asked


def answer_text(system: str, response: Mapping[str, Any]) -> str:
    """The system text of such a model, with the form that its answer has to have."""
    form = f"Write your answer as JSON of this form: {{{fields(response)}}}"
    asked = "\n".join([form, *described(response)])
    return f"{system}\n\n{asked}" if system else asked
