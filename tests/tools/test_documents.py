"""The tool that searches documents, on gba's store and on LangChain's in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.documents import Document
from langchain_core.tools import ToolException
from langchain_core.vectorstores import InMemoryVectorStore, VectorStore
from langchain_tests.unit_tests import ToolsUnitTests

from gba import ChatLlamaCpp, create_agent
from gba.backends.scripted import Scripted
from gba.documents import DocumentStore
from gba.tools.documents import place_of, search_documents
from tests.helpers.documents import WordEmbedding

DOCUMENTS = [
    Document("Oslo is the capital of Norway.", metadata={"source": "/home/me/norway.pdf", "page": 3}),
    Document("A whale is no fish.", metadata={"source": "https://example.org/whales"}),
    Document("word " * 1000, metadata={"title": "Words"}),
]


@pytest.fixture(params=["sqlite", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorStore]:
    if request.param == "memory":
        yield InMemoryVectorStore.from_documents(DOCUMENTS, WordEmbedding())
        return
    with DocumentStore(tmp_path / "store.db", WordEmbedding()) as store:
        store.add_documents(DOCUMENTS)
        yield store


class TestStandard(ToolsUnitTests):
    @property
    def tool_constructor(self) -> object:  # type: ignore[override]
        return search_documents(InMemoryVectorStore(WordEmbedding()))

    @property
    def tool_invoke_params_example(self) -> dict[str, object]:
        return {"query": "capital"}


async def test_results_say_where_they_are_from(store: VectorStore) -> None:
    tool = search_documents(store, count=2, longest=100)
    text = tool.invoke({"query": "capital of Norway"})
    assert text.startswith("[norway.pdf, page 3]\nOslo is the capital of Norway.\n\n[")
    assert await tool.ainvoke({"query": "capital of Norway"}) == text
    assert "[https://example.org/whales]\nA whale is no fish." in tool.invoke({"query": "whale"})
    cut = tool.invoke({"query": "word"})
    assert cut.startswith("[Words]\nword word")
    assert len(cut.split("\n\n")[0]) == len("[Words]\n") + 100
    message = tool.invoke({"type": "tool_call", "id": "1", "name": tool.name, "args": {"query": "capital of Norway"}})
    assert message.artifact[0].metadata == {"source": "/home/me/norway.pdf", "page": 3}


def test_what_a_document_without_a_source_is_called() -> None:
    assert place_of(Document("x", id="7")) == "7"
    assert place_of(Document("x")) == "unknown source"
    assert place_of(Document("x", metadata={"source": "a.pdf", "page": 0})) == "a.pdf, page 0"


async def test_failures_are_for_the_model(tmp_path: Path) -> None:
    assert search_documents(InMemoryVectorStore(WordEmbedding())).invoke({"query": "x"}) == "Nothing found for 'x'."
    with DocumentStore(tmp_path / "store.db", WordEmbedding()) as store:
        store.add_texts(["red"])
    with DocumentStore(tmp_path / "store.db", WordEmbedding(shift=1)) as store:
        tool = search_documents(store)
        with pytest.raises(ToolException, match=r"cannot be searched: .*another model"):
            tool.invoke({"query": "x"})
        with pytest.raises(ToolException, match="cannot be searched"):
            await tool.ainvoke({"query": "x"})
        with pytest.raises(ToolException, match="query is empty"):
            tool.invoke({"query": "  "})


def test_an_agent_of_react_reads_them(store: VectorStore) -> None:
    backend = Scripted.turns(
        [
            'Thought: I have to look it up.\nAction: search_documents\nAction Input: {"query": "capital of Norway"}\n',
            "Thought: Now I know.\nAnswer: Oslo, says norway.pdf.",
        ]
    )
    agent = create_agent(ChatLlamaCpp(backend=backend), [search_documents(store)], call_syntax="react")
    messages = agent.invoke({"messages": [("user", "What is the capital of Norway?")]})["messages"]
    assert [message.type for message in messages] == ["human", "ai", "tool", "ai"]
    assert messages[2].content.startswith("[norway.pdf, page 3]")
    assert messages[3].content == "Oslo, says norway.pdf."
