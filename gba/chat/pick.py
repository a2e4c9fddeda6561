"""Which chat format a model is talked to in."""

from __future__ import annotations

import hashlib
import re

from gba.backends.base import Properties
from gba.chat.formats import BUILT_IN, ChatFormat, from_template, named
from gba.chat.io import Compute, Task, Tokenize

__all__ = ["guess", "pick"]

_NAMES = (
    ("codellama", r"code[-_ ]?llama"),
    ("llama-3", r"llama[-_ ]?3"),
    ("mistral", r"mi[sx]tral|mathstral|zephyr-mistral"),
    ("llama-2", r"llama[-_ ]?2"),
    ("chatml", r"qwen|hermes|yi-|chatml|smollm"),
    ("gemma", r"gemma(?![-_ ]?4)"),
)
_CHATML = "<|im_start|>"
_TOKENS = (("chatml", _CHATML), ("gemma", "<start_of_turn>"), ("llama-3", "<|start_header_id|>"))
"""Formats by a control token that only vocabularies of their models have."""
_INVENTED = "d805df67b616e59d86fddc7b911f8cf4370470198652ada1dcec98aa302433bd"
"""SHA-256, white space left out, of the template that llama-server names for a file that has none (common/chat.cpp)."""


def guess(model: str) -> ChatFormat | None:
    """The built-in format that a model's name speaks for."""
    name = next((name for name, pattern in _NAMES if re.search(pattern, model, re.IGNORECASE)), None)
    return BUILT_IN[name] if name else None


def pick(wanted: ChatFormat | str | None, properties: Properties, syntax: str | None = None) -> Task[ChatFormat]:
    """The format that is asked for, else the GGUF's own template, else by the model's name, else by its vocabulary.

    ``syntax``: the call syntax that is asked for, by name. Raises ConversationError for an unknown one.

    llama-server reports a template of its own for a file that has none; it counts as none.
    """
    chosen = yield from _pick(wanted, properties)
    return chosen if syntax is None else chosen.called(syntax)


def _pick(wanted: ChatFormat | str | None, properties: Properties) -> Task[ChatFormat]:
    if isinstance(wanted, ChatFormat):
        return wanted
    if isinstance(wanted, str):
        return named(wanted)
    template = properties.chat_template
    if template and not _invented(template) and (_CHATML not in template or (yield from _has(_CHATML))):
        read: ChatFormat = yield Compute(
            lambda: from_template(
                properties.tool_template or template,
                bos=properties.bos_text,
                eos=properties.eos_text,
                plain=template if properties.tool_template else None,
            )
        )
        return read
    guessed = guess(properties.model)
    if guessed is not None:
        return guessed
    for name, token in _TOKENS:
        if (yield from _has(token)):
            return BUILT_IN[name]
    return BUILT_IN["llama-2"]


def _invented(template: str) -> bool:
    return hashlib.sha256("".join(template.split()).encode()).hexdigest() == _INVENTED


def _has(token: str) -> Task[bool]:
    """Whether the vocabulary has that control token."""
    tokens: list[int] = yield Tokenize(token, True)
    return len(tokens) == 1
