"""A vocabulary without a model, written on the spot, and llama.cpp's own grammar engine on it.

The vocabulary is SentencePiece's kind: all 256 bytes, printable ASCII, and some longer pieces, so that a text can
be cut into tokens in several ways, inside a character too.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import gguf

from tests.helpers.llama_grammar import LlamaGrammar, Vocabulary

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


class Engine:
    """llama.cpp's grammar sampler on this vocabulary. ``read`` a grammar, then ask whether texts are its sentences."""

    def __init__(self, path: Path) -> None:
        self._vocabulary = Vocabulary(path)
        self._grammar: LlamaGrammar | None = None

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._forget()
        self._vocabulary.close()

    def piece(self, token: int) -> bytes:
        """What llama.cpp says that a token spells."""
        return self._vocabulary.pieces[token]

    def read(self, grammar: str) -> bool:
        """Load a grammar; False where llama.cpp refuses it."""
        self._forget()
        try:
            self._grammar = LlamaGrammar(self._vocabulary, grammar)
        except ValueError:
            return False
        return True

    @property
    def grammar(self) -> LlamaGrammar:
        """The grammar that was read last."""
        assert self._grammar is not None, "no grammar has been read"
        return self._grammar

    def restart(self) -> None:
        """Back to the beginning of the grammar."""
        self.grammar.restart()

    def allows(self, token: int) -> bool:
        """Whether the token may come next."""
        return self.grammar.allows(token)

    def step(self, token: int) -> bool:
        """Go on by the token, if it may come next."""
        return self.grammar.step(token)

    def ends(self) -> bool:
        """Whether the sentence may end here."""
        return self.grammar.ends()

    def follows(self, text: str) -> bool:
        """Whether the text, byte by byte, is the beginning of a sentence; the state is then behind it."""
        self.restart()
        return all(self.step(len(CONTROL) + byte) for byte in text.encode())

    def accepts(self, text: str) -> bool:
        """Whether the text is a sentence."""
        return self.follows(text) and self.ends()

    def _forget(self) -> None:
        if self._grammar is not None:
            self._grammar.close()
            self._grammar = None
