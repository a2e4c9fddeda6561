"""A vocabulary without a model, written on the spot, and llama.cpp's own grammar engine on it.

The vocabulary is SentencePiece's kind: all 256 bytes, printable ASCII, and some longer pieces, so that a text can
be cut into tokens in several ways, inside a character too.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from types import TracebackType
from typing import Any

import gguf
import llama_cpp

__all__ = ["PIECES", "Engine", "write_vocab"]

CONTROL = ("<unk>", "<s>", "</s>", "<think>")
WORDS = ("true", "false", "null", '{"', '":', '", "', "ab", "abc", "aa", "  ", "]}", "12", "é", "ab\n")
PIECES: tuple[bytes, ...] = (
    *(name.encode() for name in CONTROL),
    *(bytes([byte]) for byte in range(256)),
    *(chr(code).encode() for code in range(0x20, 0x7F)),
    *(word.encode() for word in WORDS),
)
"""What each token spells."""

END_OF_TEXT = CONTROL.index("</s>")


def write_vocab(path: Path) -> Path:
    """Write the vocabulary as a GGUF file without weights."""
    kinds = gguf.TokenType
    types = [kinds.UNKNOWN, kinds.CONTROL, kinds.CONTROL, kinds.CONTROL, *[kinds.BYTE] * 256]
    texts = [*CONTROL, *(f"<0x{byte:02X}>" for byte in range(256))]
    for piece in PIECES[len(texts) :]:
        texts.append(piece.decode().replace(" ", "▁"))
        types.append(kinds.NORMAL)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tokenizer_model("llama")
    writer.add_token_list(texts)
    writer.add_token_scores([-float(number) for number in range(len(texts))])
    writer.add_token_types(types)
    writer.add_bos_token_id(CONTROL.index("<s>"))
    writer.add_eos_token_id(END_OF_TEXT)
    writer.add_unk_token_id(0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    return path


_QUIET = llama_cpp.llama_log_callback(lambda level, text, data: None)
"""Lives as long as the process, since llama.cpp keeps calling the last callback that it was given."""


class Engine:
    """llama.cpp's grammar sampler on a vocabulary. ``read`` a grammar, then ask whether texts are its sentences."""

    def __init__(self, path: Path) -> None:
        llama_cpp.llama_log_set(_QUIET, ctypes.c_void_p(0))
        parameters = llama_cpp.llama_model_default_params()
        parameters.vocab_only = True
        self._model = llama_cpp.llama_model_load_from_file(str(path).encode(), parameters)
        if not self._model:
            raise ValueError(f"llama.cpp cannot load {path}")
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)
        self._sampler: Any = None
        self._entry = (llama_cpp.llama_token_data * 1)()
        self._candidates = llama_cpp.llama_token_data_array(self._entry, 1, -1, False)

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._forget()
        llama_cpp.llama_model_free(self._model)

    def piece(self, token: int) -> bytes:
        """What llama.cpp says that a token spells."""
        buffer = ctypes.create_string_buffer(64)
        size = llama_cpp.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, True)
        return buffer.raw[:size]

    def read(self, grammar: str) -> bool:
        """Load a grammar; False where llama.cpp refuses it."""
        self._forget()
        self._sampler = llama_cpp.llama_sampler_init_grammar(self._vocab, grammar.encode(), b"root")
        return bool(self._sampler)

    def restart(self) -> None:
        """Back to the beginning of the grammar."""
        llama_cpp.llama_sampler_reset(self._sampler)

    def allows(self, token: int) -> bool:
        """Whether the token may come next."""
        entry = self._entry[0]
        entry.id, entry.logit, entry.p, self._candidates.size = token, 0.0, 0.0, 1
        llama_cpp.llama_sampler_apply(self._sampler, ctypes.byref(self._candidates))
        return bool(entry.logit == 0.0)

    def step(self, token: int) -> bool:
        """Go on by the token, if it may come next."""
        if not self.allows(token):
            return False
        llama_cpp.llama_sampler_accept(self._sampler, token)
        return True

    def ends(self) -> bool:
        """Whether the sentence may end here."""
        return self.allows(END_OF_TEXT)

    def follows(self, text: str) -> bool:
        """Whether the text, byte by byte, is the beginning of a sentence; the state is then behind it."""
        self.restart()
        return all(self.step(len(CONTROL) + byte) for byte in text.encode())

    def accepts(self, text: str) -> bool:
        """Whether the text is a sentence."""
        return self.follows(text) and self.ends()

    def _forget(self) -> None:
        if self._sampler:
            llama_cpp.llama_sampler_free(self._sampler)
            self._sampler = None
