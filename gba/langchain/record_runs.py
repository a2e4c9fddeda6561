"""Records the runs of any agent on LangChain's callbacks: LangGraph's graphs, chains, a model by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import LLMResult

from gba.langchain.conversation import Conversation
from gba.langchain.steps import Listener
from gba.trajectory import Recorder

__all__ = ["RecordRuns"]


@dataclass
class _Run:
    """A run from its outermost call on: the conversations in it, each in a file of its own."""

    files: ExitStack = field(default_factory=ExitStack)
    conversations: list[Conversation] = field(default_factory=list)


@dataclass(frozen=True)
class _Asked:
    """A call of a model that is under way."""

    conversation: Conversation
    messages: Sequence[BaseMessage]
    start: float
    heard: Listener


class RecordRuns(BaseCallbackHandler):
    """Writes each run to a file of its own in ``folder``, as it happens; any chat model, any graph.

        agent.invoke(request, {"callbacks": [RecordRuns("runs")]})
        agent = agent.with_config(callbacks=[RecordRuns("runs")])

    A run begins and ends with the outermost call. A call of a model that goes on from what the model said last goes on
    in the same file; any other one, as that of another agent, a tool or a summary, begins one. The steps of
    `ChatLlamaCpp` have their tokens; those of other chat models what their messages say. ``metadata``, and ``build``,
    which names what runs the model, go into each record. May be used by several runs at the same time.

    Raises, in the run, TrajectoryError where a file cannot be written: a run that is to be recorded does not go on
    unrecorded.
    """

    raise_error = True
    run_inline = True  # in the model's own context, which is where its steps are heard of

    def __init__(self, folder: str | Path, *, build: str = "", metadata: dict[str, Any] | None = None) -> None:
        self._folder, self._about = Path(folder), {"build": build, "metadata": dict(metadata or {})}
        self._guard = threading.RLock()
        self._roots: dict[UUID, UUID] = {}
        self._runs: dict[UUID, _Run] = {}
        self._asked: dict[UUID, _Asked] = {}

    # what the model is asked, and what it says

    def on_chat_model_start(
        self,
        serialized: dict[str, Any],  # noqa: ARG002
        messages: list[list[BaseMessage]],
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        metadata: dict[str, Any] | None = None,
        invocation_params: dict[str, Any] | None = None,
        **_: Any,
    ) -> None:
        """Record what the model reads."""
        read = messages[0]
        with self._guard:
            run = self._begin(run_id, parent_run_id)
            conversation = self._conversation(run, read, str((metadata or {}).get("ls_model_name") or ""))
            conversation.read(read, (invocation_params or {}).get("tools") or ())
            heard = Listener()
            heard.listen()
            self._asked[run_id] = _Asked(conversation, read, time.monotonic(), heard)

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **_: Any) -> None:
        """Record the step."""
        with self._guard:
            asked = self._answered(run_id)
            if asked is not None:
                seconds = time.monotonic() - asked.start
                asked.conversation.wrote(asked.messages, _said(response), asked.heard.steps, seconds)
            self._end(run_id)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """The call failed; what the run makes of it is seen later."""
        with self._guard:
            self._answered(run_id)
            self._end(run_id, error)

    def _answered(self, run_id: UUID) -> _Asked | None:
        asked = self._asked.pop(run_id, None)
        if asked is not None:
            asked.heard.closed = True
        return asked

    # where a run begins and ends

    def on_chain_start(self, *_: Any, run_id: UUID, parent_run_id: UUID | None = None, **__: Any) -> None:
        """A graph, a node, a chain begins."""
        with self._guard:
            self._begin(run_id, parent_run_id)

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **_: Any) -> None:
        """It has ended; the outermost one ends the run."""
        with self._guard:
            run = self._runs.get(run_id)
            messages = outputs.get("messages") if isinstance(outputs, dict) else None
            if run is not None and isinstance(messages, list) and all(isinstance(m, BaseMessage) for m in messages):
                for conversation in run.conversations:  # such as the result of a tool that ended the run
                    if messages and conversation.goes_on(messages):
                        conversation.read(messages)
            self._end(run_id)

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """It has failed."""
        with self._guard:
            self._end(run_id, error)

    def on_tool_start(self, *_: Any, run_id: UUID, parent_run_id: UUID | None = None, **__: Any) -> None:
        """A tool, which may ask models as well, begins."""
        with self._guard:
            self._begin(run_id, parent_run_id)

    def on_tool_end(self, *_: Any, run_id: UUID, **__: Any) -> None:
        """It has ended."""
        with self._guard:
            self._end(run_id)

    def on_tool_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """It has failed."""
        with self._guard:
            self._end(run_id, error)

    def _begin(self, run_id: UUID, parent: UUID | None) -> _Run:
        """The run that a call belongs to; it begins with a call whose parent is not known."""
        root = self._roots[run_id] = run_id if parent is None else self._roots.get(parent, run_id)
        return self._runs.setdefault(root, _Run())

    def _end(self, run_id: UUID, error: BaseException | None = None) -> None:
        self._roots.pop(run_id, None)
        run = self._runs.pop(run_id, None)
        if run is not None:
            for under_way in [
                each for each, root in self._roots.items() if root == run_id
            ]:  # cancelled: nobody says so
                del self._roots[under_way]
                self._answered(under_way)
            run.files.__exit__(type(error) if error else None, error, error.__traceback__ if error else None)

    def _conversation(self, run: _Run, messages: Sequence[BaseMessage], model: str) -> Conversation:
        """The one that these messages go on with, or one that failed before it was answered, or a new one."""
        under_way = [asked.conversation for asked in self._asked.values()]
        for conversation in reversed(run.conversations):
            if conversation.goes_on(messages) or not (conversation.has_spoken() or conversation in under_way):
                return conversation
        recorder = run.files.enter_context(Recorder.into(self._folder, model=model, **self._about))
        run.conversations.append(Conversation(recorder))
        return run.conversations[-1]


def _said(response: LLMResult) -> AIMessage | None:
    first = response.generations[0][0] if response.generations and response.generations[0] else None
    message = getattr(first, "message", None)
    return message if isinstance(message, AIMessage) else None
