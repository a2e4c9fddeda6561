"""How many of LangChain's standard integration tests pass with random weights: ChatLlamaCpp and ChatOpenAI on one
llama-server (--jinja).

    python benchmarks/standard_tests.py

The model knows nothing, so what passes is held by the chat model and the server. Prints one JSON object: for each chat
model the number of tests that passed and failed, and the names of those that failed. Tests of inputs that a text model
does not have are left out.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_openai import ChatOpenAI

from gba.backends.process import LlamaServerProcess

ROOT = Path(__file__).parent.parent


class Outcomes:
    """A pytest plugin that notes how each test ended, by the class that it is in."""

    def __init__(self) -> None:
        self.passed: dict[str, int] = defaultdict(int)
        self.failed: dict[str, list[str]] = defaultdict(list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called by pytest for each phase of a test."""
        _, kind, name = report.nodeid.split("::")
        if report.failed:
            self.failed[kind].append(name)
        elif report.when == "call" and report.passed:
            self.passed[kind] += 1


def main() -> None:
    """Run both and print."""
    outcomes = Outcomes()
    options = ["-q", "--no-header", "--tb=no", "-p", "no:cacheprovider", "-W", "default", f"--rootdir={ROOT}"]
    # one event loop for all tests: a client may keep its connections from one to the next
    options += [f"--override-ini=asyncio_default_{kind}_loop_scope=session" for kind in ("fixture", "test")]
    pytest.main([*options, "-c", str(ROOT / "pyproject.toml"), __file__], plugins=[outcomes])
    figures = {
        kind.removeprefix("Test"): {
            "passed": outcomes.passed[kind],
            "failed": len(set(outcomes.failed[kind])),
            "names": sorted(set(outcomes.failed[kind])),
        }
        for kind in ("TestChatLlamaCpp", "TestChatOpenAI")
    }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
else:  # as the module of tests that pytest collects
    from tests.helpers.gguf_factory import write_gguf
    from tests.helpers.standard import MARKS, Standard

    pytestmark = MARKS

    @pytest.fixture(scope="module")
    def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
        """The server that all tests share."""
        model = write_gguf(tmp_path_factory.mktemp("models") / "random.gguf")
        with LlamaServerProcess(model, context=2048, extra_args=["--jinja"]) as server:
            yield server.base_url

    class TestChatLlamaCpp(Standard):
        """Ours."""

        @pytest.fixture(autouse=True)
        def _server(self, url: str) -> None:
            self.params = {"base_url": url}

        @property
        def model_override_value(self) -> str:
            return "random"

    class TestChatOpenAI(Standard):
        """The peer, with what it can do as LangChain's own tests of it say."""

        @pytest.fixture(autouse=True)
        def _server(self, url: str) -> None:
            self.params = {"base_url": f"{url}/v1", "api_key": "none", "model": "random", "stream_usage": True}

        @property
        def chat_model_class(self) -> type[BaseChatModel]:
            return ChatOpenAI

        @property
        def model_override_value(self) -> str:
            return "random"

        @property
        def supported_usage_metadata_details(self) -> Any:
            return {"invoke": ["cache_read_input"], "stream": ["cache_read_input"]}
