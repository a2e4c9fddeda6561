"""A vocabulary of GPT-2's kind: characters cut into bytes that do not lie side by side, and into longer pieces."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gba.backends.base import Backend, Sampling
from gba.backends.inprocess import LlamaInProcess
from gba.backends.process import LlamaServerProcess
from tests.helpers.gguf_factory import write_gguf


@pytest.fixture(scope="module")
def byte_level_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_gguf(tmp_path_factory.mktemp("models") / "byte-level.gguf", byte_level=True)


@pytest.fixture(scope="module")
def backends(byte_level_gguf: Path) -> Iterator[dict[str, Backend]]:
    with (
        LlamaServerProcess(byte_level_gguf, context=1024) as process,
        process.backend() as server,
        LlamaInProcess(byte_level_gguf, context=1024) as in_process,
    ):
        yield {"server": server, "in_process": in_process}


@pytest.fixture(params=["server", "in_process"])
def backend(request: pytest.FixtureRequest, backends: dict[str, Backend]) -> Any:
    return backends[request.param]


@pytest.mark.parametrize("text", ["é", "😀😀", "日本語", "the answer 😀 the name\n\né", "ÿþ\u2028"])
def test_characters_in_pieces(backend: Backend, text: str) -> None:
    assert backend.detokenize(backend.tokenize(text)) == text
    grammar = 'root ::= "' + text.replace("\n", "\\n") + '"'
    chunks = list(backend.complete([1, 100], grammar=grammar, sampling=Sampling(temperature=0)))
    tokens = [token for chunk in chunks for token in chunk.tokens]
    assert "".join(chunk.text for chunk in chunks) == text
    assert backend.detokenize(tokens) == text
    assert chunks[-1].finish == "eog"


def test_both_write_the_same(backends: dict[str, Backend]) -> None:
    for grammar in ("root ::= [a-zé日😀 ]{30}", 'root ::= ("the" | "name" | "é" | "😀" | "\\n")* "."'):
        texts = [
            "".join(
                chunk.text
                for chunk in b.complete([1, 100], grammar=grammar, max_tokens=60, sampling=Sampling(temperature=0))
            )
            for b in backends.values()
        ]
        assert texts[0].rstrip("\ufffd") == texts[1].rstrip("\ufffd")


def test_properties(backend: Backend) -> None:
    known = backend.properties()
    assert (known.bos, known.eos, known.eog, known.add_bos) == (1, 4, {2, 4}, True)
