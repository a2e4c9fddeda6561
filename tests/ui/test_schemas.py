"""The tabs of grammars and schemas."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gba import Grammar
from tests.helpers.ui_client import ADD, browser

DISH = {
    "type": "object",
    "properties": {"dish": {"enum": ["soup", "salad"]}, "portions": {"type": "integer", "minimum": 1, "maximum": 12}},
    "required": ["dish", "portions"],
    "additionalProperties": False,
}


def examined(schema: Any, text: str | None = None, **more: Any) -> dict[str, Any]:
    answer = browser().post("/ui/schema", json={"schema": json.dumps(schema), "text": text, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_grammar_and_a_sentence_of_it() -> None:
    told = examined(DISH)
    assert told["gbnf"] == str(Grammar.from_json_schema(DISH))
    assert told["residual"] == told["sentence_breaks"] == []
    assert told["text"] is None
    matcher = Grammar.from_json_schema(DISH).matcher()
    assert matcher.advance(told["sentence"])
    assert matcher.accepting
    assert len({examined(DISH, seed=seed)["sentence"] for seed in range(8)}) > 1
    assert ": " in examined(DISH, whitespace="spaced")["sentence"]


def test_where_a_text_stops_being_valid() -> None:
    text = examined(DISH, '{"dish":"soup","portions":15}')["text"]
    assert (text["valid"], text["at"], text["line"], text["column"]) == (False, 27, 1, 28)
    assert text["expected"] == ['"0" to "2"', '"}"']


def test_lines_are_counted() -> None:
    text = examined(DISH, '{\n  "dish": "stew"', whitespace="flexible")["text"]
    assert (text["line"], text["column"], text["expected"]) == (2, 13, ['"a"', '"o"'])


def test_characters_are_counted_and_not_their_halves() -> None:
    text = examined({"const": "😀é"}, '"😀e')["text"]
    assert text["at"] == 2
    assert text["expected"] == ['"é\\""']


@pytest.mark.parametrize(
    "text, valid, complete",
    [
        ('{"dish":"soup","portions":12}', True, True),
        ('{"dish":"soup"', False, False),
        ('{"dish":"soup","portions":12} ', False, True),
    ],
)
def test_whole_texts_beginnings_and_what_comes_after(text: str, valid: bool, complete: bool) -> None:
    told = examined(DISH, text)["text"]
    assert (told["valid"], told["complete"]) == (valid, complete)
    if complete and not valid:
        assert told["expected"] == ["the end"]


def test_what_only_the_check_finds() -> None:
    schema = {"type": "array", "items": {"type": "integer"}, "uniqueItems": True}
    told = examined(schema, "[1,1]")
    assert any("uniqueItems" in left for left in told["residual"])
    assert told["text"]["valid"]
    assert told["text"]["violations"]


def test_a_number_that_python_does_not_read_is_no_fault_of_the_page() -> None:
    schema = {"type": "array", "items": {"type": "integer"}, "uniqueItems": True}
    told = examined(schema, f"[{'9' * 5000}]")["text"]
    assert told["valid"]
    assert "cannot be checked" in told["violations"][0]


@pytest.mark.parametrize(
    "schema, said",
    [
        ("class Order(BaseModel):\n    dish: str", "Python is not run here"),
        ("{", "no JSON"),
        ('{"type": "objekt"}', "'type' has to be one of"),
        ("[" * 100_000, "JSON"),
    ],
)
def test_what_is_no_schema(schema: str, said: str) -> None:
    answer = browser().post("/ui/schema", json={"schema": schema})
    assert answer.status_code == 400
    assert said in answer.json()["error"]["message"]


def test_the_grammar_in_force() -> None:
    told = browser().post("/ui/grammar", json={"tools": ["add"]}).json()
    (tool,) = told["tools"]
    assert tool["name"] == "add"
    matcher = Grammar.from_gbnf(tool["gbnf"]).matcher()
    assert matcher.advance('{"a": 1, "b": 2}')
    assert matcher.accepting
    assert told["whole"] == str(Grammar.from_tools([ADD.spec]))
    assert browser().post("/ui/grammar", json={"tools": []}).json() == {"tools": [], "whole": ""}
