"""A small GGUF of an encoder, as most models for embeddings are: BERT's architecture, random weights, word pieces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from gguf import GGUFWriter, TokenType

__all__ = ["write_bert"]

_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_WIDTH, _HEADS, _LAYERS, _FEED_FORWARD, _CONTEXT = 32, 2, 2, 64, 128


def write_bert(path: Path, *, seed: int = 0) -> Path:
    """Writes an encoder of 32 dimensions and 128 tokens of context, which says that it pools by the mean."""
    random = np.random.default_rng(seed)
    words = "the of and to in is that for it as city population of norway height mountain red blue".split()
    letters = [chr(code) for code in range(33, 127) if not chr(code).isupper()]
    # llama.cpp writes a word's beginning with ▁, and what goes on inside of it without ##
    pieces = list(dict.fromkeys([*_SPECIAL, *("▁" + each for each in [*words, *letters]), *letters]))
    writer = GGUFWriter(str(path), "bert")
    writer.add_name("random encoder")
    writer.add_context_length(_CONTEXT)
    writer.add_embedding_length(_WIDTH)
    writer.add_block_count(_LAYERS)
    writer.add_feed_forward_length(_FEED_FORWARD)
    writer.add_head_count(_HEADS)
    writer.add_layer_norm_eps(1e-12)
    writer.add_causal_attention(False)
    writer.add_uint32("bert.pooling_type", 1)
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("jina-v2-en")
    writer.add_token_list(pieces)
    kinds = [TokenType.CONTROL if piece in _SPECIAL else TokenType.NORMAL for piece in pieces]
    writer.add_token_types([int(kind) for kind in kinds])
    writer.add_token_type_count(2)
    for name, piece in (("bos", "[CLS]"), ("eos", "[SEP]"), ("seperator", "[SEP]"), ("unknown", "[UNK]")):
        writer.add_uint32(f"tokenizer.ggml.{name}_token_id", pieces.index(piece))
    writer.add_pad_token_id(0)

    def matrix(key: str, rows: int, columns: int) -> None:
        writer.add_tensor(key, (random.standard_normal((rows, columns)) / np.sqrt(columns)).astype(np.float32))

    def vector(key: str, size: int, value: float) -> None:
        writer.add_tensor(key, np.full(size, value, dtype=np.float32))

    def norm(key: str) -> None:
        vector(f"{key}.weight", _WIDTH, 1.0)
        vector(f"{key}.bias", _WIDTH, 0.0)

    matrix("token_embd.weight", len(pieces), _WIDTH)
    matrix("position_embd.weight", _CONTEXT, _WIDTH)
    matrix("token_types.weight", 2, _WIDTH)
    norm("token_embd_norm")
    for layer in range(_LAYERS):
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            matrix(f"blk.{layer}.{part}.weight", _WIDTH, _WIDTH)
            vector(f"blk.{layer}.{part}.bias", _WIDTH, 0.0)
        norm(f"blk.{layer}.attn_output_norm")
        matrix(f"blk.{layer}.ffn_up.weight", _FEED_FORWARD, _WIDTH)
        vector(f"blk.{layer}.ffn_up.bias", _FEED_FORWARD, 0.0)
        matrix(f"blk.{layer}.ffn_down.weight", _WIDTH, _FEED_FORWARD)
        vector(f"blk.{layer}.ffn_down.bias", _WIDTH, 0.0)
        norm(f"blk.{layer}.layer_output_norm")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
