"""The content of a LangChain message of any origin, sorted into text, thought and calls.

Each provider writes content blocks of its own. What a block says is told by its ``type``, so that one table reads
all of them. Anything that carries information which a text model cannot read is refused, never dropped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gba.errors import ConversationError

__all__ = ["Content", "read_content"]

_MEDIA = {
    "audio": "audio",
    "computer_screenshot": "an image",
    "document": "a document",
    "file": "a file",
    "image": "an image",
    "image_url": "an image",
    "input_audio": "audio",
    "input_file": "a file",
    "input_image": "an image",
    "media": "media",
    "video": "video",
}
_WITHOUT_MEANING = frozenset(
    {
        "cachePoint",
        "cache_point",
        "code_interpreter_call",
        "encrypted_reasoning",
        "file_search_call",
        "input_json_delta",
        "redacted_thinking",
        "server_tool_call",
        "server_tool_call_chunk",
        "server_tool_result",
        "server_tool_use",
        "signature",
        "tool_call_chunk",
        "web_search_call",
        "web_search_tool_result",
    }
)
"""Left out: marks for one provider's cache, signed or encrypted thoughts that nobody else can read, pieces of calls
that stand in ``tool_calls`` in full, and what a provider's own server did (its outcome is in the text behind it)."""


@dataclass(frozen=True)
class Content:
    """What a message says: ``text``, ``thought`` and ``calls`` (each a dict with ``id``, ``name`` and ``args``)."""

    text: str = ""
    thought: str = ""
    calls: tuple[Mapping[str, Any], ...] = ()


@dataclass
class _Parts:
    text: list[str] = field(default_factory=list)
    thought: list[str] = field(default_factory=list)
    calls: list[Mapping[str, Any]] = field(default_factory=list)


def read_content(content: str | Sequence[Any], index: int) -> Content:
    """Sort the content of message ``index`` (for errors).

    Raises ConversationError for images and other media, and for blocks whose type is not known.
    """
    if isinstance(content, str):
        return Content(content)
    parts = _Parts()
    for block in content:
        _read_block(block, parts, index)
    return Content("".join(parts.text), "\n".join(filter(None, parts.thought)), tuple(parts.calls))


def _read_block(block: Any, parts: _Parts, index: int) -> None:
    if isinstance(block, str):
        parts.text.append(block)
        return
    if not isinstance(block, Mapping):
        raise ConversationError(f"message {index} holds a {type(block).__name__} among its content.", index=index)
    kind = block.get("type") or _untyped(block)
    reader = _READERS.get(kind)
    if reader is not None:
        reader(block, parts)
    elif _plain_text(kind, block) is not None:
        parts.text.append(_plain_text(kind, block) or "")
    elif kind in _MEDIA:
        raise ConversationError(
            f"message {index} holds {_MEDIA[kind]} (a content block of type {kind!r}), but this model reads text only. "
            "Take the block out, or put its content into words.",
            index=index,
        )
    elif kind not in _WITHOUT_MEANING:
        raise ConversationError(
            f"message {index} holds a content block of the unknown type {kind!r}. Replace it by a text block.",
            index=index,
        )


def _untyped(block: Mapping[str, Any]) -> str:
    """The type of a block that does not name it: some providers write the type as the only key."""
    for kind in ("text", "reasoning", "reasoning_content", "json", "cachePoint", "image", "document", "video"):
        if kind in block:
            return kind
    return ""


def _plain_text(kind: str, block: Mapping[str, Any]) -> str | None:
    """The text of a document or file that holds nothing else, or None."""
    source = block.get("source")
    if kind == "document" and isinstance(source, Mapping) and source.get("type") == "text":
        return str(source.get("data", ""))
    if kind == "file" and block.get("source_type") == "text":
        return str(block.get("text") or block.get("data") or "")
    return None


def _reasoning(block: Mapping[str, Any], parts: _Parts) -> None:
    """LangChain's and OpenAI's reasoning; the latter is a list of summaries."""
    said = block.get("reasoning") or block.get("text") or ""
    summary = block.get("summary") or ()
    pieces = [piece.get("text", "") for piece in summary if isinstance(piece, Mapping)]
    parts.thought.append(str(said) or "\n".join(pieces))


def _bedrock_reasoning(block: Mapping[str, Any], parts: _Parts) -> None:
    inner = block.get("reasoning_content")
    said = inner.get("text", "") if isinstance(inner, Mapping) else inner
    parts.thought.append(str(said or ""))


def _tool_use(block: Mapping[str, Any], parts: _Parts) -> None:
    """LangChain's, Anthropic's and OpenAI's calls."""
    arguments = block.get("args", block.get("input", block.get("arguments")))
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments or "{}")
        except ValueError:
            arguments = {}
    name, call_id = str(block.get("name", "")), block.get("call_id") or block.get("id")
    parts.calls.append({"id": call_id, "name": name, "args": arguments if isinstance(arguments, Mapping) else {}})


def _text_of(*keys: str) -> Callable[[Mapping[str, Any], _Parts], None]:
    def read(block: Mapping[str, Any], parts: _Parts) -> None:
        parts.text.append(str(next((block[key] for key in keys if block.get(key) is not None), "")))

    return read


def _json(block: Mapping[str, Any], parts: _Parts) -> None:
    parts.text.append(json.dumps(block.get("json"), ensure_ascii=False))


def _thinking(block: Mapping[str, Any], parts: _Parts) -> None:
    parts.thought.append(str(block.get("thinking", "")))


_READERS: Mapping[str, Callable[[Mapping[str, Any], _Parts], None]] = {
    "function_call": _tool_use,
    "input_text": _text_of("text"),
    "json": _json,
    "output_text": _text_of("text"),
    "reasoning": _reasoning,
    "reasoning_content": _bedrock_reasoning,
    "refusal": _text_of("refusal"),
    "text": _text_of("text"),
    "text-plain": _text_of("text"),
    "thinking": _thinking,
    "tool_call": _tool_use,
    "tool_use": _tool_use,
}
