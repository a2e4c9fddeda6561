"""What llama.cpp takes for granted about a model, and ends the process over where it does not hold.

`check_model` reads a GGUF's header and says what is wrong before llama.cpp is asked. Each check stands for an assertion
or an uncaught exception in llama.cpp (llama-model.cpp, llama-hparams.cpp, llama-vocab.cpp, ggml.c) that any model can
run into. What llama.cpp refuses properly, with a message, is left to it. Some architectures have assertions of their
own, of which only those are here that a file runs into which merely lacks something.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from gba.backends.gguf import GgufArray, GgufHeader, read_header
from gba.errors import ModelFileError

__all__ = ["check_model"]

_TOKENS, _KINDS, _SCORES = "tokenizer.ggml.tokens", "tokenizer.ggml.token_type", "tokenizer.ggml.scores"
_LAYERS, _EXPERTS = 512, 1024
_MOST = 2**24
"""No size of a model (its width, its heads) is larger; llama.cpp multiplies them in 32 bits."""
_TOKEN_BYTES = 2**11
"""llama.cpp follows a grammar through a token by one call in another for each character, until the stack is full."""
_SCALINGS = (b"none", b"linear", b"yarn", b"longrope")
_UINT16 = 2
_ONLY_EXPERTS, _SECTIONED = ("smallthinker",), ("paddleocr",)
_SPLIT = re.compile(r"(.*)-(\d{5})-of-(\d{5})\.gguf")


def check_model(path: Path, *, embeddings: bool = False) -> GgufHeader:
    """Raises ModelFileError for a file, or a part of a split one, that llama.cpp must not be given.

    ``embeddings``: the model is to make vectors, and need not be one that writes text.
    """
    header = read_header(path, (_TOKENS, _KINDS, _SCORES))
    _Check(header, embeddings=embeddings).model()
    _check_parts(header)
    return header


class _Check:
    """The checks of one header."""

    def __init__(self, header: GgufHeader, *, embeddings: bool) -> None:
        self._path, self._values, self._embeddings = header.path, header.values, embeddings
        self._arch = self._text("general.architecture")

    def model(self) -> None:
        """All of them."""
        if not self._arch:
            raise self._wrong("its metadata name no general.architecture")
        if self._arch == "clip":
            raise self._wrong("it is the part of a model that looks at pictures. Name the file of the language model")
        layers = self._size("block_count", 1, _LAYERS)
        self._size("context_length", 1, 2**31 - 1)
        self._size("embedding_length", 1, _MOST)
        if (self._number("nextn_predict_layers") or 0) >= layers:
            raise self._wrong("all of its layers, or more, are for predicting further tokens (nextn_predict_layers)")
        self._heads(layers)
        self._experts(layers)
        self._rope()
        self._epsilons()
        self._vocabulary()

    def _wrong(self, what: str) -> ModelFileError:
        return ModelFileError(f"{self._path} cannot be loaded: {what}", path=str(self._path))

    # values

    def _text(self, key: str) -> str:
        value = self._values.get(key, b"")
        if not isinstance(value, bytes):
            raise self._wrong(f"{key} is no text")
        if b"\0" in value:
            raise self._wrong(f"{key} holds a NUL")
        return value.decode("utf-8", "replace")

    def _number(self, name: str) -> int | None:
        """The whole number of that name of the architecture; None where there is none."""
        key = f"{self._arch}.{name}"
        value = self._values.get(key)
        if value is not None and type(value) is not int:
            raise self._wrong(f"{key} is {_shown(value)}, not a whole number")
        return value if isinstance(value, int) else None

    def _size(self, name: str, least: int, most: int) -> int:
        """A number that has to be there."""
        value = self._number(name)
        if value is None:
            raise self._wrong(f"its metadata have no {self._arch}.{name}")
        return self._within(name, value, least, most)

    def _within(self, name: str, value: int, least: int, most: int) -> int:
        if not least <= value <= most:
            raise self._wrong(f"{self._arch}.{name} is {value}, and has to be from {least} to {most}")
        return value

    def _per_layer(self, name: str, layers: int, least: int, most: int) -> list[int]:
        """A number for all layers or one for each; empty where there is none."""
        value = self._values.get(f"{self._arch}.{name}")
        if isinstance(value, GgufArray):
            if value.is_text or value.values is None or value.count < layers or value.values.typecode in "fd":
                raise self._wrong(f"{self._arch}.{name} is no whole number for each of the {layers} layers")
            return [self._within(name, number, least, most) for number in value.values[:layers]]
        number = self._number(name)
        return [] if number is None else [self._within(name, number, least, most)] * layers

    # checks

    def _heads(self, layers: int) -> None:
        heads = self._per_layer("attention.head_count", layers, 0, _MOST)
        shared = self._per_layer("attention.head_count_kv", layers, 0, _MOST) or heads
        for head, kv in zip(heads, shared, strict=True) if heads else ():
            if kv and head % kv:
                raise self._wrong(f"its {head} attention heads cannot share {kv} keys and values")
            if head and not kv:
                raise self._wrong(f"its {head} attention heads have no keys and values (attention.head_count_kv)")
        self._per_layer("feed_forward_length", layers, 0, _MOST)
        for name in ("attention.key_length", "attention.value_length"):
            value = self._number(name)
            if value is not None:
                self._within(name, value, 1, _MOST)

    def _experts(self, layers: int) -> None:
        experts = self._within("expert_count", self._number("expert_count") or 0, 0, _EXPERTS)
        used = max(self._per_layer("expert_used_count", layers, 0, _EXPERTS), default=0)
        groups, chosen = self._number("expert_group_count") or 0, self._number("expert_group_used_count") or 0
        if not experts and ("moe" in self._arch or self._arch in _ONLY_EXPERTS):
            raise self._wrong(f"it has no {self._arch}.expert_count, and models of this kind consist of experts")
        if used > experts or (experts and not used):
            raise self._wrong(f"it is said to use {used} of {experts} experts")
        if groups and (groups >= experts or (groups > 1 and (experts % groups or not 0 < chosen < groups))):
            raise self._wrong(f"its {experts} experts cannot be in {groups} groups of which {chosen} are used")

    def _rope(self) -> None:
        scaling = self._values.get(f"{self._arch}.rope.scaling.type", b"none")
        if scaling not in _SCALINGS:
            raise self._wrong(f"{self._arch}.rope.scaling.type is {_shown(scaling)}, which there is not")
        sections = self._values.get(f"{self._arch}.rope.dimension_sections")
        given = isinstance(sections, GgufArray) and sections.values is not None and not sections.is_text
        if (sections is not None or self._arch in _SECTIONED) and not (given and any(sections.values[:3])):  # type: ignore[union-attr]
            raise self._wrong(f"{self._arch}.rope.dimension_sections are missing, or all of them are 0")
        dimensions = self._number("rope.dimension_count")
        if dimensions is not None and (dimensions % 2 or dimensions > _MOST):
            raise self._wrong(f"{self._arch}.rope.dimension_count is {dimensions}, and has to be even")

    def _epsilons(self) -> None:
        for key, value in self._values.items():
            if (
                key.startswith(f"{self._arch}.")
                and key.endswith("epsilon")
                and type(value) is float
                and not 0 <= value < 1
            ):
                raise self._wrong(f"{key} is {value}, and has to be from 0 to 1")

    def _vocabulary(self) -> None:
        kind, tokens = self._text("tokenizer.ggml.model"), self._values.get(_TOKENS)
        if kind in {"", "no_vocab", "none", "test"}:
            raise self._wrong("it has no vocabulary (tokenizer.ggml.model), so it cannot read or write text")
        if kind == "bert" and not self._embeddings:
            raise self._wrong(
                "its vocabulary is one for embeddings (bert), and an agent needs a model that writes. For vectors: "
                "LlamaCppEmbeddings, or llama-server --embeddings"
            )
        if not isinstance(tokens, GgufArray) or not tokens.is_text or not tokens.count:
            raise self._wrong(f"{_TOKENS} is no list of texts")
        # llama.cpp takes texts for C strings, and names those that are empty
        cut = (text.partition(b"\0")[0] if b"\0" in text else text for text in tokens.values)
        texts = {text or b"[EMPTY_%d]" % number for number, text in enumerate(cut)}
        if len(texts) < tokens.count:
            raise self._wrong(f"its vocabulary of {tokens.count} tokens has {tokens.count - len(texts)} of them twice")
        if (longest := max(map(len, texts))) > _TOKEN_BYTES:
            raise self._wrong(f"its vocabulary has a token of {longest} bytes, and {_TOKEN_BYTES} are the most")
        for key, kinds in ((_KINDS, "i"), (_SCORES, "fi")):
            self._check_list(key, kinds, tokens.count)
        if kind == "bert":
            self._check_frame(tokens.count)
        if kind in {"llama", "rwkv"}:
            self._check_bytes(texts, (_spelled if kind == "llama" else _escaped))

    def _check_list(self, key: str, kinds: str, count: int) -> None:
        value = self._values.get(key)
        if value is None:
            return
        if not isinstance(value, GgufArray) or value.values is None or value.is_text:
            raise self._wrong(f"{key} is no list of numbers")
        if value.values.typecode not in kinds or value.count < count:
            raise self._wrong(f"{key} has {value.count} numbers for {count} tokens, or numbers of a wrong type")

    def _check_frame(self, count: int) -> None:
        """That the tokens around a text, and the one for what is unknown, are there; llama.cpp's own numbers else."""
        for name, default in (("bos", 101), ("seperator", 102), ("unknown", 100)):
            key = f"tokenizer.ggml.{name}_token_id"
            token = self._values.get(key, default)
            if type(token) is not int or not 0 <= token < count:
                raise self._wrong(f"{key} is {_shown(token)}, and its vocabulary has {count} tokens")

    def _check_bytes(self, texts: Collection[bytes], written: Callable[[int], Collection[bytes]]) -> None:
        """That every byte is a token for itself: texts that have no other tokens are cut into them."""
        missing = [byte for byte in range(256) if not any(way in texts for way in written(byte))]
        if missing:
            raise self._wrong(
                f"its vocabulary has no token for {len(missing)} of the 256 bytes, so llama.cpp cannot read every text"
            )


