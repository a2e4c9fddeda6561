"""Tools of every kind become the same tool, with all that their schemas say."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.tools import InjectedToolArg, StructuredTool, Tool, tool
from pydantic import BaseModel, ConfigDict, Field
from pydantic.v1 import BaseModel as BaseModelV1
from pydantic.v1 import Field as FieldV1
from typing_extensions import TypedDict

from gba.backends.scripted import Scripted
from gba.errors import BackendError, SchemaError
from gba.langchain import ChatLlamaCpp, create_agent
from gba.langchain.tools import json_schema_of, to_openai_tools, to_specs, to_tool_choice
from gba.schema.openness import opened
from tests.helpers.scripts import answer, call, filled

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


# what is bound stays bound

TWO = call("I act.", ("ls", {"path": "/"}), ("now", {}))
OPEN = call("I act.", ("ls", {"path": "/", "extra": 1}))
LS = {"name": "ls", "parameters": {"type": "object", "properties": {"path": {"type": "string"}}}}


@tool
def ls(path: str) -> str:
    """List a folder."""
    return path


@tool
def now() -> str:
    """Tell the time."""
    return "12"


def names(message: Any) -> list[str]:
    return [made["name"] for made in message.tool_calls]


def test_parallel_calls_stay_allowed_when_tools_are_bound() -> None:
    bound = ChatLlamaCpp(backend=Scripted.turns([TWO] * 3)).bind(parallel_tool_calls=True)
    assert names(bound.bind_tools([ls, now]).invoke("?")) == ["ls", "now"]
    assert names(bound.bind_tools([ls, now], parallel_tool_calls=None).invoke("?")) == ["ls", "now"]
    first = ChatLlamaCpp(backend=Scripted.turns([TWO])).bind_tools([now], parallel_tool_calls=True)
    assert names(first.bind_tools([ls, now]).invoke("?")) == ["ls", "now"]


def test_what_is_bound_reaches_an_agent() -> None:
    model = ChatLlamaCpp(backend=Scripted.turns([TWO, answer("I know.", "ok")])).bind(parallel_tool_calls=True)
    state = create_agent(model, [ls, now]).invoke({"messages": [("user", "?")]})
    assert names(state["messages"][1]) == ["ls", "now"]


def test_a_choice_stays_bound_unless_its_tool_is_gone() -> None:
    none = ChatLlamaCpp(backend=Scripted.turns([TWO])).bind(tool_choice="none").bind_tools([ls, now])
    with pytest.raises(BackendError):
        none.invoke("?")
    model: Any = ChatLlamaCpp(backend=Scripted([])).bind_tools([ls], tool_choice="ls")
    assert model.bind_tools([ls, now]).kwargs["tool_choice"] == "ls"
    assert "tool_choice" not in model.bind_tools([now]).kwargs
    assert model.bind_tools([now], tool_choice="any").kwargs["tool_choice"] == "required"
    with pytest.raises(SchemaError, match="neither a tool's name"):
        model.bind_tools([now], tool_choice="ls")


@pytest.mark.parametrize("how", ["bind_tools", "bind", "the tool", "bound twice"])
def test_strict_false_leaves_objects_open(how: str) -> None:
    model = ChatLlamaCpp(backend=Scripted.turns([OPEN]))
    bound = {
        "bind_tools": lambda: model.bind_tools([LS], strict=False),
        "bind": lambda: model.bind(strict=False).bind_tools([LS]),
        "the tool": lambda: model.bind_tools([{"type": "function", "function": {**LS, "strict": False}}]),
        "bound twice": lambda: model.bind_tools([now], strict=False).bind_tools([LS]),  # type: ignore[attr-defined]
    }[how]()
    assert bound.invoke("?").tool_calls[0]["args"] == {"path": "/", "extra": 1}


@pytest.mark.parametrize("strict", [None, True])
def test_objects_are_closed_otherwise(strict: bool | None) -> None:
    with pytest.raises(BackendError, match="the grammar refuses"):
        ChatLlamaCpp(backend=Scripted.turns([OPEN])).bind_tools([LS], strict=strict).invoke("?")


@pytest.mark.parametrize("method", ["json_schema", "function_calling", "json_mode"])
def test_strict_false_leaves_structured_output_open(method: Any) -> None:
    schema = {"title": "R", "type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
    value = {"a": 1, "extra": 2}
    turn = call("I know.", ("R", value)) if method == "function_calling" else filled("I know.", value)
    model = ChatLlamaCpp(backend=Scripted.turns([turn]))
    assert model.with_structured_output(schema, method=method, strict=False).invoke("?") == value


def test_opened_says_of_each_object_that_it_is_open() -> None:
    inner = {"properties": {"x": {"enum": [{"properties": 1}]}}}
    kept = {"properties": {"y": {}}, "additionalProperties": False}
    schema = {"properties": {"properties": inner, "list": {"items": inner}, "k": kept}, "$defs": {"d": inner}}
    wide = {**inner, "additionalProperties": True}
    properties = {"properties": wide, "list": {"items": wide}, "k": kept}
    assert opened(schema) == {"properties": properties, "$defs": {"d": wide}, "additionalProperties": True}
    counted = {"allOf": [inner], "unevaluatedProperties": False}
    assert opened(counted) == counted


class Tags(BaseCallbackHandler):
    def __init__(self) -> None:
        self.seen: list[str] = []

    def on_chat_model_start(self, *args: Any, tags: list[str] | None = None, **kwargs: Any) -> None:
        self.seen += tags or []


def test_configuration_stays_when_tools_are_bound() -> None:
    seen = Tags()
    model = ChatLlamaCpp(backend=Scripted.turns([TWO, TWO])).with_config(tags=["mine"], callbacks=[seen])
    model.bind_tools([ls, now], parallel_tool_calls=True).invoke("?")
    model.bind(parallel_tool_calls=True).bind_tools([ls, now]).invoke("?")
    assert seen.seen == ["mine"] * 2


# arguments are an object


@pytest.mark.parametrize(
    "parameters",
    [
        {"properties": {"a": {"type": "integer"}}, "required": ["a"]},
        {"type": ["object", "null"], "properties": {"a": {"type": "integer"}}, "required": ["a"]},
        {"anyOf": [{"properties": {"a": {"type": "integer"}}, "required": ["a"]}, {"type": "null"}]},
        {"$ref": "#/$defs/A", "$defs": {"A": {"properties": {"a": {"type": "integer"}}, "required": ["a"]}}},
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "$ref": "#/definitions/A",
            "definitions": {"A": {"properties": {"a": {"type": "integer"}}, "required": ["a"]}},
        },
        {"enum": [{"a": 1}, [], None, 3]},
        {"not": {"type": "array"}, "properties": {"a": {"const": 1}}, "required": ["a"]},
    ],
)
def test_arguments_are_an_object_whatever_the_root_says(parameters: dict[str, Any]) -> None:
    right = call("I look.", ("look", {"a": 1}))
    assert written(parameters, right) == {"a": 1}
    for wrong in ("3", '"x"', "null", "[]", "[1]"):
        # what the grammar forces is not generated: of {"const": {"a": 1}} nothing else can be written
        assert written(parameters, right.replace('{"a": 1}', wrong)) in (None, {"a": 1})


def written(parameters: dict[str, Any], turn: str) -> Any:
    """The arguments of the call, or None where the grammar refuses what the turn writes."""
    model = ChatLlamaCpp(backend=Scripted.turns([turn]))
    bound = model.bind_tools([{"name": "look", "parameters": parameters}], tool_choice="any")
    try:
        return bound.invoke("?").tool_calls[0]["args"]
    except BackendError:
        return None


@pytest.mark.parametrize("parameters", [{"$schema": "http://json-schema.org/draft-07/schema#"}, {"type": "object"}, {}])
def test_a_schema_that_names_no_keys_has_none(parameters: dict[str, Any]) -> None:
    bound = ChatLlamaCpp(backend=Scripted.turns([call("I look.", ("look", {}))]))
    tools = [{"name": "look", "description": "d", "parameters": parameters}]
    assert bound.bind_tools(tools, tool_choice="any").invoke("?").tool_calls[0]["args"] == {}


@pytest.mark.parametrize(
    "parameters",
    [
        {"type": "string"},
        {"type": ["string", "null"]},
        {"type": "array", "items": {}},
        {"const": 3},
        {"enum": [1, "x", None]},
        {"anyOf": [{"type": "string"}, {"type": "null"}]},
        {"not": {"type": "object"}},
        {"$ref": "#/$defs/A", "$defs": {"A": {"type": "string"}}},
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "$ref": "#/definitions/A",
            "definitions": {"A": {"type": "string"}},
        },
    ],
)
def test_a_root_that_can_be_no_object_is_refused(parameters: dict[str, Any]) -> None:
    model = ChatLlamaCpp(backend=Scripted.turns([]))
    with pytest.raises(SchemaError) as caught:
        model.bind_tools([{"name": "look", "description": "d", "parameters": parameters}]).invoke("?")
    assert caught.value.tool == "look"
