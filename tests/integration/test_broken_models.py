"""Broken model files and options never end the interpreter: each is refused with what is wrong, or works."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.attack.gguf_files import cases, tiny_gguf
from gba.backends.inprocess import LlamaInProcess
from gba.backends.process import LlamaServerProcess
from gba.errors import BackendError, ModelFileError

_EACH = 3
"""Every so manieth case is tried here; all of them are part of the attack."""
_RUN = f"""
import sys
from benchmarks.attack.gguf_files import cases
for case in cases()[::{_EACH}]:
    print(case.name, flush=True)
    case.run()
print("all held")
"""


def test_broken_files_in_a_process_that_has_to_survive() -> None:
    assert len(cases()[::_EACH]) >= 150
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", _RUN],
        cwd=root,
        env={"PYTHONPATH": str(root), "GGML_NO_BACKTRACE": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    last = done.stdout.strip().splitlines()[-1:]
    assert (last, done.returncode) == (["all held"], 0), f"{last}: {done.stderr[-2000:]}"


@pytest.mark.parametrize(
    "options, message",
    [
        ({"context": 3}, "a context of 3 tokens is too little for 4 slots"),
        ({"context": 8, "slots": 16}, "a context of 8 tokens is too little for 16 slots"),
        ({"threads": 100_000}, "threads is 100000, and has to be a whole number from 1 to 512"),
        ({"context": "8"}, "context is '8'"),
        ({"slots": True}, "slots is True"),
        ({"rope_freq_base": "high"}, "'rope_freq_base' cannot be 'high'"),
    ],
)
def test_options_that_cannot_be(random_gguf: Path, options: dict[str, object], message: str) -> None:
    with pytest.raises(BackendError, match=message):
        LlamaInProcess(random_gguf, **options)  # type: ignore[arg-type]


def test_what_llama_cpp_says_is_told(random_gguf: Path, tmp_path: Path) -> None:
    """Nothing is wrong with the header, but a tensor that llama.cpp needs has another name."""
    other = tmp_path / "other.gguf"
    other.write_bytes(random_gguf.read_bytes().replace(b"output_norm", b"output_mron"))
    with pytest.raises(ModelFileError, match=r"It says: .*tensor 'output_norm\.weight' not found"):
        LlamaInProcess(other)


def test_a_context_is_never_longer_than_asked_for(random_gguf: Path) -> None:
    with LlamaInProcess(random_gguf, context=100) as model:
        assert model.properties().context == 100
        chunks = list(model.complete([1] * 90, grammar="root ::= [a-z]{100}"))
        assert sum(len(chunk.tokens) for chunk in chunks) == 10


def test_a_missing_part_of_a_split_model(tmp_path: Path) -> None:
    first = tmp_path / "m-00001-of-00002.gguf"
    split = tiny_gguf().with_value("split.count", 2, 2).with_value("split.no", 2, 0)
    first.write_bytes(split.bytes())
    with pytest.raises(ModelFileError, match=r"m-00002-of-00002\.gguf.*is missing"):
        LlamaInProcess(first)
    (tmp_path / "m-00002-of-00002.gguf").write_bytes(first.read_bytes())
    with pytest.raises(ModelFileError, match="is not part 2 of the model"):
        LlamaInProcess(first)


def test_a_server_is_not_started_with_it(random_gguf: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(random_gguf.read_bytes()[:-5])
    with pytest.raises(ModelFileError, match="5 bytes before the end of the tensor"):
        LlamaServerProcess(damaged).start()
