"""LangChain's standard integration tests, on a llama-server and in process, with random weights.

The model knows nothing: what holds here is held by gba. Tests that ask for understanding are named in `UNDERSTANDING`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from gba.backends.process import LlamaServerProcess
from tests.helpers.standard import MARKS, UNDERSTANDING, Standard

pytestmark = MARKS


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
        return "tiny-agent"
