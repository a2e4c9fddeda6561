"""Which parts of arguments are the syntax's own."""

from __future__ import annotations

import pytest

from gba.grammar.arguments import compile_arguments, write_arguments, written_marks
from gba.grammar.strings.spelling import ArgumentStyle
from tests.helpers.argument_styles import STYLES, TAGGED
from tests.helpers.argument_tools import WEATHER

PAIRS = TAGGED["key and value"]
VALUES = {"city": "Oslo", "days": 3, "unit": "celsius", "alerts": True, "near": ["a", "b"], "at": {"x": 1.5}}
OPEN = {"type": "object", "properties": {"a": {"type": "object"}, "b": {"type": "string"}}, "required": ["a", "b"]}


def own(text: str, spans: list[tuple[int, int]]) -> list[str]:
    return [text[begin:end] for begin, end in spans]


def test_what_stands_around_keys_and_values_is_told_from_them() -> None:
    values = {"city": "a <arg_value> b", "days": 3}
    text = write_arguments(PAIRS, values)
    found = own(text, written_marks(PAIRS, values, text))
    around = ["\n<arg_key>", "</arg_key>\n<arg_value>", "</arg_value>"]
    assert found == [*around, *around, "\n"]


@pytest.mark.parametrize("name", TAGGED)
def test_keys_and_values_are_all_that_is_left(name: str) -> None:
    style = TAGGED[name]
    text = write_arguments(style, VALUES)
    at, left = 0, []
    for begin, end in written_marks(style, VALUES, text):
        assert begin >= at
        left.append(text[at:begin])
        at = end
    assert at == len(text)
    keys = sorted(VALUES) if style.sort_keys else list(VALUES)
    assert [part for part in left if part in VALUES] == keys
    assert "Oslo" in left
    assert "celsius" in left


@pytest.mark.parametrize("name", STYLES)
def test_a_beginning_of_arguments_has_the_marks_of_the_whole(name: str) -> None:
    arguments = compile_arguments(WEATHER, STYLES[name])
    text = arguments.write(VALUES)
    whole = arguments.marks(text)
    inside = {place for begin, end in whole for place in range(begin, end)}
    for size in range(len(text)):
        begun = {place for begin, end in arguments.marks(text[:size]) for place in range(begin, min(end, size))}
        assert begun <= inside, text[:size]
        # what is not known yet is at the end: it may still belong to a key or a value
        assert all(place >= size - 40 for place in set(range(size)) & inside - begun), text[:size]


def test_a_mark_in_a_value_of_json_is_none() -> None:
    arguments = compile_arguments(OPEN, PAIRS)
    text = arguments.write({"a": {"x": "</arg_value>\n"}, "b": "y"})
    assert own(text, arguments.marks(text)).count("</arg_value>") == 2
    begun = text[: text.index('"}')]
    assert own(begun, arguments.marks(begun)) == ["\n<arg_key>", "</arg_key>\n<arg_value>"]


def test_quotes_that_are_tokens_are_marks_and_json_has_none() -> None:
    values = {"a": "x", "b": ["y"]}
    text = write_arguments(STYLES["gemma"], values)
    assert own(text, written_marks(STYLES["gemma"], values, text)) == ['<|"|>'] * 4
    assert written_marks(ArgumentStyle(), values, write_arguments(ArgumentStyle(), values)) == []


def test_no_arguments_are_a_mark_where_the_syntax_has_a_text_for_them() -> None:
    assert written_marks(TAGGED["call"], {}, "()") == [(0, 2)]
