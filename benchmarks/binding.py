"""What it costs to bind tools at every step, as an agent does, and how long an event loop is held meanwhile.

    python benchmarks/binding.py [--tools 20] [--calls 50]

- Binding: `bind_tools`, reading what is bound when the model is called, and the engine's check of the tools; in
  milliseconds of processor time, the first time and the median of the later ones.
- The event loop: how long its thread computes at most before a task that does nothing comes to its turn again, while so
  many calls at a time, the first with these tools, are at work on a llama-server with the packaged tiny agent; in
  milliseconds of processor time. Objects that were there before are left out of garbage collection, as servers do.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import statistics
import time
from collections.abc import Callable
from typing import Any, Literal

from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, Field

from gba.backends.process import LlamaServerProcess
from gba.backends.scripted import Scripted
from gba.chat.messages import Message
from gba.langchain import ChatLlamaCpp
from gba.langchain.calling import asked_of
from gba.models import packaged


class Place(BaseModel):
    """Where to look."""

    street: str = Field(max_length=40)
    city: str
    code: str = Field(pattern=r"^\d{5}$")


def tool_of(number: int) -> BaseTool:
    """One of many tools, with parameters of several kinds."""

    def look(query: str, limit: int = 10, kind: Literal["all", "new"] = "all", where: Place | None = None) -> str:
        """Look something up."""
        return f"{query} {limit} {kind} {where}"

    return StructuredTool.from_function(look, name=f"tool_{number}")


def costs(work: Callable[[], Any], rounds: int = 50) -> tuple[float, float]:
    """Milliseconds of processor time: the first time, and the median of the later ones."""
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        taken.append((time.process_time() - start) * 1e3)
    return taken[0], statistics.median(taken[1:])


def binding(tools: list[BaseTool]) -> None:
    """Print what a step pays for its tools."""
    chat = ChatLlamaCpp(backend=Scripted())
    parts: dict[str, Callable[[], Any]] = {"bind_tools": lambda: chat.bind_tools(tools)}
    bound = chat.bind_tools(tools).kwargs
    asked = asked_of([Message("user", "?")], {}, bound)
    parts["what is bound is read"] = lambda: asked_of([Message("user", "?")], {}, bound)
    parts["the engine's check"] = lambda: chat.engine.request(asked.request)
    for name, work in parts.items():
        first, later = costs(work)
        print(f"{name:24} first {first:7.1f} ms, then {later:.2f} ms")


async def longest_hold(tools: list[BaseTool], calls: int) -> tuple[float, float]:
    """Milliseconds that the event loop was held at most by calls of tools that were never compiled; and by none."""
    held = 0.0

    async def tick() -> None:
        nonlocal held
        while True:
            start = time.thread_time()
            await asyncio.sleep(0)
            held = max(held, (time.thread_time() - start) * 1e3)

    with LlamaServerProcess(packaged("tiny-agent"), slots=8) as server:
        chat = ChatLlamaCpp(base_url=server.base_url, max_tokens=64)
        await chat.ainvoke("Hello!")
        bound = chat.bind_tools(tools, tool_choice="any")
        gc.collect()
        gc.freeze()
        ticking = asyncio.create_task(tick())
        await asyncio.sleep(0.5)
        idle, held = held, 0.0
        await asyncio.gather(*(bound.ainvoke(f"{number}?") for number in range(calls)))
        ticking.cancel()
    return held, idle


def main() -> None:
    """Measure both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tools", type=int, default=20)
    parser.add_argument("--calls", type=int, default=50)
    options = parser.parse_args()
    tools = [tool_of(number) for number in range(options.tools)]
    held, idle = asyncio.run(longest_hold(tools, options.calls))
    print(f"event loop held for {held:.1f} ms at most; with no calls {idle:.1f} ms")
    binding([tool_of(number) for number in range(options.tools)])


if __name__ == "__main__":
    main()
