"""Configs of language models: what they make, what they inherit, and what they cannot do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from gba import LlamaServer
from gba.errors import ConfigError
from gba.llm import configs
from gba.llm.configs import TARGETS, config_names, instantiate, load_llm, read_config

ROOT = Path(__file__).parents[2]
SERVER = "_target_: gba.llm.LanguageBackend\nbackend: {_target_: gba.LlamaServer, base_url: 'http://localhost:1'}\n"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """`write(name=text, ...)`: configs in the user's own folder, which it returns."""
    monkeypatch.setenv("GBA_CONFIGS", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))

    def put(**texts: str) -> Path:
        for name, text in texts.items():
            (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        return tmp_path

    return put


@pytest.mark.parametrize("path", sorted((ROOT / "configs" / "llm").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_packaged_ones_can_be_checked(path: Path) -> None:
    content = read_config(path.stem)
    backend = content["backend"]
    assert content["_target_"] == "gba.llm.LanguageBackend"
    assert backend["_target_"] in TARGETS
    given = {key: "tiny-agent" if value == "???" else value for key, value in backend.items()}
    assert isinstance(instantiate({**given, "_partial_": True}), partial)


def test_a_config_is_made(write: Write) -> None:
    write(own=SERVER + "max_tokens: 12\nsampling: {_target_: gba.Sampling, temperature: 0.5}\n")
    llm = load_llm("own")
    assert isinstance(llm.backend, LlamaServer)
    assert llm.backend.base_url == "http://localhost:1"
    assert (llm.engine.options.max_tokens, llm.engine.sampling.temperature) == (12, 0.5)
    assert load_llm("own", {"backend": {"base_url": "http://localhost:2"}}).backend.base_url == "http://localhost:2"
    assert "own" in config_names()
    assert "openchat" in config_names()


def test_later_parents_go_over_earlier_ones_and_a_config_over_all(write: Write) -> None:
    write(
        first="a: 1\nb: {x: 1, y: 1}\nc: [1, 2]\n",
        second="b: {x: 2}\n",
        child="defaults: [first, second]\nb: {z: 3}\nc: [3]\n",
        grandchild="defaults: child\na: 9\n",
    )
    assert read_config("grandchild") == {"a": 9, "b": {"x": 2, "y": 1, "z": 3}, "c": [3]}


def test_another_target_takes_nothing_over(write: Write) -> None:
    write(child="defaults: [hf]\nbackend: {_target_: gba.LlamaServer, base_url: 'http://localhost:1'}\n")
    assert read_config("child")["backend"] == {"_target_": "gba.LlamaServer", "base_url": "http://localhost:1"}
    assert isinstance(load_llm("child").backend, LlamaServer)


def test_parents_may_lie_beside_a_file(write: Write, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "base.yaml").write_text(SERVER)
    (folder / "mine.yaml").write_text("defaults: [base]\nmax_tokens: 3\n")
    assert load_llm(folder / "mine.yaml").engine.options.max_tokens == 3


def test_a_partial_one_takes_the_rest() -> None:
    made = instantiate({"_target_": "gba.Sampling", "_partial_": True, "temperature": 0})
    assert isinstance(made, partial)
    assert made(top_k=3).top_k == 3


@pytest.mark.parametrize(
    "target",
    [
        "os.system",
        "subprocess.run",
        "gba.cli.loading.load",
        "gba.LlamaServerProcess",
        "gba.models.os.system",
        "gba.llm.LanguageBackend.__init__",
        "builtins.eval",
        None,
        3,
        ["os.system"],
    ],
)
def test_a_target_that_is_not_one_of_gbas_is_refused(target: Any) -> None:
    with pytest.raises(ConfigError, match="must not run code") as caught:
        instantiate({"_target_": "gba.llm.LanguageBackend", "backend": {"_target_": target, "command": "true"}}, "x")
    assert caught.value.key == "backend._target_"


@pytest.mark.parametrize(
    "text, message",
    [
        (SERVER + "max_token: 3\n", "has no 'max_token'. Did you mean 'max_tokens'"),
        ("defaults: [hf]\nbackend: {model: a/b, trust_remote_code: true}\n", "has no 'trust_remote_code'"),
        ("defaults: [hf]\n", "backend.model has to be given"),
        ("defaults: [hf]\nbackend: {model: a/b, devicemap: auto}\n", "Did you mean 'device_map'"),
        ("_target_: gba.llm.LanguageBackend\n", "the top needs backend"),
        ("_target_: gba.Sampling\n", "has to be gba.llm.LanguageBackend"),
        ("defaults: [own]\n", "inherits itself"),
        ("defaults: [../secret]\n", "no name of a config"),
        ("defaults: [hff]\n", "Did you mean 'hf'"),
        ("defaults: {a: 1}\n", "list of names"),
        ("- a\n", "has to be a mapping"),
        ("1: a\n", "keys that are texts"),
        ("a: [\n", "cannot be read"),
        ("a: !!python/object/apply:os.system ['true']\n", "cannot be read"),
        ("a: &x [1]\nb: *x\n", "references"),
        ("a: " + "[" * 40 + "]" * 40, "deeper than 32"),
        ("a: " + "x" * 200_000, "characters"),
        ("_partial_: true\n", "_partial_ without _target_"),
        ("_target_: gba.Sampling\n_partial_: maybe\n", "true or false"),
    ],
)
def test_bad_configs(write: Write, text: str, message: str) -> None:
    write(own=text)
    with pytest.raises(ConfigError) as caught:
        load_llm("own")
    assert message in str(caught.value)


def test_a_config_that_is_not_there(write: Write) -> None:
    with pytest.raises(ConfigError, match="Did you mean 'openchat'"):
        load_llm("openchatt")
    with pytest.raises(ConfigError, match=r"no file no\.yaml"):
        load_llm("no.yaml")


def test_every_target_is_there() -> None:
    for name in TARGETS:
        assert callable(configs._target(name, "", ""))


def test_yaml_is_what_other_programs_read(write: Write) -> None:
    for path in (ROOT / "configs" / "llm").glob("*.yaml"):
        assert isinstance(yaml.safe_load(path.read_text()), dict)
