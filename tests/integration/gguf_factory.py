"""Small GGUF files with random weights and a real SentencePiece vocabulary, made in milliseconds and without network.

They know nothing, which is the point: whatever a grammar lets through, they will sooner or later write.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from gguf import GGUFWriter, TokenType

__all__ = ["CHATML", "Shape", "write_gguf"]

CHATML = (
    "{%- for message in messages -%}"
    "{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\n' }}{%- endif -%}"
)

_CONTROL = ("<s>", "</s>", "<|im_start|>", "<|im_end|>")
_WORDS = (
    "the of and to in is that for it as was with be by on not he his but at are this have from or had an they "
    "which one you were all her she there would their we him been has when who will no more if out so up said "
    "what its about than into them can only other time new some could these two may first then do any like my now "
    "over such our man me even most made after also did many before must through back years where much your way "
    "well down should because each just name arguments query search respond calculate city population result "
    "answer question tool call number value string "
).split()


@dataclass(frozen=True)
class Shape:
    """The size of a model; the defaults make a file of about half a megabyte."""

    layers: int = 2
    width: int = 64
    heads: int = 4
    feed_forward: int = 128
    context: int = 2048


def _vocabulary() -> list[tuple[str, float, TokenType]]:
    """Pieces with scores and kinds: <unk>, control tokens, the 256 bytes, then characters, pairs and words."""
    pieces = [("<unk>", 0.0, TokenType.UNKNOWN)]
    pieces += [(name, 0.0, TokenType.CONTROL) for name in _CONTROL]
    pieces += [(f"<0x{byte:02X}>", 0.0, TokenType.BYTE) for byte in range(256)]
    seen = {piece for piece, _, _ in pieces}
    texts = [chr(code) for code in range(33, 127)] + ["▁", "\n", "▁▁"]
    for word in _WORDS:
        # every prefix has to be there, as SentencePiece joins two neighbours at a time
        texts += [("▁" + word)[:end] for end in range(2, len(word) + 2)] + [
            word[:end] for end in range(2, len(word) + 1)
        ]
    for text in texts:
        if text not in seen:
            seen.add(text)
            pieces.append((text, -float(len(pieces)), TokenType.NORMAL))
    return pieces


def write_gguf(
    path: Path, *, shape: Shape = Shape(), seed: int = 0, chat_template: str | None = CHATML, name: str = "random"
) -> Path:
    """Writes a model of the Llama architecture with weights drawn from ``seed``; the same arguments, the same bytes."""
    pieces, random = _vocabulary(), np.random.default_rng(seed)
    writer = GGUFWriter(str(path), "llama")
    writer.add_name(name)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(shape.width // shape.heads)
    _add_tokenizer(writer, pieces, chat_template)

    def matrix(key: str, rows: int, columns: int, scale: float = 1.0) -> None:
        values = random.standard_normal((rows, columns)) * scale / np.sqrt(columns)
        writer.add_tensor(key, values.astype(np.float32))

    def ones(key: str) -> None:
        writer.add_tensor(key, np.ones(shape.width, dtype=np.float32))

    matrix("token_embd.weight", len(pieces), shape.width, scale=8.0)
    for layer in range(shape.layers):
        ones(f"blk.{layer}.attn_norm.weight")
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            matrix(f"blk.{layer}.{part}.weight", shape.width, shape.width)
        ones(f"blk.{layer}.ffn_norm.weight")
        matrix(f"blk.{layer}.ffn_gate.weight", shape.feed_forward, shape.width)
        matrix(f"blk.{layer}.ffn_up.weight", shape.feed_forward, shape.width)
        matrix(f"blk.{layer}.ffn_down.weight", shape.width, shape.feed_forward)
    ones("output_norm.weight")
    matrix("output.weight", len(pieces), shape.width, scale=2.0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_tokenizer(writer: GGUFWriter, pieces: list[tuple[str, float, TokenType]], chat_template: str | None) -> None:
    texts = [piece for piece, _, _ in pieces]
    writer.add_tokenizer_model("llama")
    writer.add_token_list(texts)
    writer.add_token_scores([score for _, score, _ in pieces])
    writer.add_token_types([int(kind) for _, _, kind in pieces])
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(texts.index("<s>"))
    writer.add_eos_token_id(texts.index("<|im_end|>"))
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)
    if chat_template is not None:
        writer.add_chat_template(chat_template)
