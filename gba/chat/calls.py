"""The grammars of the call pass: which tool, then the arguments of that one tool."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from gba.chat.messages import Message
from gba.chat.prompts import CALL_ARGUMENTS, CALL_CLOSE, RESPOND_FREE
from gba.errors import SchemaError, ToolsError
from gba.grammar.grammar import Grammar
from gba.grammar.matcher import Matcher
from gba.grammar.nodes import GbnfTree, Literal, Ref
from gba.grammar.nodes import Sequence as Row
from gba.schema.tools import RESPOND, ToolCall, ToolSpec

__all__ = ["Calls", "Fill", "choices", "repeated", "spelled"]

_KEPT_GRAMMARS = 512


class Fill:
    """The arguments of one tool: their grammar, and a matcher of them with the end of the call behind."""

    def __init__(self, grammar: Grammar) -> None:
        self.grammar = grammar
        self._start = Matcher(_closed(grammar.tree, CALL_CLOSE))

    def matcher(self) -> Matcher:
        """A matcher at the first character of the arguments; it is done at the end of the call."""
        return self._start.copy()


class Calls:
    """Compiles what a step may call; compiled grammars are kept."""

    def __init__(self) -> None:
        self._fills: OrderedDict[str, Fill] = OrderedDict()

    def fill(self, name: str, schema: Mapping[str, Any], without: Sequence[str] = ()) -> Fill:
        """The grammar of a tool's arguments, some texts of them taken out.

        Raises SchemaError, with the tool's name, where the schema cannot be compiled.
        """
        key = json.dumps([schema, *without], sort_keys=False, default=str)
        known = self._fills.get(key)
        if known is not None:
            self._fills.move_to_end(key)
            return known
        try:
            grammar = Grammar.from_json_schema(schema, whitespace="spaced", closed=True)
        except SchemaError as error:
            raise error.for_tool(name) from error
        for text in without:
            grammar = grammar.without(text)
        fill = self._fills[key] = Fill(grammar)
        if len(self._fills) > _KEPT_GRAMMARS:
            self._fills.popitem(last=False)
        return fill

    def check(self, tools: Sequence[ToolSpec]) -> None:
        """Compile the grammars of all tools now.

        Raises ToolsError for all that cannot be, names that are there twice among them.
        """
        errors: list[SchemaError] = []
        seen: set[str] = set()
        for tool in tools:
            try:
                if tool.name in seen:
                    raise SchemaError("there are two tools of this name", remedy="Rename one of them.", tool=tool.name)
                seen.add(tool.name)
                self.fill(tool.name, tool.schema)
            except SchemaError as error:
                errors.append(error)
        if errors:
            bad = {error.tool for error in errors}
            raise ToolsError(errors, [tool.name for tool in tools if tool.name not in bad])


def choices(names: Sequence[str], *, filled_response: bool) -> dict[str, str]:
    """What can stand behind the opening of a call, by the name of the tool: the name and all that it forces."""
    free = {RESPOND: RESPOND + RESPOND_FREE}
    forced = {name: name + CALL_ARGUMENTS for name in names}
    return forced if filled_response else {**forced, **{name: free[name] for name in names if name in free}}


def repeated(messages: Sequence[Message], limit: int) -> ToolCall | None:
    """The call that was made ``limit`` times in a row just now, with nothing else between; None where there is none."""
    last: list[ToolCall] = []
    for message in reversed(messages):
        if message.role == "tool":
            continue
        if message.role != "assistant" or not message.calls:
            break
        for call in reversed(message.calls):
            if last and not call.same(last[0]):
                return None
            last.append(call)
            if len(last) >= limit:
                return last[0]
    return None


def spelled(call: ToolCall) -> str:
    """The arguments of a call as the grammar would have them written."""
    return json.dumps(call.arguments, ensure_ascii=False)


def _closed(tree: GbnfTree, end: str) -> GbnfTree:
    """The tree with a text behind its sentences."""
    root = "call"
    while root in tree.rules:
        root += "x"
    return GbnfTree({root: Row((Ref(tree.root), Literal(end))), **tree.rules}, root)
