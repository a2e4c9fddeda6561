"""Another model behind the same address: noticed, told, and nothing of the old one is used any more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from gba.backends import known as known_module
from gba.backends.base import Chunk
from gba.backends.server import LlamaServer
from gba.chat.engine import Engine
from gba.chat.messages import Message
from gba.errors import GenerationInterruptedError, ModelChangedError, UnknownModelError
from tests.helpers.fake_llama import FakeLlama, Listening

USER = [Message("user", "the x")]


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time that is read where the age of what is known is looked at."""
    clock = Clock()
    monkeypatch.setattr(known_module, "time", clock)
    return clock


@pytest.fixture
def fake() -> FakeLlama:
    fake = FakeLlama()
    fake.output = [[fake.word("the"), fake.word("x")] for _ in range(20)]
    return fake


@pytest.fixture
def backend(fake: FakeLlama) -> Iterator[LlamaServer]:
    with LlamaServer("http://fake:8080", transport=fake.transport()) as backend:
        yield backend


def swap(fake: FakeLlama, *, path: str = "/models/other.gguf", alias: str = "other.gguf", words: bool = True) -> None:
    """Another model from now on, whose tokens are others."""
    fake.path, fake.alias = path, alias
    if words:
        fake.shift()


def asked(fake: FakeLlama) -> list[str]:
    paths = [path for path, _ in fake.requests]
    fake.requests.clear()
    return paths


def last_prompt(fake: FakeLlama) -> list[int]:
    return next(body["prompt"] for path, body in reversed(fake.requests) if path == "/completion" and body)


def text_of(chunks: Any) -> str:
    return "".join(chunk.text for chunk in chunks)


@pytest.mark.usefixtures("clock")
def test_nothing_is_asked_between_one_generation_and_the_next(fake: FakeLlama, backend: LlamaServer) -> None:
    list(backend.complete([1, 5]))
    asked(fake)
    for _ in range(3):
        backend.properties()
        list(backend.complete([1, 5]))
    assert asked(fake) == ["/completion"] * 3


def test_after_a_pause_two_short_requests_look_again(fake: FakeLlama, backend: LlamaServer, clock: Clock) -> None:
    before = backend.properties()
    list(backend.complete([1, 5]))
    asked(fake)
    clock.now += 5
    list(backend.complete([1, 5]))
    assert asked(fake) == ["/props", "/tokenize", "/completion"]
    assert backend.properties() is before


def test_the_name_in_an_answer_tells(fake: FakeLlama, backend: LlamaServer) -> None:
    """The model was replaced between two requests, without a pause: the answer of the second one names another."""
    list(backend.complete([1, 5]))
    swap(fake, words=False)
    received: list[Chunk] = []
    with pytest.raises(ModelChangedError) as caught:
        received.extend(backend.complete([1, 5]))
    error = caught.value
    assert (error.before, error.after) == ("fake.gguf", "other.gguf")
    assert error.text == text_of(received) == "thex"
    assert error.tokens == (fake.word("the"), fake.word("x"))
    assert "'other.gguf' instead of 'fake.gguf'" in str(error)
    assert text_of(backend.complete([1, 5])) == "thex"  # and from now on it is the other one


async def test_the_name_in_an_answer_tells_async(fake: FakeLlama, backend: LlamaServer) -> None:
    [_ async for _ in backend.acomplete([1, 5])]
    swap(fake, words=False)
    with pytest.raises(ModelChangedError) as caught:
        [_ async for _ in backend.acomplete([1, 5])]
    assert caught.value.text == "thex"
    assert [chunk.text async for chunk in backend.acomplete([1, 5])] == ["the", "x", ""]


@pytest.mark.parametrize(
    "change",
    [
        {"path": "/models/other.gguf", "alias": "fake.gguf", "words": False},
        {"path": "/models/fake.gguf", "alias": "fake.gguf", "words": True},  # the file itself was replaced
    ],
)
def test_the_same_name_after_a_pause(
    fake: FakeLlama, backend: LlamaServer, clock: Clock, change: dict[str, Any]
) -> None:
    list(backend.complete([1, 5]))
    swap(fake, **change)
    clock.now += 5
    asked(fake)
    with pytest.raises(ModelChangedError, match=r"another model or build called 'fake\.gguf'") as caught:
        list(backend.complete([1, 5]))
    assert caught.value.text == ""
    assert "/completion" not in asked(fake)  # tokens of the old model are not sent
    assert text_of(backend.complete([1, 5]))


def test_another_build_is_another_model(fake: FakeLlama, backend: LlamaServer, clock: Clock) -> None:
    before = backend.properties()
    fake.build = "b2-fake"
    clock.now += 5
    assert backend.properties().identity != before.identity
    assert backend.properties().build == "b2-fake"


def test_another_context_is_the_same_model(fake: FakeLlama, backend: LlamaServer, clock: Clock) -> None:
    before = backend.properties()
    fake.context, fake.slots = 100, 1
    clock.now += 5
    assert text_of(backend.complete([1, 5])) == "thex"
    after = backend.properties()
    assert (after.context, after.slots, after.identity) == (100, 1, before.identity)


@pytest.mark.usefixtures("clock")
def test_names_that_change_without_the_model(fake: FakeLlama, backend: LlamaServer) -> None:
    """A proxy may call the same model otherwise in each answer; that is looked into once for each name."""
    backend.properties()
    stream = fake.stream
    names = iter(["one", "two", "one", "two"])

    def renamed(*arguments: Any) -> Iterator[bytes]:
        name = next(names)
        for event in stream(*arguments):
            yield event.replace(b'"model": "fake.gguf"', b'"model": "%s"' % name.encode())

    fake.stream = renamed  # type: ignore[method-assign]
    for _ in range(4):
        assert text_of(backend.complete([1, 5])) == "thex"
    assert asked(fake).count("/props") == 3


