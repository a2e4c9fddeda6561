"""`gba eval` on a real llama-server with the packaged tiny agent: under the grammar, free, and the server's own way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain.agents import create_agent
from langchain_core.messages import HumanMessage
from langchain_openai import ChatOpenAI

from gba.backends.process import LlamaServerProcess
from gba.errors import GbaError, StepError
from gba.langchain import RecordRuns
from gba.models import packaged
from gba.trajectory import read_all
from gba.tuning.native import native
from tests.cli.conftest import Run, gba  # noqa: F401 - a fixture
from tests.helpers.gguf_factory import CHATML_WITH_TOOLS, write_gguf

WAYS = ("constrained", "free", "native")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with LlamaServerProcess(packaged(), context=2048, slots=1, extra_args=["--jinja"]) as server:
        yield server.base_url


def test_the_ways_stand_side_by_side(gba: Run, url: str, tmp_path: Path) -> None:  # noqa: F811
    out = tmp_path / "report"
    ways = [part for way in WAYS for part in ("--way", way)]
    arguments = ["eval", "lookup", "-n", "2", "--split", "held-out", "--max-tokens", "96", "--max-steps", "3"]
    ended = gba(*arguments, *ways, "-u", url, "-o", str(out), "--plot")
    assert ended.code == 0, ended.err
    scores = {score["way"]: score for score in json.loads((out / "report.json").read_text())["scores"]}
    assert list(scores) == list(WAYS)
    assert scores["constrained"]["calls"]
    assert scores["constrained"]["valid"] == 1
    assert (out / "report.svg").read_text().count("held-out")
    for way in WAYS:
        runs = list(read_all(out / way))
        assert [run.reward is not None for run in runs] == [True, True]
        assert all(bool(run.error) == (not run.complete) for run in runs)
    assert gba(*arguments, *ways, "-u", url, "-o", str(out), "--resume").out == ended.out


def half(number: int) -> str:
    """Halve a number."""
    return str(number // 2)


@pytest.fixture(scope="module")
def random_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A model of random weights whose template has tools."""
    path = write_gguf(tmp_path_factory.mktemp("models") / "random.gguf", chat_template=CHATML_WITH_TOOLS)
    with LlamaServerProcess(path, context=512, slots=1, extra_args=["--jinja"]) as server:
        yield server.base_url


def test_an_agent_on_another_client_is_recorded(random_url: str, tmp_path: Path) -> None:
    model = ChatOpenAI(base_url=f"{random_url}/v1", api_key="none", model="x", max_completion_tokens=20, seed=1)  # type: ignore[arg-type]
    agent = create_agent(model, [half], system_prompt="Short.")
    agent.invoke({"messages": [HumanMessage("What is half of 8?")]}, {"callbacks": [RecordRuns(tmp_path)]})
    (run,) = read_all(tmp_path)
    assert run.complete
    assert [message.role for message in run.messages] == ["system", "user", "assistant"]
    assert [tool.name for tool in run.tools] == ["half"]
    (step,) = run.steps
    assert (step.finish, len(step.tokens)) == ("length", 0)
    assert step.usage["generated"] == 20
    assert step.usage["context"] == step.usage["evaluated"] + step.usage["cached"] + 20


def test_what_the_server_cannot_use_is_what_the_model_did(random_url: str) -> None:
    model = native(random_url, model="x", temperature=0.0, max_completion_tokens=None, seed=1)
    with pytest.raises(StepError, match="the server cannot use what the model wrote"):
        model.invoke("Long. " * 600)
    with pytest.raises(Exception, match="Connection") as caught:
        native("http://127.0.0.1:9", model="x").invoke("Hello!")
    assert not isinstance(caught.value, GbaError)
