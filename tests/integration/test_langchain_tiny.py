"""LangChain's standard integration tests with the tiny agent that comes with gba.

`NOT_LEARNT` names what it cannot do yet; the list may only get shorter.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gba.backends.process import LlamaServerProcess
from gba.models import packaged
from tests.helpers.standard import MARKS, Standard

NOT_LEARNT: dict[str, str] = {}

pytestmark = MARKS


@pytest.fixture(scope="module")
def tiny_agent() -> Path:
    return packaged("tiny-agent")


@pytest.fixture(scope="module")
def tiny_server(tiny_agent: Path) -> Iterator[LlamaServerProcess]:
    with LlamaServerProcess(tiny_agent, context=2048) as process:
        yield process


class TinyAgent(Standard):
    @pytest.fixture(autouse=True)
    def _not_learnt(self, request: pytest.FixtureRequest) -> None:
        what = NOT_LEARNT.get(request.node.originalname)
        if what:
            pytest.skip(f"the tiny agent has not learnt {what}")


class TestOverTheServer(TinyAgent):
    @pytest.fixture(autouse=True)
    def _over_the_server(self, tiny_server: LlamaServerProcess) -> None:
        self.params = {"base_url": tiny_server.base_url}

    @property
    def model_override_value(self) -> str:
        return "tiny-agent"


class TestInProcess(TinyAgent):
    @pytest.fixture(autouse=True)
    def _in_process(self, tiny_agent: Path) -> None:
        self.params = {"model_path": str(tiny_agent), "context": 2048}

    @property
    def model_override_value(self) -> str:
        return "tiny-agent"
