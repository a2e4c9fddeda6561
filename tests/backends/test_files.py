from __future__ import annotations

from pathlib import Path

import pytest

from gba.backends.files import checked_model
from gba.errors import ModelFileError
from gba.models import packaged


def test_a_gguf() -> None:
    file = packaged("tiny-agent")
    header = checked_model(str(file))
    assert (header.path, header.context) == (file, 4096)


@pytest.mark.parametrize(
    "content, remedy",
    [
        (b"", "empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "git lfs pull"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"PK\x03\x04rest", "convert_hf_to_gguf"),
        (b"\x10\x00\x00\x00\x00\x00\x00\x00" + b'{"__metadata__"', "convert_hf_to_gguf"),
        (b"lmgg....", "before GGUF"),
        (b"just some text", "reads GGUF only"),
    ],
)
def test_what_is_no_gguf(tmp_path: Path, content: bytes, remedy: str) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(content)
    with pytest.raises(ModelFileError, match=remedy) as caught:
        checked_model(file)
    assert caught.value.path == str(file)


def test_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="there is no model file"):
        checked_model(tmp_path / "none.gguf")
    with pytest.raises(ModelFileError, match="folder"):
        checked_model(tmp_path)
