"""One random-weights model, one llama-server and one model in process for all integration tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gba.backends.inprocess import LlamaInProcess
from gba.backends.process import LlamaServerProcess
from gba.backends.server import LlamaServer
from gba.backends.transformers import Transformers
from tests.helpers.gguf_factory import write_gguf


@pytest.fixture(scope="session")
def random_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_gguf(tmp_path_factory.mktemp("models") / "random.gguf")


@pytest.fixture(scope="session")
def plain_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same model without a chat template."""
    return write_gguf(tmp_path_factory.mktemp("models") / "plain.gguf", chat_template=None)


@pytest.fixture(scope="session")
def server_process(random_gguf: Path) -> Iterator[LlamaServerProcess]:
    with LlamaServerProcess(random_gguf, context=2048, extra_args=["--metrics", "--slots"]) as process:
        yield process


@pytest.fixture(scope="session")
def server(server_process: LlamaServerProcess) -> Iterator[LlamaServer]:
    with server_process.backend() as backend:
        yield backend


@pytest.fixture(scope="session")
def in_process(random_gguf: Path) -> Iterator[LlamaInProcess]:
    with LlamaInProcess(random_gguf, context=2048) as backend:
        yield backend


@pytest.fixture(scope="session")
def by_transformers(random_gguf: Path) -> Iterator[Transformers]:
    with Transformers(random_gguf, context=2048) as backend:
        yield backend
