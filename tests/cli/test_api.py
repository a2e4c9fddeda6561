from __future__ import annotations

import pytest


@pytest.mark.parametrize("environment", [None, "http://127.0.0.1:9"])
def test_a_server_and_a_model_are_not_both_given(gba, monkeypatch: pytest.MonkeyPatch, environment: str | None) -> None:
    if environment is not None:
        monkeypatch.setenv("LLAMA_CPP_BASE_URL", environment)
    ended = gba("api", "--base-url", "http://127.0.0.1:9", "--model", "other.gguf")
    assert ended.code == 1
    assert "give one of them" in ended.err


def test_a_server_of_the_environment_gives_way_to_a_model(gba, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMA_CPP_BASE_URL", "http://127.0.0.1:9")
    ended = gba("api", "--model", "missing.gguf", "--port", "0")
    assert ended.code == 1
    assert "missing.gguf" in ended.err


def test_without_a_key_it_is_not_open_to_others(gba) -> None:
    ended = gba("api", "--host", "0.0.0.0", "--port", "0")
    assert ended.code == 1
    assert "--api-key" in ended.err
