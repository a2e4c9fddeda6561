"""The agent that a command line describes: its options, which several commands share."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from functools import wraps
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from gba.cli.loading import load
from gba.errors import GbaError

if TYPE_CHECKING:
    from gba.langchain.chat_model import ChatLlamaCpp
    from gba.trajectory import Recorder

__all__ = ["AgentOptions", "MathModel", "ModelOptions", "takes_agent_options", "typed"]

MathModel = Annotated[
    str | None,
    typer.Option(
        "--math-model",
        envvar=["LLAMA_CPP_MATH_BASE_URL", "GBA_MATH_MODEL"],
        help="Model of the math tool: a URL, a GGUF file, or a name.",
        show_default=False,
    ),
]

_DEFAULT_TOOLS = ("calculate", "search")
_IN_PROCESS = {"context": "--ctx-size", "threads": "--threads", "gpu_layers": "--n-gpu-layers"}
"""Options of a model in process, and what llama-server calls them."""


@dataclass(frozen=True)
class ModelOptions:
    """What describes a model on the command line. Each field is an option, which `takes_agent_options` adds.

    ``given``: which options came from the command line, and not from the environment or the configuration file.
    """

    base_url: Annotated[
        str | None,
        typer.Option(
            "--base-url",
            "-u",
            envvar=["LLAMA_CPP_BASE_URL", "GBA_BASE_URL"],
            help="URL of a llama-server.",
            show_default=False,
        ),
    ] = None
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            "-m",
            help="A GGUF file, or a name of `gba models list`: run in process. With --base-url: one of its models.",
            show_default=False,
        ),
    ] = None
    config: Annotated[
        str | None,
        typer.Option(
            "--config",
            help="A language model described in YAML: a name (hf, llamacpp, openchat ...) or a file. --model and "
            "--base-url go over what it says.",
            show_default=False,
        ),
    ] = None
    context: Annotated[
        int | None,
        typer.Option("--context", "-c", min=64, help="Tokens of context, in process.", show_default=False),
    ] = None
    threads: Annotated[
        int | None, typer.Option("--threads", min=1, help="CPU threads, in process.", show_default=False)
    ] = None
    gpu_layers: Annotated[
        int | None,
        typer.Option("--gpu-layers", min=-1, help="Layers on the GPU, in process; -1: all.", show_default=False),
    ] = None
    chat_format: Annotated[
        str | None,
        typer.Option(
            "--chat-format",
            help="How turns are written, for a model without a chat template: chatml, llama-3, gemma ...",
            show_default=False,
        ),
    ] = None
    call_syntax: Annotated[
        str | None,
        typer.Option("--call-syntax", help="How calls are written: native, gba, react or action.", show_default=False),
    ] = None
    max_tokens: Annotated[
        int | None, typer.Option("--max-tokens", min=1, help="Tokens generated in one step.", show_default=False)
    ] = None
    max_thought_tokens: Annotated[
        int | None, typer.Option("--max-thought-tokens", min=0, help="Tokens of a thought.", show_default=False)
    ] = None
    stop_loops: Annotated[
        bool,
        typer.Option(
            "--stop-loops/--no-stop-loops",
            help="End a thought, arguments or an answer in which the model says the same thing over and over.",
        ),
    ] = True
    temperature: Annotated[
        float, typer.Option("--temperature", min=0.0, help="0 always takes the likeliest token.")
    ] = 0.0
    seed: Annotated[int | None, typer.Option("--seed", help="Makes sampling repeatable.", show_default=False)] = None
    given: frozenset[str] = field(default=frozenset(), repr=False)

    def __post_init__(self) -> None:
        wrong = [name for name in _IN_PROCESS if name in self.given and self.config is not None]
        if wrong:
            raise GbaError(
                f"{', '.join(_flag(name) for name in wrong)}: the config {self.config} says this. Leave it out, or "
                "write a config that inherits this one"
            )
        wrong = [name for name in _IN_PROCESS if name in self.given and self._on_server()]
        if wrong:
            raise GbaError(
                f"{', '.join(_flag(name) for name in wrong)}: the server at {self.base_url} has this from its own "
                f"start (llama-server {' '.join(_IN_PROCESS[name] for name in wrong)}). Leave it out, or run a model "
                "in process with --model"
            )

    def _on_server(self) -> bool:
        """Whether the model runs on a server. A URL of the environment or of the configuration file gives way to a
        model."""
        return self.base_url is not None and (self.model is None or "base_url" in self.given)

    def _is_file(self) -> bool:
        return self.model is not None and (self.model.endswith(".gguf") or Path(self.model).is_file())

    def chat_model(self) -> ChatLlamaCpp:
        """The model: on the server or in process; without either, the packaged tiny agent in process."""
        from gba.langchain.chat_model import ChatLlamaCpp

        common: dict[str, Any] = {
            name: getattr(self, name)
            for name in (
                "temperature",
                "seed",
                "max_tokens",
                "max_thought_tokens",
                "stop_loops",
                "chat_format",
                "call_syntax",
            )
        }
        if self.config is not None:
            return self._configured(self.config, common)
        if self._on_server():
            model = self.model if "model" in self.given else None
            if model is not None and self._is_file():
                raise GbaError(
                    f"--model {model} is a file, and {self.base_url} has models of its own: give one of them"
                )
            return ChatLlamaCpp(base_url=self.base_url, model=model, **common)
        from gba.models import packaged, resolve

        options = {"threads": self.threads, "gpu_layers": self.gpu_layers}
        return ChatLlamaCpp(
            model_path=str(packaged() if self.model is None else resolve(self.model)),
            context=self.context,
            load_options={name: value for name, value in options.items() if value is not None},
            **common,
        )

    def _configured(self, config: str, common: dict[str, Any]) -> ChatLlamaCpp:
        """The model that a config describes. What was typed goes over what it says, which goes over the rest."""
        from dataclasses import asdict

        from gba.langchain.chat_model import ChatLlamaCpp
        from gba.llm.configs import load_llm, read_config

        said = read_config(config)
        described = said.get("backend")
        in_process = isinstance(described, dict) and described.get("_target_") == "gba.LlamaInProcess"
        typed_ones = {"base_url": self.base_url, "model_path" if in_process else "model": self.model}
        over = {
            key: value
            for key, value in typed_ones.items()
            if ("base_url" if key == "base_url" else "model") in self.given
        }
        llm = load_llm(config, {"backend": over} if over else {})
        own: dict[str, Any] = {"chat_format": llm.chat_format, "call_syntax": llm.call_syntax}
        own["max_tokens"] = llm.engine.options.max_tokens
        if "sampling" in said:
            own |= asdict(llm.engine.sampling)
        common = {
            name: value
            for name, value in common.items()
            if name in self.given or (value is not None and name not in own) or own.get(name) is None
        }
        return ChatLlamaCpp(backend=llm.backend, **{**own, **common})


@dataclass(frozen=True)
class AgentOptions(ModelOptions):
    """What describes an agent: a model with tools."""

    math_model: MathModel = None
    tools: Annotated[
        list[str] | None,
        typer.Option(
            "--tools",
            "-t",
            help="Tools of your own as module:name (a function, a LangChain tool, or a list of them), or one of "
            "calculate, search, wikipedia. Can be repeated. Without it: calculate and, without --documents, search.",
            show_default=False,
        ),
    ] = None
    documents: Annotated[
        Path | None,
        typer.Option(
            "--documents",
            help="A store of `gba documents`, which the agent can search.",
            show_default=False,
        ),
    ] = None
    embeddings: Annotated[
        str | None,
        typer.Option(
            "--embeddings",
            envvar=["LLAMA_CPP_EMBEDDINGS_BASE_URL", "GBA_EMBEDDINGS"],
            help="What makes the vectors of its documents; see `gba documents add`.",
            show_default=False,
        ),
    ] = None
    no_tools: Annotated[bool, typer.Option("--no-tools", help="Plain chat: the model just answers.")] = False
    system: Annotated[str | None, typer.Option("--system", help="A system prompt.", show_default=False)] = None

    def __post_init__(self) -> None:
        if self.no_tools and self.tools and {"no_tools", "tools"} <= self.given:
            raise GbaError("--no-tools and --tools contradict each other: give one of them")
        if self.no_tools and self.documents is not None and {"no_tools", "documents"} <= self.given:
            raise GbaError("--no-tools and --documents contradict each other: give one of them")
        super().__post_init__()

    def agent(
        self,
        model: ChatLlamaCpp | None = None,
        tools: Sequence[Any] | None = None,
        recorder: Recorder | None = None,
        *,
        max_steps: int | None = None,
        window: int | None = None,
    ) -> Any:
        """The LangChain agent, around a model and tools that are there already or those described. Raises GbaError.

        ``max_steps``, ``window``: as of `gba.create_agent`.
        """
        from gba.langchain.agent import create_agent

        tools = self.toolbox() if tools is None else tools  # what is missing is said before a model is loaded
        return create_agent(
            model or self.chat_model(),
            list(tools),
            system_prompt=self.system,
            recorder=recorder,
            max_steps=max_steps,
            window=window,
        )

    def toolbox(self) -> list[Any]:
        """The tools, in the order in which they were named. Raises GbaError where one cannot work here."""
        if self.no_tools:
            return []
        found: list[Any] = []
        default = ("calculate",) if self.documents is not None else _DEFAULT_TOOLS
        for name in self.tools or default:
            tool = self._tool(name)
            found += list(tool) if isinstance(tool, (list, tuple)) else [tool]
        return found if self.documents is None else [*found, self._documents_tool(self.documents)]

    def _documents_tool(self, path: Path) -> Any:
        from gba.documents.embedding import open_store
        from gba.tools.documents import search_documents

        store = open_store(path, self.embeddings)
        store.check()  # what is wrong with it is for the user to know, and not for the model
        return search_documents(store)

    def _tool(self, name: str) -> Any:
        if name == "calculate":
            self._check_math()
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

    def _check_math(self) -> None:
        """Refuse a math tool that could only fail: its message would go to the model, and not to the user."""
        absent = [] if find_spec("sympy") else ["math"]
        if not (self.math_model or "").startswith(("http://", "https://")) and not find_spec("llama_cpp"):
            absent.append("inprocess")
        if absent:
            raise GbaError(
                f"the tool `calculate` needs more: pip install 'grammar-based-agents[{','.join(absent)}]'. Without it, "
                "name other tools with --tools, or none with --no-tools"
            )


def takes_agent_options(command: Callable[..., None]) -> Callable[..., None]:
    """The command as Typer takes it: its argument of type AgentOptions or ModelOptions gives way to their options.

    Each of them can also be set by an environment variable: GBA_ and its name in capitals.
    """
    own = inspect.signature(command, eval_str=True).parameters.values()
    described = next(
        each for each in own if isinstance(each.annotation, type) and issubclass(each.annotation, ModelOptions)
    )
    hints = get_type_hints(described.annotation, include_extras=True)
    shared = [each for each in fields(described.annotation) if each.name != "given"]

    @wraps(command)
    def run(command_line: typer.Context, **values: Any) -> None:
        chosen = {each.name: values.pop(each.name) for each in shared}
        given = {name for name in chosen if typed(command_line, name)}
        command(**values, **{described.name: described.annotation(**chosen, given=frozenset(given))})

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [
        inspect.Parameter("command_line", kind, annotation=typer.Context),
        *(each for each in own if each is not described),
    ]
    at = sum(each.default is inspect.Parameter.empty for each in parameters)  # arguments without a default come first
    parameters[at:at] = [
        inspect.Parameter(each.name, kind, default=each.default, annotation=hints[each.name]) for each in shared
    ]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    for each in shared:
        _named_in_environment(each.name, hints[each.name])
    return run


def typed(command_line: typer.Context, name: str) -> bool:
    """Whether an option was typed, and is not of the environment, of the configuration file or a default."""
    source = command_line.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _named_in_environment(name: str, annotation: Any) -> None:
    for note in annotation.__metadata__:
        if isinstance(note, typer.models.OptionInfo) and note.envvar is None:
            note.envvar = f"GBA_{name.upper()}"
            note.show_envvar = False


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")
