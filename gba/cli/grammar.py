"""`gba grammar`: the GBNF of a JSON Schema, of a pydantic model, or of tools."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from gba.cli.loading import is_reference, load
from gba.errors import GbaError

__all__ = ["grammar"]


def grammar(
    source: Annotated[
        str,
        typer.Argument(
            help="A JSON file (a schema, or a list of tools), - for standard input, or module:name "
            "(a pydantic model, a function or tool, or a list of them).",
            show_default=False,
        ),
    ],
    whitespace: Annotated[str, typer.Option(help="compact, spaced or flexible.")] = "compact",
    strict: Annotated[bool, typer.Option("--strict", help="Refuse what a grammar cannot fully enforce.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file.", show_default=False)
    ] = None,
    check: Annotated[
        Path | None, typer.Option(help="Also say whether the JSON value in this file is allowed.", show_default=False)
    ] = None,
) -> None:
    """Compile a schema or tools to GBNF; what a grammar cannot enforce is listed on standard error."""
    from gba.cli.console import note, out

    if whitespace not in ("compact", "spaced", "flexible"):
        raise typer.BadParameter("choose compact, spaced or flexible", param_hint="--whitespace")
    given = load(source) if is_reference(source) and not Path(source).exists() else _read(source)
    compiled = _compile(given, whitespace, strict=strict)  # type: ignore[arg-type]
    if output is not None:
        output.write_text(str(compiled), encoding="utf-8")
    else:
        out().file.write(str(compiled).rstrip("\n") + "\n")
    for residual in compiled.residual:
        note(f"not enforced, but checked: {residual}")
    for name in _validators(given):
        note(f"not in the grammar: the Python code of {name} (--check runs it, as does whoever makes the object)")
    if check is not None:
        _check(compiled, given, check, whitespace)


def _compile(given: Any, whitespace: Literal["compact", "spaced", "flexible"], *, strict: bool) -> Any:
    from gba.grammar import Grammar

    if isinstance(given, (list, tuple)) or _is_tool(given):
        from gba.langchain.tools import to_openai_tools, to_specs

        tools = list(given) if isinstance(given, (list, tuple)) else [given]
        return Grammar.from_tools(to_specs(to_openai_tools(tools)), whitespace=whitespace, strict=strict)
    if isinstance(given, (dict, bool)):
        return Grammar.from_json_schema(given, whitespace=whitespace, strict=strict)
    return Grammar.from_pydantic(given, whitespace=whitespace, strict=strict)


def _is_tool(given: Any) -> bool:
    """A function, a LangChain tool, or a tool as OpenAI and Anthropic write them; a class is a model."""
    if isinstance(given, dict):
        return given.get("type") == "function" or "input_schema" in given
    return not isinstance(given, (type, bool)) and (callable(given) or hasattr(given, "args_schema"))


def _read(source: str) -> Any:
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GbaError(f"{source} cannot be read ({error}): give a JSON file, or module:name") from error
    try:
        given = json.loads(text)
    except ValueError as error:
        raise GbaError(f"{source} is not JSON: {error}") from error
    if not isinstance(given, (dict, list, bool)):
        raise GbaError(f"{source} holds neither a schema nor a list of tools, but {type(given).__name__}")
    return given


def _validators(given: Any) -> list[str]:
    """The names of the functions of its own with which a pydantic model validates, those of models inside of it too."""
    if not (isinstance(given, type) and hasattr(given, "__pydantic_core_schema__")):
        return []
    found: dict[str, None] = {}
    pending: list[Any] = [given.__pydantic_core_schema__]
    seen: set[int] = set()
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, dict):
            function = node.get("function")
            code = function.get("function") if isinstance(function, dict) else None
            if str(node.get("type")).startswith("function-") and not _of_pydantic(code):
                found[getattr(code, "__qualname__", repr(code))] = None
            pending += node.values()
        elif isinstance(node, (list, tuple)):
            pending += node
    return sorted(found)


def _of_pydantic(code: Any) -> bool:
    return (getattr(code, "__module__", None) or "pydantic").split(".")[0] in {"pydantic", "pydantic_core"}


def _check(compiled: Any, given: Any, path: Path, whitespace: str) -> None:
    from gba.cli.console import note

    value = _read_value(path)
    text = json.dumps(value, ensure_ascii=False, separators=None if whitespace == "spaced" else (",", ":"))
    matcher = compiled.matcher()
    violations = [] if matcher.advance(text) and matcher.accepting else ["the grammar does not allow it"]
    violations += [str(violation) for violation in compiled.check(value)]
    violations += _objections(given, value)
    if violations:
        raise GbaError(f"{path} is not allowed: {'; '.join(violations)}")
    note(f"{path} is allowed")


def _objections(given: Any, value: Any) -> list[str]:
    """What a pydantic model itself says against a value."""
    from pydantic import BaseModel, ValidationError

    if not (isinstance(given, type) and issubclass(given, BaseModel)):
        return []
    try:
        given.model_validate_json(json.dumps(value))
    except ValidationError as error:
        return [
            f"{'.'.join(map(str, wrong['loc'])) or given.__name__}: {wrong['msg']}"
            for wrong in error.errors(include_url=False)
        ]
    return []


def _read_value(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GbaError(f"{path} cannot be read as JSON: {error}") from error
