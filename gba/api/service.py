"""Steps for requests: a bounded queue in front of the engine, counters, and errors as the endpoint tells them."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gba.api.asked import Asked
from gba.api.errors import ApiError, as_api_error
from gba.api.metrics import Metrics
from gba.backends.base import AsyncBackend, Properties
from gba.chat.engine import Engine
from gba.chat.events import AnswerDelta, ArgumentsDelta, CallDone, Event, Retry, StepDone, ThoughtDelta, ToolChosen
from gba.chat.logprobs import Told, listening
from gba.chat.messages import Step
from gba.errors import GbaError, UnknownModelError

__all__ = ["Done", "Piece", "Service", "new_id"]


@dataclass(frozen=True)
class Piece:
    """More of a step, that will not be taken back: of the thought, of a call's arguments, or of the answer.

    ``kind`` is ``thought``, ``call`` (a call begins: ``index``, ``call_id``, ``name``), ``arguments`` or ``content``.
    """

    kind: str
    text: str = ""
    index: int = 0
    call_id: str = ""
    name: str = ""


@dataclass(frozen=True)
class Done:
    """A whole step; ``told``: the logprobs, where they were asked for."""

    step: Step
    properties: Properties
    told: dict[str, Any] | None = None


@dataclass
class Service:
    """What runs the steps of all requests. ``queue``: how many may wait at a time; ``active``: how many wait or run.
    ``resume``: see `gba.chat.options.StepOptions`."""

    engine: Engine
    queue: int = 256
    name: str | None = None
    resume: float = 0.0
    metrics: Metrics = field(default_factory=Metrics)
    started: int = field(default_factory=lambda: int(time.time()))
    active: int = 0
    slots: int = 1

    @property
    def backend(self) -> AsyncBackend:
        """The engine's backend."""
        backend = self.engine.backend
        assert isinstance(backend, AsyncBackend)
        return backend

    async def properties(self) -> Properties:
        """What is known of the model. Raises ApiError."""
        try:
            known = await self.backend.aproperties()
        except GbaError as error:
            raise as_api_error(error) from error
        self.slots = known.slots
        return known

    def model_name(self, properties: Properties) -> str:
        """What the model is called here."""
        return self.name or Path(properties.model).stem or "local"

    def check_model(self, wanted: str | None, properties: Properties) -> None:
        """Refuse another model's name. Raises ApiError.

        Clients that have to send some name send what they like: only what looks like a file is taken at its word.
        """
        known = {self.model_name(properties), properties.model, Path(properties.model).name}
        if wanted and wanted.endswith(".gguf") and wanted not in known and Path(wanted).name not in known:
            message = f"the model {wanted!r} was asked for, but {self.model_name(properties)!r} runs here"
            raise as_api_error(UnknownModelError(message, name=wanted, known=sorted(known)))

    def check_queue(self, more: int = 1) -> None:
        """Refuse what would wait behind too many others. Raises ApiError."""
        if self.active + more > self.queue + self.slots:
            raise ApiError(
                f"{max(0, self.active - self.slots)} requests are waiting already: try again later.",
                status=429,
                kind="rate_limit_error",
                code="queue_full",
                retry=True,
            )

    async def steps(self, asked: Asked) -> AsyncGenerator[Piece | Done, None]:
        """One step, piece by piece; the last item is Done. Closing the generator ends the generation.

        Raises ApiError.
        """
        self.check_queue()
        engine, told = listening(self.engine, asked.logprobs)
        pieces = _Pieces()
        began = time.monotonic()
        self._count(1)
        try:
            request = replace(asked.request, options=replace(asked.request.options, resume=self.resume))
            async with aclosing(engine.arun(request)) as events:
                async for event in events:
                    for piece in pieces.of(event):
                        yield piece
                    if isinstance(event, StepDone):
                        self.metrics.step(event.step, time.monotonic() - began)
                        yield await self._done(event.step, told)
        except GbaError as error:
            self.metrics.failed(type(error).__name__)
            raise as_api_error(error) from error
        finally:
            self._count(-1)

    def _count(self, more: int) -> None:
        self.active += more
        self.metrics.waiting(max(0, self.active - self.slots))

    async def step(self, asked: Asked) -> Done:
        """One step. Raises ApiError."""
        async with aclosing(self.steps(asked)) as items:
            async for item in items:
                if isinstance(item, Done):
                    return item
        raise RuntimeError("a step ended without its last event")

    async def _done(self, step: Step, told: Told | None) -> Done:
        return Done(step, await self.properties(), None if told is None else told.of(step))


class _Pieces:
    """The events of a step as pieces that are final: what may be written again is held until it is valid."""

    def __init__(self) -> None:
        self._live, self._held = True, ""
        self._answer_held = False

    def of(self, event: Event) -> list[Piece]:
        match event:
            case ThoughtDelta(text):
                return [Piece("thought", text)]
            case ToolChosen(index, call_id, name, final):
                self._live, self._held = final, ""
                return [Piece("call", "", index, call_id, name)]
            case ArgumentsDelta(index, call_id, text):
                if self._live:
                    return [Piece("arguments", text, index, call_id)]
                self._held += text
            case Retry():
                self._held = ""
            case CallDone(index, call_id):
                held, self._held = self._held, ""
                return [Piece("arguments", held, index, call_id)] if held else []
            case AnswerDelta(text, final):
                if final:
                    return [Piece("content", text)]
                self._answer_held = True
            case StepDone(step) if self._answer_held:
                return [Piece("content", step.content)]
        return []


def new_id(prefix: str) -> str:
    """A new name for an object, as ``chatcmpl-…``."""
    return f"{prefix}{uuid.uuid4().hex}"
