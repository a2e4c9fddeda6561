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
    "resource": "a file",
    "video": "video",
}
_WITHOUT_MEANING = frozenset(
    {
        "cachePoint",
        "cache_point",
        "bash_code_execution_tool_result",
        "code_execution_tool_result",
        "code_interpreter_call",
        "container_upload",
        "encrypted_reasoning",
        "file_search_call",
        "image_generation_call",
        "input_json_delta",
        "mcp_approval_request",
        "mcp_call",
        "mcp_list_tools",
        "redacted_thinking",
        "server_tool_call",
        "server_tool_call_chunk",
        "server_tool_result",
        "server_tool_use",
        "signature",
        "text_editor_code_execution_tool_result",
        "tool_call_chunk",
        "web_fetch_tool_result",
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


def read_content(content: str | Sequence[Any] | None, index: int, *, role: str = "user") -> Content:
    """Sort the content of message ``index`` (for errors).

    Each block of text is a line of its own, except in an ``assistant``'s message: there a provider may have cut one
    sentence into several. From a ``tool``'s result nobody can take anything out while an agent runs. So media in it are
    told in words (a link is text, and of what lies in the message itself the model learns that it is there), and blocks
    of a type that is not known as JSON.

    Raises ConversationError for images and other media elsewhere, and for blocks whose type is not known.
    """
    if not content:  # None, of messages that were made without LangChain's check
        return Content()
    if isinstance(content, str):
        return Content(content)
    parts = _Parts()
    for block in content:
        if role == "tool" and (words := _in_words(block)):
            parts.text.append(words)
        else:
            _read_block(block, parts, index)
    text = "".join(parts.text) if role == "assistant" else _lines(parts.text)
    return Content(text, "\n".join(filter(None, parts.thought)), tuple(parts.calls))


def _lines(pieces: Sequence[Any]) -> str:
    """The pieces that are not empty, a line break between any two that have no white space between them."""
    text = ""
    for piece in filter(None, pieces):
        together = not text or text[-1].isspace() or piece[0].isspace()
        text += piece if together else f"\n{piece}"
    return text


def _in_words(block: Any) -> str:
    """What a model is told about a block of a tool's result that is no text; "" for one that can be read."""
    if words := _media_in_words(block):
        return words
    kind = (block.get("type") or _untyped(block)) if isinstance(block, Mapping) else ""
    known = isinstance(block, str) or kind in _READERS or kind in _WITHOUT_MEANING or kind in _MEDIA
    return "" if known else json.dumps(block, ensure_ascii=False, default=str)


def _media_in_words(block: Any) -> str:
    """What a model is told about a block of media; "" for all other blocks."""
    kind = (block.get("type") or _untyped(block)) if isinstance(block, Mapping) else ""
    if kind not in _MEDIA or _plain_text(kind, block) is not None:
        return ""
    mime = next((str(block[key]) for key in ("mime_type", "mimeType", "media_type") if block.get(key)), "")
    label = f"{_MEDIA[kind]} ({mime})" if mime else _MEDIA[kind]
    link = _link(block)
    return f"[{label}: {link}]" if link else f"[{label}, which this model cannot read]"


def _link(block: Mapping[str, Any]) -> str:
    """Where media lie that are not in the message itself."""
    places = [
        block,
        *(block[key] for key in ("image_url", "file", "source", "resource") if isinstance(block.get(key), Mapping)),
    ]
    found = [place[key] for place in places for key in ("url", "uri", "file_url", "image_url") if key in place]
    return next((url for url in found if isinstance(url, str) and not url.startswith("data:")), "")


def _read_block(block: Any, parts: _Parts, index: int) -> None:
    if isinstance(block, str):
        parts.text.append(block)
        return
    if not isinstance(block, Mapping):
        raise ConversationError(f"message {index} holds a {type(block).__name__} among its content.", index=index)
    if block.get("type") == "non_standard" and isinstance(block.get("value"), Mapping):  # LangChain's wrapping
        block = block["value"]
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
    if kind == "document" and isinstance(source, Mapping) and source.get("type") == "content":
        inner = source.get("content")
        pieces = [inner] if isinstance(inner, str) else inner if isinstance(inner, list) else []
        texts = [piece.get("text") if isinstance(piece, Mapping) else piece for piece in pieces]
        return _lines(texts) if texts and all(isinstance(text, str) for text in texts) else None
    if kind == "file" and block.get("source_type") == "text":
        return str(block.get("text") or block.get("data") or "")
    inner = block.get("resource")
    if kind == "resource" and isinstance(inner, Mapping) and isinstance(inner.get("text"), str):
        return str(inner["text"])
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


def _resource_link(block: Mapping[str, Any], parts: _Parts) -> None:
    """A link as the Model Context Protocol has it."""
    said = [block.get("title") or block.get("name"), block.get("uri"), block.get("description")]
    parts.text.append(f"[{', '.join(str(each) for each in said if each)}]")


def _search_result(block: Mapping[str, Any], parts: _Parts) -> None:
    """A search result as Anthropic has it: a title, a source and blocks of text."""
    inner = [piece.get("text", "") for piece in block.get("content") or () if isinstance(piece, Mapping)]
    parts.text.append(_lines([str(block.get("title") or ""), str(block.get("source") or ""), *inner]))


def _thinking(block: Mapping[str, Any], parts: _Parts) -> None:
    parts.thought.append(str(block.get("thinking", "")))


_READERS: Mapping[str, Callable[[Mapping[str, Any], _Parts], None]] = {
    "compaction": _text_of("content"),
    "custom_tool_call": _tool_use,
    "function_call": _tool_use,
    "input_text": _text_of("text"),
    "json": _json,
    "output_text": _text_of("text"),
    "reasoning": _reasoning,
    "reasoning_content": _bedrock_reasoning,
    "refusal": _text_of("refusal"),
    "resource_link": _resource_link,
    "search_result": _search_result,
    "text": _text_of("text"),
    "text-plain": _text_of("text"),
    "thinking": _thinking,
    "tool_call": _tool_use,
    "tool_use": _tool_use,
}
