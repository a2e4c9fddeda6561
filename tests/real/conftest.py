"""Each real model over a llama-server and in process, greedy, so that what happens once happens always."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gba.backends.process import LlamaServerProcess
from gba.langchain import ChatLlamaCpp
from tests.helpers.real_models import MODELS

CONTEXT = 4096
GREEDY: dict[str, Any] = {"temperature": 0, "max_tokens": 160, "max_thought_tokens": 32}
"""One thread: more of them collapse where the machine has other work."""


@pytest.fixture(scope="session", params=MODELS)
def model_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def gguf(model_name: str) -> Path:
    return MODELS[model_name]()


@pytest.fixture(scope="session")
def server(gguf: Path) -> Iterator[LlamaServerProcess]:
    with LlamaServerProcess(gguf, context=CONTEXT, threads=1, extra_args=["--threads-batch", "1"]) as process:
        yield process


@pytest.fixture(scope="session", params=["server", "in process"])
def place(request: pytest.FixtureRequest, gguf: Path) -> dict[str, Any]:
    """The arguments of a ChatLlamaCpp that say where its model runs."""
    if request.param == "server":
        return {"base_url": request.getfixturevalue("server").base_url}
    return {"model_path": str(gguf), "context": CONTEXT, "load_options": {"threads": 1}}


@pytest.fixture
def chat(place: dict[str, Any]) -> ChatLlamaCpp:
    return ChatLlamaCpp(**place, **GREEDY)
