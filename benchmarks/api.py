"""The endpoint of `gba api` beside llama-server's own, on one llama-server.

    python benchmarks/api.py [--model MODEL.gguf] [--n 100] [--schemas DATA.jsonl.xz [--tools 100]] [--streams 200]

Overhead: the same request without tools to both in turns, ``--n`` times: the median of the time until it is answered,
and until the first token of a stream, in milliseconds. Streams: so many at once on four slots, each with a tool of its
own: how many came back whole, and none with another's call. Schemas (with ``--schemas``: a file of MaskBench): so many
function schemas with a named tool_choice on random weights, at most 256 tokens: how many answers hold a call whose
arguments satisfy the schema, of the endpoint (whole and streamed) and of llama-server's own (--jinja). Prints one JSON
object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from always_valid import load, verdict
from openai import AsyncOpenAI, OpenAI, OpenAIError

from gba.backends.process import LlamaServerProcess
from gba.chat import Engine
from gba.models import packaged

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from tests.helpers.gguf_factory import CHATML_WITH_TOOLS, write_gguf  # noqa: E402
from tests.helpers.running_api import serving  # noqa: E402


@contextmanager
def both(model: Path, **options: Any) -> Iterator[tuple[str, str]]:
    """The URLs of the endpoint and of the llama-server behind it."""
    with (
        LlamaServerProcess(model, extra_args=["--jinja"], **options) as server,
        server.backend() as backend,
        serving(Engine(backend)) as url,
    ):
        yield url, f"{server.base_url}/v1"


def overhead(urls: tuple[str, str], count: int) -> dict[str, Any]:
    """Milliseconds of a short answer, and until the first token of a stream; medians, of requests in turns."""
    body = {"messages": [{"role": "user", "content": "Say hello."}], "max_tokens": 8, "temperature": 0}
    whole: dict[str, list[float]] = {url: [] for url in urls}
    first: dict[str, list[float]] = {url: [] for url in urls}
    with httpx.Client(timeout=120) as client:
        for _ in range(count + 3):
            for url in urls:
                begun = time.perf_counter()
                client.post(f"{url}/chat/completions", json=body).raise_for_status()
                whole[url].append(time.perf_counter() - begun)
                begun = time.perf_counter()
                with client.stream("POST", f"{url}/chat/completions", json={**body, "stream": True}) as answer:
                    for line in answer.iter_lines():
                        if '"content"' in line and '"content":null' not in line.replace(" ", ""):
                            first[url].append(time.perf_counter() - begun)
                            break
    ours, theirs = urls

    def median(times: list[float]) -> float:
        return round(1000 * statistics.median(times[3:]), 2)

    return {
        "whole_ms": {"gba api": median(whole[ours]), "llama-server": median(whole[theirs])},
        "first_token_ms": {"gba api": median(first[ours]), "llama-server": median(first[theirs])},
        "requests": count,
    }


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


def valid(url: str, tools: list[dict[str, Any]], *, stream: bool) -> int:
    """How many of the tools are called with arguments that their schema allows."""
    right = 0
    with OpenAI(base_url=url, api_key="none", max_retries=0, timeout=600) as client:
        for tool in tools:
            arguments: dict[str, Any] = {
                "model": "x",
                "messages": [{"role": "user", "content": "Call it."}],
                "tools": [tool],
                "tool_choice": {"type": "function", "function": {"name": tool["function"]["name"]}},
                "max_tokens": 256,
                "seed": 1,
            }
            try:
                text = _streamed(client, arguments) if stream else _whole(client, arguments)
                right += verdict(tool["function"]["parameters"], json.loads(text)) == "valid"
            except (OpenAIError, ValueError, IndexError, TypeError):
                continue  # no call, or none that can be read: not right
    return right


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
    parser.add_argument("--schemas", type=Path, default=None, help="MaskBench data")
    parser.add_argument("--tools", type=int, default=100, help="schemas of it (default: %(default)s)")
    args = parser.parse_args()
    figures: dict[str, Any] = {}
    with both(args.model or packaged(), context=2048, slots=4, threads=1) as urls:
        figures["overhead"] = overhead(urls, args.n)
        figures["streams"] = asyncio.run(streams(urls[0], args.streams))
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
            with both(model, context=2048, slots=1, threads=1) as (ours, theirs):
                figures["schemas"] = {
                    "asked": len(tools),
                    "gba api": valid(ours, tools, stream=False),
                    "gba api, streamed": valid(ours, tools, stream=True),
                    "llama-server": valid(theirs, tools, stream=False),
                }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
