"""The packaged agent on requests that were written by hand. It is small: some it gets wrong, as the test says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gba import LlamaInProcess
from gba.backends.base import Sampling
from gba.chat.engine import Engine
from gba.chat.options import StepOptions
from gba.models import packaged
from tests.helpers.by_hand import REQUESTS, wrong_end

WANTED = 110
"""So many of the requests at least come to the right end."""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with LlamaInProcess(packaged("tiny-agent")) as backend:
        yield Engine(backend, sampling=Sampling(temperature=0.0), options=StepOptions(max_tokens=200))


def test_requests_written_by_hand(engine: Engine) -> None:
    ends = {request.text: wrong_end(engine, request) for request in REQUESTS}
    wrong = [f"{text} -> {end}" for text, end in ends.items() if end]
    assert len(ends) - len(wrong) >= WANTED, "\n".join(wrong)
