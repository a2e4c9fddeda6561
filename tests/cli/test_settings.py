"""Options out of gba.toml and the environment, and which of them wins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gba.backends.scripted import Scripted
from gba.cli.options import AgentOptions
from gba.errors import GbaError
from gba.langchain.chat_model import ChatLlamaCpp


@pytest.fixture
def described(gba, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., AgentOptions]:
    """The agent that `gba ask` was told of, with this gba.toml and these arguments."""
    seen: list[AgentOptions] = []

    def chat_model(self: AgentOptions) -> ChatLlamaCpp:
        seen.append(self)
        return ChatLlamaCpp(backend=Scripted.turns(["Hello."]))

    monkeypatch.setattr(AgentOptions, "chat_model", chat_model)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def ask(toml: str, *arguments: str, **environment: str) -> AgentOptions:
        (tmp_path / "gba.toml").write_text(toml)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        ended = gba("ask", "Hi", "--no-tools", *arguments)
        assert ended.code == 0, ended.err
        return seen[-1]

    return ask


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(described) -> None:
    toml = 'temperature = 0.1\nmax-tokens = 7\n[ask]\nsystem = "S"\n[chat]\nsystem = "T"\n'
    agent = described(toml)
    assert (agent.temperature, agent.max_tokens, agent.system) == (0.1, 7, "S")
    agent = described(toml, "--max-tokens", "9", GBA_TEMPERATURE="0.2", GBA_MAX_TOKENS="8")
    assert (agent.temperature, agent.max_tokens, agent.system) == (0.2, 9, "S")


def test_a_file_of_the_users_own_and_one_that_is_named(described, tmp_path: Path) -> None:
    (tmp_path / "config" / "gba").mkdir(parents=True)
    (tmp_path / "config" / "gba" / "gba.toml").write_text("seed = 3\n")
    other = tmp_path / "other.toml"
    other.write_text("seed = 4\n")
    assert described("seed = 5\n").seed == 5
    assert described("seed = 5\n", GBA_CONFIG=str(other)).seed == 4


@pytest.mark.parametrize(
    "toml, message",
    [
        ("temprature = 1\n", "Did you mean 'temperature'"),
        ("[aks]\nseed = 1\n", "Did you mean 'ask'"),
        ("[ask]\nport = 1\n", "[ask] there is no option 'port'"),
        ("seed = \n", "cannot be read"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(gba, tmp_path: Path, monkeypatch, toml: str, message: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gba.toml").write_text(toml)
    ended = gba("version")
    assert ended.code == 1
    assert message in ended.err
    assert "gba.toml" in ended.err


def test_a_file_that_was_named_and_is_not_there(gba, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GBA_CONFIG", "/no/such/file.toml")
    ended = gba("version")
    assert ended.code == 1
    assert "GBA_CONFIG" in ended.err


def options(*given: str, **values: Any) -> AgentOptions:
    return AgentOptions(**values, given=frozenset(given))


def test_a_model_wins_over_a_url_that_was_not_typed() -> None:
    url = "http://127.0.0.1:9"
    assert options(base_url=url, model="tiny-agent").chat_model().base_url is None
    assert options("base_url", base_url=url, model="tiny-agent").chat_model().base_url == url
    of_server = options("base_url", "model", base_url=url, model="qwen3-8b").chat_model()
    assert (of_server.base_url, of_server.model_name) == (url, "qwen3-8b")


@pytest.mark.parametrize(
    "given, values, message",
    [
        (("threads",), {"base_url": "http://127.0.0.1:9", "threads": 2}, "llama-server --threads"),
        (("no_tools", "tools"), {"no_tools": True, "tools": ["search"]}, "contradict"),
    ],
)
def test_options_that_contradict_each_other(given, values, message) -> None:
    with pytest.raises(GbaError, match=message):
        options(*given, **values)


def test_a_file_and_a_server_are_two_models(tmp_path: Path) -> None:
    agent = options("base_url", "model", base_url="http://127.0.0.1:9", model=str(tmp_path / "x.gguf"))
    with pytest.raises(GbaError, match="give one of them"):
        agent.chat_model()


def test_what_the_math_tool_lacks_is_said_before_anything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gba.cli.options.find_spec", lambda name: None)
    with pytest.raises(GbaError, match=r"\[math,inprocess\]"):
        options().toolbox()
    with pytest.raises(GbaError, match=r"\[math\]"):
        options(math_model="http://127.0.0.1:9").toolbox()
    assert options(no_tools=True).toolbox() == []
