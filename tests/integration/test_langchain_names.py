"""A llama-server in router mode chooses its model by name; and what llama.cpp tells of the likelihood of tokens."""

from __future__ import annotations

import math
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gba.backends.inprocess import LlamaInProcess
from gba.backends.process import find_llama_server
from gba.backends.server import LlamaServer
from gba.errors import UnknownModelError
from gba.langchain import ChatLlamaCpp
from tests.helpers.gguf_factory import write_gguf


@pytest.fixture(scope="module")
def router(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a llama-server that has the models alpha and beta."""
    folder: Path = tmp_path_factory.mktemp("models")
    for name in ("alpha", "beta"):
        write_gguf(folder / f"{name}.gguf")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--models-dir", str(folder), "--port", str(port), "-c", "2048", "--threads", "1", "--threads-batch", "1"]
    process = subprocess.Popen(
        [str(find_llama_server()), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        with LlamaServer(url, model="alpha", max_retries=20) as server:
            server.properties()  # until it listens
        yield url
    finally:
        process.terminate()  # its models end with it
        process.wait(timeout=60)


def test_the_name_chooses_the_model(router: str) -> None:
    options: dict[str, Any] = {"base_url": router, "max_tokens": 4, "seed": 1}
    for name in ("alpha", "beta"):
        assert ChatLlamaCpp(model=name, **options).invoke("Hi").response_metadata["model_name"] == name
    message = ChatLlamaCpp(model="alpha", **options).invoke("Hi", model="beta")
    assert message.response_metadata["model_name"] == "beta"
    with pytest.raises(UnknownModelError, match=r"It has: alpha, beta"):
        ChatLlamaCpp(model="gamma", **options).invoke("Hi")
    with pytest.raises(UnknownModelError, match=r"name one of alpha, beta"):
        ChatLlamaCpp(**options).invoke("Hi")


@pytest.mark.parametrize("name", ["server", "in_process"])
def test_logprobs_of_real_tokens(name: str, request: pytest.FixtureRequest) -> None:
    chat = ChatLlamaCpp(
        backend=request.getfixturevalue(name), temperature=0, max_tokens=12, logprobs=True, top_logprobs=2
    )
    message = chat.invoke("Hi")
    told = message.response_metadata["logprobs"]["content"]
    assert told
    assert all(-20 < entry["logprob"] < 0 and len(entry["top_logprobs"]) == 2 for entry in told)
    assert all(math.exp(entry["logprob"]) <= math.exp(entry["top_logprobs"][0]["logprob"]) + 1e-6 for entry in told)
    assert "".join(entry["token"] for entry in told).strip().startswith(str(message.content).strip()[:1])


def test_in_process_and_over_http_agree(server: LlamaServer, in_process: LlamaInProcess) -> None:
    told = [
        ChatLlamaCpp(backend=backend, temperature=0, max_tokens=8, logprobs=True).invoke("Hi").response_metadata
        for backend in (server, in_process)
    ]
    one, other = ([entry["logprob"] for entry in each["logprobs"]["content"]] for each in told)
    assert one == pytest.approx(other, abs=0.01)
