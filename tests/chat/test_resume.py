"""A server that goes away in the middle of a step: the step goes on from its tokens once it is back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gba.backends.server import LlamaServer
from gba.chat import resume
from gba.chat.engine import Engine
from gba.chat.messages import Message
from gba.chat.options import StepOptions
from gba.errors import GenerationInterruptedError, ModelChangedError, ServerUnavailableError
from tests.helpers.fake_llama import FakeLlama, Listening

USER = [Message("user", "the x")]
WAITS = StepOptions(resume=20.0)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resume, "_PAUSE", 0.05)
    monkeypatch.setattr(resume, "_LONGEST_PAUSE", 0.05)


@pytest.fixture
def fake() -> FakeLlama:
    fake = FakeLlama()
    fake.output = [[fake.word("x"), fake.word(" the")] * 5, [fake.word("ab")] * 3]
    return fake


def then(fake: FakeLlama, act: Callable[[int], Any], *, after: int = 0) -> None:
    """In each generation, once there are so many events, ``act`` is called with the number of the generation."""
    stream, numbers = fake.stream, iter(range(100))

    def watched(*arguments: Any) -> Iterator[bytes]:
        number = next(numbers)
        if not after:
            act(number)
        for count, event in enumerate(stream(*arguments)):
            if count and count == after:
                act(number)
            yield event

    fake.stream = watched  # type: ignore[method-assign]


def prompts(fake: FakeLlama) -> list[list[int]]:
    return [body["prompt"] for path, body in fake.requests if path == "/completion" and body]


@pytest.mark.parametrize("awaited", [False, True])
async def test_it_goes_on_from_its_tokens(fake: FakeLlama, awaited: bool) -> None:
    with Listening(fake, hang_up_after=4) as listening, LlamaServer(listening.url) as backend:
        then(fake, lambda number: setattr(listening, "hang_up_after", None if number else 4))
        engine = Engine(backend, chat_format="chatml", options=WAITS)
        step = await engine.astep(USER) if awaited else engine.step(USER)
        assert step.answer == "x the" * 2 + "ab" * 3
        first, second = prompts(fake)
        assert second == first + [fake.word("x"), fake.word(" the")] * 2
        assert step.finish == "stop"
        assert step.requests == 2


def test_it_is_waited_for(fake: FakeLlama) -> None:
    with Listening(fake, hang_up_after=4) as listening, LlamaServer(listening.url) as backend:
        port = listening.port
        again: list[Listening] = []

        def come_back() -> None:
            listening.close()
            threading.Timer(0.5, lambda: again.append(Listening(fake, port=port))).start()

        then(fake, lambda number: None if number else come_back(), after=4)
        step = Engine(backend, chat_format="chatml", options=WAITS).step(USER)
        again[0].close()
    assert step.answer.endswith("ab" * 3)


def test_one_that_does_not_come_back(fake: FakeLlama) -> None:
    with Listening(fake, hang_up_after=4) as listening, LlamaServer(listening.url) as backend:
        then(fake, lambda _: listening.close(), after=4)
        engine = Engine(backend, chat_format="chatml", options=StepOptions(resume=0.3))
        with pytest.raises(GenerationInterruptedError) as caught:
            engine.step(USER)
        assert caught.value.written == "x the" * 2
        with pytest.raises(ServerUnavailableError):  # nothing was begun: it is not waited for
            Engine(backend, chat_format="chatml", options=StepOptions(resume=1e9)).step(USER)


def test_it_is_not_waited_for_without_end(fake: FakeLlama) -> None:
    fake.output = [[fake.word("x")] * 9] * 9
    with Listening(fake, hang_up_after=2) as listening, LlamaServer(listening.url) as backend:
        with pytest.raises(GenerationInterruptedError):
            Engine(backend, chat_format="chatml", options=StepOptions(resume=1e9)).step(USER)
        assert len(prompts(fake)) == 5


def test_another_model_does_not_go_on(fake: FakeLlama) -> None:
    def change(number: int) -> None:
        fake.alias = fake.path = "other.gguf"

    with Listening(fake, hang_up_after=4) as listening, LlamaServer(listening.url) as backend:
        then(fake, change)
        with pytest.raises(ModelChangedError) as caught:
            Engine(backend, chat_format="chatml", options=WAITS).step(USER)
        assert caught.value.written == "x the" * 2
        assert len(prompts(fake)) == 1


def test_without_the_option_it_is_an_error(fake: FakeLlama) -> None:
    with Listening(fake, hang_up_after=4) as listening, LlamaServer(listening.url) as backend:
        with pytest.raises(GenerationInterruptedError):
            Engine(backend, chat_format="chatml").step(USER)
        assert len(prompts(fake)) == 1
