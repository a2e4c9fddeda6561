from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from langchain_core.tools import ToolException

from gba.tools.wikipedia import Wikipedia

PAGES = {"Oslo": "Oslo is the capital of Norway.\nIt has   parks."}


class _Api(BaseHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        asked = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
        query = asked["gsrsearch"]
        status, body = 200, json.dumps({"batchcomplete": True})
        if query in PAGES:
            extract = PAGES[query] if asked["prop"] == "extracts" and asked["exintro"] == "1" else ""
            body = json.dumps({"query": {"pages": [{"pageid": 1, "title": query, "extract": extract}]}})
        elif query == "broken":
            status = 503
        elif query == "html":
            body = "<html>"
        elif query == "refused":
            body = json.dumps({"error": {"code": "x", "info": "search is switched off"}})
        elif query == "agent":
            body = json.dumps({"query": {"pages": [{"title": "agent", "extract": self.headers["User-Agent"]}]}})
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture(scope="module")
def wikipedia() -> Iterator[Wikipedia]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Api)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield Wikipedia(url=f"http://127.0.0.1:{server.server_address[1]}/w/api.php", timeout=5)
    server.shutdown()
    server.server_close()


def test_the_beginning_of_the_article(wikipedia: Wikipedia) -> None:
    assert wikipedia.invoke({"query": "Oslo"}) == "Oslo: Oslo is the capital of Norway. It has parks."


async def test_the_same_without_blocking(wikipedia: Wikipedia) -> None:
    assert await wikipedia.ainvoke({"query": "Oslo"}) == "Oslo: Oslo is the capital of Norway. It has parks."


def test_nothing_found(wikipedia: Wikipedia) -> None:
    assert wikipedia.invoke({"query": "qqqq"}) == "Nothing found for 'qqqq'."


def test_it_says_who_asks(wikipedia: Wikipedia) -> None:
    assert "grammar-based-agents/" in wikipedia.invoke({"query": "agent"})


@pytest.mark.parametrize(
    "query, message",
    [("broken", "HTTP 503"), ("html", "did not answer with JSON"), ("refused", "search is switched off")],
)
def test_failures_are_told_to_the_model(wikipedia: Wikipedia, query: str, message: str) -> None:
    with pytest.raises(ToolException, match=message):
        wikipedia.invoke({"query": query})


async def test_no_network_is_told_to_the_model() -> None:
    tool = Wikipedia(url="http://127.0.0.1:9/w/api.php", timeout=5)
    with pytest.raises(ToolException, match="cannot be reached"):
        tool.invoke({"query": "Oslo"})
    with pytest.raises(ToolException, match="cannot be reached"):
        await tool.ainvoke({"query": "Oslo"})
