"""A llama-server that is started again with another model, under the same address."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from gba.backends.base import Sampling
from gba.backends.inprocess import LlamaInProcess
from gba.backends.process import LlamaServerProcess
from gba.backends.server import LlamaServer
from gba.chat.engine import Engine
from gba.chat.messages import Message
from gba.chat.options import StepOptions
from gba.errors import ModelChangedError
from tests.helpers.gguf_factory import Shape, write_gguf

GREEDY = Sampling(temperature=0)
QUESTION = [Message("user", "what is the population of the city")]
ARGUMENTS = ["--threads", "1", "--threads-batch", "1"]


@pytest.fixture(scope="module")
def byte_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with another vocabulary."""
    folder = tmp_path_factory.mktemp("models")
    return write_gguf(folder / "bytes.gguf", shape=Shape(context=1024), byte_level=True, name="bytes")


class Place:
    """One address, at which one server after the other is started."""

    def __init__(self, model: Path) -> None:
        self.process = LlamaServerProcess(model, context=1024, slots=2, extra_args=ARGUMENTS).start()
        self.port = self.process.port

    def start(self, model: Path, *more: str) -> None:
        self.process.stop()
        self.process = LlamaServerProcess(
            model, context=1024, slots=2, port=self.port, extra_args=[*ARGUMENTS, *more]
        ).start()


@pytest.fixture
def place(random_gguf: Path) -> Iterator[Place]:
    place = Place(random_gguf)
    yield place
    place.process.stop()


def test_the_next_request_says_so_and_then_all_is_new(place: Place, byte_gguf: Path) -> None:
    with LlamaServer(place.process.base_url) as backend:
        before = backend.properties()
        list(backend.complete([1, 300], max_tokens=2, sampling=GREEDY))
        place.start(byte_gguf)
        with pytest.raises(ModelChangedError) as caught:
            list(backend.complete([1, 300], max_tokens=2, sampling=GREEDY))
        assert (caught.value.before, caught.value.after) == ("random.gguf", "bytes.gguf")
        after = backend.properties()
        assert after.identity != before.identity
        with LlamaInProcess(byte_gguf) as known:
            text = " the population é😀"
            assert backend.tokenize(text) == known.tokenize(text)
            prompt = [1, *known.tokenize(text)]
            theirs = [c.text for c in backend.complete(prompt, grammar='root ::= "é " [a-z]{3}', sampling=GREEDY)]
            ours = [c.text for c in known.complete(prompt, grammar='root ::= "é " [a-z]{3}', sampling=GREEDY)]
            assert "".join(theirs) == "".join(ours)


def test_a_conversation_goes_on_with_the_other_model(place: Place, byte_gguf: Path) -> None:
    options = StepOptions(max_tokens=8)
    with LlamaServer(place.process.base_url) as backend:
        engine = Engine(backend, sampling=GREEDY, options=options)
        first = engine.step(QUESTION)
        place.start(byte_gguf)
        conversation = [*QUESTION, first.message(), *QUESTION]
        with contextlib.suppress(ModelChangedError):  # where it is noticed in the step only
            engine.step(conversation)
        second = engine.step(conversation)
        prompt = list(second.tokens[: second.prompt_tokens])
        with LlamaInProcess(byte_gguf) as known:
            assert backend.detokenize(prompt) == known.detokenize(prompt)
            fresh = Engine(known, sampling=GREEDY, options=options).step(conversation)
        assert prompt == list(fresh.tokens[: fresh.prompt_tokens])  # none of the old model's tokens
        assert second.answer == fresh.answer


def test_the_same_name_for_another_file(random_gguf: Path, byte_gguf: Path) -> None:
    """An alias hides the file; /props and the vocabulary, which are looked at again, tell."""
    place = Place(random_gguf)
    try:
        place.start(random_gguf, "--alias", "mine")
        with LlamaServer(place.process.base_url) as backend:
            list(backend.complete([1, 300], max_tokens=2, sampling=GREEDY))
            place.start(byte_gguf, "--alias", "mine")
            with pytest.raises(ModelChangedError, match="another model or build called 'mine'"):
                list(backend.complete([1, 300], max_tokens=2, sampling=GREEDY))
    finally:
        place.process.stop()


def test_the_same_model_again_is_no_change(place: Place, random_gguf: Path) -> None:
    with LlamaServer(place.process.base_url) as backend:
        before = backend.properties()
        list(backend.complete([1, 300], max_tokens=2, sampling=GREEDY))
        place.start(random_gguf)
        list(backend.complete([1, 300], max_tokens=2, sampling=GREEDY))
        assert backend.properties().identity == before.identity


async def test_awaited(place: Place, byte_gguf: Path) -> None:
    async with LlamaServer(place.process.base_url) as backend:
        [_ async for _ in backend.acomplete([1, 300], max_tokens=2, sampling=GREEDY)]
        place.start(byte_gguf)
        with pytest.raises(ModelChangedError):
            [_ async for _ in backend.acomplete([1, 300], max_tokens=2, sampling=GREEDY)]
        assert [_ async for _ in backend.acomplete([1, 300], max_tokens=2, sampling=GREEDY)]
