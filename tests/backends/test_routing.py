"""Which model a request is for, and how often it is sent."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from gba.backends import server as server_module
from gba.backends.replies import Models, parse
from gba.backends.routing import Route, route_flow
from gba.backends.server import LlamaServer
from gba.backends.wire import Call
from gba.errors import GbaError, ServerResponseError, ServerUnavailableError, UnknownModelError
from tests.helpers.fake_llama import FakeLlama


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits that were asked for, none of which is waited for."""
    asked: list[float] = []
    monkeypatch.setattr(server_module.time, "sleep", asked.append)

    async def sleep(seconds: float) -> None:
        asked.append(seconds)

    monkeypatch.setattr(server_module.asyncio, "sleep", sleep)
    return asked


def routed(name: str | None, *listed: dict[str, Any]) -> Route:
    flow = route_flow(name)
    try:
        assert next(flow) == Call("/v1/models", None, Models, 2**24)
        flow.send(parse(Models, json.dumps({"data": listed}).encode()))
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
    raise AssertionError("more than one question")


def test_without_a_name_nothing_is_asked() -> None:
    assert routed(None) == Route()


@pytest.mark.parametrize(
    "listed, name, route",
    [
        ({"id": "alpha"}, "alpha", Route(model="alpha")),
        ({"id": "alpha", "aliases": ["a"]}, "a", Route(model="alpha")),
        ({"id": "/m/alpha.gguf"}, "alpha", Route(model="/m/alpha.gguf")),
        ({"id": "alpha.gguf"}, "/m/alpha.gguf", Route(model="alpha.gguf")),
        ({"id": "org/alpha:Q4"}, "org/alpha:Q4", Route(model="org/alpha:Q4")),
        ({"id": "alpha", "owned_by": "llama-swap"}, "an alias", Route(prefix="/upstream/an%20alias")),
        ({"id": "tiny-agent.gguf"}, "tiny-agent", Route(model="tiny-agent.gguf")),
    ],
)
def test_a_name_is_looked_up_in_the_list(listed: dict[str, Any], name: str, route: Route) -> None:
    assert routed(name, {"id": "other"}, listed) == route


@pytest.mark.parametrize("name", ["beta", "", "alph", "Alpha"])
def test_a_name_that_is_not_there(name: str) -> None:
    with pytest.raises(UnknownModelError, match=r"It has: alpha") as caught:
        routed(name, {"id": "alpha"})
    assert (caught.value.name, caught.value.known) == (name, ("alpha",))


def test_a_route_changes_path_and_body_and_nothing_else() -> None:
    get, post = Call("/props"), Call("/completion", {"prompt": [1]})
    assert Route().of(post) == post
    assert Route(model="a b").of(get) == Call("/props?model=a%20b")
    assert Route(model="a").of(post) == Call("/completion", {"model": "a", "prompt": [1]})
    assert Route(prefix="/upstream/a").of(post) == Call("/upstream/a/completion", {"prompt": [1]})


def answering(*statuses: int | Exception) -> tuple[LlamaServer, list[str]]:
    """A server that answers /tokenize so and then well, and what it was asked for; with two retries."""
    fake, left, asked = FakeLlama(), list(statuses), list[str]()

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if left:
            status = left.pop(0)
            if isinstance(status, Exception):
                raise status
            return httpx.Response(status, json={"error": {"message": "no"}})
        _, content = fake.answer("/tokenize", {}, {"content": "x"})
        assert isinstance(content, bytes)
        return httpx.Response(200, content=content)

    return LlamaServer("http://fake", transport=httpx.MockTransport(handle), max_retries=2), asked


PASSING = [429, 408, 500, 502, httpx.ConnectError("no"), httpx.ReadTimeout("silent")]


@pytest.mark.parametrize("failure", PASSING)
def test_what_may_pass_is_tried_again(failure: int | Exception, waits: list[float]) -> None:
    server, asked = answering(failure, failure)
    assert server.tokenize("x")
    assert len(asked) == 3
    assert 0.3 < waits[0] <= 0.5 < waits[1] <= 1.0
    again, asked = answering(failure, failure)
    assert asyncio.run(again.atokenize("x"))
    assert len(asked) == 3


@pytest.mark.parametrize("failure", PASSING)
def test_not_for_ever(failure: int | Exception, waits: list[float]) -> None:
    server, asked = answering(*[failure] * 3)
    with pytest.raises(GbaError):
        server.tokenize("x")
    assert len(asked) == 3


@pytest.mark.parametrize("failure", [400, 401, 404])
def test_what_does_not_pass_is_not(failure: int, waits: list[float]) -> None:
    server, asked = answering(failure)
    with pytest.raises(ServerResponseError):
        server.tokenize("x")
    assert (len(asked), waits) == (1, [])


def test_without_retries_it_is_told_at_once(waits: list[float]) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("silent", request=request)

    with LlamaServer("http://fake", transport=httpx.MockTransport(handle)) as server:
        with pytest.raises(ServerUnavailableError) as caught:
            server.tokenize("x")
        assert caught.value.timed_out
    assert waits == []
