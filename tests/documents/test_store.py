"""The store: LangChain's standard tests of vector stores, and what it refuses."""

from __future__ import annotations

import random
import sqlite3
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.vectorstores import VectorStore
from langchain_tests.integration_tests import VectorStoreIntegrationTests

from gba.documents import DocumentStore
from gba.errors import StoreError
from tests.helpers.documents import WordEmbedding


class TestStandard(VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self, tmp_path: Path) -> Iterator[VectorStore]:  # type: ignore[override]
        with DocumentStore(tmp_path / "store.db", self.get_embeddings()) as store:
            yield store


class TestInMemory(VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self) -> Iterator[VectorStore]:  # type: ignore[override]
        with DocumentStore.from_texts([], self.get_embeddings()) as store:
            yield store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def store(path: Path) -> Iterator[DocumentStore]:
    with DocumentStore(path, WordEmbedding()) as store:
        yield store


def test_what_is_nearest_comes_first_with_its_distance(store: DocumentStore) -> None:
    store.add_texts(["red house", "blue sea", "red boat"], [{"n": 1}, {"n": 2}, {"n": 3}], ids=["a", "b", "c"])
    found = store.similarity_search_with_score("red house", k=3)
    assert [document.id for document, _ in found] == ["a", "c", "b"]
    assert found[0][0] == Document("red house", metadata={"n": 1}, id="a")
    assert [round(distance, 3) for _, distance in found] == [0.0, 0.5, 1.0]
    scored = store.similarity_search_with_relevance_scores("red house", k=1)
    assert scored[0][1] == pytest.approx(1.0, abs=1e-3)
    by_vector = store.similarity_search_by_vector(WordEmbedding().embed_query("sea"), k=1)
    assert by_vector[0].id == "b"


def test_nearest_of_many_are_those_that_plain_arithmetic_finds(path: Path) -> None:
    embedding = DeterministicFakeEmbedding(size=24)
    words = random.Random(0)
    texts = [f"{number} {words.random()}" for number in range(500)]
    with DocumentStore(path, embedding) as store:
        ids = store.add_texts(texts)
        store.delete(ids[::7])
        vectors = dict(zip(ids, embedding.embed_documents(texts), strict=True))
        for asked in texts[:5]:
            query = embedding.embed_query(asked)

            def distance(id_: str, query: list[float] = query) -> float:
                dot = sum(a * b for a, b in zip(query, vectors[id_], strict=True))
                lengths = (sum(a * a for a in query) * sum(b * b for b in vectors[id_])) ** 0.5
                return 1 - dot / lengths

            left = sorted(set(ids) - set(ids[::7]), key=distance)
            assert [each.id for each in store.similarity_search(asked, k=10)] == left[:10]


def test_different_documents_are_preferred_where_that_is_asked_for(store: DocumentStore) -> None:
    store.add_texts(["red house", "red house red", "red boat sea"])
    retriever = store.as_retriever(search_type="mmr", search_kwargs={"k": 2, "lambda_mult": 0.1})
    assert [each.page_content for each in retriever.invoke("red house")] == ["red house", "red boat sea"]
    assert store.max_marginal_relevance_search("red", k=1)[0].page_content == "red house red"


def test_it_is_there_when_opened_again(path: Path) -> None:
    with DocumentStore(path, WordEmbedding()) as store:
        store.add_texts(["red house"], [{"ü": ["日本", 1.5, None]}], ids=["a"])
    with DocumentStore(path, WordEmbedding(), create=False) as store:
        assert len(store) == 1
        assert store.dimensions == WordEmbedding.SIZE
        assert store.similarity_search("house")[0].metadata == {"ü": ["日本", 1.5, None]}
        store.delete()
        assert len(store) == 0
        assert store.similarity_search("house") == []
        assert store


def test_a_new_store_is_of_no_model_until_something_is_added(path: Path) -> None:
    with DocumentStore(path, WordEmbedding(shift=1)) as store:
        store.check()
        assert store.similarity_search("red") == []
        assert store.max_marginal_relevance_search("red") == []
        assert store.dimensions is None
    with DocumentStore(path, WordEmbedding()) as store:
        assert store.add_texts([]) == []
        store.add_texts(["red"])
        assert store.similarity_search("red")[0].page_content == "red"