def _spelled(byte: int) -> tuple[bytes, ...]:
    """How a SentencePiece vocabulary may write a token of one byte."""
    return b"<0x%02X>" % byte, bytes([byte])


def _escaped(byte: int) -> tuple[bytes, ...]:
    """How an RWKV vocabulary may write it."""
    short = {9: b"\\t", 10: b"\\n", 13: b"\\r", 92: b"\\\\"}
    return b"\\x%02x" % byte, short.get(byte, b""), bytes([byte]) if byte not in {0, 92} else b""


def _shown(value: Any) -> str:
    return "a list" if isinstance(value, GgufArray) else repr(value)[:60]


def _check_parts(header: GgufHeader) -> None:
    """The further files of a model that was split."""
    count = header.values.get("split.count", 0)
    if type(count) is not int or count < 2:
        return
    path, named = header.path, _SPLIT.fullmatch(header.path.name)
    if named is None or int(named[3]) != count or int(named[2]) != 1:
        first = f"-00001-of-{count:05}.gguf"
        raise ModelFileError(
            f"{path} is one of {count} parts of a model: name the first of them, which ends in {first}", path=str(path)
        )
    for number in range(1, count):
        part = path.with_name(f"{named[1]}-{number + 1:05}-of-{count:05}.gguf")
        if not part.is_file():
            raise ModelFileError(f"{part}, a part of the model {path.name}, is missing: download it", path=str(part))
        other = read_header(part)
        if other.values.get("split.no") != number or other.kinds["split.no"] != _UINT16:
            raise ModelFileError(f"{part} is not part {number + 1} of the model: download it again", path=str(part))
