"""The Grammar class: where grammars come from, what they leave open, and the limits that hold."""

from __future__ import annotations

import datetime
import decimal
import enum
import uuid
from typing import Annotated, Any, Literal

import pytest
import referencing
from pydantic import BaseModel, ConfigDict, Field
from referencing.jsonschema import DRAFT202012

from gba.errors import GrammarError, SchemaError, ToolsError
from gba.grammar import Grammar
from gba.schema.tools import ToolSpec
from tests.helpers.bombs import BOMBS, nested
from tests.helpers.schemas import accepts, text_of


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = Field(ge=0, lt=10)


class Dog(BaseModel):
    kind: Literal["dog"]
    name: Annotated[str, Field(min_length=1, max_length=5)]


class Owner(BaseModel):
    id: uuid.UUID
    born: datetime.date
    seen: datetime.datetime | None = None
    pets: list[Annotated[Cat | Dog, Field(discriminator="kind")]] = []
    color: Color = Color.RED
    codes: dict[str, int] = {}
    point: tuple[int, float] = (0, 0.0)
    tags: set[str] = set()
    price: decimal.Decimal = decimal.Decimal(0)
    extra: Any = None
    friend: Owner | None = None
    even: Annotated[int, Field(multiple_of=2)] = 0
    zip: Annotated[str, Field(pattern=r"^\d{5}$")] = "00000"


OWNER = {
    "id": "2eb8aa08-aa98-11ea-b4aa-73b441d16380",
    "born": "2000-02-29",
    "seen": "2024-01-01T00:00:00Z",
    "pets": [{"kind": "cat", "lives": 9}, {"kind": "dog", "name": "Rex"}],
    "color": "blue",
    "codes": {"a": 1},
    "point": [1, 2.5],
    "tags": ["x", "y"],
    "price": "1.50",
    "extra": {"anything": [None]},
    "friend": {"id": "2eb8aa08-aa98-11ea-b4aa-73b441d16380", "born": "1999-12-31"},
    "even": 4,
    "zip": "12345",
}


def test_a_pydantic_model_with_everything_ordinary() -> None:
    grammar = Grammar.from_pydantic(Owner)
    assert accepts(grammar, text_of(OWNER))
    Owner.model_validate(OWNER)
    assert [note.keyword for note in grammar.residual] == ["uniqueItems"]


@pytest.mark.parametrize(
    "key,value",
    [
        ("id", "2eb8"), ("born", "1900-02-29"), ("seen", "now"), ("pets", [{"kind": "cat", "lives": 10}]),
        ("pets", [{"kind": "dog", "lives": 1}]), ("pets", [{"kind": "dog", "name": "longer"}]), ("color", "green"),
        ("codes", {"a": "1"}), ("point", [1]), ("point", [1, 2, 3]), ("even", 3), ("zip", "1234"), ("friend", {}),
        ("more", 1),
    ],
)  # fmt: skip
def test_what_the_model_would_refuse_is_refused(key: str, value: Any) -> None:
    assert not accepts(Grammar.from_pydantic(Owner), text_of({**OWNER, key: value}))


def test_a_model_says_no_more_keys_than_it_names_unless_it_allows_them() -> None:
    class Loose(BaseModel):
        model_config = ConfigDict(extra="allow")
        a: int

    class Empty(BaseModel):
        pass

    assert accepts(Grammar.from_pydantic(Loose), '{"a":1,"b":2}')
    assert str(Grammar.from_pydantic(Empty)).startswith('root ::= "{}"')
    assert accepts(Grammar.from_pydantic(list[int]), "[1,2]")
    open_one = {"type": "object", "properties": {"a": {"type": "integer"}}}
    assert accepts(Grammar.from_json_schema(open_one), '{"b":2}')
    assert not accepts(Grammar.from_json_schema(open_one, closed=True), '{"b":2}')


