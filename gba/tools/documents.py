"""A tool that searches documents: any vector store of LangChain's, the results with their sources."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from langchain_core.documents import Document
from langchain_core.tools import BaseTool, StructuredTool, ToolException
from langchain_core.vectorstores import VectorStore
from pydantic import BaseModel, Field

from gba.errors import GbaError

__all__ = ["place_of", "search_documents"]


class _Query(BaseModel):
    query: str = Field(min_length=1, max_length=300, description="What to look for.")


def search_documents(
    store: VectorStore,
    *,
    count: int = 4,
    longest: int = 1500,
    description: str = "Search the documents.",
) -> BaseTool:
    """The tool `search_documents`: the ``count`` texts of the store nearest to a query, each under its source, and cut
    to ``longest`` characters. The documents themselves are the result's artifact.

    Raises ToolException, with a message fit for the model, where the store or what makes its vectors fails; LangChain's
    agent hands that to the model as the result.
    """

    def told(query: str, found: list[Document]) -> tuple[str, list[Document]]:
        parts = [f"[{place_of(each)}]\n{_cut(each.page_content.strip(), longest)}" for each in found]
        return "\n\n".join(parts) or f"Nothing found for {query!r}.", found

    def run(query: str) -> tuple[str, list[Document]]:
        try:
            return told(query, store.similarity_search(_asked(query), k=count))
        except GbaError as error:
            raise ToolException(f"The documents cannot be searched: {error}") from error

    async def arun(query: str) -> tuple[str, list[Document]]:
        try:
            return told(query, await store.asimilarity_search(_asked(query), k=count))
        except GbaError as error:
            raise ToolException(f"The documents cannot be searched: {error}") from error

    return StructuredTool(
        name="search_documents",
        description=description,
        args_schema=_Query,
        func=run,
        coroutine=arun,
        response_format="content_and_artifact",
    )


def _asked(query: str) -> str:
    if not query.strip():
        raise ToolException("The query is empty: say what to look for.")
    return query


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def place_of(document: Document) -> str:
    """Where a document is from, for people and models: its file's name or its address, and the page."""
    metadata: dict[str, Any] = document.metadata
    source = str(metadata.get("source") or metadata.get("title") or document.id or "unknown source")
    name = source if "://" in source else PurePath(source).name or source
    page = metadata.get("page")
    return f"{name}, page {page}" if page is not None else name
