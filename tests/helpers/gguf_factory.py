"""Small GGUF files with random weights and a real SentencePiece vocabulary, made in milliseconds and without network.

They know nothing, which is the point: whatever a grammar lets through, they will sooner or later write.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path

import numpy as np
from gguf import GGUFWriter, TokenType

__all__ = ["CHATML", "CHATML_WITH_TOOLS", "Shape", "write_gguf"]

CHATML = (
    "{%- for message in messages -%}"
    "{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\n' }}{%- endif -%}"
)
CHATML_WITH_TOOLS = """
{%- if tools -%}
<|im_start|>system
{% if messages[0].role == 'system' %}{{ messages[0].content }}

{% endif %}You can use these tools:
{% for tool in tools -%}
- {{ tool.function.name }}(
{%- for name, value in tool.function.parameters.properties.items() -%}
{{ name }}: {{ value.type }}{% if not loop.last %}, {% endif %}
{%- endfor -%}
): {{ tool.function.description }}
{% endfor -%}
Call one like this:
<tool_call>
{"name": "tool", "arguments": {"key": "value"}}
</tool_call><|im_end|>
{% elif messages[0].role == 'system' -%}
<|im_start|>system
{{ messages[0].content }}<|im_end|>
{% endif -%}
{%- for message in messages if message.role != 'system' -%}
{%- if message.role == 'tool' -%}
<|im_start|>user
<tool_response>
{{ message.content }}
</tool_response><|im_end|>
{% else -%}
<|im_start|>{{ message.role }}
{{ message.content or '' }}
{%- for call in message.tool_calls or [] %}{{ '\\n' if message.content or not loop.first }}<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>
{%- endfor %}<|im_end|>
{% endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
<|im_start|>assistant
{% endif -%}
"""
"""A template that tells the model of its tools, and llama-server how calls are written."""

_LETTERS = "etaoinshrdlucmfw"
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
    pieces: int = 0
    """Size to which the vocabulary is filled up with made-up words; 0 leaves it at about 900 pieces."""


def _vocabulary(size: int, control: Sequence[str]) -> list[tuple[str, float, TokenType]]:
    """Pieces with scores and kinds: <unk>, control tokens, bytes, then characters, words with their beginnings."""
    pieces = [("<unk>", 0.0, TokenType.UNKNOWN)]
    pieces += [(name, 0.0, TokenType.CONTROL) for name in control]
    pieces += [(f"<0x{byte:02X}>", 0.0, TokenType.BYTE) for byte in range(256)]
    texts = [chr(code) for code in range(33, 127)] + ["▁", "\n", "▁▁"]
    for word in _WORDS:
        # every beginning has to be there, as SentencePiece joins two neighbours at a time
        texts += [("▁" + word)[:end] for end in range(2, len(word) + 2)]
        texts += [word[:end] for end in range(2, len(word) + 1)]
    texts = list(dict.fromkeys(texts))
    made_up = (space + "".join(word) for n in (2, 3, 4) for word in product(_LETTERS, repeat=n) for space in ("", "▁"))
    seen = set(texts)
    missing = max(0, size - len(pieces) - len(texts))
    texts += islice((text for text in made_up if text not in seen), missing)
    pieces += [(text, -float(number), TokenType.NORMAL) for number, text in enumerate(texts, len(pieces))]
    return pieces


def _byte_alphabet() -> list[str]:
    """The character that stands for each byte in a byte-level vocabulary, as GPT-2 has it."""
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = iter(range(256, 512))
    return [chr(byte) if byte in visible else chr(next(hidden)) for byte in range(256)]


def _byte_level(control: Sequence[str]) -> tuple[list[tuple[str, TokenType]], list[str]]:
    """Pieces of a byte-level vocabulary, and the merges that lead to its words."""
    alphabet = _byte_alphabet()
    texts, merges = list(alphabet), []
    for word in ("é", "日", "😀", *_WORDS, *(" " + word for word in _WORDS)):
        written = [alphabet[byte] for byte in word.encode()]
        if word == "😀":
            written = written[:3]  # so that its last byte is a token of its own
        for end in range(2, len(written) + 1):
            merged = "".join(written[:end])
            if merged not in texts:
                texts.append(merged)
                merges.append(f"{''.join(written[: end - 1])} {written[end - 1]}")
    pieces = [("<unk>", TokenType.UNKNOWN), *((name, TokenType.CONTROL) for name in control)]
    return [*pieces, *((text, TokenType.NORMAL) for text in texts)], merges


def write_gguf(
    path: Path,
    *,
    shape: Shape = Shape(),
    seed: int = 0,
    chat_template: str | None = CHATML,
    name: str = "random",
    byte_level: bool = False,
    space_prefix: bool = False,
    control: Sequence[str] = _CONTROL,
    eos: str = "<|im_end|>",
) -> Path:
    """Writes a model of the Llama architecture with weights drawn from ``seed``; the same arguments, the same bytes.

    ``byte_level``: a vocabulary of GPT-2's kind instead of a SentencePiece one; ``space_prefix``: one of the latter
    that puts a space before a text. ``control``: its control tokens, with ``<s>`` and ``eos`` among them.
    """
    random = np.random.default_rng(seed)
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
    if byte_level:
        size = _add_byte_level(writer, control, eos)
    else:
        size = _add_sentencepiece(writer, shape.pieces, control, eos, space_prefix=space_prefix)
    if chat_template is not None:
        writer.add_chat_template(chat_template)

    def matrix(key: str, rows: int, columns: int, scale: float = 1.0) -> None:
        values = random.standard_normal((rows, columns)) * scale / np.sqrt(columns)
        writer.add_tensor(key, values.astype(np.float32))

    def ones(key: str) -> None:
        writer.add_tensor(key, np.ones(shape.width, dtype=np.float32))

    matrix("token_embd.weight", size, shape.width, scale=8.0)
    for layer in range(shape.layers):
        ones(f"blk.{layer}.attn_norm.weight")
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            matrix(f"blk.{layer}.{part}.weight", shape.width, shape.width)
        ones(f"blk.{layer}.ffn_norm.weight")
        matrix(f"blk.{layer}.ffn_gate.weight", shape.feed_forward, shape.width)
        matrix(f"blk.{layer}.ffn_up.weight", shape.feed_forward, shape.width)
        matrix(f"blk.{layer}.ffn_down.weight", shape.width, shape.feed_forward)
    ones("output_norm.weight")
    matrix("output.weight", size, shape.width, scale=2.0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_sentencepiece(writer: GGUFWriter, size: int, control: Sequence[str], eos: str, *, space_prefix: bool) -> int:
    pieces = _vocabulary(size, control)
    writer.add_tokenizer_model("llama")
    writer.add_token_scores([score for _, score, _ in pieces])
    writer.add_add_space_prefix(space_prefix)
    return _add_pieces(writer, [(text, kind) for text, _, kind in pieces], eos)


def _add_byte_level(writer: GGUFWriter, control: Sequence[str], eos: str) -> int:
    pieces, merges = _byte_level(control)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_merges(merges)
    return _add_pieces(writer, pieces, eos)


def _add_pieces(writer: GGUFWriter, pieces: list[tuple[str, TokenType]], eos: str) -> int:
    texts = [text for text, _ in pieces]
    writer.add_token_list(texts)
    writer.add_token_types([int(kind) for _, kind in pieces])
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(texts.index("<s>"))
    writer.add_eos_token_id(texts.index(eos))
    writer.add_add_bos_token(True)
    return len(texts)
