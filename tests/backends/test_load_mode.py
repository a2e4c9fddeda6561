from __future__ import annotations

import ctypes
from types import SimpleNamespace

import pytest

from gba.backends.loading import with_load_mode
from gba.errors import BackendError

LIB = SimpleNamespace(
    LLAMA_LOAD_MODE_NONE=0, LLAMA_LOAD_MODE_MMAP=1, LLAMA_LOAD_MODE_MLOCK=2, LLAMA_LOAD_MODE_MMAP_MLOCK=3
)


class Newer(ctypes.Structure):
    _fields_ = (("load_mode", ctypes.c_int),)


class Older(ctypes.Structure):
    _fields_ = (("use_mmap", ctypes.c_bool), ("use_mlock", ctypes.c_bool))


@pytest.mark.parametrize(
    "options, mode",
    [
        ({"use_mmap": True}, 1),
        ({"use_mmap": False}, 0),
        ({"use_mlock": True}, 3),
        ({"use_mlock": False}, 1),
        ({"use_mmap": False, "use_mlock": True}, 2),
    ],
)
def test_newer_versions_have_one_option(options: dict[str, bool], mode: int) -> None:
    assert with_load_mode({**options, "vocab_only": True}, LIB, Newer()) == {"load_mode": mode, "vocab_only": True}
    assert with_load_mode(options, LIB, Older()) == options


def test_other_options_are_left_alone() -> None:
    assert with_load_mode({"load_mode": 4}, LIB, Newer()) == {"load_mode": 4}
    assert with_load_mode({}, LIB, Newer()) == {}


@pytest.mark.parametrize("options", [{"use_mmap": []}, {"use_mmap": 1}, {"use_mlock": "no"}])
def test_they_are_true_or_false(options: dict[str, object]) -> None:
    with pytest.raises(BackendError, match="True or False"):
        with_load_mode(options, LIB, Newer())
