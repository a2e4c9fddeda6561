"""The vocabulary of a model of Hugging Face's, seen as bytes."""

from __future__ import annotations

import json
from typing import Any

from tokenizers import Tokenizer
from transformers.convert_slow_tokenizer import bytes_to_unicode

from gba.backends.vocabulary import TokenTable
from gba.errors import BackendError

__all__ = ["HubVocabulary"]

_ENDS = frozenset(
    (
        "</s> <|im_end|> <|eot_id|> <|eom_id|> <|end|> <|endoftext|> <|end_of_text|> <end_of_turn> <EOT> <|return|> "
        "<|call|>"
    ).split()
)
"""Names of tokens that end a turn, as llama.cpp knows them; a model's configuration often names one of several."""


class HubVocabulary(TokenTable):
    """``tokenizer``: a transformers one. ``size``: of the model's output. ``ends``: tokens said to end a generation.

    ``space_prefix``: False where a text gets no space in front, though the tokenizer would put one there. Raises
    BackendError for a tokenizer that is not of the library tokenizers, or whose tokens do not spell bytes.
    """

    def __init__(self, tokenizer: Any, size: int, ends: frozenset[int], *, space_prefix: bool = True) -> None:
        backend = getattr(tokenizer, "backend_tokenizer", None)
        if not isinstance(backend, Tokenizer):
            raise BackendError(
                f"{type(tokenizer).__name__} has no tokenizer.json: save the model with a fast tokenizer, "
                "or convert it to GGUF."
            )
        text = backend.to_str()
        if not space_prefix:
            text = _without_prefix(text)
        # What llama.cpp does, too: names of control tokens stay text, those of user-defined tokens never do.
        self._named, self._plain = Tokenizer.from_str(text), Tokenizer.from_str(text)
        self._plain.encode_special_tokens = True
        self.size = size
        self.added = {
            token: added.content for token, added in backend.get_added_tokens_decoder().items() if token < size
        }
        spell = _speller(json.loads(text).get("decoder"))
        self._pieces = [
            self.added[token].encode() if token in self.added else spell(self._named.id_to_token(token) or "")
            for token in range(size)
        ]
        self.ends = frozenset(token for token in ends if token < size) | {
            token for token, name in self.added.items() if name in _ENDS
        }

    def tokenize(self, text: str, *, special: bool) -> list[int]:
        """See `TokenTable`."""
        text = text.encode("utf-8", errors="replace").decode()  # halves of surrogate pairs
        ids: list[int] = (self._named if special else self._plain).encode(text, add_special_tokens=False).ids
        return ids

    def piece(self, token: int) -> bytes:
        """See `TokenTable`."""
        self.check([token])
        return self._pieces[token]

    def is_eog(self, token: int) -> bool:
        """See `TokenTable`."""
        return token in self.ends

    def begins_with(self, token: int | None) -> bool:
        """Whether the tokenizer itself puts this token in front of a text."""
        return token is not None and self._named.encode("a").ids[:1] == [token]


def _without_prefix(text: str) -> str:
    described = json.loads(text)
    for part in _parts(described.get("pre_tokenizer"), "pretokenizers"):
        if part.get("type") == "Metaspace":
            part["prepend_scheme"] = "never"
    normalizer = described.get("normalizer")
    if normalizer is not None:
        kept = [part for part in _parts(normalizer, "normalizers") if part.get("type") != "Prepend"]
        described["normalizer"] = {"type": "Sequence", "normalizers": kept} if kept else None
    return json.dumps(described)


def _parts(node: Any, name: str) -> list[dict[str, Any]]:
    if not isinstance(node, dict):
        return []
    return list(node[name]) if node.get("type") == "Sequence" else [node]


def _speller(decoder: Any) -> Any:
    """What turns the name of a token into the bytes that it spells, by what the tokenizer decodes with."""
    kinds = {part.get("type") for part in _parts(decoder, "decoders")}
    if "ByteLevel" in kinds:
        alphabet = {char: byte for byte, char in bytes_to_unicode().items()}
        return lambda name: b"".join(bytes([alphabet[char]]) if char in alphabet else char.encode() for char in name)
    if kinds & {"ByteFallback", "Metaspace"}:
        return _sentence_piece
    raise BackendError(
        f"tokens that are decoded by {', '.join(sorted(map(str, kinds))) or 'nothing'} do not spell text byte by byte: "
        "gba needs a model with a byte-level or SentencePiece vocabulary."
    )


def _sentence_piece(name: str) -> bytes:
    if len(name) == 6 and name.startswith("<0x") and name.endswith(">"):
        return bytes.fromhex(name[3:5])
    return name.replace("▁", " ").encode()
