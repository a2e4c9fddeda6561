"""LangChain's standard integration tests on real models. What they fail asks for understanding, and is named here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.standard import MARKS, Standard

pytestmark = MARKS

NOT_UNDERSTOOD: Mapping[str, Mapping[str, str]] = {
    "smollm2": {},
    "gemma3": {"test_unicode_tool_call_integration": "a name has to be copied from the question"},
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
    def supports_model_override(self) -> bool:
        return "model_path" not in self.params  # a file is named by what it calls itself, not by its path

    @property
    def model_override_value(self) -> str:
        return str(self.params.get("model_path", self.stem))
