"""Models that name the same llama.cpp share it; a connection is not copied, not pickled, and can be closed."""

from __future__ import annotations

import copy
import pickle
import socket

import pytest
from langchain_core.callbacks import UsageMetadataCallbackHandler

from gba.backends.scripted import Scripted
from gba.errors import BackendError, ModelFileError, ServerUnavailableError
from gba.langchain import ChatLlamaCpp


@pytest.fixture
def nobody() -> str:
    """A URL at which nothing answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    return f"http://127.0.0.1:{port}"


def test_models_of_one_server_share_it_until_it_is_closed(nobody: str) -> None:
    one, two = ChatLlamaCpp(base_url=nobody, temperature=0), ChatLlamaCpp(base_url=nobody, max_tokens=3)
    assert one.engine is two.engine
    assert ChatLlamaCpp(base_url=nobody, api_key="x").engine.backend is not one.engine.backend
    assert ChatLlamaCpp(base_url=nobody, chat_format="llama-2").engine is not one.engine
    assert ChatLlamaCpp(base_url=nobody, chat_format="llama-2").engine.backend is one.engine.backend
    before = one.engine
    one.close()
    assert one.engine is not before


def test_a_backend_that_was_given_stays_open() -> None:
    chat = ChatLlamaCpp(backend=Scripted(["One.", "Two."]))
    assert chat.invoke("?").content == "One."
    chat.close()
    assert chat.invoke("?").content == "Two."


def test_copies_speak_to_the_same_and_pickles_connect_anew(nobody: str) -> None:
    chat = ChatLlamaCpp(base_url=nobody, temperature=0.3)
    assert copy.deepcopy(chat).engine is chat.engine
    assert chat.model_copy(update={"temperature": 0.4}).engine is chat.engine
    again = pickle.loads(pickle.dumps(chat))
    assert again._engine is None
    assert again.temperature == 0.3


async def test_no_server_and_no_file_say_what_to_do(nobody: str) -> None:
    chat = ChatLlamaCpp(base_url=nobody)
    with pytest.raises(ServerUnavailableError, match=nobody):
        chat.invoke("?")
    with pytest.raises(ServerUnavailableError, match=nobody):
        await chat.ainvoke("?")
    with pytest.raises(ServerUnavailableError, match=nobody):
        list(chat.stream("?"))
    with pytest.raises(ModelFileError, match=r"nowhere\.gguf"):
        ChatLlamaCpp(model_path="nowhere.gguf").invoke("?")


def test_a_model_that_does_not_run_there_is_refused() -> None:
    chat = ChatLlamaCpp(backend=Scripted(["One."]))
    assert chat.invoke("?", model="scripted").content == "One."
    with pytest.raises(BackendError, match="runs 'scripted'"):
        chat.invoke("?", model="gpt-5")


def test_usage_is_counted_by_langchains_callback() -> None:
    usage = UsageMetadataCallbackHandler()
    ChatLlamaCpp(backend=Scripted(["One."])).invoke("?", config={"callbacks": [usage]})
    assert usage.usage_metadata["scripted"]["output_tokens"] == len("One.") + 1