SEARCH = ToolSpec("search", "", {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]})
CLOCK = ToolSpec("clock")


def test_one_grammar_for_a_whole_call() -> None:
    grammar = Grammar.from_tools([SEARCH, CLOCK], whitespace="spaced")
    assert accepts(grammar, '{"name": "search", "arguments": {"q": "x"}}')
    assert accepts(grammar, '{"name": "clock", "arguments": {}}')
    assert not accepts(grammar, '{"name": "clock", "arguments": {"q": "x"}}')
    assert grammar.matcher().forced() == '{"name": "'


def test_the_check_of_a_call_is_that_of_its_tool() -> None:
    unique = {"type": "object", "properties": {"ids": {"type": "array", "uniqueItems": True}}}
    grammar = Grammar.from_tools([CLOCK, ToolSpec("pick", "", unique)])
    assert [note.pointer for note in grammar.residual] == ["/pick/properties/ids"]
    assert grammar.check({"name": "pick", "arguments": {"ids": [1, 1]}}) != []
    assert grammar.check({"name": "pick", "arguments": {"ids": [1, 2]}}) == []
    assert grammar.check({"name": "clock", "arguments": {}}) == []


@pytest.mark.parametrize(
    "rest, keyword",
    [
        ({"multipleOf": 3001}, "multipleOf"),
        ({"type": "number", "not": {"type": "integer"}, "minimum": 3}, "type"),
        ({"type": "string", "pattern": r"(a)\1"}, "pattern"),
    ],
)
def test_what_is_left_is_found_where_it_stands_however_often_a_bare_type_stands_elsewhere(
    rest: dict[str, Any], keyword: str
) -> None:
    bare: dict[str, Any] = {"type": rest.get("type", "integer"), "description": "a bare type"}
    schema = {"properties": {"a": {"type": "integer"}, "b": bare, "c": {"allOf": [{**bare}, rest]}}}
    found = [(note.keyword, note.pointer) for note in Grammar.from_json_schema(schema).residual]
    assert [keyword for keyword, _ in found] == [keyword]
    assert all(pointer.startswith("/properties/c/allOf") for _, pointer in found)


BAD = ToolSpec("bad", "", {"type": "object", "properties": {"a": {"type": "int"}}})
ENDLESS = ToolSpec("endless", "", {"properties": {"a": {"$ref": "#"}}, "required": ["a"]})


def test_all_bad_tools_are_named_and_the_others_go_on() -> None:
    tools = [SEARCH, BAD, ENDLESS, CLOCK]
    with pytest.raises(ToolsError, match=r"2 tools .*: tool 'bad': .*; tool 'endless': ") as caught:
        Grammar.from_tools(tools)
    assert [error.tool for error in caught.value.errors] == ["bad", "endless"]
    assert caught.value.errors[1].keyword == ""
    assert caught.value.usable == ("search", "clock")
    usable = [tool for tool in tools if tool.name in caught.value.usable]
    assert Grammar.from_tools(usable) == Grammar.from_tools([SEARCH, CLOCK])


def test_of_two_tools_of_one_name_neither_is_usable() -> None:
    with pytest.raises(ToolsError) as caught:
        Grammar.from_tools([SEARCH, CLOCK, SEARCH])
    assert caught.value.usable == ("clock",)


def test_a_bad_tool_is_named() -> None:
    with pytest.raises(SchemaError, match="tool 'bad'") as caught:
        Grammar.from_tools([SEARCH, BAD])
    assert (caught.value.tool, caught.value.pointer) == ("bad", "/properties/a/type")
    with pytest.raises(SchemaError, match="two tools"):
        Grammar.from_tools([CLOCK, CLOCK])
    with pytest.raises(SchemaError, match="at least one tool"):
        Grammar.from_tools([])


