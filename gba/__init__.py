"""Function calling under a grammar, for every GGUF model, on llama.cpp.

The public names are loaded when they are first used, so that `import gba` is quick and needs none of the extras.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gba._version import __version__

if TYPE_CHECKING:
    from gba.backends.inprocess import LlamaInProcess
    from gba.backends.process import LlamaServerProcess
    from gba.backends.server import LlamaServer
    from gba.backends.transformers import Transformers
    from gba.errors import GbaError
    from gba.grammar import Grammar
    from gba.langchain.agent import create_agent
    from gba.langchain.chat_model import ChatLlamaCpp
    from gba.langchain.embeddings import LlamaCppEmbeddings
    from gba.tools.math import MathTool

__all__ = [
    "ChatLlamaCpp",
    "GbaError",
    "Grammar",
    "LlamaCppEmbeddings",
    "LlamaInProcess",
    "LlamaServer",
    "LlamaServerProcess",
    "MathTool",
    "Transformers",
    "__version__",
    "create_agent",
]

_HOMES = {
    "ChatLlamaCpp": "gba.langchain.chat_model",
    "GbaError": "gba.errors",
    "Grammar": "gba.grammar",
    "LlamaCppEmbeddings": "gba.langchain.embeddings",
    "LlamaInProcess": "gba.backends.inprocess",
    "LlamaServer": "gba.backends.server",
    "LlamaServerProcess": "gba.backends.process",
    "MathTool": "gba.tools.math",
    "Transformers": "gba.backends.transformers",
    "create_agent": "gba.langchain.agent",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
