"""The vocabulary of a model loaded in this process: text to tokens and back, and which tokens end a generation."""

from __future__ import annotations

import ctypes
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from gba.backends.base import Properties
from gba.errors import BackendError

__all__ = ["TokenTable", "Vocabulary"]


class TokenTable(ABC):
    """Tokens from 0 to ``size`` - 1, and the bytes that they spell. It never changes: any thread may ask."""

    size: int

    @abstractmethod
    def tokenize(self, text: str, *, special: bool) -> list[int]:
        """Tokens of the text, no BOS added; control tokens by their names only where ``special``."""

    @abstractmethod
    def piece(self, token: int) -> bytes:
        """The bytes that one token spells, control tokens by their names."""

    @abstractmethod
    def is_eog(self, token: int) -> bool:
        """Whether the token ends a generation."""

    def detokenize(self, tokens: Sequence[int]) -> str:
        """The text that the tokens spell; nothing is stripped, what is no UTF-8 becomes U+FFFD."""
        return b"".join(map(self.piece, tokens)).decode("utf-8", errors="replace")

    def check(self, tokens: Sequence[int]) -> None:
        """Raises BackendError for an id that the vocabulary does not have."""
        if tokens and (min(tokens) < 0 or max(tokens) >= self.size):
            wrong = next(token for token in tokens if not 0 <= token < self.size)
            raise BackendError(
                f"the token {wrong} is not in the vocabulary (0 to {self.size - 1}). Tokenize with this model."
            )


class Vocabulary(TokenTable):
    """llama.cpp's vocabulary of ``model``. It never changes, so any thread may ask while the model is loaded.

    ``lib`` is the llama_cpp module; it comes as an argument because only one module of gba may import it.
    """

    def __init__(self, lib: Any, model: Any) -> None:
        self._lib, self._model = lib, model
        self._vocab = lib.llama_model_get_vocab(model)
        self._pieces: dict[int, bytes] = {}
        self.size = int(lib.llama_vocab_n_tokens(self._vocab))

    @property
    def pointer(self) -> Any:
        """What llama.cpp's own functions take for a vocabulary."""
        return self._vocab

    def tokenize(self, text: str, *, special: bool) -> list[int]:
        """llama_tokenize as it is: no BOS added, control tokens only where ``special``."""
        return self._tokenize(text, add=False, special=special)

    def whole(self, text: str) -> list[int]:
        """The tokens of a text that stands for itself, as llama-server makes them: between BOS, EOS and the like, where
        the model was trained with them, control tokens by their names."""
        return self._tokenize(text, add=True, special=True)

    def _tokenize(self, text: str, *, add: bool, special: bool) -> list[int]:
        data = text.encode("utf-8", errors="surrogatepass")
        room = len(data) + 8
        while True:
            buffer = (ctypes.c_int32 * room)()
            count = self._lib.llama_tokenize(self._vocab, data, len(data), buffer, room, add, special)
            if count >= 0:
                return list(buffer[:count])
            if -count <= room:
                raise BackendError(f"llama.cpp cannot tokenize a text of {len(data)} bytes (it answered {count}).")
            room = -count

    def piece(self, token: int) -> bytes:
        """The bytes that one token spells, control tokens by their names."""
        known = self._pieces.get(token)
        if known is None:
            known = self._pieces[token] = self._read_piece(token)
        return known

    def _read_piece(self, token: int) -> bytes:
        self.check([token])
        room = 64
        while True:
            buffer = ctypes.create_string_buffer(room)
            count = self._lib.llama_token_to_piece(self._vocab, token, buffer, room, 0, True)
            if count >= 0:
                return buffer.raw[:count]
            room = -count

    def is_eog(self, token: int) -> bool:
        """Whether the token ends a generation."""
        return bool(self._lib.llama_vocab_is_eog(self._vocab, token))

    def describe(self, *, context: int, slots: int, model: str) -> Properties:
        """What the GGUF says about itself."""
        lib, vocab = self._lib, self._vocab
        template, for_tools = (lib.llama_model_chat_template(self._model, name) for name in (None, b"tool_use"))
        bos, eos = (token if token >= 0 else None for token in (lib.llama_vocab_bos(vocab), lib.llama_vocab_eos(vocab)))
        return Properties(
            context=context,
            model=model,
            build=f"llama-cpp-python {lib.__version__}",
            slots=slots,
            chat_template=template.decode("utf-8", errors="replace") if template else None,
            tool_template=for_tools.decode("utf-8", errors="replace") if for_tools else None,
            bos=bos,
            eos=eos,
            bos_text=self._name(bos),
            eos_text=self._name(eos),
            add_bos=bool(lib.llama_vocab_get_add_bos(vocab)),
            eog=frozenset(token for token in range(self.size) if self.is_eog(token)),
            specials=frozenset(filter(None, map(self._name, self._special_tokens()))),
        )

    def _special_tokens(self) -> list[int]:
        """Control and user-defined tokens: those that come out of a text by their names."""
        attribute, vocab = self._lib.llama_vocab_get_attr, self._vocab
        wanted = self._lib.LLAMA_TOKEN_ATTR_CONTROL | self._lib.LLAMA_TOKEN_ATTR_USER_DEFINED
        return [token for token in range(self.size) if attribute(vocab, token) & wanted]

    def _name(self, token: int | None) -> str:
        return "" if token is None else self.piece(token).decode("utf-8", errors="replace")
