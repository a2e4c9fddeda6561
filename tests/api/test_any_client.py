"""What docs/how-to/any-client.md shows, as far as its clients are among the packages of the tests.

`python benchmarks/clients.py` runs all of it.
"""

from __future__ import annotations

import subprocess
import sys

from gba.backends.inprocess import LlamaInProcess
from gba.chat import Engine
from gba.models import packaged
from tests.helpers.any_client import blocks
from tests.helpers.running_api import serving

HERE = ("OpenAI's SDK", "curl", "LangChain")


def test_what_the_page_shows() -> None:
    with LlamaInProcess(packaged(), context=2048) as backend, serving(Engine(backend)) as url:
        shown = blocks(url)
        assert {block.title for block in shown} == {*HERE, "LiteLLM", "OpenAI Agents SDK", "Vercel AI SDK"}
        run = [block for block in shown if block.title in HERE and block.language != "js"]
        assert [block.title for block in run] == list(HERE)
        for block in run:
            command = ["bash", "-e"] if block.language == "curl" else [sys.executable, "-"]
            done = subprocess.run(command, input=block.code, capture_output=True, text=True, timeout=120, check=False)
            assert done.returncode == 0, done.stderr[-2000:]
            assert not block.missing(done.stdout)
