"""The grammars of the call pass: which tool, then the arguments of that one tool; and the free text without a call."""

from __future__ import annotations

import functools
import json
import re
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from gba.chat.messages import Message
from gba.chat.request import Request
from gba.errors import SchemaError, ToolsError
from gba.grammar.arguments import Arguments, compile_arguments
from gba.grammar.gbnf.derive import without as all_but
from gba.grammar.gbnf.matcher import Matcher
from gba.grammar.gbnf.nodes import GbnfTree, Literal, Ref
from gba.grammar.gbnf.nodes import Sequence as Row
from gba.grammar.gbnf.printer import print_gbnf
from gba.grammar.grammar import Grammar
from gba.grammar.marks import Spans
from gba.grammar.regular.automata import complement, join
from gba.grammar.regular.languages import search
from gba.grammar.strings.plain import plain_dfa_tree
from gba.grammar.strings.spelling import ArgumentStyle
from gba.schema.nodes import Residual
from gba.schema.tools import RESPOND, ToolCall, ToolSpec

__all__ = ["Calls", "Fill", "JsonFill", "repeated", "without_texts"]

_KEPT_GRAMMARS, _KEPT_LISTS = 512, 64


class Fill:
    """The arguments of one tool in one syntax: their grammar, with the text behind them that ends the call."""

    def __init__(self, arguments: Arguments, tree: GbnfTree, end: str) -> None:
        self.arguments, self.end, self.style = arguments, end, arguments.style
        self._start = Matcher(_with_end(tree, end) if end else tree)

    def matcher(self) -> Matcher:
        """A matcher at the first character of the arguments; it is done at the end of the call."""
        return self._start.copy()

    def read(self, text: str) -> dict[str, Any]:
        """The arguments of a text that the matcher took."""
        return self.arguments.read(text.removesuffix(self.end) if self.end else text)

    def marks(self, text: str) -> Spans:
        """Where the syntax's own texts stand in arguments that are written, or in their beginning."""
        return self.arguments.marks(text)

    def check(self, arguments: Any) -> tuple[str, ...]:
        """What of the schema the arguments break that the grammar does not enforce."""
        return tuple(str(violation) for violation in self.arguments.grammar.check(arguments))

    @property
    def residual(self) -> tuple[Residual, ...]:
        """What of the schema the grammar does not enforce."""
        return self.arguments.grammar.residual


class JsonFill:
    """An answer of a given schema: JSON text, whatever the syntax of calls, with ``end`` behind it."""

    def __init__(self, grammar: Grammar, end: str) -> None:
        self._grammar, self.end, self.style = grammar, end, ArgumentStyle()
        self._start = Matcher(_with_end(grammar.tree, end)) if end else grammar.matcher()

    def matcher(self) -> Matcher:
        """A matcher at the first character."""
        return self._start.copy()

    def read(self, text: str) -> Any:
        """The value of the text."""
        return json.loads(text.removesuffix(self.end) if self.end else text)

    def marks(self, text: str) -> Spans:  # noqa: ARG002
        """See `Fill.marks`: JSON has none."""
        return []

    def check(self, value: Any) -> tuple[str, ...]:
        """See `Fill.check`."""
        return tuple(str(violation) for violation in self._grammar.check(value))

    @property
    def residual(self) -> tuple[Residual, ...]:
        """See `Fill.residual`."""
        return self._grammar.residual


