"""Runs an agent so that Ctrl-C ends the generation at once, and nothing of what was written is lost."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from gba.cli.views import Tally, View

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, BaseMessage

__all__ = ["AGAIN", "INTERRUPTED", "Run", "Runner", "leave"]

INTERRUPTED = 130
"""The exit code of a process that Ctrl-C ended."""
AGAIN = 1.0
"""Seconds within which a second Ctrl-C leaves the program."""
_UNFINISHED = "(interrupted)"


@dataclass
class Run:
    """What came of a request: the messages that were added, and what they cost.

    After an interruption the messages are still a conversation that can go on: calls whose results had not come are
    left out, and the last message is what had been written of an answer.
    """

    added: list[BaseMessage] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    interrupted: bool = False
    writing: str = ""

    def step(self, message: AIMessage) -> None:
        """A step that is complete."""
        self.added.append(message)
        self.tally.add(message)
        self.writing = ""

    def cut(self) -> None:
        """After an interruption: keep the complete steps and the text of the answer so far.

        A call without its result is dropped with everything behind it.
        """
        from langchain_core.messages import AIMessage, ToolMessage

        self.interrupted = True
        have = {message.tool_call_id for message in self.added if isinstance(message, ToolMessage)}
        for at, message in enumerate(self.added):
            if isinstance(message, AIMessage) and any(call["id"] not in have for call in message.tool_calls):
                self.added = self.added[:at]
                break
        if self.writing.strip() or self.added:
            self.added.append(AIMessage(self.writing.strip() or _UNFINISHED))


class Runner:
    """Runs requests, one after the other, on an event loop of its own. Used as a context manager, which closes it.

    ``interrupted_at`` is the time (`time.monotonic`) at which Ctrl-C last ended a request.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._handler_before: Any = None
        self.interrupted_at = float("-inf")

    def __enter__(self) -> Runner:
        if threading.current_thread() is threading.main_thread():  # only that one gets signals
            self._handler_before = signal.signal(signal.SIGINT, self._pressed_between)
        return self

    def _pressed_between(self, *_: object) -> None:
        """Ctrl-C while no request runs."""
        self.leave_if_again()
        raise KeyboardInterrupt

    def leave_if_again(self) -> None:
        """End the process if a request was interrupted just before."""
        if time.monotonic() - self.interrupted_at < AGAIN:
            leave(INTERRUPTED)

    def __exit__(self, *_: object) -> None:
        if self._handler_before is not None:
            signal.signal(signal.SIGINT, self._handler_before)
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def run(self, agent: Any, messages: Sequence[BaseMessage], view: View) -> Run:
        """Let the agent answer, shown in the view.

        Ctrl-C ends the generation, and a second one within a second the process. Raises GbaError; what had been shown
        until then stays shown.
        """
        done = Run()
        try:
            finished = self._until_interrupted(_follow(agent, messages, view, done))
        finally:
            view.end()
        if not finished:
            done.cut()
        return done

    def _until_interrupted(self, work: Coroutine[Any, Any, None]) -> bool:
        """Run it; whether it came to its end."""
        task = self._loop.create_task(work)

        def pressed() -> None:
            self.leave_if_again()
            self.interrupted_at = time.monotonic()
            task.cancel()

        with _on_interrupt(self._loop, pressed):
            try:
                self._loop.run_until_complete(task)
            except asyncio.CancelledError:
                return False
        return True


@contextmanager
def _on_interrupt(loop: asyncio.AbstractEventLoop, pressed: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C calls ``pressed`` in the event loop, in place of the KeyboardInterrupt that would leave it."""
    if threading.current_thread() is not threading.main_thread():  # only the main thread gets signals
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    try:
        loop.add_signal_handler(signal.SIGINT, pressed)
    except NotImplementedError:  # Windows
        signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(pressed))
    try:
        yield
    finally:
        with contextlib.suppress(NotImplementedError):
            loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, before)


async def _follow(agent: Any, messages: Sequence[BaseMessage], view: View, done: Run) -> None:
    async with aclosing(_events(agent, messages)) as events:
        async for kind, message in events:
            if kind == "piece":
                done.writing += str(message.text)
                view.piece(message)
            elif kind == "step":
                done.step(message)
                view.step(message)
            else:
                done.added.append(message)
                view.result(message)


async def _events(agent: Any, messages: Sequence[BaseMessage]) -> AsyncGenerator[tuple[str, Any], None]:
    from langchain_core.messages import AIMessage, AIMessageChunk, ToolMessage

    stream = agent.astream({"messages": list(messages)}, stream_mode=["messages", "updates"])
    async with aclosing(stream):
        async for mode, data in stream:
            if mode == "messages":
                if isinstance(data[0], AIMessageChunk):
                    yield "piece", data[0]
                continue
            for update in data.values():
                for message in (update or {}).get("messages", ()):
                    if isinstance(message, AIMessage):
                        yield "step", message
                    elif isinstance(message, ToolMessage):
                        yield "result", message


def leave(code: int) -> NoReturn:
    """End the process now.

    `sys.exit` would wait for a tool that is still at work in a thread, and an exception that a signal raises in the
    middle of a callback is dropped.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    atexit._run_exitfuncs()  # processes that calculate, and servers, are ended there
    os._exit(code)
