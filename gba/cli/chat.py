"""`gba chat`: a conversation with an agent that remembers what was said."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import Any

from gba.cli import options

__all__ = ["chat"]

_HELP = "/tools lists the tools, /reset forgets the conversation, /quit ends it (as does Ctrl-D)"


def chat(
    base_url: options.BaseUrl = None,
    model: options.Model = None,
    math_model: options.MathModel = None,
    tools: options.Tools = None,
    system: options.System = None,
    temperature: options.Temperature = 0.0,
    seed: options.Seed = None,
    max_steps: options.MaxSteps = 12,
) -> None:
    """Talk with an agent; it remembers the conversation."""
    wanted = options.AgentOptions(base_url, model, math_model, tools or (), temperature, seed, system)
    conversation = _Conversation(wanted, max_steps)
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 - editing and history for input()
    while (line := _read()) is not None:
        if line in ("/quit", "/exit"):
            break
        if line:
            conversation.take(line)


def _read() -> str | None:
    """The next line of the user, None at the end."""
    try:
        return input("you> ").strip()
    except (EOFError, KeyboardInterrupt):
        return None


@dataclass
class _Conversation:
    wanted: options.AgentOptions
    max_steps: int
    messages: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.agent = self.wanted.agent()

    def take(self, line: str) -> None:
        """A line: a command, or a request. A request that fails is taken back; what was said before stays."""
        from gba.cli.console import complain, note

        if line.startswith("/"):
            self._command(line)
            return
        from langchain_core.messages import HumanMessage

        from gba.cli.steps import Printed, run
        from gba.errors import GbaError

        request = HumanMessage(line)
        try:
            added, _ = run(self.agent, [*self.messages, request], Printed(), max_steps=self.max_steps)
        except GbaError as error:
            complain(f"{error}. The request was taken back; the conversation goes on without it")
        except KeyboardInterrupt:
            note("\ninterrupted: the request was taken back")
        else:
            self.messages += [request, *added]

    def _command(self, line: str) -> None:
        from gba.cli.console import note

        if line == "/reset":
            self.messages.clear()
            note("forgotten")
        elif line == "/tools":
            for tool in self.wanted.toolbox():
                name = getattr(tool, "name", None) or getattr(tool, "__name__", str(tool))
                text = getattr(tool, "description", None) or getattr(tool, "__doc__", "") or ""
                note(f"{name}: {text.strip().splitlines()[0] if text.strip() else ''}")
        else:
            note(_HELP)
