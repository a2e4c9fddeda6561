"""Tools of every kind become the same tool, with all that their schemas say."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from langchain_core.tools import InjectedToolArg, StructuredTool, Tool, tool
from pydantic import BaseModel, ConfigDict, Field
from pydantic.v1 import BaseModel as BaseModelV1
from pydantic.v1 import Field as FieldV1
from typing_extensions import TypedDict

from gba.errors import SchemaError
from gba.langchain.tools import json_schema_of, to_openai_tools, to_specs, to_tool_choice

PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string", "description": "The city."}, "days": {"type": "integer", "default": 3}},
    "required": ["city"],
    "additionalProperties": False,
}


def forecast(city: str, days: int = 3) -> str:
    """Forecast the weather.

    Args:
        city: The city.
    """
    return f"{city}: {days}"


class Model(BaseModel):
    """Forecast the weather."""

    model_config = ConfigDict(title="forecast")
    city: str = Field(description="The city.")
    days: int = 3


class ModelV1(BaseModelV1):
    """Forecast the weather."""

    class Config:
        title = "forecast"

    city: str = FieldV1(description="The city.")
    days: int = 3


class Typed(TypedDict):
    """Forecast the weather."""

    city: Annotated[str, ..., "The city."]
    days: Annotated[int, 3, ""]


Typed.__name__ = "forecast"
OPENAI = {"name": "forecast", "description": "Forecast the weather.", "parameters": PARAMETERS}
KINDS: dict[str, Any] = {
    "function": forecast,
    "pydantic 2": Model,
    "pydantic 1": ModelV1,
    "structured tool": StructuredTool.from_function(forecast, parse_docstring=True),
    "openai": {"type": "function", "function": OPENAI},
    "openai function": OPENAI,
    "openai responses": {"type": "function", **OPENAI},
    "anthropic": {"name": "forecast", "description": OPENAI["description"], "input_schema": PARAMETERS},
    "bedrock": {
        "toolSpec": {"name": "forecast", "description": OPENAI["description"], "inputSchema": {"json": PARAMETERS}}
    },
    "json schema": {"title": "forecast", "description": OPENAI["description"], **PARAMETERS},
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_tool_becomes_the_same(kind: str) -> None:
    (spec,) = to_specs(to_openai_tools([KINDS[kind]]))
    assert spec.name == "forecast"
    assert spec.description == "Forecast the weather."
    assert spec.parameters == PARAMETERS


def test_a_typed_dict_is_a_tool() -> None:
    (spec,) = to_specs(to_openai_tools([Typed]))
    assert spec.parameters["properties"]["city"] == {"type": "string", "description": "The city."}


class Node(BaseModel):
    """A node of a tree."""

    value: int
    children: list[Node] = []


def grow(node: Node) -> str:
    """Let a tree grow."""
    return str(node)


@pytest.mark.parametrize("given", [Node, grow, tool(grow)])
def test_a_schema_that_refers_to_itself_keeps_its_references(given: Any) -> None:
    (spec,) = to_specs(to_openai_tools([given]))
    assert spec.parameters["$defs"]["Node"]["properties"]["children"]["items"] == {"$ref": "#/$defs/Node"}
    assert spec.parameters["$defs"]["Node"]["additionalProperties"] is False
    assert "properties" in spec.parameters


def test_injected_arguments_are_not_asked_of_the_model() -> None:
    @tool
    def tagged(text: str, user: Annotated[str, InjectedToolArg]) -> str:
        """Tag a text."""
        return text + user

    assert list(to_specs(to_openai_tools([tagged]))[0].parameters["properties"]) == ["text"]


def test_a_tool_of_one_string_has_one_argument() -> None:
    (spec,) = to_specs(to_openai_tools([Tool(name="search", func=str, description="Search.")]))
    assert list(spec.parameters["properties"]) == ["__arg1"]


def test_a_tool_without_parameters_takes_none() -> None:
    (spec,) = to_specs(to_openai_tools([{"name": "now"}]))
    assert spec.parameters == {"type": "object", "properties": {}, "additionalProperties": False}


def test_objects_are_closed_unless_they_say_otherwise() -> None:
    inner = {"type": "object", "properties": {"x": {"type": "integer"}}}
    parameters = {"type": "object", "properties": {"a": inner, "b": {**inner, "additionalProperties": True}}}

    def bound(strict: bool | None) -> Any:
        return to_specs(to_openai_tools([{"name": "f", "parameters": parameters}], strict=strict))[0].parameters

    assert bound(None) == bound(True)
    assert bound(None)["properties"]["a"]["additionalProperties"] is False
    assert bound(None)["properties"]["b"]["additionalProperties"] is True
    assert bound(False) == parameters


@pytest.mark.parametrize(
    "parameters",
    [
        {"allOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]},
        {"oneOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]},
        {"properties": {"a": {}}, "anyOf": [{"required": ["a"]}, {"properties": {"b": {}}, "required": ["b"]}]},
        {"properties": {"a": {"not": {"properties": {"b": {}}}}}},
    ],
)
def test_combined_schemas_stay_as_they_are(parameters: dict[str, Any]) -> None:
    assert to_specs(to_openai_tools([{"name": "f", "parameters": parameters}]))[0].parameters == parameters


def test_the_same_tool_twice_is_one_and_two_of_one_name_are_refused() -> None:
    assert len(to_openai_tools([forecast, Model, KINDS["json schema"]])) == 1
    with pytest.raises(SchemaError, match="two different tools") as caught:
        to_openai_tools([forecast, {"name": "forecast", "parameters": {"type": "object", "properties": {}}}])
    assert caught.value.tool == "forecast"


@pytest.mark.parametrize("name", ["respond", "two words", "", "ü"])
def test_names_that_a_model_could_not_be_asked_for_are_refused(name: str) -> None:
    with pytest.raises(SchemaError, match="name"):
        to_openai_tools([{"name": name, "parameters": {"type": "object", "properties": {}}}])


@pytest.mark.parametrize("given", [{"type": "web_search"}, {"type": "mcp", "server_label": "x"}, {"what": 1}, 7])
def test_what_is_no_tool_is_refused(given: Any) -> None:
    with pytest.raises(SchemaError):
        to_openai_tools([given])


@pytest.mark.parametrize(
    "choice, expected",
    [
        (None, "auto"),
        (False, "auto"),
        (True, "required"),
        ("auto", "auto"),
        ("any", "required"),
        ("required", "required"),
        ("none", "none"),
        ("add", "add"),
        ({"type": "function", "function": {"name": "add"}}, "add"),
        ({"type": "function", "name": "add"}, "add"),
        ({"type": "tool", "name": "add"}, "add"),
        ({"type": "any"}, "required"),
        ({"type": "auto"}, "auto"),
        ({"type": "none"}, "none"),
    ],
)
def test_choices_of_every_provider_are_understood(choice: Any, expected: str) -> None:
    assert to_tool_choice(choice, ["add", "multiply"]) == expected


@pytest.mark.parametrize("choice", ["divide", "ANY", {"type": "function", "function": {"name": "divide"}}, {}])
def test_an_unknown_choice_is_refused_with_the_tools_there_are(choice: Any) -> None:
    with pytest.raises(SchemaError, match="add, multiply"):
        to_tool_choice(choice, ["add", "multiply"])


def test_a_choice_that_nothing_can_keep_is_refused() -> None:
    with pytest.raises(SchemaError, match="no tools"):
        to_tool_choice("any", [])
    assert to_tool_choice("none", []) == "none"


@pytest.mark.parametrize("kind", KINDS)
def test_a_response_schema_can_be_all_that_a_tool_can(kind: str) -> None:
    given = KINDS[kind]
    schema = json_schema_of(given)
    assert schema["properties"] == PARAMETERS["properties"]
    assert schema["additionalProperties"] is False


def test_a_response_schema_needs_no_name_and_may_have_a_property_called_name() -> None:
    schema = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    assert json_schema_of(schema) == {**schema, "additionalProperties": False}
    assert json_schema_of(schema, strict=False) == schema
