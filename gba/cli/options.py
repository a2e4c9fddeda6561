"""The options that several commands share, and the agent that they describe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gba.cli.loading import load
from gba.errors import GbaError

if TYPE_CHECKING:
    from gba.langchain.chat_model import ChatLlamaCpp

__all__ = ["AgentOptions", "BaseUrl", "MathModel", "MaxSteps", "Model", "Seed", "System", "Temperature", "Tools"]

BaseUrl = Annotated[
    str | None,
    typer.Option("--base-url", "-u", envvar="LLAMA_CPP_BASE_URL", help="URL of a llama-server.", show_default=False),
]
Model = Annotated[
    str | None,
    typer.Option("--model", "-m", help="A GGUF file, or a name of `gba models list`: run in process."),
]
MathModel = Annotated[
    str | None,
    typer.Option(
        "--math-model",
        envvar="LLAMA_CPP_MATH_BASE_URL",
        help="Model of the math tool: a URL, a GGUF file, or a name.",
        show_default=False,
    ),
]
Tools = Annotated[
    list[str] | None,
    typer.Option(
        "--tools",
        "-t",
        help="Tools of your own as module:name (a function, a LangChain tool, or a list of them), or one of "
        "calculate, search, wikipedia. Can be repeated. Without it: calculate and search.",
        show_default=False,
    ),
]
Temperature = Annotated[float, typer.Option("--temperature", min=0.0, help="0 always takes the likeliest token.")]
Seed = Annotated[int | None, typer.Option("--seed", help="Makes sampling repeatable.", show_default=False)]
System = Annotated[str | None, typer.Option("--system", help="A system prompt.", show_default=False)]
MaxSteps = Annotated[int, typer.Option("--max-steps", min=1, help="Steps after which a request is given up.")]

_DEFAULT_TOOLS = ("calculate", "search")


@dataclass(frozen=True)
class AgentOptions:
    """What describes an agent on the command line. ``model`` wins over a ``base_url`` from the environment."""

    base_url: str | None
    model: str | None
    math_model: str | None
    tools: Sequence[str]
    temperature: float
    seed: int | None
    system: str | None

    def agent(self) -> Any:
        """The LangChain agent. Raises GbaError."""
        from gba.langchain.agent import create_agent

        return create_agent(self.chat_model(), self.toolbox(), system_prompt=self.system)

    def chat_model(self) -> ChatLlamaCpp:
        """The model: in process where a file or name is given, else the server, else the packaged tiny agent."""
        from gba.langchain.chat_model import ChatLlamaCpp

        common: dict[str, Any] = {"temperature": self.temperature, "seed": self.seed}
        if self.model is not None:
            from gba.models import resolve

            return ChatLlamaCpp(model_path=str(resolve(self.model)), **common)
        return ChatLlamaCpp(base_url=self.base_url, **common)

    def toolbox(self) -> list[Any]:
        """The tools, in the order in which they were named."""
        found: list[Any] = []
        for name in self.tools or _DEFAULT_TOOLS:
            tool = self._tool(name)
            found += list(tool) if isinstance(tool, (list, tuple)) else [tool]
        return found

    def _tool(self, name: str) -> Any:
        if name == "calculate":
            from gba.tools.math import MathTool

            return MathTool(llm=self.math_model)
        if name == "search":
            from gba.tools.facts import search

            return search
        if name == "wikipedia":
            from gba.tools.wikipedia import Wikipedia

            return Wikipedia()
        if ":" not in name:
            raise GbaError(f"there is no tool {name!r}: name calculate, search, wikipedia, or your own as module:name")
        tool = load(name)
        return tool() if isinstance(tool, type) else tool
