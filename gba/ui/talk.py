"""An answer as it comes about: steps and their tools, as events for the page."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from gba.api.errors import ApiError
from gba.backends.base import Sampling
from gba.chat.engine import Engine
from gba.chat.events import AnswerDelta, ArgumentsDelta, CallDone, Event, Retry, StepDone, ThoughtDelta, ToolChosen
from gba.chat.messages import Message, Step
from gba.chat.options import StepOptions
from gba.errors import GbaError
from gba.rendering import choice_html, message_html, step_html
from gba.schema.tools import ToolCall
from gba.ui.forms import ChatForm
from gba.ui.grammars import Grammars
from gba.ui.tools import Result, UiTool

__all__ = ["Talk"]

_LOGGER = logging.getLogger("gba.ui")

Events = AsyncGenerator[dict[str, Any], None]


@dataclass
class Talk:
    """The agent behind the page. The conversation is the page's: each request brings all of it.

    ``sampling`` and ``options``: of the steps; ``system``: a system prompt, "" for none; ``max_steps``: after which a
    request is given up.
    """

    engine: Engine
    tools: Sequence[UiTool] = ()
    sampling: Sampling = field(default_factory=Sampling)
    options: StepOptions = field(default_factory=StepOptions)
    system: str = ""
    max_steps: int = 12

    def __post_init__(self) -> None:
        self.grammars = Grammars(self.engine, [tool.spec for tool in self.tools])

    def chosen(self, names: Sequence[str]) -> list[UiTool]:
        """The tools of these names. Raises ApiError for others."""
        known = {tool.spec.name: tool for tool in self.tools}
        unknown = sorted(set(names) - set(known))
        if unknown:
            raise ApiError(f"There is no tool {unknown[0]!r}: reload the page.", param="tools")
        return [tool for name, tool in known.items() if name in names]

    async def events(self, asked: ChatForm) -> Events:
        """All that happens until the answer is there. The last event is ``done``, or ``error``.

        ``message`` of an event is what the conversation gains by it, ``html`` how that is shown.
        """
        try:
            async with aclosing(self._run(asked)) as events:
                async for event in events:
                    yield event
        except GbaError as error:
            yield {"type": "error", "message": str(error)}
        except Exception:
            _LOGGER.exception("a request of the page")
            yield {"type": "error", "message": "an error of gba's own; its log says more"}

    async def _run(self, asked: ChatForm) -> Events:
        tools = self.chosen(asked.tools)
        messages = [form.message() for form in asked.messages]
        if self.system:
            messages.insert(0, Message("system", self.system))
        sampling = self.sampling
        if asked.temperature is not None:
            sampling = replace(sampling, temperature=asked.temperature)
        for number in range(1, self.max_steps + 1):
            yield {"type": "step", "number": number}
            step, began = Step(), time.monotonic()
            running = self.engine.arun(messages, [tool.spec for tool in tools], sampling=sampling, options=self.options)
            async with aclosing(running) as events:
                async for event in events:
                    if isinstance(event, StepDone):
                        step = event.step
                    else:
                        yield await self._told(event)
            messages.append(step.message())
            seconds = time.monotonic() - began
            yield {"type": "stepped", "message": _form(step.message()), "html": step_html(step, seconds=seconds)}
            if not step.calls:
                yield {"type": "done", "context": step.usage.context}
                return
            async with aclosing(self._call(step.calls, tools, messages)) as results:
                async for told in results:
                    yield told
        raise GbaError(f"no answer after {self.max_steps} steps: ask in parts, or start gba ui with more --max-steps")

    async def _told(self, event: Event) -> dict[str, Any]:
        match event:
            case ThoughtDelta(text):
                return {"type": "thought", "text": text}
            case ToolChosen(index, _, name, _, choice):
                odds = "" if choice is None else choice_html(choice)
                grammar = await self.grammars.arguments(name)
                return {"type": "tool", "index": index, "name": name, "odds": odds, "grammar": grammar}
            case ArgumentsDelta(index, _, text, generated):
                return {"type": "arguments", "index": index, "text": text, "generated": generated or 0}
            case CallDone(index):
                return {"type": "call", "index": index}
            case Retry(index, _, violations):
                return {"type": "retry", "index": index, "violations": list(violations)}
            case AnswerDelta(text):
                return {"type": "answer", "text": text}
        raise TypeError(f"an event that is not known: {event!r}")

    async def _call(self, calls: Sequence[ToolCall], tools: Sequence[UiTool], messages: list[Message]) -> Events:
        """Run the calls of a step, one after the other, and put the results behind the messages."""
        known = {tool.spec.name: tool for tool in tools}
        for call in calls:
            yield {"type": "running", "name": call.name}
            result = await _result(known[call.name], call)
            message = Message("tool", result.text, call_id=call.id, name=call.name)
            messages.append(message)
            html = message_html(message, program=result.program)
            yield {"type": "result", "message": _form(message), "html": html}


async def _result(tool: UiTool, call: ToolCall) -> Result:
    try:
        return await tool.run(call)
    except Exception as error:  # noqa: BLE001 - whatever a tool raises is for the model to read
        said = " ".join(str(error).split())
        return Result(f"Error: {call.name} failed: {type(error).__name__}{': ' + said if said else ''}")


def _form(message: Message) -> dict[str, Any]:
    """A message as the page sends it back."""
    return {**asdict(replace(message, calls=())), "calls": [_call_form(call) for call in message.calls]}


def _call_form(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "name": call.name, "arguments": dict(call.arguments)}
