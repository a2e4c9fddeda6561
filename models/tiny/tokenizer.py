"""The vocabulary of the tiny models: small, and spelling a word the same way wherever it stands.

A tiny model lives by copying: a name from the request into an argument, a result into the answer. So a word should
be the same tokens after a blank, after a quote, and at a sentence's end. Three rules see to it:

- A piece is made of letters, or of other characters, never of both; digits stand alone.
- Nothing follows a quote within a piece, and only JSON's own marks come before one, so that the end of a string is
  a token of its own.
- A blank belongs to the end of the word before it (``the▁``), and only in pieces that are merged after all others:
  ``Zelko`` and ``Zelko▁`` differ in their last piece at most.

SentencePiece learns the pieces; what is not among them is spelt in bytes, as in Llama-2. Encoding is left to
llama.cpp (`models.tiny.export.write_blank` makes a file it can load), so training and serving cannot disagree.
"""

from __future__ import annotations

import io
import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

__all__ = ["BLANK", "CONTROL", "END", "START", "Kind", "Piece", "Vocabulary", "learn"]

START, END = "<|im_start|>", "<|im_end|>"
CONTROL = ("<s>", "</s>", START, END)
"""The control tokens, in the order of their ids, which follow the unknown token's."""

BLANK = "▁"
"""How SentencePiece, and llama.cpp with it, writes a blank."""

_CHUNKS = re.compile(r'[^\W\d_]+|\d|[ {\[(:,]+"|"|[^\w"\n]+|_|\n')
_INDENTS = (BLANK * 2, BLANK * 4)
_SENTENCES = 400_000
_SPACED = re.compile(r"([^\W\d_]+) ")

Kind = Literal["normal", "unknown", "control", "byte"]


@dataclass(frozen=True)
class Piece:
    """One token: its text, the priority of its merge (higher merges first) and its kind."""

    text: str
    score: float = 0.0
    kind: Kind = "normal"


@dataclass(frozen=True)
class Vocabulary:
    """All tokens; a token's id is its index."""

    pieces: tuple[Piece, ...]

    def __len__(self) -> int:
        return len(self.pieces)

    def id(self, text: str) -> int:
        """The token with exactly this text. KeyError where there is none."""
        for index, piece in enumerate(self.pieces):
            if piece.text == text:
                return index
        raise KeyError(text)

    def save(self, path: Path) -> None:
        """Write the pieces as JSON, one per line."""
        lines = ",\n".join(json.dumps(asdict(piece), ensure_ascii=False) for piece in self.pieces)
        path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Vocabulary:
        """Read what ``save`` wrote."""
        return cls(tuple(Piece(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))))


def learn(texts: Iterable[str], *, size: int = 1024, spaced: int = 160) -> Vocabulary:
    """A vocabulary of at most ``size`` tokens, of which ``spaced`` are a word or its end with the blank after it."""
    chunks: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for text in texts:
        chunks.update(_CHUNKS.findall(text))
        words.update(_SPACED.findall(text))
    del chunks["\n"]  # a newline is a byte piece, as in Llama-2
    processor = _train(chunks, size - spaced)
    learnt = [_piece(processor, token) for token in range(processor.get_piece_size())]
    endings: Counter[str] = Counter()
    for word, count in words.items():
        endings[processor.encode(word, out_type=str)[-1]] += count
    lowest = min(piece.score for piece in learnt)
    known = {piece.text for piece in learnt if piece.kind == "normal"}
    common = [text for text, _ in sorted(endings.items(), key=lambda item: (-item[1], item[0])) if text in known]
    joined = [*_INDENTS, *(text + BLANK for text in common[: spaced - len(_INDENTS)])]
    return Vocabulary((*learnt, *(Piece(text, lowest - 1 - rank) for rank, text in enumerate(joined))))


def _train(chunks: Counter[str], size: int) -> Any:
    """SentencePiece's BPE over the chunks, none of them joined with another; its processor."""
    import sentencepiece

    share = max(1.0, chunks.total() / _SENTENCES)
    repeated = (chunk for chunk, count in sorted(chunks.items()) for _ in range(math.ceil(count / share)))
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=repeated,
        model_writer=model,
        model_type="bpe",
        vocab_size=size,
        byte_fallback=True,
        character_coverage=1.0,
        split_digits=True,
        split_by_whitespace=False,
        treat_whitespace_as_suffix=True,
        add_dummy_prefix=False,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        required_chars=BLANK + "".join(chr(code) for code in range(33, 127)),
        control_symbols=list(CONTROL[2:]),
        hard_vocab_limit=False,
        num_threads=1,
        minloglevel=2,
    )
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


def _piece(processor: Any, token: int) -> Piece:
    kind: Kind = "normal"
    if processor.is_unknown(token):
        kind = "unknown"
    elif processor.is_control(token):
        kind = "control"
    elif processor.is_byte(token):
        kind = "byte"
    return Piece(processor.id_to_piece(token), processor.get_score(token), kind)
