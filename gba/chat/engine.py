"""The engine: a backend, a chat format, and one step after another, sync and async. Needs no framework."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from gba.backends.base import AsyncBackend, Backend, Properties, Sampling
from gba.chat.calls import Calls
from gba.chat.events import Event, StepDone
from gba.chat.formats import BUILT_IN, ChatFormat, Conversation
from gba.chat.gate import Gate
from gba.chat.io import Compute, Describe, Task, adrive, answer, drive
from gba.chat.messages import Message, Step
from gba.chat.options import StepOptions
from gba.chat.pick import pick
from gba.chat.render import Prompt, Renderer, Transcripts
from gba.chat.request import Request
from gba.chat.resume import Resume
from gba.chat.specials import Specials
from gba.chat.step import StepTask
from gba.chat.syntaxes import builtin
from gba.chat.tokens import Tokens
from gba.chat.writer import Writer
from gba.schema.tools import ToolSpec

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from gba.chat.request import StepArguments

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

    def run(
        self, messages: Sequence[Message] | Request, tools: Sequence[ToolSpec] = (), **asked: Unpack[StepArguments]
    ) -> Generator[Event, None, None]:
        """One step as it happens: its events, the last of which is StepDone. See `step` for arguments and errors.

        Closing the generator ends the generation. As many steps at a time as the backend has slots, whichever threads
        and event loops they come from; the others wait, first come, first served.
        """
        request = self.request(messages, tools, **asked)
        with self._gate.passed(lambda: self.properties().slots) as place:
            step = yield from place.pausing(drive(self._task(request), cast("Backend", self.backend)))
        yield StepDone(step)

    async def arun(
        self, messages: Sequence[Message] | Request, tools: Sequence[ToolSpec] = (), **asked: Unpack[StepArguments]
    ) -> AsyncGenerator[Event, None]:
        """`run`, on an AsyncBackend. Grammars are compiled in a thread, so that other tasks go on meanwhile."""
        request = self.request(messages, tools, **asked)
        async with self._gate.apassed(self._aslots) as place, aclosing(self._arun(request)) as events:
            async for event in events:
                place.pause()
                yield event
                place.resume()

    async def _aslots(self) -> int:
        return (await cast("AsyncBackend", self.backend).aproperties()).slots

    def step(
        self, messages: Sequence[Message] | Request, tools: Sequence[ToolSpec] = (), **asked: Unpack[StepArguments]
    ) -> Step:
        """One step.

        ``tool_choice``: ``auto`` (a tool or an answer), ``required`` or ``any`` (a tool), ``none`` (an answer) or a
        tool's name. ``parallel``: several calls in one step. ``response_schema``: the JSON Schema of the answer, which
        is then JSON text. ``stop``: texts that end an answer. ``sampling``, ``options``: instead of the engine's own.
        ``slot``: the llama-server slot to use. ``strict``: names of tools (`RESPOND`: the answer) whose schema the
        grammar has to enforce in full. ``grammar``: GBNF text, under which a plain answer is written, and no thought.
        In place of messages, tools and all of these it takes one `Request`.

        Without tools and response schema it is plain chat: an answer, no reasoning pass.

        Raises ConversationError (messages out of order, a tool_choice that cannot be met), SchemaError (a tool that
        cannot be compiled, or not strictly, by name), ContextOverflowError, StepError (arguments that stay invalid) and
        what the backend raises; BackendError and StepError carry what had been written.
        """
        return _last(self.run(messages, tools, **asked))

    async def astep(
        self, messages: Sequence[Message] | Request, tools: Sequence[ToolSpec] = (), **asked: Unpack[StepArguments]
    ) -> Step:
        """`step`, on an AsyncBackend."""
        async with aclosing(self.arun(messages, tools, **asked)) as events:
            async for event in events:
                if isinstance(event, StepDone):
                    return event.step
        raise RuntimeError("a step ended without its last event")

    def request(
        self, messages: Sequence[Message] | Request, tools: Sequence[ToolSpec] = (), **asked: Unpack[StepArguments]
    ) -> Request:
        """What is asked of one step, checked as far as that needs no model. Arguments and errors are those of `step`.

        A Request is checked and returned as it is; TypeError where there are other arguments beside it.
        """
        if isinstance(messages, Request):
            if tools or asked:
                raise TypeError("a Request says all that is asked: give no other arguments beside it")
            request = messages
        else:
            own: StepArguments = {
                **asked,
                "stop": tuple(asked.get("stop", ())),
                "sampling": asked.get("sampling") or self.sampling,
                "options": asked.get("options") or self.options,
            }
            request = Request(tuple(messages), tuple(tools), **own)  # type: ignore[arg-type]
        request.check()
        return request

    def count_tokens(self, messages: Sequence[Message], tools: Sequence[ToolSpec] = ()) -> int:
        """Exact number of tokens of the prompt for these messages, the opening of the assistant's turn included."""
        return len(self.prompt(messages, tools))

    def prompt(self, messages: Sequence[Message], tools: Sequence[ToolSpec] = ()) -> list[int]:
        """The tokens of the prompt for these messages, up to where the model goes on."""
        return answer(self._prompt(messages, tools), cast("Backend", self.backend)).tokens

    def _prompt(self, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Task[Prompt]:
        memory = yield from self._ready()
        request = Request(tuple(messages), tuple(tools), sampling=self.sampling, options=self.options)
        return (yield from memory.renderer.render(_conversation(request, memory)))

    def properties(self) -> Properties:
        """What is known of the model."""
        return cast("Backend", self.backend).properties()

    def chat_format(self) -> ChatFormat:
        """The chat format in use."""
        return answer(self._ready(), cast("Backend", self.backend)).renderer.format

    def prepare(self, tools: Sequence[ToolSpec], response_schema: Mapping[str, Any] | None = None) -> None:
        """Compile the grammars of a step now, which it would do itself. Raises SchemaError, ToolsError."""
        request = Request((), tuple(tools), response_schema=response_schema)
        answer(self._prepared(request), cast("Backend", self.backend))

    async def aprepare(self, tools: Sequence[ToolSpec], response_schema: Mapping[str, Any] | None = None) -> None:
        """`prepare`, on an AsyncBackend: it is compiled in a thread."""
        task = self._prepared(Request((), tuple(tools), response_schema=response_schema))
        async with aclosing(adrive(task, cast("AsyncBackend", self.backend))) as items:
            async for _ in items:
                pass

    def _prepared(self, request: Request) -> Task[_Memory]:
        memory = yield from self._ready()
        calls, style = self._calls, memory.renderer.format.syntax.arguments
        if not calls.has(request, style):
            yield Compute(lambda: calls.prepare(request, style))
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
        self._gate.widen(properties.slots)
        memory = yield from self._prepared(request)
        renderer = memory.renderer
        prompt = yield from renderer.render(_conversation(request, memory))
        options, resume = request.options, Resume(properties, request.options.resume)
        writer = Writer(prompt.tokens, memory.tokens, properties, max_tokens=options.max_tokens, resume=resume)
        step = yield from resume.patient(StepTask(request, renderer, prompt, writer, self._calls).run())
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
