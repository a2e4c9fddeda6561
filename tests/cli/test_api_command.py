"""`gba api`: what it refuses before anything is loaded, and that it listens where it says."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import httpx
import pytest
import uvicorn

from gba.backends.scripted import Scripted
from gba.chat import Engine
from gba.cli import api


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GBA_API_KEY", "LLAMA_CPP_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def test_two_models_are_refused(gba) -> None:
    ended = gba("api", "--base-url", "http://127.0.0.1:9", "--model", "tiny-agent")
    assert ended.code != 0
    assert "name different models: give one of them" in ended.err


def test_an_address_that_others_reach_needs_a_key(gba) -> None:
    ended = gba("api", "--base-url", "http://127.0.0.1:9", "--host", "0.0.0.0")
    assert ended.code != 0
    assert "0.0.0.0 can be reached from elsewhere: give a key with --api-key" in ended.err


def test_a_port_that_is_taken_is_named(gba) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = gba("api", "--base-url", "http://127.0.0.1:9", "--port", str(port))
    assert ended.code != 0
    assert f"gba cannot listen at port {port} of 127.0.0.1" in ended.err


async def test_what_is_written_is_sent_at_once() -> None:
    """Clients may connect before the server accepts, and small pieces of an answer do not wait for one another."""
    accepted: asyncio.Queue[int] = asyncio.Queue()

    def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = writer.get_extra_info("socket")
        accepted.put_nowait(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    listening = api.listen("127.0.0.1", 0)
    with socket.create_connection(listening.getsockname()):
        async with await asyncio.start_server(accept, sock=listening):
            assert await asyncio.wait_for(accepted.get(), 20)


def test_it_listens_where_it_says(gba, monkeypatch: pytest.MonkeyPatch) -> None:
    """The application that it serves is asked by a client at the moment in which the server would start."""
    backend = Scripted(["Hello!"])
    monkeypatch.setattr(api, "_engine", lambda *_: Engine(backend))
    seen: dict[str, Any] = {}

    def run(server: uvicorn.Server, sockets: list[socket.socket]) -> None:
        import asyncio

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=server.config.app)  # type: ignore[arg-type]
            async with httpx.AsyncClient(transport=transport, base_url="http://gba") as client:
                return await client.get("/v1/models", headers={"Authorization": "Bearer secret"})

        seen["port"] = sockets[0].getsockname()[1]
        seen["models"] = asyncio.run(ask()).json()
        sockets[0].close()

    monkeypatch.setattr(uvicorn.Server, "run", run)
    ended = gba("api", "--base-url", "http://127.0.0.1:9", "--port", "0", "--api-key", "secret", "--alias", "mine")
    assert ended.code == 0, ended.err
    assert f"http://127.0.0.1:{seen['port']}/v1" in ended.out + ended.err
    assert [model["id"] for model in seen["models"]["data"]] == ["mine"]
    assert backend._closed
