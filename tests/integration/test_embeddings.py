"""Embeddings by a real llama-server and in process: an encoder, and a language model."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.embeddings import Embeddings
from langchain_core.exceptions import ContextOverflowError as LangChainOverflow
from langchain_core.exceptions import ModelAuthenticationError
from langchain_tests.integration_tests import EmbeddingsIntegrationTests

from gba import LlamaCppEmbeddings, LlamaInProcess, LlamaServerProcess
from gba.backends.embedder import EmbedderInProcess
from gba.errors import (
    BackendError,
    ContextOverflowError,
    EmbeddingError,
    ModelFileError,
    ServerResponseError,
    ServerUnavailableError,
)
from tests.helpers.embeddings import closed_after
from tests.helpers.gguf_bert import write_bert
from tests.helpers.gguf_factory import write_gguf

__all__ = ["closed_after"]

pytestmark = pytest.mark.enable_socket

TEXTS = ["the city", "population of norway", "red </s> [SEP] blue", *("the " * count for count in range(1, 40))]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bert(tmp_path_factory.mktemp("models") / "encoder.gguf")


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_gguf(tmp_path_factory.mktemp("models") / "writer.gguf")


@pytest.fixture(scope="module")
def server(encoder: Path) -> Iterator[LlamaServerProcess]:
    with LlamaServerProcess(encoder, extra_args=["--embeddings"], api_key="secret") as process:
        yield process


class TestOverTheServer(EmbeddingsIntegrationTests):
    @pytest.fixture(autouse=True)
    def _server(self, server: LlamaServerProcess) -> None:
        self.params: dict[str, Any] = {"base_url": server.base_url, "api_key": "secret"}

    @property
    def embeddings_class(self) -> type[Embeddings]:
        return LlamaCppEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return self.params


class TestInProcess(TestOverTheServer):
    @pytest.fixture(autouse=True)
    def _file(self, encoder: Path) -> None:
        self.params = {"model": str(encoder)}


def _far(one: list[list[float]], other: list[list[float]]) -> float:
    return max(abs(a - b) for left, right in zip(one, other, strict=True) for a, b in zip(left, right, strict=True))


@pytest.mark.parametrize("pooling", ["mean", "last", "cls"])
def test_both_ways_give_the_same_vectors(writer: Path, pooling: str) -> None:
    here = LlamaCppEmbeddings(model=str(writer), pooling=pooling)
    with LlamaServerProcess(writer, context=512, extra_args=["--embeddings", "--pooling", pooling]) as process:
        there = LlamaCppEmbeddings(base_url=process.base_url, batch_size=7)
        assert _far(here.embed_documents(TEXTS), there.embed_documents(TEXTS)) < 1e-3
        raw = [each.model_copy(update={"normalize": False}) for each in (here, there)]
        assert _far(*(each.embed_documents(TEXTS[:3]) for each in raw)) < 1e-2
        there.close()
    assert not math.isclose(math.hypot(*raw[0].embed_query("the city")), 1.0, abs_tol=0.01)
    assert here.dimensions == there.dimensions == 64
    here.close()


async def test_an_encoder_says_itself_how_it_pools(server: LlamaServerProcess, encoder: Path) -> None:
    there = LlamaCppEmbeddings(base_url=server.base_url, api_key="secret", expected_dimensions=32)
    here = LlamaCppEmbeddings(model=str(encoder), pooling="mean")
    first = here.embed_documents(TEXTS)
    assert _far(first, there.embed_documents(TEXTS)) < 1e-3
    assert _far(first, await there.aembed_documents(TEXTS)) < 1e-3
    assert _far(first, await here.aembed_documents(TEXTS)) < 1e-3
    assert _far([here.embed_query("red")], [await there.aembed_query("red")]) < 1e-3
    assert _far(first, [here.embed_documents([text])[0] for text in TEXTS]) < 1e-3, "a batch changes nothing"
    assert all(math.isclose(math.hypot(*vector), 1.0, abs_tol=1e-6) for vector in first)
    here.close()
    assert here.embed_query("red"), "loaded anew"
    here.close()


def test_prefixes(encoder: Path) -> None:
    plain = LlamaCppEmbeddings(model=str(encoder))
    prefixed = LlamaCppEmbeddings(model=str(encoder), query_prefix="city: ", document_prefix="red: ")
    assert prefixed.embed_query("blue") == plain.embed_query("city: blue")
    assert prefixed.embed_documents(["blue"]) == plain.embed_documents(["red: blue"])
    with pytest.raises(EmbeddingError, match="empty"):
        prefixed.embed_query(" ")


def test_texts_that_are_too_long(server: LlamaServerProcess, encoder: Path) -> None:
    here = LlamaCppEmbeddings(model=str(encoder), context=64)
    there = LlamaCppEmbeddings(base_url=server.base_url, api_key="secret", max_retries=3)
    for each, available in ((here, 64), (there, 512)):
        with pytest.raises(ContextOverflowError, match=r"1002 tokens .*split it") as caught:
            each.embed_documents(["city", "the " * 1000])
        assert (caught.value.needed, caught.value.available) == (1002, available)
        assert isinstance(caught.value, LangChainOverflow)
    assert len(here.embed_query("the " * 62)) == 32, "it still works"


def test_a_server_that_makes_no_vectors(writer: Path) -> None:
    with LlamaServerProcess(writer, context=512) as process:
        with pytest.raises(ServerResponseError, match="Start it with --embeddings") as caught:
            LlamaCppEmbeddings(base_url=process.base_url, max_retries=5).embed_query("city")
        assert caught.value.status == 501
    with LlamaServerProcess(writer, context=512, extra_args=["--embeddings"]) as process:
        embeddings = LlamaCppEmbeddings(base_url=process.base_url)
        with pytest.raises(ServerResponseError, match="--pooling mean, cls or last"):
            embeddings.embed_query("city")
    with pytest.raises(ServerUnavailableError, match="gba serve"):
        embeddings.embed_query("city")


def test_a_wrong_key(server: LlamaServerProcess) -> None:
    with pytest.raises(ServerResponseError, match="wants an API key") as caught:
        LlamaCppEmbeddings(base_url=server.base_url, api_key="guessed").embed_query("city")
    assert isinstance(caught.value, ModelAuthenticationError)


def test_models_that_cannot_make_vectors(writer: Path, encoder: Path, tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="pooling= mean, cls, last"):
        LlamaCppEmbeddings(model=str(writer)).embed_query("city")
    with pytest.raises(BackendError, match="one of mean, cls, last"):
        LlamaCppEmbeddings(model=str(writer), pooling="median").embed_query("city")
    with pytest.raises(EmbeddingError, match="32 dimensions, and 768 were asked for") as caught:
        LlamaCppEmbeddings(model=str(encoder), expected_dimensions=768).embed_query("city")
    assert (caught.value.expected, caught.value.found) == (768, 32)
    with pytest.raises(ModelFileError, match="there is no file"):
        LlamaCppEmbeddings(model=str(tmp_path / "none.gguf"), context=64).embed_query("city")
    with pytest.raises(ModelFileError, match="LlamaCppEmbeddings"):
        LlamaInProcess(encoder)


def test_an_encoder_without_the_tokens_around_a_text(encoder: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.gguf"
    key = b"ggml.unknown_token_id" + (4).to_bytes(4, "little")
    whole = encoder.read_bytes()
    damaged.write_bytes(whole.replace(key + (1).to_bytes(4, "little"), key + (9999).to_bytes(4, "little")))
    with pytest.raises(ModelFileError, match="unknown_token_id is 9999, and its vocabulary has"):
        EmbedderInProcess(damaged)


async def test_what_is_closed_answers_no_more(encoder: Path) -> None:
    with EmbedderInProcess(encoder) as embedder:
        assert len(embedder.embed(["city"])[0]) == 32
        assert embedder.embed([]) == []
    with pytest.raises(BackendError, match="is closed"):
        embedder.embed(["city"])
    other = EmbedderInProcess(encoder)
    await other.aclose()
    with pytest.raises(BackendError, match="is closed"):
        await other.aembed(["city"])
