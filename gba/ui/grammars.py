"""The grammars in force: how a call of each tool is written in the syntax of this model."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from gba.chat.engine import Engine
from gba.grammar.arguments import compile_arguments
from gba.grammar.grammar import Grammar
from gba.grammar.strings.spelling import ArgumentStyle
from gba.schema.tools import ToolSpec

__all__ = ["Grammars"]


class Grammars:
    """GBNF texts of some tools. What takes long is done in a thread."""

    def __init__(self, engine: Engine, tools: Sequence[ToolSpec]) -> None:
        self._engine = engine
        self._tools = {tool.name: tool for tool in tools}

    async def arguments(self, name: str) -> str:
        """The GBNF of the arguments of a tool."""
        return str((await asyncio.to_thread(self._compiled, name))[1])

    def _compiled(self, name: str) -> tuple[ArgumentStyle, Grammar]:
        style = self._engine.chat_format().syntax.arguments
        return style, compile_arguments(self._tools[name].schema, style).grammar

    async def of(self, names: Sequence[str]) -> dict[str, Any]:
        """All of what is in force with these tools: the names that can be chosen, the grammar of each tool's arguments
        with what it does not enforce, and one grammar of a whole call. Raises SchemaError, ToolsError."""
        return await asyncio.to_thread(self._of, names)

    def _of(self, names: Sequence[str]) -> dict[str, Any]:
        tools = [tool for name, tool in self._tools.items() if name in names]
        told = []
        for tool in tools:
            _, grammar = self._compiled(tool.name)
            residual = [str(each) for each in grammar.residual]
            told.append({"name": tool.name, "gbnf": str(grammar), "residual": residual})
        return {"tools": told, "whole": str(Grammar.from_tools(tools)) if tools else ""}
