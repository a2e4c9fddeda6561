"""GGUF files that other programs have fetched: Ollama, LM Studio, llama.cpp (``-hf``) and the hub's library.

Only read, never changed. Each has a name, by which `gba.models.resolve` finds it:

    ollama/qwen3:8b                          Ollama's, as `ollama list` has it
    lmstudio/owner/repository/file.gguf      LM Studio's
    llama.cpp/file.gguf                      in llama.cpp's own cache
    owner/repository/file.gguf               in the cache of the Hugging Face Hub
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["LocalModel", "find_local", "local_models"]

_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_MODEL_LAYER = "application/vnd.ollama.image.model"
_LATER_PART = re.compile(r"-0*(?!0*1-)\d+-of-\d+\.gguf$")
"""A part of a split file that is not the first one, which llama.cpp opens by itself."""
_NO_LANGUAGE_MODEL = re.compile(r"(^|[-_.])mmproj([-_.]|$)", re.IGNORECASE)


@dataclass(frozen=True)
class LocalModel:
    """A file of another ``program``'s."""

    name: str
    program: str
    path: Path


def local_models() -> Iterator[LocalModel]:
    """All of them, program by program, by name. What cannot be read is left out."""
    for program, look in _PROGRAMS:
        found = {model.name: model for model in look(program)}
        yield from (found[name] for name in sorted(found))


def find_local(name: str) -> LocalModel | None:
    """The one of that name; Ollama's names may leave ``:latest`` out."""
    names = {name, f"{name}:latest"} if name.startswith("ollama/") else {name}
    return next((model for model in local_models() if model.name in names), None)


def _folder(variable: str, default: str) -> Path:
    return Path(os.environ.get(variable) or default).expanduser()


def _ollama(program: str) -> Iterator[LocalModel]:
    # manifests/HOST/NAMESPACE/NAME/TAG is JSON, whose layer of the model's kind is blobs/sha256-DIGEST
    for home in {_folder("OLLAMA_MODELS", "~/.ollama/models"), Path("/usr/share/ollama/.ollama/models")}:
        for manifest in _files(home / "manifests", "*/*/*/*"):
            namespace, name, tag = manifest.parts[-3:]
            digest = _digest(manifest)
            blob = home / "blobs" / f"sha256-{digest}"
            if digest and blob.is_file():
                whole = name if namespace == "library" else f"{namespace}/{name}"
                yield LocalModel(f"ollama/{whole}:{tag}", program, blob)


def _digest(manifest: Path) -> str:
    try:
        content: Any = json.loads(manifest.read_text(encoding="utf-8"))
        layers = [layer["digest"] for layer in content["layers"] if layer["mediaType"] == _MODEL_LAYER]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""
    found = _DIGEST.fullmatch(layers[0]) if len(layers) == 1 and isinstance(layers[0], str) else None
    return found.group(1) if found else ""


def _lm_studio(program: str) -> Iterator[LocalModel]:
    for home in (Path("~/.lmstudio/models").expanduser(), Path("~/.cache/lm-studio/models").expanduser()):
        for path in _files(home, "*/*/*.gguf"):
            yield LocalModel("/".join(("lmstudio", *path.parts[-3:])), program, path)


def _llama_cpp(program: str) -> Iterator[LocalModel]:
    cache = _folder("XDG_CACHE_HOME", "~/.cache")
    for path in _files(_folder("LLAMA_CACHE", str(cache / "llama.cpp")), "*.gguf"):
        yield LocalModel(f"llama.cpp/{path.name}", program, path)


def _hub(program: str) -> Iterator[LocalModel]:
    home = _folder("HF_HOME", str(_folder("XDG_CACHE_HOME", "~/.cache") / "huggingface"))
    hub = _folder("HF_HUB_CACHE", str(home / "hub"))
    for path in _files(hub, "models--*--*/snapshots/*/*.gguf"):
        _, owner, repository = path.relative_to(hub).parts[0].split("--", 2)
        yield LocalModel(f"{owner}/{repository}/{path.name}", program, path)


_PROGRAMS: tuple[tuple[str, Callable[[str], Iterator[LocalModel]]], ...] = (
    ("Ollama", _ollama),
    ("LM Studio", _lm_studio),
    ("llama.cpp", _llama_cpp),
    ("Hugging Face Hub", _hub),
)


def _files(home: Path, pattern: str) -> Iterator[Path]:
    """The files in a folder of another program's that could be language models."""
    try:
        found = sorted(home.glob(pattern))
    except OSError:
        return
    for path in found:
        try:
            usable = path.is_file()
        except OSError:
            continue
        if usable and not _LATER_PART.search(path.name) and not _NO_LANGUAGE_MODEL.search(path.name):
            yield path