def test_a_regex_is_matched_in_full() -> None:
    grammar = Grammar.from_regex(r"[a-c]{2,}|\"\n")
    assert accepts(grammar, "abc")
    assert accepts(grammar, '"\n')
    assert not accepts(grammar, "a")
    assert not accepts(grammar, "abcd")
    for pattern in ("(", r"(a)\1", "a^b"):
        with pytest.raises(SchemaError):
            Grammar.from_regex(pattern)


def test_choices_are_texts_as_they_are() -> None:
    assert str(Grammar.from_choices(['a"', "b"])) == 'root ::= "a\\"" | "b"\n'
    many = Grammar.from_choices([f"choice {n}" for n in range(300)])
    assert accepts(many, "choice 299")
    assert not accepts(many, "choice 300")
    with pytest.raises(SchemaError):
        Grammar.from_choices([])


def test_gbnf_is_kept_as_it_is() -> None:
    text = '# mine\nroot ::= "a" | "b" # or\n'
    assert str(Grammar.from_gbnf(text)) == text
    with pytest.raises(GrammarError, match="line 1"):
        Grammar.from_gbnf("root ::= (")


def test_a_residual_is_checked_or_refused() -> None:
    schema = {"type": "array", "items": {"type": "integer"}, "uniqueItems": True}
    grammar = Grammar.from_json_schema(schema)
    assert [(note.keyword, note.pointer) for note in grammar.residual] == [("uniqueItems", "")]
    assert str(grammar.residual[0]).startswith("uniqueItems at /: ")
    assert grammar.check([1, 2]) == []
    assert grammar.check([1, 1])[0].startswith("/: ")
    with pytest.raises(SchemaError, match="cannot enforce") as caught:
        Grammar.from_json_schema(schema, strict=True)
    assert caught.value.keyword == "uniqueItems"
    assert Grammar.from_json_schema({"type": "array"}, strict=True).residual == ()


def test_a_sentence_can_be_taken_out() -> None:
    grammar = Grammar.from_choices(["a", "b"]).without("a")
    assert accepts(grammar, "b")
    assert not accepts(grammar, "a")


def test_references_go_into_the_registry_and_nowhere_else() -> None:
    other = DRAFT202012.create_resource({"$defs": {"n": {"type": "integer"}}})
    registry: referencing.Registry[Any] = referencing.Registry().with_resource("https://example.org/other", other)
    grammar = Grammar.from_json_schema({"$ref": "https://example.org/other#/$defs/n"}, registry=registry)
    assert accepts(grammar, "12")
    assert not accepts(grammar, '"12"')


def test_equal_schemas_are_compiled_once_and_the_order_of_keys_counts() -> None:
    one = {"type": "object", "properties": {"a": True, "b": True}}
    other = {"type": "object", "properties": {"b": True, "a": True}}
    assert Grammar.from_json_schema(one) is Grammar.from_json_schema({**one})
    assert Grammar.from_json_schema(one) != Grammar.from_json_schema(other)
    assert len({Grammar.from_json_schema(one), Grammar.from_json_schema(other)}) == 2


def test_keys_come_in_order_unless_anything_goes() -> None:
    schema = {"type": "object", "properties": {"a": True, "b": True}, "required": ["b"]}
    assert not accepts(Grammar.from_json_schema(schema), '{"b":1,"a":2}')
    assert accepts(Grammar.from_json_schema(schema, whitespace="flexible"), '{ "b" :1,\n"a": 2 }')
    with pytest.raises(GrammarError, match="whitespace"):
        Grammar.from_json_schema(schema, whitespace="loose")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", BOMBS)
def test_a_schema_bomb_ends_in_a_small_grammar(name: str) -> None:
    grammar = Grammar.from_json_schema(BOMBS[name])
    assert len(str(grammar)) < 2_000_000
    assert grammar.matcher().shortest()


def test_what_is_nested_too_deeply_is_refused() -> None:
    with pytest.raises(SchemaError, match="nested more than 1000 levels deep"):
        Grammar.from_json_schema(nested(20_000))
