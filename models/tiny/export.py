"""Write a model as GGUF, for llama.cpp.

Weights are copied as they are: `models.tiny.model` rotates neighbouring dimensions, which is what the ``llama``
architecture of GGUF means by RoPE. Matrices are stored in half precision, norms in full.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast, get_args

import numpy as np
import torch

from models.tiny.model import Layer, Llama, ModelShape
from models.tiny.tokenizer import END, Kind, Piece, Vocabulary

__all__ = ["CHAT_TEMPLATE", "read_vocabulary", "read_weights", "write_blank", "write_gguf"]

CHAT_TEMPLATE = Path(__file__).with_name("chat_template.jinja").read_text(encoding="utf-8").rstrip("\n")
"""ChatML, with turns of system, user, assistant and tool; with tools, their signatures and how to call them."""

_LICENCE = "mit"
_NAMES = {
    "embedding.weight": "token_embd.weight",
    "norm.weight": "output_norm.weight",
    "output.weight": "output.weight",
    "attention_norm": "attn_norm",
    "attention.q": "attn_q",
    "attention.k": "attn_k",
    "attention.v": "attn_v",
    "attention.output": "attn_output",
    "feed_forward_norm": "ffn_norm",
    "feed_forward.gate": "ffn_gate",
    "feed_forward.up": "ffn_up",
    "feed_forward.down": "ffn_down",
}


def write_gguf(path: Path, model: Llama, vocabulary: Vocabulary, *, name: str, description: str = "") -> None:
    """Write model, vocabulary and chat template to one file that llama.cpp loads.

    A file that is there already is replaced when the new one is whole: whoever has it open keeps what they opened.
    """
    import gguf

    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    writer = gguf.GGUFWriter(str(partial), "llama")
    writer.add_name(name)
    writer.add_license(_LICENCE)
    if description:
        writer.add_description(description)
    _add_shape(writer, model.shape)
    _add_vocabulary(writer, vocabulary)
    for key, weight in model.state_dict().items():
        kind = np.float32 if weight.dim() == 1 else np.float16
        writer.add_tensor(_tensor_name(key), weight.detach().float().numpy().astype(kind))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    partial.replace(path)


def read_vocabulary(path: Path) -> Vocabulary:
    """The vocabulary of a file that `write_gguf` wrote."""
    import gguf

    fields = gguf.GGUFReader(path).fields
    texts, scores, kinds = (fields[f"tokenizer.ggml.{name}"].contents() for name in ("tokens", "scores", "token_type"))
    names = {_token_type(kind): kind for kind in get_args(Kind)}
    pieces = zip(texts, scores, kinds, strict=True)
    return Vocabulary(tuple(Piece(text, float(score), names[kind]) for text, score, kind in pieces))


def read_weights(path: Path, model: Llama, *, added: int | None = None) -> None:
    """Give ``model`` the weights of a file that `write_gguf` wrote. ValueError where its model has another shape.

    With ``added``, the model has one layer more than the file: behind so many, a copy of the one before it whose
    outputs are nought, so that both compute the same until training goes on.
    """
    import gguf

    tensors = {tensor.name: tensor.data for tensor in gguf.GGUFReader(path).tensors}
    weights = model.state_dict()
    names = {key: _tensor_name(_without(key, added)) for key in weights}
    if {names[key]: tuple(weight.shape) for key, weight in weights.items()} != {
        name: data.shape for name, data in tensors.items()
    }:
        raise ValueError(f"{path} has a model of another shape than {model.shape}: train from the first stage on")
    model.load_state_dict({key: torch.from_numpy(tensors[name].copy()).float() for key, name in names.items()})
    if added is not None:
        with torch.no_grad():
            new = cast("Layer", model.layers[added])
            new.attention.output.weight.zero_()
            new.feed_forward.down.weight.zero_()


def write_blank(path: Path, vocabulary: Vocabulary, *, context: int = 4096) -> None:
    """Write a model of the smallest size, untrained: what it takes to tokenize and to render dialogues."""
    torch.manual_seed(0)
    shape = ModelShape(len(vocabulary), layers=1, width=32, heads=1, kv_heads=1, hidden=32, context=context)
    write_gguf(path, Llama(shape), vocabulary, name="blank")


def _without(key: str, added: int | None) -> str:
    """Where the weight is in a model that lacks the layer that was ``added``."""
    if added is None or not key.startswith("layers."):
        return key
    _, index, part = key.split(".", 2)
    return f"layers.{int(index) - (int(index) >= added)}.{part}"


def _tensor_name(key: str) -> str:
    if not key.startswith("layers."):
        return _NAMES[key]
    _, index, part = key.split(".", 2)
    return f"blk.{index}.{_NAMES[part.removesuffix('.weight')]}.weight"


def _add_shape(writer: Any, shape: ModelShape) -> None:
    import gguf

    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_rope_dimension_count(shape.head_dim)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_layer_norm_rms_eps(shape.norm_epsilon)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)


def _add_vocabulary(writer: Any, vocabulary: Vocabulary) -> None:
    end = vocabulary.id(END)
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([piece.text for piece in vocabulary.pieces])
    writer.add_token_scores([piece.score for piece in vocabulary.pieces])
    writer.add_token_types([_token_type(piece.kind) for piece in vocabulary.pieces])
    writer.add_bos_token_id(vocabulary.id("<s>"))
    writer.add_eos_token_id(end)
    writer.add_eot_token_id(end)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(False)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(CHAT_TEMPLATE)


def _token_type(kind: Kind) -> int:
    import gguf

    kinds = {
        "normal": gguf.TokenType.NORMAL,
        "unknown": gguf.TokenType.UNKNOWN,
        "control": gguf.TokenType.CONTROL,
        "byte": gguf.TokenType.BYTE,
    }
    return int(kinds[kind])
