"""Texts to vectors, as LangChain's stores ask for them: by a llama-server, or by llama.cpp in this process."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings
from langchain_core.runnables.config import run_in_executor
from langchain_core.utils import secret_from_env
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, model_validator

from gba.backends.embedding import Embedder, checked_texts
from gba.errors import EmbeddingError
from gba.langchain.errors import langchain_errors

__all__ = ["LlamaCppEmbeddings"]

_OF_PROCESS = ("context", "pooling")
_OF_SERVER = ("max_retries", "timeout")
_connecting = threading.Lock()


class LlamaCppEmbeddings(BaseModel, Embeddings):
    """Vectors of texts, by a llama-server (``base_url``; started with --embeddings) or in process (``model``: a GGUF
    file or a name of `gba models list`). With ``base_url``, ``model`` names one of the server's models.

    All vectors have the same number of dimensions, which `dimensions` tells; a vector with another number is an error.
    Texts are sent ``batch_size`` at a time. Raises EmbeddingError for an empty text and ContextOverflowError, with the
    numbers, for a text that is too long: nothing is cut off silently. All errors are of LangChain's classes, too.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True, protected_namespaces=())

    base_url: str | None = None
    model_name: str | None = Field(default=None, alias="model", min_length=1)
    api_key: SecretStr | None = Field(default_factory=secret_from_env("LLAMA_CPP_API_KEY", default=None))
    timeout: float | None = None
    """Seconds without an answer of the server until it counts as gone; 600 unless given."""
    max_retries: int | None = Field(default=None, ge=0)
    """How often a request to a server is sent again that was not answered, or with an error that may pass."""
    context: int | None = Field(default=None, gt=0)
    """In process: tokens of the longest text, 2048 unless given. A server has this from its own start (-c and -ub)."""
    pooling: str | None = None
    """In process: how the vectors of tokens become one, ``mean``, ``cls`` or ``last``; unless given, as its file says.
    A server has this from its own start (--pooling)."""
    normalize: bool = True
    """Whether vectors have the length 1."""
    expected_dimensions: int | None = Field(default=None, gt=0)
    """So many dimensions are demanded of the model."""
    batch_size: int = Field(default=32, ge=1, le=1024)
    """Texts in one request."""
    query_prefix: str = ""
    """Put before the text of a query, where the model was trained so, as with "search_query: "."""
    document_prefix: str = ""
    """Put before the text of a document, as "search_document: "."""
    load_options: dict[str, Any] = Field(default_factory=dict)
    """Further arguments of EmbedderInProcess or LlamaServer."""

    _embedder: Embedder | None = PrivateAttr(default=None)
    _pid: int = PrivateAttr(default=0)
    _found: int | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _check(self) -> LlamaCppEmbeddings:
        if self.base_url is None and self.model_name is None:
            raise ValueError("where is the model? Give base_url, of a llama-server, or model, a GGUF file or a name.")
        wrong = [name for name in (_OF_PROCESS if self.base_url else _OF_SERVER) if getattr(self, name) is not None]
        if wrong:
            why = "a llama-server has this from its own start" if self.base_url else "only a llama-server has this"
            raise ValueError(f"{' and '.join(wrong)}: {why}. Leave it out.")
        return self

    @property
    def dimensions(self) -> int:
        """Numbers in each vector; the model is asked where nothing was embedded yet."""
        if self._found is None:
            self.embed_documents(["dimensions"])
        return int(self._found or 0)

    @property
    def name(self) -> str:
        """What the model is called, as far as is known without asking."""
        return Path(self.model_name).name if self.model_name else str(self.base_url)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """The vectors of texts that are to be found; [] for []."""
        vectors: list[list[float]] = []
        with langchain_errors():
            for part in self._parts(texts, self.document_prefix):
                vectors += self._same(self._connected().embed(part, normalize=self.normalize))
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The vector of a text that is looked for."""
        with langchain_errors():
            (part,) = self._parts([text], self.query_prefix)
            return self._same(self._connected().embed(part, normalize=self.normalize))[0]

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        """See `embed_documents`."""
        vectors: list[list[float]] = []
        with langchain_errors():
            for part in self._parts(texts, self.document_prefix):
                vectors += self._same(await (await self._aconnected()).aembed(part, normalize=self.normalize))
        return vectors

    async def aembed_query(self, text: str) -> list[float]:
        """See `embed_query`."""
        with langchain_errors():
            (part,) = self._parts([text], self.query_prefix)
            return self._same(await (await self._aconnected()).aembed(part, normalize=self.normalize))[0]

    def close(self) -> None:
        """Let go of the model or the connection; the next call makes it anew."""
        embedder, self._embedder = self._embedder, None
        if embedder is not None and self._pid == os.getpid():
            embedder.close()

    def _parts(self, texts: Sequence[str], prefix: str) -> Iterator[list[str]]:
        """The texts, as they go into one request each. Raises EmbeddingError before the first where one is empty."""
        checked_texts(texts)
        for start in range(0, len(texts), self.batch_size):
            yield [prefix + text for text in texts[start : start + self.batch_size]]

    def _same(self, vectors: list[list[float]]) -> list[list[float]]:
        """The vectors. Raises EmbeddingError for another number of dimensions than is demanded or was before."""
        wanted = self.expected_dimensions or self._found
        for vector in vectors:
            if wanted is not None and len(vector) != wanted:
                why = "were asked for" if self.expected_dimensions else "came before: another model answers now"
                raise EmbeddingError(
                    f"{self.name} gave a vector of {len(vector)} dimensions, and {wanted} {why}. Use the model that "
                    "the other vectors are of, or make these anew.",
                    expected=wanted,
                    found=len(vector),
                )
            wanted = self._found = len(vector)
        return vectors

    def _connected(self) -> Embedder:
        with _connecting:
            known = self._embedder if self._pid == os.getpid() else None  # a model does not survive a fork
            if known is None:
                self._embedder = known = self._connect()
                self._pid = os.getpid()
            return known

    async def _aconnected(self) -> Embedder:
        known = self._embedder if self._pid == os.getpid() else None
        return known if known is not None else await run_in_executor(None, self._connected)

    def _connect(self) -> Embedder:
        key = self.api_key.get_secret_value() if self.api_key else None
        server = {"api_key": key, "max_retries": self.max_retries, "model": self.model_name, "timeout": self.timeout}
        options = server if self.base_url else {"context": self.context, "pooling": self.pooling}
        given = {**{name: value for name, value in options.items() if value is not None}, **self.load_options}
        if self.base_url:
            from gba.backends.server import LlamaServer

            return LlamaServer(self.base_url, **given)
        from gba.backends.embedder import EmbedderInProcess
        from gba.models import resolve

        return EmbedderInProcess(resolve(str(self.model_name)), **given)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> LlamaCppEmbeddings:
        """A copy speaks to the same llama.cpp."""
        return self.model_copy()

    def __getstate__(self) -> dict[Any, Any]:
        """What is pickled: the connection is not, the other side makes its own."""
        state = super().__getstate__()
        return {**state, "__pydantic_private__": {**(state["__pydantic_private__"] or {}), "_embedder": None}}
