"""Files of the Berkeley Function-Calling Leaderboard as an environment: one turn, judged by the calls that were made.

The rules are the leaderboard's: each call has one of the values that are allowed for each argument, calls come in any
order, none is missing and none is too many; texts are compared without case, spaces and some signs. The leaderboard's
own checker is not used (``benchmarks/bfcl.py`` does).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gba.environments.base import Act, Split, Task, World
from gba.errors import GbaError
from gba.schema.tools import RESPOND, ToolCall, ToolSpec

__all__ = ["Leaderboard"]

_TYPES = {"dict": "object", "float": "number", "tuple": "array", "list": "array", "bool": "boolean", "int": "integer"}
_SIGNS = re.compile(r"[ ,./\-_*^]")

Truth = Sequence[Mapping[str, Mapping[str, Sequence[Any]]]]
"""The calls that are right: the allowed values of each argument; "" among them where it may be left out."""


class Leaderboard:
    """The questions of a file, with the right calls of another one of the same ids.

    Without ``answers`` a question is right where nothing is called (``irrelevance``), or, in a file called so, where
    something is (``relevance``). Raises GbaError for files that are none of the leaderboard's, or of several turns.
    """

    system = ""

    def __init__(self, questions: Path, answers: Path | None = None) -> None:
        self.name = questions.stem
        truths = {} if answers is None else {str(line["id"]): line["ground_truth"] for line in _lines(answers)}
        self._any = answers is None and "relevance" in self.name and "irrelevance" not in self.name
        lines = _lines(questions)
        if lines and isinstance(lines[0], Mapping) and "question" in lines[0] and "function" not in lines[0]:
            raise GbaError(
                f"{questions} names no functions: it is not of the files of one turn, and only these are tried"
            )
        try:
            self._cases = [_case(line, truths) for line in lines]
        except (KeyError, TypeError, IndexError, AttributeError) as error:
            raise GbaError(f"{questions} is no file of the leaderboard's: {type(error).__name__} {error}") from error

    def __len__(self) -> int:
        return len(self._cases)

    def task(self, index: int, split: Split = "held-out", *, seed: int = 0) -> Task:  # noqa: ARG002
        """The question of this number; all are held out. Raises ValueError where there are fewer."""
        if not 0 <= index < len(self):
            raise ValueError(f"there is no question {index}: {self.name} has {len(self)}")
        request, tools, truth = self._cases[index]
        acts = tuple(
            Act(name, {key: values[0] for key, values in allowed.items() if values and values[0] != ""}, "I call it.")
            for each in truth
            for name, allowed in each.items()
        )
        answer = "It is done." if acts else "No function does that."
        return Task(self.name, "held-out", index, self.name, request, acts, "I am done.", answer, data=(tools, truth))

    @contextmanager
    def open(self, task: Task) -> Iterator[World]:
        """See `Environment.open`."""
        yield _Board(*task.data, any_call=self._any)


class _Board:
    def __init__(self, tools: Sequence[ToolSpec], truth: Truth, *, any_call: bool = False) -> None:
        self.tools, self._truth, self._any = tools, truth, any_call
        self._calls: list[ToolCall] = []

    def use(self, call: ToolCall) -> str:
        """Note the call: there is nothing behind it."""
        self._calls.append(call)
        return "Done."

    def reward(self, answer: str) -> float:  # noqa: ARG002
        """1 where the calls are the right ones."""
        if self._any:
            return float(bool(self._calls))
        left = list(self._truth)
        for call in self._calls:
            found = next((each for each in left if _right(call, each)), None)
            if found is None:
                return 0.0
            left.remove(found)
        return float(not left)


def _right(call: ToolCall, truth: Mapping[str, Mapping[str, Sequence[Any]]]) -> bool:
    ((name, allowed),) = truth.items()
    if call.name != name or any(key not in allowed for key in call.arguments):
        return False
    return all(
        _one_of(call.arguments[key], values) if key in call.arguments else "" in values
        for key, values in allowed.items()
    )


def _one_of(value: Any, allowed: Sequence[Any]) -> bool:
    return any(_plain(value) == _plain(each) or _fits(value, each) for each in allowed)


def _fits(value: Any, allowed: Any) -> bool:
    """Objects have allowed values for each key in their turn; so have those in a list."""
    if isinstance(value, Mapping) and isinstance(allowed, Mapping):
        return all(isinstance(each, list) for each in allowed.values()) and _right(
            ToolCall("", value), {"": {key: list(each) for key, each in allowed.items()}}
        )
    if isinstance(value, list) and isinstance(allowed, list):
        return len(value) == len(allowed) and all(map(_fits_or_is, value, allowed))
    return False


def _fits_or_is(value: Any, allowed: Any) -> bool:
    return _plain(value) == _plain(allowed) or _fits(value, allowed)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return _SIGNS.sub("", value).lower().replace("'", '"')
    if isinstance(value, bool):
        return (value,)  # which is no number
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _case(line: Mapping[str, Any], truths: Mapping[str, Truth]) -> tuple[str, tuple[ToolSpec, ...], Truth]:
    request = "\n\n".join(message["content"] for message in line["question"][0])
    functions = line["function"] if isinstance(line["function"], list) else [line["function"]]
    tools = tuple(ToolSpec(_name(each["name"]), each["description"], _schema(each["parameters"])) for each in functions)
    if truths and line["id"] not in truths:
        raise KeyError(f"there is no answer for {line['id']}")
    truth = truths.get(str(line["id"]), ())
    return request, tools, [{_name(name): allowed for name, allowed in each.items()} for each in truth]


def _name(name: str) -> str:
    """The name under which a model is told of a function: one of them has gba's own name for an answer."""
    return f"{name}_to" if name == RESPOND else name


def _schema(schema: Any) -> Any:
    """JSON Schema out of the leaderboard's types, which are Python's; ``any`` allows all."""
    if isinstance(schema, list):
        return [_schema(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    made = {key: _schema(each) for key, each in schema.items() if key in _KEPT}
    if "properties" in schema:
        made["properties"] = {key: _schema(each) for key, each in schema["properties"].items()}
    kind = schema.get("type")
    if kind == "any":
        made.pop("type", None)
    elif isinstance(kind, str):
        made["type"] = _TYPES.get(kind.lower(), kind.lower())
    return made


_KEPT = frozenset({"type", "description", "enum", "items", "required", "minimum", "maximum", "additionalProperties"})


def _lines(path: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    except (OSError, ValueError) as error:
        raise GbaError(f"{path} cannot be read: {error}") from error
