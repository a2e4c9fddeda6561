"""Grammar: the one object that the rest of gba and its users see of the compiler; the first schema loads the latter."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from gba.errors import SchemaError
from gba.grammar.gbnf.derive import without
from gba.grammar.gbnf.matcher import Matcher
from gba.grammar.gbnf.nodes import GbnfTree
from gba.grammar.gbnf.parser import parse_gbnf
from gba.grammar.gbnf.printer import print_gbnf
from gba.grammar.recent import Recent
from gba.schema.metaschema import is_small

if TYPE_CHECKING:
    import referencing

    from gba.grammar.values.style import Whitespace
    from gba.schema.nodes import Residual
    from gba.schema.tools import ToolSpec

__all__ = ["Grammar"]

_KEPT_RULES = 300
"""Rules of the grammars that are kept for schemas that come again: more would have the collector walk through them."""


class Grammar:
    """A set of texts that llama.cpp can be held to, and what is to be checked beyond it.

    Grammars are immutable; a schema that is compiled again soon gives the same one.
    """

    __slots__ = ("__weakref__", "_checks", "_matcher", "_residual", "_text", "_tree")

    def __init__(
        self, tree: GbnfTree, residual: tuple[Residual, ...] = (), check: Any = None, text: str | None = None
    ) -> None:
        self._tree, self._residual, self._checks, self._text = tree, residual, check, text
        self._matcher: Matcher | None = None

    @classmethod
    def from_json_schema(
        cls,
        schema: Any,
        *,
        whitespace: Whitespace = "compact",
        strict: bool = False,
        closed: bool = False,
        registry: referencing.Registry[Any] | None = None,
    ) -> Grammar:
        """The JSON texts that the schema allows.

        ``strict`` refuses a schema that leaves a residual. ``closed``: an object that names its keys and says nothing
        about other ones has no other ones. ``registry`` holds documents that references may point to.

        Raises SchemaError.
        """
        if registry is None and (key := _canonical(schema)) is not None:
            grammar = _RECENT.get(
                (key, whitespace, closed), lambda: _compile(json.loads(key), whitespace, closed, None)
            )
        else:
            grammar = _compile(schema, whitespace, closed, registry)
        return _strictly(grammar) if strict else grammar

    @classmethod
    def from_pydantic(
        cls, model: Any, *, whitespace: Whitespace = "compact", strict: bool = False, closed: bool = True
    ) -> Grammar:
        """The JSON texts of a pydantic model, or of any type that pydantic knows. Raises SchemaError."""
        return cls.from_json_schema(_pydantic_schema(model), whitespace=whitespace, strict=strict, closed=closed)

    @classmethod
    def from_tools(
        cls,
        specs: Iterable[ToolSpec],
        *,
        whitespace: Whitespace = "compact",
        strict: bool = False,
        closed: bool = True,
        registry: referencing.Registry[Any] | None = None,
    ) -> Grammar:
        """A whole call of one of the tools: ``{"name": ..., "arguments": {...}}``.

        Raises ToolsError, which names all tools at fault and those that are ``usable`` without them.
        """
        from gba.grammar.calls import compile_tools

        tree, residual, check = compile_tools(list(specs), whitespace, closed, registry)
        grammar = cls(tree, residual, check)
        return _strictly(grammar) if strict else grammar

    @classmethod
    def from_regex(cls, pattern: str) -> Grammar:
        """The texts that the pattern (ECMA-262) matches in full; any character but a surrogate may come.

        Raises SchemaError.
        """
        from gba.grammar.regular.regex import NotRegularError, RegexError
        from gba.grammar.strings.plain import regex_tree
        from gba.schema.work import TooLargeError

        try:
            return cls(regex_tree(pattern))
        except KeyError:
            raise SchemaError(
                f"nothing matches {pattern!r}", keyword="pattern", remedy="Remove the contradiction."
            ) from None
        except (RegexError, NotRegularError, TooLargeError, RecursionError) as error:
            why = {TooLargeError: "its automaton is too large", RecursionError: "its groups are nested too deeply"}
            raise SchemaError(
                f"{pattern[:200]!r} cannot be compiled: {why.get(type(error), error)}",
                keyword="pattern",
                remedy="Write a regular expression as in ECMA-262, without back references; or a simpler one.",
            ) from None

    @classmethod
    def from_choices(cls, choices: Sequence[str]) -> Grammar:
        """One of the texts, as they are. Raises SchemaError without any."""
        from gba.grammar.strings.plain import choices_tree

        listed = list(dict.fromkeys(choices))
        if not listed or not all(isinstance(choice, str) for choice in listed):
            raise SchemaError("choices have to be texts, one at least", keyword="enum", remedy="Name the choices.")
        return cls(choices_tree(listed))

    @classmethod
    def from_gbnf(cls, text: str) -> Grammar:
        """The grammar that a GBNF text describes. Raises GrammarError with line and column."""
        return cls(parse_gbnf(text), text=text)

    @property
    def tree(self) -> GbnfTree:
        """The syntax tree."""
        return self._tree

    @property
    def residual(self) -> tuple[Residual, ...]:
        """What the grammar does not enforce."""
        return self._residual

    def check(self, value: Any) -> list[str]:
        """The violations of the schema by a value, where there is a residual; empty when it is valid."""
        return [] if self._checks is None or not self._residual else list(self._checks(value))

    def matcher(self) -> Matcher:
        """A matcher at the beginning of a text. What one learns of the grammar, the next ones know."""
        if self._matcher is None:
            self._matcher = Matcher(self._tree)
        return self._matcher.copy()

    def without(self, text: str) -> Grammar:
        """The grammar of the same texts but this one."""
        return Grammar(without(self._tree, text), self._residual, self._checks)

    def __str__(self) -> str:
        if self._text is None:
            self._text = print_gbnf(self._tree)
        return self._text

    def __repr__(self) -> str:
        return f"<Grammar of {len(self._tree.rules)} rules, {len(self._residual)} residual constraints>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Grammar) and str(self) == str(other) and self._residual == other._residual

    def __hash__(self) -> int:
        return hash(str(self))


def _canonical(schema: Any) -> str | None:
    """The schema as text, the order of its keys kept: they decide the order in the grammar."""
    if not is_small(schema):
        return None
    try:
        return json.dumps(schema, allow_nan=True)
    except (TypeError, ValueError, RecursionError):
        return None


_RECENT: Recent[Grammar] = Recent(_KEPT_RULES, lambda grammar: len(grammar.tree.rules))


def _compile(schema: Any, whitespace: Whitespace, closed: bool, registry: Any) -> Grammar:
    try:
        tree, residual, dialect = _rules(schema, whitespace, closed, registry)
    except RecursionError:
        raise SchemaError("the schema is nested too deeply", remedy="Use $ref for what repeats.") from None
    check = None
    if residual:
        from gba.grammar.check import Check

        check = Check(schema, dialect, registry)
    return Grammar(tree, residual, check)


def _rules(
    schema: Any, whitespace: Whitespace, closed: bool, registry: Any
) -> tuple[GbnfTree, tuple[Residual, ...], str]:
    """The rules, what they leave to the check, and the draft. All else that was made is gone when this returns."""
    from gba.grammar.values.compile import Compiler
    from gba.schema.normalize import Normalizer
    from gba.schema.references import References

    references = References(schema, registry=registry)
    compiler = Compiler(Normalizer(references), whitespace=whitespace, closed=closed)
    return compiler.tree(compiler.document()), compiler.residual, references.dialect


def _strictly(grammar: Grammar) -> Grammar:
    if grammar.residual:
        first = grammar.residual[0]
        raise SchemaError(
            f"the grammar cannot enforce all of the schema: {first.why}",
            keyword=first.keyword,
            pointer=first.pointer,
            remedy="Change the schema, or compile it without strict and use check().",
        )
    return grammar


def _pydantic_schema(model: Any) -> dict[str, Any]:
    from pydantic import BaseModel, TypeAdapter

    if isinstance(model, type) and issubclass(model, BaseModel):
        return model.model_json_schema()
    return TypeAdapter(model).json_schema()
