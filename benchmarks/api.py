"""The endpoint of `gba api` beside llama-server's own, on one llama-server. Each is a process of its own.

    python benchmarks/api.py [--model MODEL.gguf] [--n 100] [--schemas DATA.jsonl.xz [--tools 300]] [--streams 200]
                             [--requests 10000]

Overhead: a request without tools to both in turns, ``--n`` times, each with a text of its own and each first every
other time: milliseconds until it is answered, and until the first token of a stream, without those that llama.cpp says
it spent on the prompt and the tokens; medians. Streams: so many at once on four slots, each with a tool of its own:
how many came back whole, and none with another's call. Requests: so many, eight at a time, and the memory of the
endpoint after a tenth of them, and at the end. Schemas (with ``--schemas``: a file of MaskBench): so many function
schemas with a named tool_choice on random weights, at most 256 tokens: how many answers hold a call whose arguments
satisfy the schema, of the endpoint (whole and streamed) and of llama-server's own (--jinja). Schemas that nothing
satisfies are counted apart. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from always_valid import load, verdict
from openai import AsyncOpenAI, OpenAI, OpenAIError

from gba.backends.process import LlamaServerProcess
from gba.models import packaged

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.helpers.gguf_factory import CHATML_WITH_TOOLS, write_gguf

HEADERS = {"Authorization": "Bearer none"}


@contextlib.contextmanager
def both(model: Path, **options: Any) -> Iterator[tuple[str, str, int]]:
    """The URLs of the endpoint and of the llama-server behind it, and the process id of the first."""
    with LlamaServerProcess(model, extra_args=["--jinja"], **options) as server:
        command = [sys.executable, "-m", "gba", "api", "--base-url", server.base_url, "--port", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                yield process.stdout.readline().split()[0], f"{server.base_url}/v1", process.pid
            finally:
                process.terminate()


def overhead(urls: tuple[str, str], count: int) -> dict[str, Any]:
    """Milliseconds beside those of llama.cpp itself, of a short answer and of the first token of a stream."""
    times: dict[str, dict[str, list[float]]] = {url: {"whole": [], "first token": []} for url in urls}
    # a connection for each request: llama-server closes kept ones after a stream
    with httpx.Client(timeout=120, limits=httpx.Limits(max_keepalive_connections=0)) as client:
        for number in range(count + 3):
            for turn, url in enumerate(urls if number % 2 else reversed(urls)):
                body = {
                    "messages": [{"role": "user", "content": f"Say hello, number {number}{'ab'[turn]}."}],
                    "max_tokens": 8,
                    "temperature": 0,
                }
                times[url]["whole"].append(_whole_ms(client, url, body))
                times[url]["first token"].append(_first_ms(client, url, body))
    medians = {
        name: {kind: round(statistics.median(values[3:]), 2) for kind, values in times[url].items()}
        for name, url in zip(("gba api", "llama-server"), urls, strict=True)
    }
    more = {kind: round(medians["gba api"][kind] - medians["llama-server"][kind], 2) for kind in medians["gba api"]}
    return {"ms beside llama.cpp's": medians, "more with gba api": more, "requests": count}


def _whole_ms(client: httpx.Client, url: str, body: dict[str, Any]) -> float:
    begun = time.perf_counter()
    answer = client.post(f"{url}/chat/completions", json=body, headers=HEADERS)
    taken = 1000 * (time.perf_counter() - begun)
    timings = answer.raise_for_status().json()["timings"]
    return float(taken - timings["prompt_ms"] - timings["predicted_ms"])


def _first_ms(client: httpx.Client, url: str, body: dict[str, Any]) -> float:
    begun, first, spent = time.perf_counter(), 0.0, 0.0
    with client.stream("POST", f"{url}/chat/completions", json={**body, "stream": True}, headers=HEADERS) as answer:
        for line in answer.iter_lines():
            data = json.loads(line[6:]) if line.startswith("data: {") else {}
            if not first and any(choice["delta"].get("content") for choice in data.get("choices", ())):
                first = 1000 * (time.perf_counter() - begun)
            spent = data.get("timings", {}).get("prompt_ms", spent)
    return first - spent


async def requests(url: str, process: int, count: int) -> dict[str, Any]:
    """Memory in MB while so many requests are answered."""
    at: dict[int, float] = {}
    done = 0
    numbers = iter(range(count))

    async def ask(client: httpx.AsyncClient) -> None:
        nonlocal done
        for number in numbers:
            tool = {"type": "function", "function": {"name": f"f{number % 7}", "parameters": {"type": "object"}}}
            body: dict[str, Any] = {
                "messages": [{"role": "user", "content": f"Text {number}: {'word ' * (number % 50)}"}],
                "max_tokens": 4,
                "stream": number % 2 == 0,
                **({"tools": [tool]} if number % 3 == 0 else {}),
            }
            (await client.post(f"{url}/chat/completions", json=body, headers=HEADERS)).raise_for_status()
            done += 1
            if done in (count // 10, count):
                at[done] = _resident(process)

    async with httpx.AsyncClient(timeout=600) as client:
        await asyncio.gather(*(ask(client) for _ in range(8)))
    first, last = at[count // 10], at[count]
    return {"after": {str(key): value for key, value in at.items()}, "growth": round(last / first - 1, 4)}


def _resident(process: int) -> float:
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


async def streams(url: str, count: int) -> dict[str, int]:
    """Streams at once, each of which has to call its own tool with its own number."""

    async def ask(client: AsyncOpenAI, number: int) -> bool:
        value = {"type": "object", "properties": {"value": {"const": number}}, "required": ["value"]}
        tool: Any = {"type": "function", "function": {"name": f"keep_{number}", "parameters": value}}
        name, text = "", ""
        stream = await client.chat.completions.create(
            model="x",
            messages=[{"role": "user", "content": f"Keep {number}."}],
            tools=[tool],
            tool_choice="required",
            parallel_tool_calls=False,
            max_tokens=64,
            stream=True,
        )
        async for chunk in stream:
            for choice in chunk.choices:
                for call in choice.delta.tool_calls or ():
                    if call.function is not None:
                        name += call.function.name or ""
                        text += call.function.arguments or ""
        return name == f"keep_{number}" and json.loads(text) == {"value": number}

    async with AsyncOpenAI(base_url=url, api_key="none", max_retries=0, timeout=600) as client:
        done = await asyncio.gather(*(ask(client, number) for number in range(count)), return_exceptions=True)
    return {"asked": count, "right": sum(result is True for result in done)}


def valid(url: str, tools: list[dict[str, Any]], *, stream: bool, named: bool = True) -> dict[str, Any]:
    """How many of the tools are called with arguments that their schema allows, and what is wrong with the others."""
    right, wrong, none = 0, {}, 0
    with OpenAI(base_url=url, api_key="none", max_retries=0, timeout=600) as client:
        for tool in tools:
            name = tool["function"]["name"]
            arguments: dict[str, Any] = {
                "model": "x",
                "messages": [{"role": "user", "content": "Call it."}],
                "tools": [tool],
                "tool_choice": {"type": "function", "function": {"name": name}} if named else "required",
                "max_tokens": 256,
                "seed": 1,
            }
            try:
                text = _streamed(client, arguments) if stream else _whole(client, arguments)
                said = verdict(tool["function"]["parameters"], json.loads(text))
            except (OpenAIError, ValueError, IndexError, TypeError) as error:
                said = f"{type(error).__name__}: {str(error)[:200]}"
            if said == "valid":
                right += 1
            elif "nothing satisfies" in said:
                none += 1
            else:
                wrong[name] = said
    return {"valid": right, "unsatisfiable": none, "wrong": wrong}


def _whole(client: OpenAI, arguments: dict[str, Any]) -> str:
    message = client.chat.completions.create(**arguments).choices[0].message
    return str(message.tool_calls[0].function.arguments)  # type: ignore[index,union-attr]


def _streamed(client: OpenAI, arguments: dict[str, Any]) -> str:
    text = ""
    for chunk in client.chat.completions.create(**arguments, stream=True):
        for choice in chunk.choices:
            for call in choice.delta.tool_calls or ():
                if call.index == 0 and call.function is not None:
                    text += call.function.arguments or ""
    return text


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=None, help="for the overhead; the tiny agent otherwise")
    parser.add_argument("--n", type=int, default=100, help="requests for the overhead (default: %(default)s)")
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--requests", type=int, default=0, help="requests for the memory (default: none)")
    parser.add_argument("--schemas", type=Path, default=None, help="MaskBench data")
    parser.add_argument("--tools", type=int, default=300, help="schemas of it (default: %(default)s)")
    args = parser.parse_args()
    figures: dict[str, Any] = {}
    with both(args.model or packaged(), context=2048, slots=4, threads=1) as (ours, theirs, process):
        if args.n:
            figures["overhead"] = overhead((ours, theirs), args.n)
        if args.streams:
            figures["streams"] = asyncio.run(streams(ours, args.streams))
        if args.requests:
            figures["memory"] = asyncio.run(requests(ours, process, args.requests))
    if args.schemas is not None:
        tools = [
            {
                "type": "function",
                "function": {"name": f"tool_{number}", "description": "", "parameters": case["schema"]},
            }
            for number, case in enumerate(load(args.schemas)[: args.tools])
        ]
        with tempfile.TemporaryDirectory() as folder:
            model = write_gguf(Path(folder) / "random.gguf", chat_template=CHATML_WITH_TOOLS)
            with both(model, context=2048, slots=1, threads=1) as (ours, theirs, _):
                figures["schemas"] = {
                    "asked": len(tools),
                    "gba api": valid(ours, tools, stream=False),
                    "gba api, streamed": valid(ours, tools, stream=True),
                    "llama-server": valid(theirs, tools, stream=False)["valid"],
                    "llama-server, required": valid(theirs, tools, stream=False, named=False)["valid"],
                }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
