"""LangChain's standard unit tests, on the model as it is configured for a server, a file and a backend."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_tests.unit_tests import ChatModelUnitTests
from syrupy.assertion import SnapshotAssertion
from syrupy.filters import props

from gba.langchain import ChatLlamaCpp


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Without LangChain's note of its own versions."""
    return snapshot.with_defaults(exclude=props("lc_versions"))


@pytest.fixture(autouse=True)
def _trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """LangChain loads classes of its own partners only; others a user has to allow (`allowed_objects`), which the
    standard test has no place for."""
    load = importlib.import_module("langchain_core.load.load")
    path = (*ChatLlamaCpp.get_lc_namespace(), "ChatLlamaCpp")
    monkeypatch.setitem(load.ALL_SERIALIZABLE_MAPPINGS, path, path)
    monkeypatch.setattr(load, "_default_class_paths_cache", {})


class TestOverTheServer(ChatModelUnitTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ChatLlamaCpp

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"base_url": "http://127.0.0.1:8080", "temperature": 0}

    @property
    def standard_chat_model_params(self) -> dict[str, Any]:
        params = super().standard_chat_model_params
        params.pop("temperature")
        return params

    @property
    def init_from_env_params(self) -> tuple[dict[str, str], dict[str, Any], dict[str, Any]]:
        environment = {"LLAMA_CPP_BASE_URL": "http://127.0.0.1:9090", "LLAMA_CPP_API_KEY": "secret"}
        return environment, {}, {"base_url": "http://127.0.0.1:9090", "api_key": "secret"}


class TestInProcess(ChatModelUnitTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ChatLlamaCpp

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"model_path": "model.gguf", "context": 2048}

    @property
    def init_from_env_params(self) -> tuple[dict[str, str], dict[str, Any], dict[str, Any]]:
        return {"LLAMA_CPP_API_KEY": "secret"}, {"model": "other.gguf"}, {"model_name": "other.gguf"}
