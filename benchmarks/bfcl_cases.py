"""The cases of the Berkeley Function-Calling Leaderboard and their judge, out of the package bfcl-eval.

Everything that decides about right and wrong is the leaderboard's own: the cases, the tools as OpenAI takes them, the
prompt of models that are told of their functions in words, how calls are read out of their text, and the AST checker.
The package is found in a folder of its own (``make real`` puts it there, without its some thirty dependencies); the
three modules of it that would need them are replaced by what these categories need of them.
"""

from __future__ import annotations

import ast
import copy
import importlib
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

__all__ = ["CATEGORIES", "Calls", "Case", "Leaderboard"]

CATEGORIES = (
    "simple_python",
    "multiple",
    "parallel",
    "parallel_multiple",
    "irrelevance",
    "live_simple",
    "live_multiple",
    "live_parallel",
    "live_parallel_multiple",
    "live_irrelevance",
    "live_relevance",
)
"""All of one turn in Python. In the last two and in ``irrelevance`` only whether there is a call counts."""

Calls = list[dict[str, dict[str, Any]]]
"""Calls as the leaderboard writes them: each a dict of one name and its arguments."""

_TOOLS, _WORDS = "tools", "words"
"""Two makes of models for the checker: function names with ``_`` for each dot, and as they are."""
_ARITHMETIC = (ast.BinOp, ast.UnaryOp, ast.Constant, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.USub)


@dataclass(frozen=True)
class Case:
    """One question. ``messages``: as OpenAI takes them; ``functions``: the leaderboard's own descriptions; ``truth``:
    the calls that are right, None where only their presence counts."""

    category: str
    name: str
    messages: tuple[dict[str, str], ...]
    functions: tuple[dict[str, Any], ...]
    truth: Any

    @property
    def parallel(self) -> bool:
        """Whether more than one call is asked for."""
        return "parallel" in self.category


class Leaderboard:
    """The package bfcl-eval that lies in ``folder``, which has to be writable: it keeps its locks there."""

    def __init__(self, folder: Path) -> None:
        if not (folder / "bfcl_eval").is_dir():
            raise SystemExit(f"there is no bfcl_eval in {folder}: `make real` puts it there, or name it with --bfcl")
        sys.path.append(str(folder))
        for name, content in _REPLACED.items():
            module = ModuleType(name)
            module.__dict__.update(content)
            sys.modules[name] = module
        self._files = importlib.import_module("bfcl_eval.utils")
        self._handling = importlib.import_module("bfcl_eval.model_handler.utils")
        self._enums = importlib.import_module("bfcl_eval.constants.enums")
        self._types = importlib.import_module("bfcl_eval.constants.type_mappings")
        self._checker = importlib.import_module("bfcl_eval.eval_checker.ast_eval.ast_checker")

    def cases(self, category: str, limit: int | None = None) -> list[Case]:
        """The cases of a category in its own order; the first so many of them, with a limit."""
        found = self._files.load_dataset_entry(category)
        truths: list[Any] = [None] * len(found)
        if "relevance" not in category:
            truths = [entry["ground_truth"] for entry in self._files.load_ground_truth_entry(category)]
        return [
            Case(category, entry["id"], tuple(entry["question"][0]), tuple(entry["function"]), truth)
            for entry, truth in list(zip(found, truths, strict=True))[:limit]
        ]

    def tools(self, case: Case) -> list[dict[str, Any]]:
        """The functions as tools of OpenAI's: JSON Schema types, and names without dots."""
        style = self._enums.ModelStyle.OPENAI_COMPLETIONS
        tools: list[dict[str, Any]] = self._handling.convert_to_tool(
            list(case.functions), self._types.GORILLA_TO_OPENAPI, style
        )
        return tools

    def in_words(self, case: Case) -> list[dict[str, str]]:
        """The messages for a model that is told in the system message of its functions, and how to write calls."""
        messages: list[dict[str, str]] = self._handling.system_prompt_pre_processing_chat_model(
            copy.deepcopy(list(case.messages)), list(case.functions), case.name
        )
        return messages

    def read(self, text: str) -> Calls:
        """The calls that a text is, as the leaderboard reads them; none where it cannot be read as calls alone."""
        try:
            _check_harmless(text)
            calls = self._handling.default_decode_ast_prompting(text, self._enums.ReturnFormat.PYTHON)
        except (ArithmeticError, AssertionError, AttributeError, RecursionError, SyntaxError, TypeError, ValueError):
            return []
        return calls if self._files.is_function_calling_format_output(calls) else []

    def right(self, case: Case, calls: Calls, *, in_words: bool) -> bool:
        """Whether these are the calls that the case asks for. ``in_words``: names are as in ``case.functions``."""
        if case.truth is None:
            called = not self._files.is_empty_output(calls)
            return called is ("irrelevance" not in case.category)
        verdict = self._checker.ast_checker(
            list(case.functions),
            calls,
            case.truth,
            self._enums.Language.PYTHON,
            case.category,
            _WORDS if in_words else _TOOLS,
        )
        return bool(verdict["valid"])


def _check_harmless(text: str) -> None:
    """The leaderboard's reader evaluates operators in arguments as Python: only plain arithmetic may get there.

    Raises SyntaxError for a text that is not Python, ValueError for one that must not be evaluated.
    """
    stripped = text.strip("`\n ")
    tree = ast.parse(f"[{stripped}]".strip().strip("'"), mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Lambda):
            raise ValueError("a lambda is not evaluated")
        if isinstance(node, ast.BinOp):
            for part in ast.walk(node):
                number = not isinstance(part, ast.Constant) or isinstance(part.value, int | float)
                if not isinstance(part, _ARITHMETIC) or not number:
                    raise ValueError("only arithmetic of numbers is evaluated")


def _unread(*_: Any) -> Any:
    raise ValueError("only calls in Python are read")


_REPLACED: dict[str, dict[str, Any]] = {
    "bfcl_eval.constants.model_config": {
        "MODEL_CONFIG_MAPPING": {
            _TOOLS: SimpleNamespace(underscore_to_dot=True),
            _WORDS: SimpleNamespace(underscore_to_dot=False),
        }
    },
    "bfcl_eval.model_handler.parser.java_parser": {"parse_java_function_call": _unread},
    "bfcl_eval.model_handler.parser.js_parser": {"parse_javascript_function_call": _unread},
}
