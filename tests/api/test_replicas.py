"""Two endpoints, each before a llama-server of its own, behind nginx; one of the two is killed under load."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from gba.backends.process import LlamaServerProcess
from gba.models import packaged

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "any-client.md"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed: Debian has it as nginx-light")

MAIN = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {servers}
}}
"""


@dataclass
class Replica:
    llama: LlamaServerProcess
    api: subprocess.Popen[str]
    port: int


@contextlib.contextmanager
def replica() -> Iterator[Replica]:
    with LlamaServerProcess(packaged(), context=4096, slots=2, extra_args=["--threads", "1"]) as llama:
        command = [sys.executable, "-m", "gba", "api", "--base-url", llama.base_url, "--port", "0", "--resume", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                url = httpx.URL(process.stdout.readline().split()[0])
                yield Replica(llama, process, url.port or 0)
            finally:
                process.kill()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextlib.contextmanager
def balanced(folder: Path, ports: list[int]) -> Iterator[str]:
    """nginx, with the configuration that the documentation shows, in front of endpoints at these ports."""
    match = re.search(r"```nginx\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert match is not None
    port = free_port()
    shown = match[1].replace("listen 8000", f"listen 127.0.0.1:{port}")
    for host, real in zip(("10.0.0.1:8090", "10.0.0.2:8090"), ports, strict=True):
        assert host in shown
        shown = shown.replace(host, f"127.0.0.1:{real}")
    conf = folder / "nginx.conf"
    conf.write_text(MAIN.format(folder=folder, servers=shown), encoding="utf-8")
    with subprocess.Popen([str(NGINX), "-p", str(folder), "-c", str(conf)]) as process:
        try:
            url = f"http://127.0.0.1:{port}/v1"
            end = time.monotonic() + 20
            while time.monotonic() < end:
                with contextlib.suppress(httpx.HTTPError):
                    httpx.get(f"{url}/models")
                    break
                time.sleep(0.05)
            yield url
        finally:
            process.terminate()


@pytest.fixture
def replicas(tmp_path: Path) -> Iterator[tuple[str, list[Replica]]]:
    with replica() as one, replica() as other, balanced(tmp_path, [one.port, other.port]) as url:
        yield url, [one, other]


async def ask(client: httpx.AsyncClient, url: str, number: int, begun: dict[int, bool]) -> bool:
    """Whether a request got its own call whole; ``begun`` notes that the first piece of its stream came."""
    value = {"type": "object", "properties": {"value": {"const": number}}, "required": ["value"]}
    tool = {"type": "function", "function": {"name": f"keep_{number}", "parameters": value}}
    body = {
        "messages": [{"role": "user", "content": f"Keep {number}."}],
        "tools": [tool],
        "tool_choice": "required",
        "parallel_tool_calls": False,
        "max_tokens": 64,
        "stream": number % 2 == 0,
    }
    headers = {"X-Session-Id": f"conversation {number}"}
    text = ""
    try:
        async with client.stream("POST", f"{url}/chat/completions", json=body, headers=headers) as answer:
            if answer.status_code != 200:
                return False
            if not body["stream"]:
                made = json.loads(await answer.aread())["choices"][0]["message"]["tool_calls"]
                return [json.loads(call["function"]["arguments"]) for call in made] == [{"value": number}]
            async for line in answer.aiter_lines():
                data: dict[str, Any] = json.loads(line[6:]) if line.startswith("data: {") else {}
                begun[number] = begun.get(number, False) or bool(data)
                for choice in data.get("choices", ()):
                    for call in choice["delta"].get("tool_calls") or ():
                        text += call["function"].get("arguments") or ""
        return bool(json.loads(text) == {"value": number})
    except (httpx.HTTPError, ValueError):
        return False


@pytest.mark.parametrize("killed", ["endpoint", "llama-server"])
async def test_nothing_is_lost_that_had_not_begun(replicas: tuple[str, list[Replica]], killed: str) -> None:
    url, (one, _) = replicas
    begun: dict[int, bool] = {}
    async with httpx.AsyncClient(timeout=120, limits=httpx.Limits(max_connections=None)) as client:
        assert all(await asyncio.gather(*(ask(client, url, number, {}) for number in range(4))))
        tasks = [asyncio.ensure_future(ask(client, url, number, begun)) for number in range(40)]
        while sum(task.done() for task in tasks) < 6:
            await asyncio.sleep(0.01)
        pid = one.api.pid if killed == "endpoint" else one.llama.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        done = await asyncio.gather(*tasks)
        lost = [number for number, right in enumerate(done) if not right]
        assert sum(done) >= 6
        assert [number for number in lost if not begun.get(number)] == []
        assert len(lost) <= 2  # no more than were at work on one llama-server
        assert all(await asyncio.gather(*(ask(client, url, number, {}) for number in range(40, 48))))


def test_a_conversation_stays_where_its_cache_is(replicas: tuple[str, list[Replica]]) -> None:
    url, _ = replicas
    for number in range(4):
        headers = {"X-Session-Id": f"conversation {number}"}
        messages: list[Any] = [{"role": "user", "content": f"Hello, I am number {number}."}]
        last = 0
        for turn in range(3):
            body = {"messages": messages, "max_tokens": 12, "temperature": 0}
            answer = httpx.post(f"{url}/chat/completions", json=body, headers=headers, timeout=120).json()
            usage = answer["usage"]
            if turn:
                assert usage["prompt_tokens_details"]["cached_tokens"] > last
            last = usage["prompt_tokens"]
            messages += [answer["choices"][0]["message"], {"role": "user", "content": "And then?"}]
