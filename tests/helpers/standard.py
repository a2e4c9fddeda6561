"""LangChain's standard integration tests, as they are to be run on any transport and model."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_tests.integration_tests import ChatModelIntegrationTests

from gba.langchain import ChatLlamaCpp

__all__ = ["MARKS", "UNDERSTANDING", "Standard"]

MARKS = [
    pytest.mark.filterwarnings("ignore::langchain_core._api.LangChainBetaWarning"),
    # the standard benchmark measures only where there is a recording
    pytest.mark.filterwarnings("ignore::pytest_benchmark.logger.PytestBenchmarkWarning"),
]

UNDERSTANDING = {
    "test_tool_calling": "the argument has to be the number in the question",
    "test_tool_calling_async": "the argument has to be the number in the question",
    "test_unicode_tool_call_integration": "a name has to be copied from the question",
    "test_agent_loop": "a tool has to be chosen because the question asks for it",
}
"""The tests that no model passes without understanding what it reads, and what of it."""


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
        model = self.chat_model_class(**{**self.chat_model_params, "max_tokens": 8})
        model.invoke("Hello")
        return _said(model, "Hello", stream)

    def invoke_with_reasoning_output(self, *, stream: bool = False) -> AIMessage:
        model = self.chat_model_class(**{**self.chat_model_params, "max_tokens": 64})
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