class Calls:
    """Compiles what a step may call; compiled grammars are kept. Threads may share it."""

    def __init__(self) -> None:
        self._fills: OrderedDict[tuple[Any, ...], Fill | JsonFill] = OrderedDict()
        self._style: tuple[ArgumentStyle | None, str] = (None, "")
        self._prepared: OrderedDict[tuple[Any, ...], tuple[ToolSpec, ...]] = OrderedDict()
        self._guard = threading.Lock()

    def fill(
        self,
        name: str,
        schema: Mapping[str, Any],
        style: ArgumentStyle,
        *,
        end: str = "",
        without: Sequence[str] = (),
    ) -> Fill:
        """The grammar of a tool's arguments, with ``end`` behind them and the texts ``without`` taken out.

        Raises SchemaError, with the tool's name, where the schema cannot be compiled.
        """

        def make() -> Fill:
            try:
                arguments = compile_arguments(schema, style)
            except SchemaError as error:
                raise error.for_tool(name) from error
            tree = arguments.grammar.tree
            for text in without:
                tree = all_but(tree, text)
            return Fill(arguments, tree, end)

        known, text = self._style
        if style is not known:
            text = repr(style)
            self._style = style, text
        return self._kept((_text(schema), text, end, *without), make)  # type: ignore[return-value]

    def response(self, schema: Mapping[str, Any], end: str = "") -> JsonFill:
        """The grammar of an answer. Raises SchemaError."""

        def make() -> JsonFill:
            return JsonFill(Grammar.from_json_schema(schema, whitespace="spaced", closed=True), end)

        return self._kept((_text(schema), end), make)  # type: ignore[return-value]

    def _kept(self, key: tuple[Any, ...], make: Any) -> Fill | JsonFill:
        with self._guard:
            known = self._fills.get(key)
            if known is not None:
                self._fills.move_to_end(key)
                return known
        made: Fill | JsonFill = make()
        with self._guard:
            self._fills[key] = made
            while len(self._fills) > _KEPT_GRAMMARS:
                self._fills.popitem(last=False)
        return made

    def has(self, request: Request, style: ArgumentStyle) -> bool:
        """Whether `prepare` has nothing to do: the same tools were compiled before."""
        return (not request.tools and request.response_schema is None) or self._key(request, style) in self._prepared

    def prepare(self, request: Request, style: ArgumentStyle) -> None:
        """Compile the grammars of a step, and check those that have to enforce their schema in full.

        Raises ToolsError for all tools that cannot be compiled, and for names that are there twice; SchemaError for the
        answer's schema, and for what a strict one leaves to a check.
        """
        key = self._key(request, style)
        if key in self._prepared:
            return
        self._compile(request.tools, style)
        if request.response_schema is not None:
            self.response(request.response_schema)
        for name in sorted(request.strict):
            schema = request.schemas[name]
            residual = (self.response(schema) if name == RESPOND else self.fill(name, schema, style)).residual
            for left in residual:
                raise SchemaError(
                    f"strict is True, but the grammar does not enforce all of the schema: {left.why}",
                    keyword=left.keyword,
                    pointer=left.pointer,
                    remedy="Change the schema, or leave strict out: then this is checked after the call was written.",
                    tool=None if name == RESPOND else name,
                )
        with self._guard:
            self._prepared[key] = request.tools
            while len(self._prepared) > _KEPT_LISTS:
                self._prepared.popitem(last=False)

    def _key(self, request: Request, style: ArgumentStyle) -> tuple[Any, ...]:
        """What tells one list of tools from another: the tools themselves, which `_prepared` keeps alive."""
        form = request.response_schema
        return tuple(map(id, request.tools)), None if form is None else _text(form), request.strict, id(style)

    def _compile(self, tools: Sequence[ToolSpec], style: ArgumentStyle) -> None:
        errors: list[SchemaError] = []
        seen: set[str] = set()
        for tool in tools:
            try:
                if tool.name in seen:
                    raise SchemaError("there are two tools of this name", remedy="Rename one of them.", tool=tool.name)
                seen.add(tool.name)
                self.fill(tool.name, tool.schema, style)
            except SchemaError as error:
                errors.append(error)
        if errors:
            bad = {error.tool for error in errors}
            raise ToolsError(errors, [tool.name for tool in tools if tool.name not in bad])


def repeated(messages: Sequence[Message], limit: int) -> ToolCall | None:
    """The call that was made ``limit`` times in a row just now, each time with the same result; None where there is
    none."""
    results = {message.call_id: message.content for message in messages if message.role == "tool"}
    last: list[ToolCall] = []
    for message in reversed(messages):
        if message.role == "tool":
            continue
        if message.role != "assistant" or not message.calls:
            break
        for call in reversed(message.calls):
            if last and (not call.same(last[0]) or results.get(call.id) != results.get(last[0].id)):
                return None
            last.append(call)
            if len(last) >= limit:
                return last[0]
    return None


@functools.lru_cache(maxsize=64)
def without_texts(texts: tuple[str, ...]) -> str:
    """A grammar (GBNF) of any text in which none of these occurs."""
    found = join(*(search(re.escape(text)) for text in texts))
    return print_gbnf(plain_dfa_tree(complement(found)))


def _text(schema: Mapping[str, Any]) -> str:
    """The schema as a key; the order of its properties is part of it."""
    return json.dumps(schema, default=repr)


def _with_end(tree: GbnfTree, end: str) -> GbnfTree:
    """The tree with a text behind its sentences."""
    root = "call"
    while root in tree.rules:
        root += "x"
    return GbnfTree({root: Row((Ref(tree.root), Literal(end))), **tree.rules}, root)
