"""Stop strings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gba import Grammar
from gba.chat.stops import StopFilter, few_ways, value_stops


def test_nothing_that_may_become_a_stop_is_shown_before_it_is_decided():
    watch = StopFilter(["<tool_call>"])
    assert watch.feed("a <to") == "a "
    assert watch.feed("ad") == "<toad"
    assert watch.feed(" b <tool_") == " b "
    assert watch.feed("call> c") == ""
    assert watch.stopped
    assert watch.text == "a <toad b "
    assert watch.feed("more") == ""
    assert watch.flush() == ""


def test_the_first_of_several_stops_ends_the_text():
    watch = StopFilter(["END", "\n"])
    assert watch.feed("one\ntwo END") == "one"
    assert watch.stopped


def test_what_was_held_back_comes_at_the_end():
    watch = StopFilter(["END"])
    assert watch.feed("the EN") == "the "
    assert watch.flush() == "EN"
    assert watch.text == "the EN"


@given(st.lists(st.text("ab<", max_size=4), max_size=8), st.lists(st.text("ab<", min_size=1, max_size=3), max_size=3))
def test_pieces_give_what_the_whole_gives(pieces, stops):
    watch, whole = StopFilter(stops), "".join(pieces)
    shown = "".join(watch.feed(piece) for piece in pieces) + watch.flush()
    ends = [at for stop in stops if (at := whole.find(stop)) >= 0]
    assert shown == watch.text
    assert watch.stopped == bool(ends)
    if not ends:
        assert shown == whole
    else:
        assert whole.startswith(shown)
        assert not any(stop in shown for stop in stops)


def at(schema, text):
    matcher = Grammar.from_json_schema(schema, whitespace="spaced").matcher()
    assert matcher.advance(text)
    return matcher


def test_where_a_value_ends_depends_on_where_it_is():
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "integer"}},
        "required": ["a", "b"],
        "additionalProperties": False,
    }
    assert '"}' in value_stops(at(schema, '{"a": '))
    assert '",' in value_stops(at(schema, '{"a": "x'))
    assert "}" in value_stops(at(schema, '{"a": "x", "b": '))
    assert "," in value_stops(at(schema, '{"a": "x", "b": 1'))


CITIES = {"enum": ["Oslo", "Lima", "Linz", "Cairo"]}


@pytest.mark.parametrize(
    "schema, text, ways",
    [
        (CITIES, '{"a": "', {"O": 'Oslo"}', "Lim": 'Lima"}', "Lin": 'Linz"}', "C": 'Cairo"}'}),
        ({"type": "boolean"}, '{"a": ', {"t": "true}", "f": "false}"}),
        ({"const": 7}, "", {}),
        ({"enum": [1, None, "x"]}, '{"a": ', {"1": "1}", "n": "null}", '"': '"x"}'}),
        ({"type": "integer", "minimum": 8, "maximum": 11}, '{"a": ', {"8": "8}", "9": "9}", "10": "10}", "11": "11}"}),
        ({"type": "array", "items": CITIES, "maxItems": 2}, '{"a": ["Li', {"m": 'ma"', "n": 'nz"'}),
        ({"type": ["string", "null"]}, '{"a": ', {}),
        ({"type": "string"}, '{"a": "', {}),
        ({"type": "integer"}, '{"a": ', {}),
        ({"enum": [f"{number:03}" for number in range(40)]}, '{"a": "', {}),
    ],
    ids=str,
)
def test_the_few_ways_to_go_on(schema, text, ways):
    matcher = at({"properties": {"a": schema}, "required": ["a"], "additionalProperties": False}, text)
    found = few_ways(matcher)
    assert {way: told.strip() for way, told in found.items()} == ways
    for way, told in found.items():
        assert told.startswith(way)
        assert matcher.allows(told)


@given(st.lists(st.text("abc", min_size=1, max_size=4), min_size=2, max_size=9, unique=True))
def test_each_of_the_few_ways_is_one_text_and_all_are_there(texts):
    matcher = at({"properties": {"a": {"enum": texts}}, "required": ["a"], "additionalProperties": False}, '{"a": "')
    ways = few_ways(matcher)
    assert all(any(f'{text}"'.startswith(way) for way in ways) for text in texts)
    assert len(ways) == len(texts)
    assert not any(one != other and other.startswith(one) for one in ways for other in ways)
