"""The engine: a backend, a chat format, and one step after another, sync and async. Needs no framework."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, cast

from gba.backends.base import AsyncBackend, Backend, Properties, Sampling
from gba.chat.calls import Calls
from gba.chat.events import Event, StepDone
from gba.chat.formats import BUILT_IN, ChatFormat, Conversation
from gba.chat.gate import Gate
from gba.chat.io import Compute, Describe, Task, adrive, answer, drive
from gba.chat.messages import Message, Step, check_order
from gba.chat.options import StepOptions
from gba.chat.pick import pick
from gba.chat.render import Prompt, Renderer, Transcripts
from gba.chat.specials import Specials
from gba.chat.step import Request, StepTask
from gba.chat.syntaxes import builtin
from gba.chat.tokens import Tokens
from gba.chat.writer import Writer
from gba.schema.nodes import Residual
from gba.schema.tools import RESPOND, ToolSpec

__all__ = ["Engine"]

_LOGGER = logging.getLogger("gba")


class Engine:
    """Runs the steps of an agent on a backend.

        engine = Engine(LlamaServer("http://localhost:8080"))
        step = engine.step([Message("user", "What is 2 ** 0.5?")], tools=[ToolSpec("calculate", ...)])
        step.calls or step.answer

    ``chat_format``: a ChatFormat or the name of a built-in one; the model's own otherwise. ``call_syntax``: how it is
    to call, ``native``, ``gba``, ``react`` or ``action``; as its template does, or else gba's own way. ``sampling`` and
    ``options`` are defaults for all steps. One engine serves many conversations and threads; it remembers the tokens
    of the turns that were written through it, so that conversations go on without evaluating anything twice.
    """

    def __init__(
        self,
        backend: Backend | AsyncBackend,
        *,
        chat_format: ChatFormat | str | None = None,
        call_syntax: str | None = None,
        sampling: Sampling | None = None,
        options: StepOptions | None = None,
    ) -> None:
        self.backend = backend
        self.sampling = sampling or Sampling()
        self.options = options or StepOptions()
        self._wanted, self._syntax = chat_format, call_syntax
        if call_syntax is not None and call_syntax != "native":
            builtin(call_syntax)
        self._calls, self._gate = Calls(), Gate()
        self._memory: _Memory | None = None
        self._slots: int | None = None  # of the model, as it last said

    # The argument list is the same in run, arun, step and astep: `request` says what each one means.

    def run(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec] = (), **asked: Any
    ) -> Generator[Event, None, None]:
        """One step as it happens: its events, the last of which is StepDone. See `step` for arguments and errors.

        Closing the generator ends the generation. As many steps at a time as the backend has slots, whichever threads
        and event loops they come from; the others wait, first come, first served.
        """
        request = self.request(messages, tools, **asked)
        if self._slots is None:
            self._slots = self.properties().slots
        with self._gate.passed(self._slots) as place:
            step = yield from place.pausing(drive(self._task(request), cast("Backend", self.backend)))
        yield StepDone(step)

    async def arun(
        self,
        messages: Sequence[Message],
        tools: Sequence[ToolSpec] = (),
        *,
        prepared: Callable[[], Awaitable[None]] | None = None,
        **asked: Any,
    ) -> AsyncGenerator[Event, None]:
        """`run`, on an AsyncBackend.

        ``prepared`` is awaited before the step begins, once it has its place in the queue: so the time that it takes
        does not change the order of the steps.
        """
        request = self.request(messages, tools, **asked)
        if self._slots is None:
            self._slots = (await cast("AsyncBackend", self.backend).aproperties()).slots
        async with self._gate.apassed(self._slots) as place:
            if prepared is not None:
                await prepared()
            async with aclosing(self._arun(request)) as events:
                async for event in events:
                    place.pause()
                    yield event
                    place.resume()

    def step(self, messages: Sequence[Message], tools: Sequence[ToolSpec] = (), **asked: Any) -> Step:
        """One step.

        ``tool_choice``: ``auto`` (a tool or an answer), ``required`` or ``any`` (a tool), ``none`` (an answer) or a
        tool's name. ``parallel``: several calls in one step. ``response_schema``: the JSON Schema of the answer, which
        is then JSON text. ``stop``: texts that end an answer. ``sampling``, ``options``: instead of the engine's own.
        ``slot``: the llama-server slot to use.

        Without tools and response schema it is plain chat: an answer, no reasoning pass.

        Raises ConversationError (messages out of order, a tool_choice that cannot be met), SchemaError (a tool that
        cannot be compiled, by name), ContextOverflowError, StepError (arguments that stay invalid) and what the
        backend raises; BackendError and StepError carry what had been written.
        """
        return _last(self.run(messages, tools, **asked))

    async def astep(self, messages: Sequence[Message], tools: Sequence[ToolSpec] = (), **asked: Any) -> Step:
        """`step`, on an AsyncBackend."""
        async with aclosing(self.arun(messages, tools, **asked)) as events:
            async for event in events:
                if isinstance(event, StepDone):
                    return event.step
        raise RuntimeError("a step ended without its last event")

    def request(
        self,
        messages: Sequence[Message],
        tools: Sequence[ToolSpec] = (),
        *,
        tool_choice: str = "auto",
        parallel: bool = False,
        response_schema: Mapping[str, Any] | None = None,
        stop: Sequence[str] = (),
        sampling: Sampling | None = None,
        options: StepOptions | None = None,
        slot: int | None = None,
    ) -> Request:
        """What is asked of one step, checked as far as that needs no model. Raises as `step` does."""
        request = Request(
            tuple(messages),
            tuple(tools),
            tool_choice,
            parallel,
            response_schema,
            tuple(stop),
            sampling or self.sampling,
            options or self.options,
            slot,
        )
        check_order(request.messages)
        if request.tools or response_schema is not None:
            request.allowed()
        return request

    def count_tokens(self, messages: Sequence[Message], tools: Sequence[ToolSpec] = ()) -> int:
        """Exact number of tokens of the prompt for these messages, the opening of the assistant's turn included."""
        return len(answer(self._prompt(messages, tools), cast("Backend", self.backend)).tokens)

    def _prompt(self, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Task[Prompt]:
        memory = yield from self._ready()
        request = Request(tuple(messages), tuple(tools), "auto", False, None, (), self.sampling, self.options, None)
        return (yield from memory.renderer.render(_conversation(request, memory)))

    def properties(self) -> Properties:
        """What is known of the model."""
        return cast("Backend", self.backend).properties()

    def chat_format(self) -> ChatFormat:
        """The chat format in use."""
        return answer(self._ready(), cast("Backend", self.backend)).renderer.format

    def exact(self, name: str, schema: Mapping[str, Any]) -> bool:
        """Whether the grammar enforces all of a tool's schema, so that its arguments are never written a second time.
        `RESPOND` is the name of an answer of that form.

        Raises SchemaError, with the tool's name, where the schema cannot be compiled.
        """
        return self.residual(name, schema) == ()

    def residual(self, name: str, schema: Mapping[str, Any]) -> tuple[Residual, ...]:
        """What the grammar of a tool's arguments leaves to the check after they were written. See `exact`."""
        if name == RESPOND:
            return self._calls.response(schema).residual
        memory = self._memory
        chat_format = memory.renderer.format if memory is not None else self.chat_format()
        return self._calls.fill(name, schema, chat_format.syntax.arguments).residual

    def prepare(self, tools: Sequence[ToolSpec], response_schema: Mapping[str, Any] | None = None) -> None:
        """Compile the grammars of a step now, which it would do itself. Raises SchemaError, ToolsError."""
        answer(self._prepared(tools, response_schema), cast("Backend", self.backend))

    async def aprepare(self, tools: Sequence[ToolSpec], response_schema: Mapping[str, Any] | None = None) -> None:
        """`prepare`, on an AsyncBackend: it is compiled in a thread."""
        task = self._prepared(tools, response_schema)
        async with aclosing(adrive(task, cast("AsyncBackend", self.backend))) as items:
            async for _ in items:
                pass

    def _prepared(self, tools: Sequence[ToolSpec], response_schema: Mapping[str, Any] | None) -> Task[_Memory]:
        memory = yield from self._ready()
        calls, style = self._calls, memory.renderer.format.syntax.arguments

        def compile_all() -> None:
            calls.check(tools, style)
            if response_schema is not None:
                calls.response(response_schema)

        if tools or response_schema is not None:
            yield Compute(compile_all)
        return memory

    def _ready(self) -> Task[_Memory]:
        """What is remembered of the model. Where the backend has another one by now, all of it is dropped."""
        properties: Properties = yield Describe()
        memory = self._memory
        if memory is None or memory.identity != properties.identity:
            chat_format = yield from pick(self._wanted, properties, self._syntax)
            bos = properties.bos if properties.add_bos or chat_format.bos else None
            tokens = Tokens(Specials(properties.specials, chat_format.stops, chat_format.marks()))
            _report(chat_format, guessed=self._wanted is None and chat_format.name in BUILT_IN)
            if memory is not None:
                self._calls = Calls()
            memory = _Memory(properties.identity, tokens, Renderer(chat_format, tokens, Transcripts(), bos=bos))
            self._memory = memory
        return memory

    async def _arun(self, request: Request) -> AsyncGenerator[Event, None]:
        async with aclosing(adrive(self._task(request), cast("AsyncBackend", self.backend))) as items:
            async for item in items:
                yield StepDone(item[0]) if isinstance(item, tuple) else item

    def _task(self, request: Request) -> Task[Step]:
        properties: Properties = yield Describe()
        self._slots = properties.slots
        memory = yield from self._prepared(request.tools, request.response_schema)
        renderer = memory.renderer
        prompt = yield from renderer.render(_conversation(request, memory))
        writer = Writer(prompt.tokens, memory.tokens, properties, max_tokens=request.options.max_tokens)
        step = yield from StepTask(request, renderer, prompt, writer, self._calls).run()
        renderer.remember(prompt, step.message(), step.tokens)
        return step


@dataclass(frozen=True)
class _Memory:
    """What is remembered of one model."""

    identity: str
    tokens: Tokens
    renderer: Renderer


def _report(chat_format: ChatFormat, *, guessed: bool) -> None:
    """Log which format is used, as a warning where it may not be what the model was trained on."""
    if guessed:
        _LOGGER.warning(
            "the model has no chat template: %s is used, as its name or its control tokens suggest. If its answers "
            "make no sense, choose another one with chat_format= (--chat-format): %s",
            chat_format.describe(),
            ", ".join(sorted(BUILT_IN)),
        )
    else:
        _LOGGER.log(logging.WARNING if chat_format.why else logging.INFO, "chat format: %s", chat_format.describe())


def _conversation(request: Request, memory: _Memory) -> Conversation:
    return replace(request.conversation(memory.renderer.format), specials=memory.tokens.specials.names)


def _last(events: Generator[Event, None, None]) -> Step:
    for event in events:
        if isinstance(event, StepDone):
            return event.step
    raise RuntimeError("a step ended without its last event")
