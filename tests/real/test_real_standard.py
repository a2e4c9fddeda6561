"""LangChain's standard integration tests on real models. What they fail asks for understanding, and is named here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.standard import MARKS, Standard

pytestmark = MARKS

_SAYS_NOTHING = "a base model without a template: asked in Llama-2's format it begins the next turn at once"
NOT_UNDERSTOOD: Mapping[str, Mapping[str, str]] = {
    "smollm2": {},
    "gemma3": {
        "test_abatch": _SAYS_NOTHING,
        "test_ainvoke": _SAYS_NOTHING,
        "test_astream": _SAYS_NOTHING,
        "test_astream_events_v3": _SAYS_NOTHING,
        "test_batch": _SAYS_NOTHING,
        "test_conversation": _SAYS_NOTHING,
        "test_double_messages_conversation": _SAYS_NOTHING,
        "test_invoke": _SAYS_NOTHING,
        "test_message_with_name": _SAYS_NOTHING,
        "test_stream": _SAYS_NOTHING,
        "test_stream_events_v3": _SAYS_NOTHING,
        "test_unicode_tool_call_integration": "a name has to be copied from the question",
    },
}
"""What each model fails, and what it would have to understand. Strict: what passes has to leave the list."""


class TestStandard(Standard):
    @pytest.fixture(autouse=True)
    def _a_real_model(self, request: pytest.FixtureRequest, model_name: str, gguf: Path, place: dict[str, Any]) -> None:
        self.stem = gguf.stem
        self.params = {**place, "temperature": 0, "max_tokens": 160, "max_thought_tokens": 32}
        why = NOT_UNDERSTOOD[model_name].get(request.node.originalname)
        if why:
            request.applymarker(pytest.mark.xfail(reason=why, strict=True))

    @property
    def model_override_value(self) -> str:
        return str(self.params.get("model_path", self.stem))
