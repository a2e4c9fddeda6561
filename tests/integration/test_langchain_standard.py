"""LangChain's standard integration tests, on a llama-server and in process, with random weights.

The model knows nothing: what holds here is held by gba. Tests that ask for understanding are named in `UNDERSTANDING`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_tests.integration_tests import ChatModelIntegrationTests

from gba.backends.process import LlamaServerProcess
from gba.langchain import ChatLlamaCpp

UNDERSTANDING = {
    "test_tool_calling": "the argument has to be the number in the question",
    "test_tool_calling_async": "the argument has to be the number in the question",
    "test_unicode_tool_call_integration": "a name has to be copied from the question",
    "test_agent_loop": "a tool has to be chosen because the question asks for it",
}

pytestmark = [
    pytest.mark.filterwarnings("ignore::langchain_core._api.LangChainBetaWarning"),
    # the standard benchmark measures only where there is a recording
    pytest.mark.filterwarnings("ignore::pytest_benchmark.logger.PytestBenchmarkWarning"),
]


class Standard(ChatModelIntegrationTests):
    """What this model can do; ``params`` is set by a fixture of each transport."""

    params: dict[str, Any]

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ChatLlamaCpp

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {**self.params, "seed": 1}

    @pytest.fixture
    def vcr_config(self) -> dict[str, Any]:
        """Nothing is recorded: the server is here."""
        return {"ignore_localhost": True}

    @property
    def enable_vcr_tests(self) -> bool:
        return True

    @property
    def supports_json_mode(self) -> bool:
        return True

    @property
    def supports_anthropic_inputs(self) -> bool:
        return True

    @property
    def supported_usage_metadata_details(self) -> Any:
        details = ["reasoning_output", "cache_read_input"]
        return {"invoke": details, "stream": details}

    def invoke_with_cache_read_input(self, *, stream: bool = False) -> AIMessage:
        model = self.chat_model_class(**self.chat_model_params, max_tokens=8)
        model.invoke("Hello")
        return _said(model, "Hello", stream)

    def invoke_with_reasoning_output(self, *, stream: bool = False) -> AIMessage:
        model = self.chat_model_class(**self.chat_model_params, max_tokens=64)
        bound = model.bind(response_format={"type": "json_object"})
        return _said(bound, "Hello", stream)


def _said(model: Any, text: str, stream: bool) -> AIMessage:
    if not stream:
        message: AIMessage = model.invoke(text)
        return message
    chunks = list(model.stream(text))
    total = chunks[0]
    for chunk in chunks[1:]:
        total += chunk
    return total  # type: ignore[no-any-return]


class RandomWeights(Standard):
    @pytest.fixture(autouse=True)
    def _nothing_is_understood(self, request: pytest.FixtureRequest) -> None:
        why = UNDERSTANDING.get(request.node.originalname)
        if why:
            pytest.skip(f"random weights understand nothing: {why}")


class TestOverTheServer(RandomWeights):
    @pytest.fixture(autouse=True)
    def _over_the_server(self, server_process: LlamaServerProcess) -> None:
        self.params = {"base_url": server_process.base_url}

    @property
    def model_override_value(self) -> str:
        return "random"


class TestInProcess(RandomWeights):
    @pytest.fixture(autouse=True)
    def _in_process(self, random_gguf: Path) -> None:
        self.params = {"model_path": str(random_gguf), "context": 2048}

    @property
    def model_override_value(self) -> str:
        return str(self.params["model_path"])
