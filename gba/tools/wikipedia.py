"""A tool that asks Wikipedia: the beginning of the article that fits a query best. It needs the network when called."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import httpx
from langchain_core.callbacks import AsyncCallbackManagerForToolRun, CallbackManagerForToolRun
from langchain_core.tools import BaseTool, ToolException
from pydantic import BaseModel, Field

from gba._version import __version__

__all__ = ["Wikipedia"]

_AGENT = f"grammar-based-agents/{__version__} (a tool of a language model; python-httpx)"


class _Query(BaseModel):
    query: str = Field(min_length=1, max_length=300, description="What to look up.")


class Wikipedia(BaseTool):
    """`wikipedia`: the first ``sentences`` of the best article for a query.

    ``url`` is the wiki's ``api.php``; ``timeout`` in seconds. Raises ToolException, with a message fit for the model,
    where Wikipedia cannot be reached; LangChain's agent hands that to the model as the result.
    """

    name: str = "wikipedia"
    description: str = "Look things up in an encyclopedia."
    args_schema: Any = _Query
    url: str = "https://en.wikipedia.org/w/api.php"
    sentences: int = Field(default=3, ge=1, le=10)
    timeout: float = Field(default=20.0, gt=0)

    def _run(self, query: str, run_manager: CallbackManagerForToolRun | None = None) -> str:  # noqa: ARG002
        try:
            with httpx.Client(**self._options()) as client:
                return self._read(query, client.get(self.url, params=self._parameters(query)))
        except httpx.HTTPError as error:
            raise self._failed(error) from error

    async def _arun(self, query: str, run_manager: AsyncCallbackManagerForToolRun | None = None) -> str:  # noqa: ARG002
        try:
            async with httpx.AsyncClient(**self._options()) as client:
                return self._read(query, await client.get(self.url, params=self._parameters(query)))
        except httpx.HTTPError as error:
            raise self._failed(error) from error

    def _options(self) -> dict[str, Any]:
        return {"headers": {"User-Agent": _AGENT}, "timeout": self.timeout, "follow_redirects": True}

    def _parameters(self, query: str) -> dict[str, Any]:
        """One request: search, and the extract of the first hit."""
        return {
            "action": "query",
            "format": "json",
            "formatversion": 2,
            "generator": "search",
            "gsrsearch": query,
            "gsrlimit": 1,
            "prop": "extracts",
            "exintro": 1,
            "explaintext": 1,
            "exsentences": self.sentences,
        }

    def _read(self, query: str, response: httpx.Response) -> str:
        response.raise_for_status()
        try:
            answer = response.json()
        except ValueError as error:
            raise ToolException(f"{urlsplit(self.url).netloc} did not answer with JSON.") from error
        if "error" in answer:
            raise ToolException(f"Wikipedia refused the query: {answer['error'].get('info', 'no reason given')}")
        pages = answer.get("query", {}).get("pages", [])
        if not pages:
            return f"Nothing found for {query!r}."
        text = " ".join(str(pages[0].get("extract", "")).split())
        return f"{pages[0]['title']}: {text}" if text else f"Nothing found for {query!r}."

    def _failed(self, error: httpx.HTTPError) -> ToolException:
        if isinstance(error, httpx.HTTPStatusError):
            return ToolException(f"Wikipedia answered with HTTP {error.response.status_code}.")
        return ToolException(f"{urlsplit(self.url).netloc} cannot be reached ({type(error).__name__}).")
