"""One grammar for a whole call: the name of a tool and the arguments that go with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gba.errors import SchemaError, ToolsError
from gba.grammar.check import Check
from gba.grammar.gbnf.nodes import GbnfTree, Literal, Node, alt, lit, seq
from gba.grammar.gbnf.rules import Rules
from gba.grammar.strings.json_strings import quoted
from gba.grammar.values.compile import Compiler
from gba.grammar.values.style import Style, style_of
from gba.schema.nodes import Residual
from gba.schema.normalize import Normalizer
from gba.schema.references import References
from gba.schema.tools import ToolSpec

__all__ = ["compile_tools"]


class _CallCheck:
    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks

    def __call__(self, value: Any) -> list[str]:
        check = self._checks.get(str(value.get("name"))) if isinstance(value, Mapping) else None
        return [] if check is None else list(check(value.get("arguments", {})))


def compile_tools(
    specs: Sequence[ToolSpec], whitespace: str, closed: bool, registry: Any
) -> tuple[GbnfTree, tuple[Residual, ...], _CallCheck]:
    """The grammar of a call of one of the tools, what it leaves open, and the check of that.

    Raises SchemaError without tools, ToolsError for those that cannot be compiled.
    """
    if not specs:
        raise SchemaError("a call needs at least one tool", remedy="Pass a tool.")
    rules = Rules()
    style = style_of(whitespace, rules)
    compiled: dict[str, tuple[Compiler, Node]] = {}
    errors: list[SchemaError] = []
    for spec in specs:
        try:
            if spec.name in compiled:
                raise SchemaError("two tools have this name", remedy="Rename one of them.")
            compiled[spec.name] = _arguments(spec, rules, style, closed, registry)
        except SchemaError as error:
            errors.append(error.for_tool(spec.name))
    for name, (compiler, arguments) in list(compiled.items()):
        if not rules.ends(arguments):
            errors.append(compiler.unsatisfiable().for_tool(name))
            del compiled[name]
    if errors:
        bad = {error.tool for error in errors}
        raise ToolsError(errors, [name for name in compiled if name not in bad])
    options: list[Node] = []
    residual: list[Residual] = []
    checks: dict[str, Check] = {}
    for spec in specs:
        compiler, arguments = compiled[spec.name]
        options.append(
            seq(lit(quoted(spec.name)), style.space, style.comma, Literal('"arguments"'), style.colon, arguments)
        )
        residual += [Residual(note.keyword, f"/{spec.name}{note.pointer}", note.why) for note in compiler.residual]
        checks[spec.name] = Check(spec.schema, compiler.normalizer.references.dialect, registry)
    head = seq(Literal("{"), style.space, Literal('"name"'), style.colon)
    root = seq(head, alt(*options), style.space, Literal("}"))
    return rules.tree(root), tuple(residual), _CallCheck(checks)


def _arguments(spec: ToolSpec, rules: Rules, style: Style, closed: bool, registry: Any) -> tuple[Compiler, Node]:
    """The arguments of one tool, their rules among those of all tools."""
    compiler = Compiler(Normalizer(References(spec.schema, registry=registry)), closed=closed)
    compiler.rules, compiler.style = rules, style
    try:
        return compiler, compiler.document()
    except RecursionError:
        raise SchemaError("the schema is nested too deeply", remedy="Use $ref for what repeats.") from None