def test_another_model(path: Path) -> None:
    with DocumentStore(path, WordEmbedding()) as store:
        store.add_texts(["red"])
    with DocumentStore(path, WordEmbedding(shift=3), create=False) as other:
        with pytest.raises(StoreError, match=r"with another model than other words: words\. Use that one") as caught:
            other.similarity_search("red")
        with pytest.raises(StoreError, match="another model"):
            other.add_texts(["blue"])
        assert caught.value.path == str(path)
        assert len(other) == 1
    with (
        DocumentStore(path, DeterministicFakeEmbedding(size=7)) as other,
        pytest.raises(StoreError, match=r"64 dimensions, and this one has 7: .* made with \(words\)") as caught,
    ):
        other.similarity_search("red")
    assert (caught.value.expected, caught.value.found) == (64, 7)


def test_vectors_of_other_dimensions(store: DocumentStore) -> None:
    store.add_texts(["red"])
    with pytest.raises(StoreError, match="64 dimensions, and this one has 2"):
        store.similarity_search_by_vector([1.0, 2.0])


def test_what_cannot_be_a_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"there is no store at .*gba documents add"):
        DocumentStore(tmp_path / "none.db", WordEmbedding(), create=False)
    with pytest.raises(StoreError, match="Check that its folder is there"):
        DocumentStore(tmp_path / "no folder" / "none.db", WordEmbedding())
    text = tmp_path / "text.txt"
    text.write_text("nothing of a database " * 100)
    with pytest.raises(StoreError, match="is no store of documents"):
        DocumentStore(text, WordEmbedding())
    assert text.read_text().startswith("nothing"), "left alone"
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (value)")
    connection.close()
    with pytest.raises(StoreError, match="a database of something else"):
        DocumentStore(other, WordEmbedding())
    newer = tmp_path / "newer.db"
    DocumentStore(newer, WordEmbedding()).close()
    with sqlite3.connect(newer) as connection:
        connection.execute("PRAGMA user_version = 9")
    connection.close()
    with pytest.raises(StoreError, match="of version 9, and this gba reads version 1: upgrade"):
        DocumentStore(newer, WordEmbedding())


def test_a_damaged_store(path: Path) -> None:
    with DocumentStore(path, WordEmbedding()) as store:
        store.add_texts([f"red {number}" for number in range(500)])
    data = bytearray(path.read_bytes())
    data[4096 * 4 :: 3] = bytes(len(data[4096 * 4 :: 3]))
    path.write_bytes(data)
    with pytest.raises(StoreError), DocumentStore(path, WordEmbedding()) as store:  # noqa: PT012
        store.similarity_search("red", k=500)
        store.get_by_ids([str(number) for number in range(500)])
        store.delete()


def test_a_store_that_another_process_writes_to(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gba.documents.database._WAIT", 50)
    with DocumentStore(path, WordEmbedding()) as store:
        store.add_texts(["red"])
        other = apsw.Connection(str(path))
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another process writes"):
            store.add_texts(["blue"])
        other.close()
        store.add_texts(["blue"])
        assert len(store) == 2


def test_a_failure_leaves_nothing_half_written(store: DocumentStore) -> None:
    store.add_texts(["red", "blue"], ids=["a", "b"])
    rows = store.rows(["green"], [{}], ["c"], ["file"])
    with pytest.raises(StoreError):
        store.replace([("file", "digest", rows), ("other", None, rows)])  # type: ignore[list-item]
    assert len(store) == 2
    assert store.sources() == {}
    assert store.get_by_ids(["c", "b", "a"]) == [Document("blue", id="b"), Document("red", id="a")]


def test_what_cannot_be_asked_for(store: DocumentStore) -> None:
    store.add_texts(["red"])
    for k in (0, -1, 4097):
        with pytest.raises(ValueError, match="from 1 to 4096"):
            store.similarity_search("red", k=k)
    with pytest.raises(TypeError, match="no option filter"):
        store.similarity_search("red", filter={"a": 1})
    with pytest.raises(ValueError, match="do not go together"):
        store.add_texts(["red", "blue"], [{}])
    with pytest.raises(ValueError, match="have to be JSON"):
        store.add_texts(["red"], [{"a": object()}])
    assert len(store) == 1


def test_many_threads(store: DocumentStore) -> None:
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for index in range(10):
                store.add_texts([f"red {number}"], ids=[f"{number}.{index}"])
                store.similarity_search("red")
        except BaseException as error:  # noqa: BLE001 - told to the test
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(store) == 40


@pytest.mark.parametrize("name", ["apsw", "sqlite_vec"])
def test_without_the_extra(path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(StoreError, match=r"pip install 'grammar-based-agents\[documents\]'"):
        DocumentStore(path, WordEmbedding())
    assert not path.exists()
