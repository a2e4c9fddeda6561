"""Runs the command in this process: what it wrote, and how it ended."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from gba.backends.scripted import Scripted
from gba.cli.main import main
from gba.cli.options import ModelOptions
from gba.langchain.chat_model import ChatLlamaCpp


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def gba(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """`gba(*arguments)`; wide enough that nothing is wrapped, and without what this machine's environment says."""
    monkeypatch.setenv("COLUMNS", "500")
    monkeypatch.setenv("XDG_CONFIG_HOME", os.devnull)
    for name in ("LLAMA_CPP_BASE_URL", "LLAMA_CPP_MATH_BASE_URL", "FORCE_COLOR", "GBA_CONFIG", "GBA_DEBUG"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str) -> Ended:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        out, err = capsys.readouterr()
        return Ended(int(ended.value.code or 0), out, err)

    return run


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Scripted]:
    """`scripted(*turns)`: the agent's model writes these turns."""

    def use(*turns: str) -> Scripted:
        backend = Scripted.turns(turns)
        monkeypatch.setattr(ModelOptions, "chat_model", lambda self: ChatLlamaCpp(backend=backend))
        return backend

    return use
