"""A model's name is found where it is looked for, or it is an error; the metadata names what ran."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from langchain_core import exceptions
from langchain_core.runnables import ConfigurableField

from gba import models
from gba.backends.scripted import Scripted
from gba.errors import BackendError, ModelFileError, UnknownModelError
from gba.langchain import ChatLlamaCpp, connection, create_agent
from gba.langchain.connection import Target
from tests.helpers.fake_llama import FakeLlama


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLAMA_CPP_BASE_URL", raising=False)


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """The files that would be loaded, none of which is."""
    paths: list[str | None] = []

    def backend(target: Target) -> Scripted:
        paths.append(target.model_path)
        return Scripted(["Hello."] * 9)

    monkeypatch.setattr("gba.langchain.connection._backend", backend)
    monkeypatch.setattr(connection, "_registry", connection._Registry())
    return paths


# in process


def test_a_name_of_the_manifest_is_its_file(
    loaded: list[str | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = models.entry("qwen3-8b")
    file = tmp_path / str(known.repo) / known.file
    file.parent.mkdir(parents=True)
    file.write_bytes(b"GGUF")
    monkeypatch.setenv("GBA_MODELS_DIR", str(tmp_path))
    for chat in (ChatLlamaCpp(model="qwen3-8b"), ChatLlamaCpp(model_path="qwen3-8b"), ChatLlamaCpp(model=str(file))):
        assert chat.invoke("?").response_metadata["model_name"] == "scripted"
    assert ChatLlamaCpp().invoke("?", model="qwen3-8b").content == "Hello."
    assert set(loaded) == {str(file)}
    ChatLlamaCpp(model="tiny-agent").invoke("?")
    ChatLlamaCpp().invoke("?")
    assert loaded[1:] == [str(models.packaged("tiny-agent"))]


@pytest.mark.parametrize(
    "name, words", [("nonsense-70b", "gba models list"), ("qwen3-8b", "gba models pull qwen3-8b"), ("no.gguf", "path")]
)
async def test_a_name_that_leads_nowhere_is_an_error(
    name: str, words: str, loaded: list[str | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GBA_MODELS_DIR", str(tmp_path))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    for ask in (ChatLlamaCpp(model=name).invoke, lambda text: ChatLlamaCpp().invoke(text, model=name)):
        with pytest.raises(ModelFileError, match=words) as caught:
            ask("?")
        assert isinstance(caught.value, exceptions.ModelNotFoundError)
    with pytest.raises(ModelFileError, match=words):
        await ChatLlamaCpp(model=name).ainvoke("?")
    with pytest.raises(ModelFileError, match=words):
        ChatLlamaCpp(model=name, validate_model_on_init=True)
    assert loaded == []


def test_two_names_of_different_models_are_refused() -> None:
    with pytest.raises(ValueError, match="model_path and model name different models"):
        ChatLlamaCpp(model="qwen3-8b", model_path="x.gguf")


def test_no_name_at_all_is_no_name() -> None:
    with pytest.raises(ValueError, match="model"):
        ChatLlamaCpp(model="")


def test_the_name_can_be_configured_and_copied(loaded: list[str | None]) -> None:
    chat = ChatLlamaCpp(model="tiny-agent")
    chat.invoke("?")
    chat.configurable_fields(model_name=ConfigurableField("model")).with_config(
        configurable={"model": "tiny-math"}
    ).invoke("?")
    chat.model_copy(update={"model_name": "tiny-math"}).invoke("?")
    assert [Path(path or "").stem for path in loaded] == ["tiny-agent", "tiny-math"]


def test_an_agent_takes_a_name_of_the_manifest(loaded: list[str | None]) -> None:
    create_agent("tiny-agent").invoke({"messages": [("user", "?")]})
    assert [Path(path or "").stem for path in loaded] == ["tiny-agent"]


# on a server


class Router(FakeLlama):
    """A llama-server in router mode, or llama-swap, with several models; what it is asked for is kept in ``asked``."""

    def __init__(self, *names: str, swap: bool = False) -> None:
        super().__init__(*[[FakeLlama().word("ab")]] * 9)
        self.names, self.swap = names, swap
        self.asked: list[tuple[str, str | None]] = []

    def handle(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        path = request.url.path
        if path == "/v1/models":
            owner = "llama-swap" if self.swap else "llamacpp"
            listed = [{"id": name, "aliases": [f"{name}:latest"], "owned_by": owner} for name in self.names]
            return httpx.Response(200, json={"data": listed})
        if self.swap:
            _, upstream, name, path = path.split("/", 3) if path.count("/") > 2 else ("", "", "", path[1:])
            path = f"/{path}"
            if upstream != "upstream" or name not in self.names:
                return httpx.Response(404, text="model not found")
        else:
            name = (body or {}).get("model") or request.url.params.get("model") or ""
            if not name and path == "/props":
                return httpx.Response(200, json={"role": "router", "default_generation_settings": {"n_ctx": 0}})
        self.asked.append((path, name))
        status, content = self.answer(path, {}, body)
        return httpx.Response(status, content=content if isinstance(content, bytes) else b"".join(content))

    def chat(self, **options: Any) -> ChatLlamaCpp:
        transport = httpx.MockTransport(self.handle)
        return ChatLlamaCpp(
            base_url="http://fake:8080", load_options={"transport": transport}, chat_format="llama-2", **options
        )


@pytest.mark.parametrize("swap", [False, True])
async def test_a_server_with_several_models_is_asked_for_the_one(swap: bool) -> None:
    server = Router("alpha", "beta", swap=swap)
    assert server.chat(model="beta").invoke("?").content == "ab"
    assert (await server.chat(model="beta").ainvoke("?")).content == "ab"
    assert {name for _, name in server.asked} == {"beta"}
    assert {path for path, _ in server.asked} >= {"/props", "/tokenize", "/completion"}
    assert server.chat(model="beta").invoke("?", model="alpha").content == "ab"
    assert {name for _, name in server.asked} == {"alpha", "beta"}


async def test_a_name_that_the_server_does_not_have_is_an_error() -> None:
    chat = Router("alpha", "beta").chat(model="gpt-5")
    with pytest.raises(UnknownModelError, match=r"no model 'gpt-5'. It has: alpha, beta") as caught:
        chat.invoke("?")
    assert isinstance(caught.value, exceptions.ModelNotFoundError)
    assert (caught.value.name, caught.value.known) == ("gpt-5", ("alpha", "beta"))
    with pytest.raises(UnknownModelError):
        await chat.ainvoke("?")
    with pytest.raises(UnknownModelError, match="llama-swap"):
        Router("alpha", swap=True).chat(model="gpt-5").invoke("?")


def test_without_a_name_a_router_says_which_there_are() -> None:
    with pytest.raises(UnknownModelError, match="name one of alpha, beta"):
        Router("alpha", "beta").chat().invoke("?")


@pytest.mark.parametrize(
    "name",
    ["Qwen_Qwen3-8B-Q4_K_M", "Qwen_Qwen3-8B-Q4_K_M.gguf", "/elsewhere/Qwen_Qwen3-8B-Q4_K_M.gguf", "qwen3-8b"],
)
def test_a_server_of_one_model_is_known_by_its_file(name: str) -> None:
    file = models.entry("qwen3-8b").file
    server = Router(f"/models/{file}")
    known = name.replace("Qwen_Qwen3-8B-Q4_K_M", Path(file).stem)
    message = server.chat(model=known).invoke("?")
    assert message.content == "ab"
    assert message.response_metadata["model_name"] == "fake.gguf"  # what /props says, not what was asked for


def test_an_alias_is_a_name() -> None:
    server = Router("alpha")
    server.chat(model="alpha:latest").invoke("?")
    assert {name for _, name in server.asked} == {"alpha"}


# a backend that was given


def test_a_backend_runs_what_is_asked_for_or_it_is_an_error() -> None:
    assert ChatLlamaCpp(backend=Scripted(["One."]), model="scripted").invoke("?").content == "One."
    with pytest.raises(UnknownModelError, match="runs 'scripted'"):
        ChatLlamaCpp(backend=Scripted(["One."]), model="gpt-5").invoke("?")


async def test_a_context_that_is_not_there_is_an_error() -> None:
    chat = ChatLlamaCpp(backend=Scripted(["One.", "Two."], context=512), context=512)
    assert chat.invoke("?").content == "One."
    chat = chat.model_copy(update={"context": 513})
    with pytest.raises(BackendError, match="context of 513"):
        chat.invoke("?")
    with pytest.raises(BackendError, match="context of 513"):
        await chat.ainvoke("?")
    with pytest.raises(BackendError, match="context of 4096"):
        Router("alpha").chat(model="alpha", num_ctx=4096).invoke("?")
