"""Files of other programs are found where these programs put them, and run by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gba.errors import ModelFileError
from gba.local_models import find_local, local_models
from gba.models import resolve

DIGEST = "0123456789abcdef" * 4


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("OLLAMA_MODELS", "XDG_CACHE_HOME", "LLAMA_CACHE", "HF_HOME", "HF_HUB_CACHE", "GBA_MODELS_DIR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def write(path: Path, text: str = "GGUF") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def ollama(home: Path, name: str, layers: object) -> None:
    write(home / ".ollama/models/manifests/registry.example" / name, json.dumps({"layers": layers}))


def test_ollama(home: Path) -> None:
    layers = [
        {"mediaType": "application/vnd.ollama.image.template", "digest": "sha256:" + "f" * 64},
        {"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{DIGEST}"},
    ]
    ollama(home, "library/qwen3/8b", layers)
    ollama(home, "ann/mine/latest", layers)
    blob = write(home / f".ollama/models/blobs/sha256-{DIGEST}")
    assert resolve("ollama/qwen3:8b") == blob
    assert resolve("ollama/ann/mine") == resolve("ollama/ann/mine:latest") == blob


@pytest.mark.parametrize(
    "layers",
    [
        [{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:../../../etc/passwd"}],
        [{"mediaType": "application/vnd.ollama.image.model", "digest": 7}],
        [{"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{'e' * 64}"}],  # no such blob
        [{}],
        7,
        None,
    ],
)
def test_manifests_that_name_no_file_are_left_out(home: Path, layers: object) -> None:
    ollama(home, "library/broken/latest", layers)
    assert list(local_models()) == []
    with pytest.raises(ModelFileError):
        resolve("ollama/broken")


def test_lm_studio_llama_cpp_and_the_hub(home: Path) -> None:
    studio = write(home / ".lmstudio/models/ann/some-GGUF/some-Q4.gguf")
    cpp = write(home / ".cache/llama.cpp/ggml-org_tiny_tiny-Q8.gguf")
    hub = write(home / ".cache/huggingface/hub/models--bob--other--GGUF/snapshots/1a2b/other.gguf")
    assert [(model.name, model.program, model.path) for model in local_models()] == [
        ("lmstudio/ann/some-GGUF/some-Q4.gguf", "LM Studio", studio),
        ("llama.cpp/ggml-org_tiny_tiny-Q8.gguf", "llama.cpp", cpp),
        ("bob/other--GGUF/other.gguf", "Hugging Face Hub", hub),
    ]
    assert resolve("llama.cpp/ggml-org_tiny_tiny-Q8.gguf") == cpp


def test_the_first_part_of_a_split_file_stands_for_it_and_projectors_are_no_models(home: Path) -> None:
    cache = home / ".cache/llama.cpp"
    for name in ("a-00001-of-00002.gguf", "a-00002-of-00002.gguf", "mmproj-a.gguf", "b_mmproj-F16.gguf"):
        write(cache / name)
    assert [model.name for model in local_models()] == ["llama.cpp/a-00001-of-00002.gguf"]
    assert find_local("llama.cpp/a-00002-of-00002.gguf") is None
