"""LlamaServer against a server that behaves, one that does not, and none at all."""

from __future__ import annotations

import asyncio
import gc
import json
import socket
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from gba.backends import known as known_module
from gba.backends import server as server_module
from gba.backends.base import AsyncBackend, Backend, Chunk, Sampling
from gba.backends.server import LlamaServer
from gba.errors import (
    BackendError,
    ContextOverflowError,
    GenerationInterruptedError,
    GrammarError,
    ServerResponseError,
    ServerUnavailableError,
)
from tests.helpers.fake_llama import EOS, FakeLlama, Listening


def client_of(fake: FakeLlama, **options: Any) -> LlamaServer:
    return LlamaServer("http://fake:8080", transport=fake.transport(), **options)


@pytest.fixture
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits that were asked for, none of which is waited for."""
    waits: list[float] = []
    monkeypatch.setattr(server_module.time, "sleep", waits.append)

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(server_module.asyncio, "sleep", sleep)
    return waits


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def text_of(chunks: Iterator[Chunk] | list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


@pytest.mark.parametrize(
    "url, base",
    [
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("http://localhost:8080/v1", "http://localhost:8080"),
        ("http://localhost:8080/v1/", "http://localhost:8080"),
        ("http://localhost:8080/v1/chat/completions", "http://localhost:8080"),
        ("http://localhost:8080/completion", "http://localhost:8080"),
        ("localhost:8080", "http://localhost:8080"),
        ("127.0.0.1:8080/v1", "http://127.0.0.1:8080"),
        ("https://example.org/llama/v1?x=1#y", "https://example.org/llama"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_urls(url: str, base: str) -> None:
    with LlamaServer(url) as backend:
        assert backend.base_url == base


@pytest.mark.parametrize("url", ["", "ftp://x", "http://", "/v1"])
def test_urls_that_lead_nowhere(url: str) -> None:
    with pytest.raises(ServerUnavailableError, match="http://host:port"):
        LlamaServer(url)


def test_a_path_prefix_is_kept() -> None:
    seen = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(200, json={"tokens": [5]})

    with LlamaServer("http://host/prefix/v1", transport=httpx.MockTransport(handle)) as backend:
        assert backend.tokenize("x") == [5]
    assert seen == ["http://host/prefix/tokenize"]


def test_it_is_both_protocols() -> None:
    with client_of(FakeLlama()) as backend:
        assert isinstance(backend, Backend)
        assert isinstance(backend, AsyncBackend)


def test_what_is_asked_for() -> None:
    fake = FakeLlama([FakeLlama().word("x")])
    sampling = Sampling(
        temperature=0.5, top_k=7, top_p=0.8, min_p=0.1, repeat_penalty=1.1, presence_penalty=0.2, frequency_penalty=0.3,
        seed=42, extra={"typical_p": 0.9, "cache_prompt": False},
    )  # fmt: skip
    with client_of(fake) as backend:
        list(backend.complete((1, 5), grammar="g", stop=["s", ""], max_tokens=9, sampling=sampling, slot=1))
    assert fake.requests[-1] == (
        "/completion",
        {
            "prompt": [1, 5], "n_predict": 9, "stream": True, "cache_prompt": False, "return_tokens": True,
            "stop": ["s"], "preserved_tokens": ["s"],
            "temperature": 0.5, "top_k": 7, "top_p": 0.8, "min_p": 0.1, "repeat_penalty": 1.1, "presence_penalty": 0.2,
            "frequency_penalty": 0.3, "seed": 42, "grammar": "g", "id_slot": 1, "typical_p": 0.9,
        },
    )  # fmt: skip


def test_defaults_leave_it_to_the_server() -> None:
    fake = FakeLlama([])
    with client_of(fake) as backend:
        chunks = list(backend.complete([1, 5]))
    body = fake.requests[-1][1]
    assert body is not None
    assert not {"grammar", "id_slot"} & body.keys()
    assert (body["seed"], body["n_predict"], body["cache_prompt"]) == (-1, 510, True)
    assert [(chunk.text, chunk.tokens, chunk.finish) for chunk in chunks] == [("", (), "eog")]


def test_properties_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_module, "_FRESH", 60.0)
    fake = FakeLlama()
    with client_of(fake) as backend:
        known = backend.properties()
        assert backend.properties() is known
    assert (known.context, known.slots, known.model, known.build) == (512, 2, "fake.gguf", "b1-fake")
    assert (known.bos, known.eos, known.bos_text, known.eos_text) == (1, 2, "<s>", "</s>")
    assert known.add_bos
    assert known.eog == {EOS}
    assert known.chat_template == "{{ messages }}"
    assert [path for path, _ in fake.requests].count("/props") == 1


def test_tokenize_and_detokenize() -> None:
    fake = FakeLlama()
    with client_of(fake) as backend:
        assert backend.tokenize("</s>") != [EOS]
        assert backend.tokenize("</s>", special=True) == [EOS]
        assert backend.detokenize([EOS, fake.word("x")]) == "</s>x"
    assert fake.requests[0][1] == {"content": "</s>", "add_special": False, "parse_special": False}


def test_line_ends_of_unicode_do_not_cut_an_event() -> None:
    fake = FakeLlama()
    output = [token for char in "a\u2028b\x85c\x0cd\r" for token in fake.byte_tokens(char)]
    with client_of(FakeLlama(output)) as backend:
        chunks = list(backend.complete([1, 5]))
    assert text_of(chunks) == "a\u2028b\x85c\x0cd\r"
    assert [token for chunk in chunks for token in chunk.tokens] == output


async def test_async_does_the_same() -> None:
    fake = FakeLlama(*[[FakeLlama().word("the"), FakeLlama().word(" the")]] * 2)
    async with client_of(fake) as backend:
        assert await backend.atokenize("the") == [fake.word("the")]
        assert await backend.adetokenize([fake.word("the")]) == "the"
        assert (await backend.aproperties()).context == 512
        chunks = [chunk async for chunk in backend.acomplete([1, 5], stop=["never"])]
        assert chunks == list(backend.complete([1, 5], stop=["never"]))


def test_it_waits_while_the_server_loads(no_sleep: list[float]) -> None:
    fake = FakeLlama([FakeLlama().word("x")])
    fake.loading = 5
    with client_of(fake) as backend:
        assert text_of(backend.complete([1, 5])) == "x"
    assert len(no_sleep) == 5
    assert no_sleep == sorted(no_sleep)


def test_it_does_not_wait_for_ever(no_sleep: list[float]) -> None:
    fake = FakeLlama()
    fake.loading = 10**6
    with (
        client_of(fake, load_timeout=3) as backend,
        pytest.raises(ServerUnavailableError, match="load_timeout") as caught,
    ):
        backend.properties()
    assert caught.value.loading
    assert sum(no_sleep) == pytest.approx(3)


async def test_async_waits_too(no_sleep: list[float]) -> None:
    fake = FakeLlama()
    fake.loading = 3
    async with client_of(fake) as backend:
        assert await backend.atokenize("x") == [fake.word("x")]
    fake.loading = 10**6
    async with client_of(fake, load_timeout=1) as backend:
        with pytest.raises(ServerUnavailableError, match="still loading"):
            await backend.atokenize("x")


def test_health(no_sleep: list[float], closed_port: int) -> None:
    fake = FakeLlama()
    with client_of(fake) as backend:
        assert backend.health() is True
        fake.loading = 1
        assert backend.health() is False
    with LlamaServer(f"http://127.0.0.1:{closed_port}") as backend, pytest.raises(ServerUnavailableError):
        backend.health()
    assert no_sleep == []


def test_nothing_answers(closed_port: int) -> None:
    url = f"http://127.0.0.1:{closed_port}"
    with LlamaServer(url) as backend, pytest.raises(ServerUnavailableError, match="gba serve") as caught:
        backend.properties()
    assert (caught.value.url, caught.value.loading) == (url, False)
    with LlamaServer(url) as backend, pytest.raises(ServerUnavailableError, match="llama-server -m"):
        list(backend.complete([1, 5]))


def test_nothing_answers_async(closed_port: int) -> None:
    async def ask() -> None:
        async with LlamaServer(f"http://127.0.0.1:{closed_port}") as backend:
            await backend.aproperties()

    with pytest.raises(ServerUnavailableError, match="gba serve"):
        asyncio.run(ask())


def test_the_api_key() -> None:
    fake = FakeLlama(api_key="secret")
    with client_of(fake, api_key="secret") as backend:
        assert backend.tokenize("x")
    for key in (None, "wrong"):
        with client_of(fake, api_key=key) as backend, pytest.raises(ServerResponseError, match="api_key=") as caught:
            backend.properties()
        assert caught.value.status == 401
        assert "wrong" not in str(caught.value)


def test_a_prompt_that_is_too_long_is_not_sent() -> None:
    fake = FakeLlama()
    with client_of(fake) as backend, pytest.raises(ContextOverflowError) as caught:
        list(backend.complete([1] * 512))
    assert (caught.value.needed, caught.value.available) == (512, 512)
    assert "/completion" not in [path for path, _ in fake.requests]


def test_a_context_that_shrank_since() -> None:
    fake = FakeLlama()
    with client_of(fake) as backend:
        backend.properties()
        fake.context = 100
        with pytest.raises(ContextOverflowError) as caught:
            list(backend.complete([1] * 200))
    assert (caught.value.needed, caught.value.available) == (200, 100)


def test_a_bad_grammar() -> None:
    with client_of(FakeLlama()) as backend:
        with pytest.raises(GrammarError, match="failed to parse grammar"):
            list(backend.complete([1, 5], grammar="bad"))
        with pytest.raises(GrammarError, match="empty"):
            list(backend.complete([1, 5], grammar=" "))


@pytest.mark.parametrize("status", [400, 404, 500, 501])
def test_other_refusals_tell_what_the_server_said(status: int) -> None:
    fake = FakeLlama()
    fake.overrides["/completion"] = (status, json.dumps({"error": {"message": "the reason", "type": "x"}}).encode())
    with client_of(fake) as backend, pytest.raises(ServerResponseError, match="the reason") as caught:
        list(backend.complete([1, 5]))
    assert (caught.value.status, caught.value.url) == (status, "http://fake:8080")
    assert "the reason" in caught.value.body


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_proxy_without_its_server(status: int, no_sleep: list[float]) -> None:
    fake = FakeLlama()
    fake.overrides["/props"] = (status, b"<html>Bad Gateway</html>")
    with client_of(fake) as backend, pytest.raises(ServerUnavailableError, match=str(status)):
        backend.properties()
    assert no_sleep == []


@pytest.mark.parametrize("body", [b"<html>a router</html>", b"[]", b"{}", b'{"default_generation_settings": {}}', b"3"])
def test_another_kind_of_server(body: bytes) -> None:
    fake = FakeLlama()
    fake.overrides["/props"] = (200, body)
    with client_of(fake) as backend, pytest.raises(BackendError, match="no llama-server"):
        backend.properties()


def test_another_kind_of_stream() -> None:
    fake = FakeLlama()
    fake.overrides["/completion"] = (200, b"data: <html>\n\n")
    with client_of(fake) as backend, pytest.raises(GenerationInterruptedError):
        list(backend.complete([1, 5]))


def test_pings_and_strange_lines_are_passed_over() -> None:
    fake = FakeLlama()
    events = b"".join(fake.stream({"prompt": [1], "stop": [], "n_predict": 9}, [fake.word("x")]))
    fake.overrides["/completion"] = (200, b":\n\n: ping\nevent: x\r\n\r\n" + events + b"data: [DONE]\n\n")
    with client_of(fake) as backend:
        assert text_of(backend.complete([1, 5])) == "x"


@pytest.mark.parametrize("arguments", [{"prompt": []}, {"prompt": [1], "slot": 2}, {"prompt": [1], "max_tokens": -2}])
def test_arguments_that_make_no_sense(arguments: dict[str, Any]) -> None:
    fake = FakeLlama()
    with client_of(fake) as backend, pytest.raises(BackendError):
        list(backend.complete(**arguments))
    assert "/completion" not in [path for path, _ in fake.requests]


def test_no_tokens_asked_for_none_given() -> None:
    """llama-server answers n_predict=0 with one token all the same."""
    fake = FakeLlama()
    x = fake.word("x")
    events = b"".join(fake.stream({"prompt": [1], "stop": [], "n_predict": 1}, [x]))
    fake.overrides["/completion"] = (200, events)
    with client_of(fake) as backend:
        chunks = list(backend.complete([1, 5], max_tokens=0))
    assert text_of(chunks) == ""
    assert not any(chunk.tokens for chunk in chunks)
    assert chunks[-1].finish == "length"


def test_closed_is_closed() -> None:
    backend = client_of(FakeLlama())
    backend.close()
    backend.close()
    for use in (backend.properties, lambda: backend.tokenize("x"), lambda: list(backend.complete([1]))):
        with pytest.raises(BackendError, match="closed"):
            use()


def test_metrics_and_slots() -> None:
    with client_of(FakeLlama()) as backend:
        assert backend.metrics() == {"llamacpp:a_total": 3.0, 'llamacpp:b{slot="1"}': 0.5}
        assert [(slot.id, slot.busy, slot.context) for slot in backend.slots()] == [(0, False, 512), (1, True, 512)]


def test_a_server_that_ignores_grammars() -> None:
    fake = FakeLlama()
    probe = [token for char in "zebra" for token in fake.byte_tokens(char)]
    for output, honours in ((probe, True), ([fake.word("the")], False), ([*probe, fake.word("x")], False)):
        with client_of(FakeLlama(output)) as backend:
            assert backend.honours_grammar() is honours


def test_a_server_that_refuses_all_grammars() -> None:
    fake = FakeLlama()
    fake.overrides["/completion"] = (400, b'{"error": {"message": "grammar is not supported"}}')
    with client_of(fake) as backend:
        assert backend.honours_grammar() is False


# over real sockets of this machine


@pytest.fixture
def words() -> Callable[[FakeLlama, int], list[int]]:
    return lambda fake, count: [fake.word("x"), fake.word("\n")] * count


def test_the_connection_is_lost_in_a_generation(words: Any) -> None:
    fake = FakeLlama()
    fake.output = [words(fake, 10), words(fake, 2)]
    with Listening(fake, hang_up_after=5) as listening, LlamaServer(listening.url) as backend:
        received: list[Chunk] = []
        with pytest.raises(GenerationInterruptedError, match="Ask again") as caught:
            received.extend(backend.complete([1, 5]))
        assert caught.value.text == text_of(received) == "x\nx\nx"
        assert caught.value.tokens == tuple(words(fake, 10)[:5])
        listening.hang_up_after = None
        assert text_of(backend.complete([1, 5])) == "x\nx\n"  # and the next request simply works


async def test_the_connection_is_lost_async(words: Any) -> None:
    fake = FakeLlama()
    fake.output = [words(fake, 10), words(fake, 2)]
    with Listening(fake, hang_up_after=5) as listening:
        async with LlamaServer(listening.url) as backend:
            with pytest.raises(GenerationInterruptedError) as caught:
                [chunk async for chunk in backend.acomplete([1, 5])]
            assert caught.value.text == "x\nx\nx"
            listening.hang_up_after = None
            chunks = [chunk async for chunk in backend.acomplete([1, 5])]
            assert text_of(chunks) == "x\nx\n"


def test_a_restarted_server_is_used_again() -> None:
    fake = FakeLlama()
    with Listening(fake) as listening, LlamaServer(listening.url) as backend:
        port = listening.port
        assert backend.tokenize("x") == [fake.word("x")]
        listening.close()
        with pytest.raises(ServerUnavailableError):
            backend.tokenize("x")
        with Listening(fake, port=port):
            assert backend.tokenize("x") == [fake.word("x")]


def test_a_stale_connection_is_tried_again_once() -> None:
    calls = []

    def handle(request: httpx.Request) -> httpx.Response:
        calls.append(request.url.path)
        if len(calls) == 1:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
        return httpx.Response(200, json={"tokens": [7]})

    with LlamaServer("http://fake", transport=httpx.MockTransport(handle)) as backend:
        assert backend.tokenize("x") == [7]
    assert len(calls) == 2


def test_a_server_that_hangs_up_each_time() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("reset")

    with LlamaServer("http://fake", transport=httpx.MockTransport(handle)) as backend:
        with pytest.raises(ServerUnavailableError, match="closed the connection"):
            backend.tokenize("x")
        with pytest.raises(ServerUnavailableError, match="closed the connection"):
            asyncio.run(backend.atokenize("x"))


def test_a_server_that_is_silent() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("")

    with (
        LlamaServer("http://fake", transport=httpx.MockTransport(handle)) as backend,
        pytest.raises(ServerUnavailableError, match="timeout="),
    ):
        backend.tokenize("x")


def test_closing_the_iterator_closes_the_connection() -> None:
    fake = FakeLlama()
    fake.output, fake.context = [[fake.word("x")] * 10**6], 10**7
    with Listening(fake) as listening, LlamaServer(listening.url) as backend:
        chunks = backend.complete([1, 5])
        next(chunks)
        chunks.close()  # type: ignore[attr-defined]
        assert listening.broken.wait(20)


async def test_cancelling_closes_the_connection() -> None:
    fake = FakeLlama()
    fake.output, fake.context = [[fake.word("x")] * 10**6], 10**7
    with Listening(fake) as listening:
        async with LlamaServer(listening.url) as backend:
            started = asyncio.Event()

            async def read() -> None:
                async for _ in backend.acomplete([1, 5]):
                    started.set()

            task = asyncio.create_task(read())
            await started.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(listening.broken.wait, 20)


def test_one_event_loop_after_the_other() -> None:
    """No connection outlives the loop that it was made in: the warning of one that does is an error here."""
    fake = FakeLlama()
    with Listening(fake) as listening, LlamaServer(listening.url) as backend:
        for _ in range(3):
            assert asyncio.run(backend.atokenize("x")) == [fake.word("x")]
        gc.collect()
