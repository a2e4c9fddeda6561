"""Stop strings."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gba import Grammar
from gba.chat.stops import StopFilter, value_stops


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
