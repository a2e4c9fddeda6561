"""LangChain's own agent around a gba model: no loop of ours, only the defaults that this model needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from langchain_core.language_models import BaseChatModel
from langchain_core.tools import BaseTool

from gba.chat.syntaxes import builtin
from gba.errors import GbaError
from gba.langchain.chat_model import ChatLlamaCpp
from gba.models import manifest

if TYPE_CHECKING:
    from langchain.agents.middleware import AgentMiddleware
    from langchain.agents.middleware.types import ToolCallRequest
    from langgraph.graph.state import CompiledStateGraph

    from gba.trajectory import Recorder

__all__ = ["create_agent"]

_INSTALL = "the agent needs LangChain: pip install 'grammar-based-agents[agents]'"


def create_agent(
    model: BaseChatModel | str | None = None,
    tools: Sequence[BaseTool | Callable[..., Any] | dict[str, Any]] = (),
    *,
    middleware: Sequence[AgentMiddleware[Any, Any]] = (),
    recorder: Recorder | None = None,
    window: int | None = None,
    max_steps: int | None = None,
    early_stopping: Literal["generate", "error"] = "generate",
    call_syntax: str | None = None,
    **options: Any,
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """`langchain.agents.create_agent`, which see for ``options`` (``system_prompt``, ``response_format`` …).

    ``model``: a chat model, the URL of a llama-server, a GGUF file, a name of `gba models list`, or what LangChain
    itself understands (``provider:model``); by default ``ChatLlamaCpp()``. What a tool raises goes back to the model as
    that tool's result, unless ``middleware`` has a ToolErrorMiddleware of its own. With ``response_format=Schema`` each
    turn may be a call or the final object: one choice, under one grammar. ``recorder``: an open
    `gba.trajectory.Recorder`, to which one run of the agent is written.

    ``window``: the model is shown that many exchanges before the request at hand, each whole; None: all of them. A
    ``checkpointer`` keeps all in any case. ``max_steps``: steps of the model for one request; in the last one it
    answers from what it has (``early_stopping="generate"``), or a StepLimitError follows (``"error"``). Both are
    middleware, which other agents of LangChain can have: `gba.langchain.memory`, `gba.langchain.step_limit`.

    ``call_syntax``: how the model is to call, whatever it says itself; see `ChatLlamaCpp.call_syntax`. ``"react"``
    makes an agent of thoughts, actions and observations.

    Raises GbaError, with the remedy, where LangChain is not installed, for numbers that cannot be, and for a call
    syntax that there is not, or for another chat model than gba's.
    """
    try:
        from langchain.agents import create_agent as langchain_create_agent
        from langchain.agents.middleware import ToolErrorMiddleware
    except ImportError as error:
        raise GbaError(_INSTALL) from error
    wrapped = list(middleware)
    if not any(isinstance(each, ToolErrorMiddleware) for each in wrapped):
        wrapped.insert(0, ToolErrorMiddleware(on_error=_tell))
    if recorder is not None:
        from gba.langchain.recording import Recording

        wrapped.append(Recording(recorder))
    wrapped += _limits(window, max_steps, early_stopping)
    graph: CompiledStateGraph[Any, Any, Any, Any] = langchain_create_agent(
        _calling(_model(model), call_syntax), list(tools), middleware=wrapped, **options
    )
    return graph


def _limits(
    window: int | None, max_steps: int | None, early_stopping: Literal["generate", "error"]
) -> Iterator[AgentMiddleware[Any, Any]]:
    from gba.langchain.memory import Window
    from gba.langchain.step_limit import StepLimit

    if max_steps is not None:
        yield StepLimit(max_steps, early_stopping=early_stopping)
    if window is not None:
        yield Window(window)


def _model(model: BaseChatModel | str | None) -> BaseChatModel | str:
    if model is None:
        return ChatLlamaCpp()
    if not isinstance(model, str):
        return model
    if model.startswith(("http://", "https://")):
        return ChatLlamaCpp(base_url=model)
    if model.endswith(".gguf") or Path(model).is_file():
        return ChatLlamaCpp(model_path=model)
    return ChatLlamaCpp(model=model) if model in {known.name for known in manifest()} else model


def _calling(model: BaseChatModel | str, call_syntax: str | None) -> BaseChatModel | str:
    if call_syntax is None:
        return model
    if not isinstance(model, ChatLlamaCpp):
        raise GbaError(f"call_syntax={call_syntax!r} is for ChatLlamaCpp, and the model is {model!r}: leave it out")
    if call_syntax != "native":
        builtin(call_syntax)
    return model.model_copy(update={"call_syntax": call_syntax})


def _tell(error: Exception, request: ToolCallRequest) -> str:
    """What the model reads when a tool raised."""
    name = request.tool_call["name"]
    said = " ".join(str(error).split())
    return f"Error: {name} failed: {type(error).__name__}{': ' + said if said else ''}"
