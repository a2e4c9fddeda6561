"""`gba chat`: a conversation with an agent that remembers what was said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gba.cli.options import AgentOptions, takes_agent_options
from gba.errors import GbaError

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from gba.cli.running import Runner
    from gba.cli.sessions import Session
    from gba.langchain.chat_model import ChatLlamaCpp

__all__ = ["chat"]

_COMMANDS = {
    "/help": "lists these commands",
    "/tools": "lists the tools",
    "/reset": "forgets the conversation",
    "/save FILE": "writes the conversation to a file",
    "/load FILE": "goes on with the conversation of a file",
    "/quit": "leaves, as Ctrl-D does",
}


@takes_agent_options
def chat(
    agent: AgentOptions,
    max_steps: Annotated[
        int,
        typer.Option(
            "--max-steps", min=1, help="In the last of so many steps for a request it answers from what it has."
        ),
    ] = 12,
    window: Annotated[
        int | None,
        typer.Option(
            "--window",
            min=0,
            help="The model sees so many exchanges before the request at hand; all of them without it.",
            show_default=False,
        ),
    ] = None,
    session: Annotated[
        str | None,
        typer.Option(
            "--session",
            "-s",
            metavar="NAME",
            help="A conversation that is kept on disk: the next `gba chat` of that name goes on with it.",
            show_default=False,
        ),
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(
            "--record",
            metavar="DIR",
            help="A folder: what comes of each request is written to a file in it.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Talk with an agent; it remembers the conversation."""
    from gba.cli.prompt import Prompt
    from gba.cli.running import Runner, leave
    from gba.cli.sessions import Session

    kept = None if session is None else Session(session)
    with Runner() as runner:
        conversation = _Conversation(agent, runner, max_steps, window, kept, record)
        prompt = Prompt("you> ", [command.split()[0] for command in _COMMANDS])
        while True:
            try:
                line = prompt.read()
            except KeyboardInterrupt:
                runner.leave_if_again()
                continue
            if line is None or line in ("/quit", "/exit"):
                break
            if line:
                conversation.take(line)
    if runner.interrupted_at > 0:
        leave(0)  # a tool that was interrupted may still be at work in its thread


@dataclass
class _Conversation:
    agent_options: AgentOptions
    runner: Runner
    max_steps: int
    window: int | None = None
    session: Session | None = None
    record: Path | None = None
    messages: list[BaseMessage] = field(default_factory=list)
    file: Path | None = None

    def __post_init__(self) -> None:
        if self.session is not None:
            self.messages = self.session.messages()
        self.tools = self.agent_options.toolbox()
        self.model: ChatLlamaCpp = self.agent_options.chat_model()
        self.agent = self.agent_options.agent(self.model, self.tools, max_steps=self.max_steps, window=self.window)
        self.room = self._introduce()
        if self.record is not None:
            from gba.langchain.record_runs import RecordRuns

            build = self.model.engine.properties().build
            self.agent = self.agent.with_config(callbacks=[RecordRuns(self.record, build=build)])

    def _introduce(self) -> int:
        """Say whom one talks with. Loads the model, or asks the server; returns the tokens of context."""
        from gba.cli.console import note, warnings_heard

        engine = self.model.engine
        with warnings_heard() as heard:
            properties, chat_format = engine.properties(), engine.chat_format()
        where = self.model.base_url or "in process"
        name = Path(properties.model).name or "a model without a name"
        note(f"{name}, {where}, {properties.context} tokens of context")
        for line in heard or [f"chat format: {chat_format.describe()}"]:  # a warning names the format, too
            note(line)
        note(f"tools: {', '.join(map(_name, self.tools)) or 'none'}. /help lists the commands\n")
        if self.messages and self.session is not None:
            note(f"the session {self.session.name} goes on: {len(self.messages)} messages\n")
        return properties.context

    def take(self, line: str) -> None:
        """Do what a line says: a command, or a request. A request that fails is removed from the conversation again."""
        from gba.cli.console import complain

        try:
            if line.startswith("/"):
                self._command(line)
            else:
                self._request(line)
        except GbaError as error:
            taken = "" if line.startswith("/") else ". The request was taken back; the conversation goes on without it"
            complain(f"{str(error).rstrip('.')}{taken}")

    def _request(self, line: str) -> None:
        from langchain_core.messages import HumanMessage

        from gba.cli.console import note
        from gba.cli.views import Printed

        request = HumanMessage(line)
        done = self.runner.run(self.agent, [*self.messages, request], Printed())
        if not done.added:
            note("interrupted: nothing had been answered, and the request was taken back")
            return
        self.messages += [request, *done.added]
        self._keep()
        if done.interrupted:
            note("interrupted: what was written stays in the conversation")
        else:
            note(f"{done.tally.line(self.room)}\n")

    def _keep(self) -> None:
        """Write the session. Where that fails it is said, and the conversation goes on."""
        from gba.cli.console import complain

        if self.session is not None:
            try:
                self.session.keep(self.messages)
            except GbaError as error:
                complain(str(error))

    def _command(self, line: str) -> None:
        from gba.cli.console import note

        name, _, rest = line.partition(" ")
        takes_file: dict[str, Callable[[Path], None]] = {"/save": self._save, "/load": self._load}
        if name == "/reset":
            self.messages.clear()
            self._keep()
            note("forgotten")
        elif name == "/tools":
            for tool in self.tools:
                note(f"{_name(tool)}: {_description(tool)}")
        elif name in takes_file:
            if not rest.strip():
                raise GbaError(f"{name} needs the name of a file")
            takes_file[name](Path(rest.strip()).expanduser())
        else:
            for usage, text in _COMMANDS.items():
                note(f"{usage:<12}{text}")

    def _save(self, path: Path) -> None:
        from gba.cli.console import note
        from gba.cli.saved import save

        save(self.messages, path, replace=self.file == path.absolute())
        self.file = path.absolute()
        note(f"saved to {path}")

    def _load(self, path: Path) -> None:
        from gba.cli.console import note
        from gba.cli.saved import load

        self.messages = load(path)
        self.file = path.absolute()
        self._keep()
        note(f"{len(self.messages)} messages from {path}")


def _name(tool: Any) -> str:
    return str(getattr(tool, "name", None) or getattr(tool, "__name__", tool))


def _description(tool: Any) -> str:
    text = (getattr(tool, "description", None) or getattr(tool, "__doc__", "") or "").strip()
    return text.splitlines()[0] if text else ""
