"""The math tool: a code model writes a program in a small language, sympy evaluates it in a guarded process.

Importing this loads neither sympy nor LangChain, and starts nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from gba.errors import MathError

if TYPE_CHECKING:
    from gba.tools.math.evaluator import MathResult, aevaluate, evaluate
    from gba.tools.math.grammar import grammar_text
    from gba.tools.math.tool import MathTool

__all__ = ["MathError", "MathResult", "MathTool", "aevaluate", "evaluate", "grammar_text"]

_WHERE = {
    "MathResult": "evaluator",
    "MathTool": "tool",
    "aevaluate": "evaluator",
    "evaluate": "evaluator",
    "grammar_text": "grammar",
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
