"""The arguments of a call as text: compiled from a tool's schema for a style, written and read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from gba.errors import SchemaError
from gba.grammar.grammar import Grammar
from gba.grammar.marks import Spans, kinds_of_values, marks
from gba.grammar.recent import Recent
from gba.grammar.strings.literals import read_literal, write_literal
from gba.grammar.strings.spelling import ArgumentStyle
from gba.grammar.tagged_text import Kinds, check_style, read_tagged, write_tagged
from gba.schema.tools import object_schema

if TYPE_CHECKING:
    from gba.grammar.check import Check
    from gba.grammar.gbnf.nodes import GbnfTree
    from gba.schema.nodes import Residual

__all__ = ["Arguments", "compile_arguments", "write_arguments", "written_marks"]

_KEPT_RULES = 300
"""Rules of the grammars that are kept for schemas that come again."""


class Arguments:
    """The arguments of one tool in one style. ``grammar``: exactly their texts.

    A string that stands raw between tags ends where the closing tag first occurs. Where the tags do not tell a string
    from a value of another type that the schema allows as well, a text that can be such a value is one.
    """

    __slots__ = ("_check", "_kinds", "grammar", "style")

    def __init__(self, style: ArgumentStyle, grammar: Grammar, kinds: Kinds, check: Check) -> None:
        self.style, self.grammar, self._kinds, self._check = style, grammar, kinds, check

    def write(self, arguments: Mapping[str, Any]) -> str:
        """The text as a chat template of this style renders the arguments. Raises TypeError for what is not JSON."""
        return write_arguments(self.style, arguments)

    def read(self, text: str) -> dict[str, Any]:
        """The values of a text, by the types of the schema. Raises ValueError for what the grammar does not allow."""
        matcher = self.grammar.matcher()
        if not matcher.advance(text) or not matcher.accepting:
            raise ValueError(f"these are no arguments in this syntax: {text[:200]!r}")
        if self.style.tagged:
            return read_tagged(self.style, text, self._kinds, lambda value: not any(self._check(value)))
        value, _ = read_literal(text, 0, self.style.spelling)
        return dict(value)

    def marks(self, text: str) -> Spans:
        """Where the texts of the style itself stand in such a text, or in its beginning."""
        return marks(self.style, text, self._kinds)

    def __repr__(self) -> str:
        return f"<Arguments, {self.grammar!r}>"


def compile_arguments(schema: Any, style: ArgumentStyle) -> Arguments:
    """Compile the JSON Schema of a tool's parameters. Arguments are an object, whatever its root leaves out.

    An object that names its keys and says nothing about other ones has no other ones. The same schema and style,
    compiled again soon, give the same Arguments.

    Raises SchemaError, and GrammarError for a style that leaves open where a key or a value ends.
    """
    try:
        key = json.dumps(schema)
    except (TypeError, ValueError, RecursionError):
        return _compile(schema, style)
    return _RECENT.get((key, _Key.of(style)), lambda: _compile(json.loads(key), style))


def write_arguments(style: ArgumentStyle, arguments: Mapping[str, Any]) -> str:
    """The arguments as text, whatever tool they are for. Raises TypeError for what is not JSON."""
    return write_tagged(style, arguments) if style.tagged else write_literal(arguments, style.spelling)


def written_marks(style: ArgumentStyle, arguments: Mapping[str, Any], text: str) -> Spans:
    """Where the texts of the style itself stand in the ``text`` of arguments that are known."""
    return marks(style, text, kinds_of_values(arguments))


class _Key(NamedTuple):
    """A style as a key of a mapping."""

    style: tuple[Any, ...]
    tags: frozenset[Any]

    @classmethod
    def of(cls, style: ArgumentStyle) -> _Key:
        texts = (style.begin, style.opening, style.separator, style.end, style.empty)
        return cls((style.spelling, *texts, style.sort_keys), frozenset(style.tags.items()))


_RECENT: Recent[Arguments] = Recent(_KEPT_RULES, lambda arguments: len(arguments.grammar.tree.rules))


def _compile(schema: Any, style: ArgumentStyle) -> Arguments:
    if style.tagged:
        check_style(style)
    from gba.grammar.check import Check

    schema = object_schema(schema)
    try:
        tree, residual, kinds, dialect = _rules(schema, style)
    except RecursionError:
        raise SchemaError("the schema is nested too deeply", remedy="Use $ref for what repeats.") from None
    check = Check(schema, dialect)
    return Arguments(style, Grammar(tree, residual, check), kinds, check)


def _rules(schema: Any, style: ArgumentStyle) -> tuple[GbnfTree, tuple[Residual, ...], Kinds, str]:
    """The rules, what they leave to the check, the types of the keys' values, and the draft."""
    from gba.grammar.tagged import TaggedCompiler
    from gba.grammar.values.compile import Compiler
    from gba.grammar.values.style import spelled
    from gba.schema.normalize import Normalizer
    from gba.schema.references import References

    references = References(schema)
    compiler = Compiler(Normalizer(references), closed=True)
    compiler.style = spelled(style.spelling, compiler.rules, compiler.sets.work)
    if not style.tagged:
        return compiler.tree(compiler.document()), compiler.residual, Kinds(), references.dialect
    tagged = TaggedCompiler(compiler, style)
    tree = compiler.tree(compiler.document(tagged.arguments))
    return tree, tagged.residual, tagged.kinds, references.dialect
