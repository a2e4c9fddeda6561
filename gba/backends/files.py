"""Is this file a GGUF that llama.cpp can be given? It says no more than that it failed, or ends the process."""

from __future__ import annotations

import os
from pathlib import Path

from gba.backends.gguf import GgufHeader
from gba.backends.model_check import check_model
from gba.errors import ModelFileError

__all__ = ["checked_model"]

_OTHERS = (
    (b"version https://git-lfs", "it is a Git LFS pointer: fetch the file itself with `git lfs pull`"),
    (b"<!DOCTYPE", "it is a web page: download the file itself, not the page about it"),
    (b"<html", "it is a web page: download the file itself, not the page about it"),
    (b"PK\x03\x04", "it is a zip archive or a PyTorch checkpoint: convert it with llama.cpp's convert_hf_to_gguf.py"),
    (b"lmgg", "it is a GGML file of the time before GGUF: download a GGUF of the model"),
    (b"ggjt", "it is a GGML file of the time before GGUF: download a GGUF of the model"),
)


def checked_model(path: str | os.PathLike[str], *, embeddings: bool = False) -> GgufHeader:
    """The header of the file, ``~`` in its path resolved.

    ``embeddings``: whether it is to make vectors. Raises ModelFileError for no file, for one that is no GGUF, and for
    one that cannot be loaded.
    """
    file = Path(path).expanduser()
    if not file.exists():
        raise ModelFileError(
            f"there is no model file at {file}. Check the path, or see `gba models list`", path=str(file)
        )
    if file.is_dir():
        raise ModelFileError(f"{file} is a folder: name the .gguf file in it", path=str(file))
    try:
        with file.open("rb") as stream:
            head = stream.read(64)
    except OSError as error:
        raise ModelFileError(f"the model file {file} cannot be read: {error}", path=str(file)) from error
    if not head.startswith(b"GGUF"):
        raise ModelFileError(f"{file} is no GGUF file: {_what_else(head)}", path=str(file))
    return check_model(file, embeddings=embeddings)


def _what_else(head: bytes) -> str:
    if not head:
        return "it is empty: the download may have failed"
    for magic, remedy in _OTHERS:
        if head.startswith(magic):
            return remedy
    if head[8:10] == b'{"':
        return "it looks like safetensors: convert it with llama.cpp's convert_hf_to_gguf.py"
    return "llama.cpp reads GGUF only"
