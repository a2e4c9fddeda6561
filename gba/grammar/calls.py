"""One grammar for a whole call: the name of a tool and the arguments that go with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gba.errors import SchemaError
from gba.grammar.check import Check
from gba.grammar.compile import Compiler
from gba.grammar.nodes import GbnfTree, Literal, Node, alt, lit, seq
from gba.grammar.strings import quoted
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
    """The grammar of a call of one of the tools, what it leaves open, and the check of that."""
    if not specs:
        raise SchemaError("a call needs at least one tool", remedy="Pass a tool.")
    rules = style = None
    options: list[Node] = []
    residual: list[Residual] = []
    checks: dict[str, Check] = {}
    for spec in specs:
        if spec.name in checks:
            raise SchemaError("two tools have this name", remedy="Rename one of them.", tool=spec.name)
        try:
            references = References(_as_object(spec.parameters), registry=registry)
            compiler = Compiler(Normalizer(references), whitespace=whitespace, closed=closed)
            if rules is not None and style is not None:
                compiler.rules, compiler.style = rules, style
            rules, style = compiler.rules, compiler.style
            arguments = compiler.document()
        except SchemaError as error:
            raise error.for_tool(spec.name) from None
        options.append(
            seq(lit(quoted(spec.name)), style.space, style.comma, Literal('"arguments"'), style.colon, arguments)
        )
        residual += [Residual(note.keyword, f"/{spec.name}{note.pointer}", note.why) for note in compiler.residual]
        checks[spec.name] = Check(spec.parameters, references.dialect, registry)
    assert rules is not None
    assert style is not None
    head = seq(Literal("{"), style.space, Literal('"name"'), style.colon)
    root = seq(head, alt(*options), style.space, Literal("}"))
    return rules.tree(root), tuple(residual), _CallCheck(checks)


def _as_object(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments are an object, whether the schema says so or not; without any keyword about keys an empty one."""
    whole = {"type": "object", **parameters}
    return whole if not _ABOUT_KEYS.isdisjoint(whole) else {**whole, "properties": {}}


_ABOUT_KEYS = {
    "properties",
    "patternProperties",
    "additionalProperties",
    "required",
    "$ref",
    "allOf",
    "anyOf",
    "oneOf",
    "if",
    "enum",
    "const",
    "propertyNames",
    "minProperties",
}
