"""Connections to a server are kept, closed with their event loop, and tell that the server is still the same one."""

from __future__ import annotations

import asyncio
import gc
import time
from typing import Any

import pytest

from gba.backends import known as known_module
from gba.backends.server import LlamaServer
from gba.errors import ModelChangedError
from tests.helpers.fake_llama import FakeLlama, Listening


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(known_module, "time", clock)
    return clock


@pytest.fixture
def fake() -> FakeLlama:
    fake = FakeLlama()
    fake.output = [[fake.word("the"), fake.word("x")] for _ in range(20)]
    return fake


def asked(fake: FakeLlama) -> list[str]:
    paths = [path for path, _ in fake.requests]
    fake.requests.clear()
    return paths


async def text_of(chunks: Any) -> str:
    return "".join([chunk.text async for chunk in chunks])


def is_closed(connection: Any) -> bool:
    """Whether the server closes its end, as it does when the client has closed the other."""
    end = time.monotonic() + 20
    while connection.fileno() >= 0 and time.monotonic() < end:
        time.sleep(0.01)
    return bool(connection.fileno() < 0)


def test_short_requests_share_a_connection(fake: FakeLlama) -> None:
    async def ask() -> None:
        for _ in range(5):
            assert await backend.atokenize("x") == [fake.word("x")]

    with Listening(fake) as listening, LlamaServer(listening.url) as backend:
        asyncio.run(ask())
        assert len(listening.connections) == 1
        asyncio.run(ask())  # another loop
        assert len(listening.connections) == 2
        gc.collect()  # nothing of a loop is left behind: a warning is an error here
        for _ in range(5):
            backend.tokenize("x")
        assert len(listening.connections) == 3


def test_connections_are_closed_with_their_loop(fake: FakeLlama) -> None:
    with Listening(fake) as listening, LlamaServer(listening.url) as backend:
        asyncio.run(backend.atokenize("x"))
        assert is_closed(listening.connections[0])


async def test_aclose_closes_them(fake: FakeLlama) -> None:
    with Listening(fake) as listening:
        async with LlamaServer(listening.url) as backend:
            await asyncio.gather(*(backend.atokenize("x") for _ in range(5)))
        for connection in listening.connections:
            assert await asyncio.to_thread(is_closed, connection)


async def test_one_that_the_server_has_closed_is_made_anew(fake: FakeLlama) -> None:
    with Listening(fake) as listening:
        async with LlamaServer(listening.url) as backend:
            for _ in range(3):
                assert await backend.atokenize("x") == [fake.word("x")]
                listening.hang_up()
            assert len(listening.connections) == 3


async def test_an_open_connection_to_the_server_is_enough(fake: FakeLlama, clock: Clock) -> None:
    with Listening(fake, name="llama.cpp") as listening:
        async with LlamaServer(listening.url) as backend:
            await text_of(backend.acomplete([1, 5]))
            asked(fake)
            clock.now += 3
            assert await text_of(backend.acomplete([1, 5])) == "thex"
            assert asked(fake) == ["/completion"]
            listening.hang_up()
            await text_of(backend.acomplete([1, 5]))
            assert asked(fake) == ["/completion"]  # it had just been seen
            clock.now += 3
            await text_of(backend.acomplete([1, 5]))
            assert asked(fake) == ["/props", "/tokenize", "/completion"]
            clock.now += 9
            await text_of(backend.acomplete([1, 5]))
            assert asked(fake) == ["/props", "/tokenize", "/completion"]


def test_in_a_thread_as_well(fake: FakeLlama, clock: Clock) -> None:
    with Listening(fake, name="llama.cpp") as listening, LlamaServer(listening.url) as backend:
        list(backend.complete([1, 5]))
        asked(fake)
        clock.now += 3
        list(backend.complete([1, 5]))
        assert asked(fake) == ["/completion"]


async def test_a_connection_to_a_proxy_says_nothing(fake: FakeLlama, clock: Clock) -> None:
    with Listening(fake, name="proxy") as listening:
        async with LlamaServer(listening.url) as backend:
            await text_of(backend.acomplete([1, 5]))
            asked(fake)
            clock.now += 3
            await text_of(backend.acomplete([1, 5]))
            assert asked(fake) == ["/props", "/tokenize", "/completion"]


async def test_a_server_with_several_models_is_looked_at_again(fake: FakeLlama, clock: Clock) -> None:
    with Listening(fake, name="llama.cpp") as listening:
        async with LlamaServer(listening.url, model="fake") as backend:
            await text_of(backend.acomplete([1, 5]))
            asked(fake)
            clock.now += 3
            await text_of(backend.acomplete([1, 5]))
            assert asked(fake) == ["/props", "/tokenize", "/completion"]


async def test_another_server_of_the_same_name_is_noticed(fake: FakeLlama, clock: Clock) -> None:
    """Its connections are not those of the one before: none of the old one's tokens are sent to it."""
    other = FakeLlama([fake.word("x")])
    other.shift()
    with Listening(fake, name="llama.cpp") as listening:
        async with LlamaServer(listening.url) as backend:
            await text_of(backend.acomplete([1, 5]))
            listening.close()
            clock.now += 1
            with Listening(other, name="llama.cpp", port=listening.port):
                with pytest.raises(ModelChangedError):
                    await text_of(backend.acomplete([1, 5]))
                assert "/completion" not in asked(other)
