"""The JSON Schema of a tool's parameters, with all that it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from langchain_core.tools import BaseTool
from langchain_core.tools.base import create_schema_from_function
from langchain_core.utils.pydantic import is_basemodel_subclass

from gba.schema.openness import untitled

__all__ = ["exact_parameters", "model_of_function"]


def exact_parameters(tool: Any) -> dict[str, Any] | None:
    """The parameters with their ``$defs``, or None where LangChain's converter loses nothing.

    That converter writes references out in place, and what refers to itself becomes a schema that allows anything.
    Here references are kept.
    """
    model = _model_of(tool)
    if model is None:
        return None
    if isinstance(model, Mapping):
        schema = dict(model)
    else:
        schema = model.model_json_schema() if hasattr(model, "model_json_schema") else model.schema()
    if "$defs" not in schema and "definitions" not in schema:
        return None
    # a model that refers to itself is nothing but a reference at its root
    root = str(schema.get("$ref", ""))
    kept = {key: value for key, value in schema.items() if key not in {"title", "description", "$ref"}}
    for place in ("$defs", "definitions"):
        if root.startswith(f"#/{place}/"):
            kept = {**schema[place][root.rsplit("/", 1)[-1]], **kept}
    return untitled(kept)  # type: ignore[no-any-return]


def _model_of(tool: Any) -> Any:
    """The pydantic model (of either version) or schema of a tool's arguments, or None where there is none."""
    if isinstance(tool, BaseTool):
        return tool.tool_call_schema if tool.args_schema is not None else None
    if isinstance(tool, type):
        return tool if is_basemodel_subclass(tool) else None
    return None


def model_of_function(function: Callable[..., Any]) -> Any:
    """The arguments of a function as a pydantic model, its docstring read for their descriptions."""
    return create_schema_from_function(
        getattr(function, "__name__", type(function).__name__),
        function,
        filter_args=(),
        parse_docstring=True,
        error_on_invalid_docstring=False,
        include_injected=False,
    )
