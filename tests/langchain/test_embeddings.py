"""Embeddings: what is asked for and how answers are read, on a server without llama.cpp; see also tests/integration."""

from __future__ import annotations

import base64
import copy
import pickle
import struct
from typing import Any

import pytest
from langchain_core.embeddings import Embeddings
from langchain_core.exceptions import ModelInvalidRequestError
from langchain_tests.unit_tests import EmbeddingsUnitTests
from pydantic import ValidationError

from gba import LlamaCppEmbeddings
from gba.backends.embedder import EmbedderInProcess
from gba.errors import EmbeddingError, ServerResponseError
from tests.helpers.embeddings import closed_after
from tests.helpers.fake_llama import Answer, FakeLlama

__all__ = ["closed_after"]

PATH = "/v1/embeddings"


class TestUnit(EmbeddingsUnitTests):
    @property
    def embeddings_class(self) -> type[Embeddings]:
        return LlamaCppEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return {"base_url": "http://127.0.0.1:8080"}

    @property
    def init_from_env_params(self) -> tuple[dict[str, str], dict[str, Any], dict[str, Any]]:
        return {"LLAMA_CPP_API_KEY": "secret"}, self.embedding_model_params, {"api_key": "secret"}


def _answer(*vectors: Any, first: int = 0) -> Answer:
    return FakeLlama.ok({"data": [{"index": first + index, "embedding": v} for index, v in enumerate(vectors)]})


def _packed(*numbers: float) -> str:
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()


def _with(fake: FakeLlama, **options: Any) -> LlamaCppEmbeddings:
    return LlamaCppEmbeddings(base_url="http://fake", load_options={"transport": fake.transport()}, **options)


def test_what_is_asked_for() -> None:
    fake = FakeLlama()
    fake.overrides[PATH] = _answer(_packed(0.5, -2.0), [1, 0.25])
    embeddings = _with(fake, batch_size=2, document_prefix="d: ", normalize=False, model="fake")
    assert embeddings.embed_documents(["a", "b", "c", "d"]) == [[0.5, -2.0], [1.0, 0.25]] * 2
    asked = [body for path, body in fake.requests if path == PATH]
    common = {"embd_normalize": -1, "encoding_format": "base64", "model": "fake.gguf"}
    assert asked == [{"input": ["d: a", "d: b"], **common}, {"input": ["d: c", "d: d"], **common}]


async def test_nothing_is_asked_for_no_texts_and_for_empty_ones() -> None:
    fake = FakeLlama()
    embeddings = _with(fake, batch_size=1)
    assert embeddings.embed_documents([]) == []
    assert await embeddings.aembed_documents([]) == []
    with pytest.raises(EmbeddingError, match=r"index 2 \(from 0\) is empty") as caught:
        embeddings.embed_documents(["a", "b", " \n"])
    assert caught.value.index == 2
    assert isinstance(caught.value, ModelInvalidRequestError)
    with pytest.raises(EmbeddingError, match="empty"):
        await embeddings.aembed_query("")
    assert fake.requests == []


@pytest.mark.parametrize(
    "answer, words",
    [
        (_answer(), "gave 0 vectors for 1 texts"),
        (_answer([1.0], [1.0]), "gave 2 vectors for 1 texts"),
        (_answer([1.0], first=1), "gave 1 vectors for 1 texts"),
        (_answer(_packed(1.0, float("nan"))), "no number"),
        (_answer([0.0, 0.0]), "ranks"),
        (_answer([]), "ranks"),
        (_answer("AAA"), "cannot be read"),
        (_answer("AAAA"), "cannot be read"),
        (_answer("ü"), "cannot be read"),
    ],
)
def test_answers_that_cannot_be(answer: Answer, words: str) -> None:
    fake = FakeLlama()
    fake.overrides[PATH] = answer
    with pytest.raises(EmbeddingError, match=words):
        _with(fake).embed_query("a")


@pytest.mark.parametrize("embedding", [[None], [[1.0]], {"a": 1}, ["1"]])
def test_answers_of_something_else(embedding: Any) -> None:
    fake = FakeLlama()
    fake.overrides[PATH] = _answer(embedding)
    with pytest.raises(ServerResponseError, match="no llama-server"):
        _with(fake).embed_query("a")


def test_another_model_behind_the_same_address() -> None:
    fake = FakeLlama()
    fake.overrides[PATH] = _answer([1.0, 2.0])
    embeddings = _with(fake)
    assert embeddings.dimensions == 2
    fake.overrides[PATH] = _answer([1.0, 2.0, 3.0])
    with pytest.raises(EmbeddingError, match="3 dimensions, and 2 came before") as caught:
        embeddings.embed_query("a")
    assert (caught.value.expected, caught.value.found) == (2, 3)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.expected, again.found) == (2, 3)


@pytest.mark.parametrize(
    "options, words",
    [
        ({}, "Give base_url"),
        ({"base_url": "http://a", "pooling": "mean"}, "pooling: a llama-server has this from its own start"),
        ({"base_url": "http://a", "context": 5}, "context: a llama-server"),
        ({"model": "a.gguf", "timeout": 5}, "timeout: only a llama-server"),
        ({"model": "a.gguf", "batchsize": 5}, "batchsize"),
        ({"model": "a.gguf", "batch_size": 0}, "batch_size"),
    ],
)
def test_options_that_cannot_be(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        LlamaCppEmbeddings(**options)


def test_copies_and_pickles() -> None:
    embeddings = LlamaCppEmbeddings(base_url="http://127.0.0.1:9", api_key="secret", max_retries=1)
    assert "secret" not in repr(embeddings)
    embeddings._connected()
    again = pickle.loads(pickle.dumps(embeddings))
    assert again._embedder is None
    assert again.base_url == embeddings.base_url
    assert copy.deepcopy(embeddings)._embedder is embeddings._embedder
    embeddings.close()


def test_an_unknown_pooling_is_refused_before_a_file_is_looked_for() -> None:
    with pytest.raises(Exception, match="one of mean, cls, last"):
        EmbedderInProcess("none.gguf", pooling="median")