def test_a_server_that_was_started_again_with_another_model(fake: FakeLlama) -> None:
    other = FakeLlama([fake.word("x")], [fake.word("x")])
    other.alias = other.path = "other.gguf"
    with Listening(fake) as listening, LlamaServer(listening.url) as backend:
        list(backend.complete([1, 5]))
        port = listening.port
        listening.close()
        with Listening(other, port=port):
            with pytest.raises(ModelChangedError) as caught:
                list(backend.complete([1, 5]))
            assert (caught.value.before, caught.value.after) == ("fake.gguf", "other.gguf")
            assert text_of(backend.complete([1, 5])) == "x"


def test_what_the_new_model_does_not_take_is_told_as_a_change(fake: FakeLlama, backend: LlamaServer) -> None:
    """A vocabulary that is smaller: the server refuses the tokens before it could tell who it is."""
    list(backend.complete([1, 5]))
    swap(fake)
    fake.overrides["/completion"] = (400, b'{"error": {"message": "Prompt contains invalid tokens"}}')
    with pytest.raises(ModelChangedError):
        list(backend.complete([1, 5]))


def test_a_change_while_the_server_is_away(fake: FakeLlama) -> None:
    fake.output = [[fake.word("x"), fake.word("\n")] * 10]
    with Listening(fake, hang_up_after=5) as listening, LlamaServer(listening.url) as backend:
        with pytest.raises(GenerationInterruptedError):
            list(backend.complete([1, 5]))
        swap(fake)
        listening.hang_up_after = None
        with pytest.raises(ModelChangedError):
            list(backend.complete([1, 5]))


def test_a_router_is_told_apart(fake: FakeLlama, backend: LlamaServer) -> None:
    props = {**fake.props(), "role": "router", "default_generation_settings": {"params": {}, "n_ctx": 0}}
    fake.overrides["/props"] = fake.ok(props)
    fake.overrides["/v1/models"] = fake.ok({"data": [{"id": "alpha"}, {"id": "beta"}]})
    with pytest.raises(UnknownModelError, match="name one of alpha, beta") as caught:
        backend.properties()
    assert caught.value.known == ("alpha", "beta")


# a model that is asked for by name


@pytest.fixture
def named(fake: FakeLlama) -> Iterator[LlamaServer]:
    with LlamaServer("http://fake:8080", model="fake", transport=fake.transport()) as backend:
        yield backend


def test_each_request_names_the_model(fake: FakeLlama, named: LlamaServer, clock: Clock) -> None:
    list(named.complete([1, 5]))
    bodies = [body for _, body in fake.requests if body is not None]
    assert bodies
    assert all(body["model"] == "fake.gguf" for body in bodies)
    assert asked(fake).count("/v1/models") == 1
    list(named.complete([1, 5]))
    assert asked(fake) == ["/completion"]


def test_a_named_model_that_is_gone(fake: FakeLlama, named: LlamaServer, clock: Clock) -> None:
    list(named.complete([1, 5]))
    swap(fake)
    clock.now += 5
    for _ in range(2):
        with pytest.raises(UnknownModelError, match=r"It has: other\.gguf"):
            list(named.complete([1, 5]))
    with pytest.raises(UnknownModelError):
        asyncio.run(named.aproperties())


def test_another_model_of_the_same_name(fake: FakeLlama, named: LlamaServer, clock: Clock) -> None:
    list(named.complete([1, 5]))
    swap(fake, alias=fake.alias)
    clock.now += 5
    with pytest.raises(ModelChangedError):
        list(named.complete([1, 5]))
    list(named.complete([1, 5]))


# the engine forgets


def test_the_engine_forgets_tokens_and_turns(fake: FakeLlama, backend: LlamaServer, clock: Clock) -> None:
    engine = Engine(backend, chat_format="chatml")
    before = engine.count_tokens(USER)
    first = engine.step(USER)
    prompt = last_prompt(fake)
    swap(fake)
    clock.now += 5
    fake.output = [[fake.word("x")]] * 2
    assert engine.step(USER).answer == "x"
    after = last_prompt(fake)
    assert after != prompt
    assert fake.spell(after) == FakeLlama().spell(prompt)  # the same text, in other tokens
    assert engine.count_tokens(USER) == before
    assert first.answer == "thex"


def test_a_step_under_way_says_so_with_what_was_written(fake: FakeLlama, backend: LlamaServer) -> None:
    engine = Engine(backend, chat_format="chatml")
    engine.step(USER)
    swap(fake, words=False)
    with pytest.raises(ModelChangedError) as caught:
        engine.step(USER)
    assert caught.value.written == "thex"
    assert engine.step(USER).answer == "thex"


def test_a_change_that_another_step_found_ends_this_one(fake: FakeLlama, backend: LlamaServer, clock: Clock) -> None:
    """The prompt of this step is made of old tokens, although the backend knows of the new model by now."""
    engine = Engine(backend, chat_format="chatml")
    engine.step(USER)
    task = engine._task(engine.request(USER))
    from gba.chat.io import Generate, _Stream

    stream = _Stream(backend)
    ask = next(task)
    while not isinstance(ask, Generate):
        ask = task.send(stream.answer(ask))
    swap(fake)
    clock.now += 5
    backend.properties()
    with pytest.raises(ModelChangedError):
        stream.answer(ask)
