"""Models and connections after a fork: a child makes its own, and leaves those of its parent alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gba.backends.process import LlamaServerProcess

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

_FORK = """
import os, sys
def in_child(work):
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException as error:
            print(type(error).__name__, error, flush=True)
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
"""


def run(script: str) -> list[str]:
    """In a process of its own, as the test's has threads."""
    done = subprocess.run(
        [sys.executable, "-c", _FORK + script], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split("\n")


def test_a_chat_model_of_a_child_loads_its_own(random_gguf: Path) -> None:
    lines = run(f"""
from gba import ChatLlamaCpp
def model():
    options = dict(load_options={{"threads": 2}}, max_tokens=4, temperature=0)
    return ChatLlamaCpp(model_path={str(random_gguf)!r}, **options)
parent = model()
said = parent.invoke("x").content
def work():
    child = model()
    assert child.engine.backend is not parents_backend
    assert child.invoke("x").content == said
    assert parent.invoke("x").content == said  # the parent's object, too, loads anew here
    assert parent.engine is child.engine
    parent.close()
parents_backend = parent.engine.backend
print("child", in_child(work), in_child(work))
print("parent", parent.invoke("x").content == said)
""")
    assert lines[:2] == ["child 0 0", "parent True"]


def test_a_fork_while_another_thread_connects(random_gguf: Path) -> None:
    """Locks that were held at the fork are not waited for."""
    lines = run(f"""
from gba import ChatLlamaCpp
from gba.langchain import connection
def work():
    assert ChatLlamaCpp(model_path={str(random_gguf)!r}, max_tokens=2).invoke("x") is not None
with connection._registry.guard, connection.connecting():
    print("child", in_child(work))
""")
    assert lines[0] == "child 0"


def test_a_server_and_its_clients(server_process: LlamaServerProcess) -> None:
    lines = run(f"""
from gba import ChatLlamaCpp, LlamaServer
backend = LlamaServer({server_process.base_url!r})
chat = ChatLlamaCpp(base_url={server_process.base_url!r}, max_tokens=4, temperature=0)
said, tokens = chat.invoke("x").content, backend.tokenize("the city")
client = backend._connections
def work():
    assert backend.tokenize("the city") == tokens
    assert backend._connections is not client
    assert chat.invoke("x").content == said
    assert ChatLlamaCpp(base_url={server_process.base_url!r}, max_tokens=4, temperature=0).invoke("x").content == said
print("child", in_child(work))
print("parent", backend.tokenize("the city") == tokens, chat.invoke("x").content == said)
""")
    assert lines[:2] == ["child 0", "parent True True"]


def test_a_child_that_ends_leaves_the_parents_server_alone(random_gguf: Path) -> None:
    lines = run(f"""
from gba import LlamaServerProcess
with LlamaServerProcess({str(random_gguf)!r}, slots=1) as server:
    pid = os.fork()
    if pid == 0:
        server.stop()
        sys.exit(0)  # with all that is done at an exit
    os.waitpid(pid, 0)
    with server.backend() as backend:
        print(server.pid is not None, backend.health())
""")
    assert lines[0] == "True True"
