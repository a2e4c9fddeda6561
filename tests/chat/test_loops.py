"""Text that repeats itself: what counts as a loop, and how a step ends one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gba import Grammar
from gba.backends.scripted import Scripted
from gba.chat import Engine, Message, StepOptions
from gba.chat.loops import ANSWER, LONGEST, THOUGHT, Loop
from gba.schema.tools import ToolSpec

ASK = [Message("user", "?")]
LOOK = ToolSpec("look", "Looks.", {"type": "object", "properties": {"at": {"enum": ["a", "b"]}}, "required": ["at"]})


@given(
    st.lists(st.integers(0, 9)),
    st.lists(st.integers(0, 9), min_size=1, max_size=LONGEST),
    st.sampled_from([THOUGHT, ANSWER]),
)
def test_a_sequence_that_comes_often_enough_is_a_loop(before: list[int], said: list[int], loop: Loop) -> None:
    times = max(loop.times, -(-loop.tokens // len(said)))
    assert loop.ends([*before, *said * times])


@given(st.lists(st.integers(0, 3), max_size=600), st.sampled_from([THOUGHT, ANSWER]))
def test_the_end_of_a_loop_is_periodic(tokens: list[int], loop: Loop) -> None:
    periodic = [
        period
        for period in range(1, LONGEST + 1)
        if (length := max(loop.tokens, loop.times * period)) <= len(tokens)
        and all(tokens[-at] == tokens[-at - period] for at in range(1, length - period + 1))
    ]
    assert loop.ends(tokens) == bool(periodic)


@pytest.mark.parametrize(
    "tokens",
    [
        [],
        [1],
        [1] * 63,
        list(range(1000)),
        [number for row in range(50) for number in (row, 1, 2, 3, 4)],  # a numbered list
        list(range(LONGEST + 1)) * 8,
    ],
)
def test_what_is_no_loop(tokens: list[int]) -> None:
    assert not THOUGHT.ends(tokens)
    assert not ANSWER.ends(tokens)


def test_a_table_of_zeros_is_an_answer() -> None:
    row = [0, 1] * 10 + [2]
    assert not ANSWER.ends(row * 10)


def test_an_answer_that_repeats_itself_is_cut_and_says_so() -> None:
    step = Engine(Scripted(["Well. " + "la femme, " * 1000])).step(ASK)
    assert step.finish == "length"
    assert step.looped == ("answer",)
    assert step.content.startswith("Well. la femme, la femme, ")
    assert 256 <= step.usage.generated <= 256 + len("Well. la femme, ")


def test_a_thought_that_repeats_itself_is_cut_and_the_call_is_made() -> None:
    def reply(_prompt: str, grammar: str | None, _stop: tuple[str, ...]) -> str:
        return "I see. " * 100 if grammar is None else Grammar.from_gbnf(grammar).matcher().shortest()

    engine = Engine(Scripted(reply), options=StepOptions(max_thought_tokens=600))
    step = engine.step(ASK, [LOOK], tool_choice="required")
    assert [made.arguments for made in step.calls] == [{"at": "a"}]
    assert step.looped == ("thought",)
    assert len(step.thought) < 100


def test_loops_are_left_where_that_is_asked_for() -> None:
    text = "la femme, " * 100
    step = Engine(Scripted([text]), options=StepOptions(stop_loops=False)).step(ASK)
    assert (step.content, step.finish, step.looped) == (text, "stop", ())


def test_a_text_that_ends_in_a_loop_of_its_own_is_whole() -> None:
    text = "ab" * 128
    step = Engine(Scripted([text + "!"])).step(ASK)
    assert (step.content, step.finish) == (text, "length")
    step = Engine(Scripted(["ab" * 127 + "a!"])).step(ASK)
    assert (step.finish, step.looped) == ("stop", ())


WRITE = ToolSpec(
    "write", "Writes.", {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
)


def _looping(prompt: str, grammar: str | None, _stop: tuple[str, ...]) -> str:
    """Goes on with a string for as long as it may, and a thought in a few words."""
    if grammar is None:
        return "I see.\n<tool_call>"
    return next(
        text for text in ('"' + "la, " * 1000, "la, " * 1000) if Grammar.from_gbnf(grammar).matcher().advance(text)
    )


def test_arguments_that_repeat_themselves_are_cut_and_closed() -> None:
    engine = Engine(Scripted(_looping))
    step = engine.step(ASK, [WRITE], tool_choice="write", options=StepOptions(thought="none"))
    (made,) = step.calls
    assert set(made.arguments["text"].split(", ")) <= {"la", "l", ""}
    assert 256 <= step.usage.generated <= 260
    assert (step.finish, step.closed, step.looped) == ("length", True, ("arguments",))
    assert "".join(part.text for part in step.written[0]) == json.dumps(made.arguments)


def test_an_answer_of_a_form_that_repeats_itself_is_cut_and_valid() -> None:
    step = Engine(Scripted(_looping)).step(ASK, response_schema=WRITE.parameters)
    assert json.loads(step.content)["text"].startswith("la, la, ")
    assert (step.finish, step.looped) == ("length", ("answer",))


def test_numbers_that_repeat_themselves_are_cut_whatever_is_forced_between_them() -> None:
    spec = ToolSpec(
        "put",
        "Puts.",
        {
            "type": "object",
            "properties": {"all": {"type": "array", "items": {"enum": [1000, 2000]}}},
            "required": ["all"],
        },
    )

    def reply(_prompt: str, grammar: str | None, _stop: tuple[str, ...]) -> str:
        matcher, text = Grammar.from_gbnf(str(grammar)).matcher(), ""
        while len(text) < 3000:
            more = matcher.forced() or next(char for char in ",1" if matcher.allows(char))
            matcher.advance(more)
            text += more
        return text + matcher.shortest()

    options = StepOptions(thought="none")
    step = Engine(Scripted(reply)).step(ASK, [spec], tool_choice="put", options=options)
    assert set(step.calls[0].arguments["all"]) == {1000}
    assert step.looped == ("arguments",)


def test_loops_of_arguments_are_left_where_that_is_asked_for() -> None:
    options = StepOptions(thought="none", stop_loops=False, max_tokens=600)
    step = Engine(Scripted(_looping)).step(ASK, [WRITE], tool_choice="write", options=options)
    assert step.usage.generated > 500
    assert step.looped == ()
