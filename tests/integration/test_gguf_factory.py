from __future__ import annotations

from pathlib import Path

from tests.helpers.gguf_factory import Shape, write_gguf


def test_the_same_arguments_the_same_bytes(tmp_path: Path) -> None:
    files = [write_gguf(tmp_path / name, seed=seed).read_bytes() for name, seed in (("a", 1), ("b", 1), ("c", 2))]
    assert files[0] == files[1] != files[2]


def test_a_vocabulary_of_a_given_size(tmp_path: Path) -> None:
    from gba.backends.inprocess import LlamaInProcess

    with LlamaInProcess(write_gguf(tmp_path / "big.gguf", shape=Shape(pieces=5000))) as backend:
        assert len(backend.detokenize([4999])) > 1
