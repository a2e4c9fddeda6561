"""Steps and runs as HTML: all of a step is shown, nothing of it is HTML, and nothing is fetched."""

from __future__ import annotations

import re

import pytest

from gba.backends.base import Timings
from gba.chat import Choice, Engine, Message, Part, Step, Usage
from gba.rendering import for_notebook, message_html, page, run_html, step_html, stylesheet
from gba.schema.tools import ToolCall, ToolSpec
from gba.trajectory import MessageRecord, StepRecord, Trajectory
from tests.helpers.along import Along
from tests.helpers.html_text import see

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'</div></style>&amp;"

CALLED = Step(
    "I look it up.",
    (ToolCall("search", {"query": "Everest"}, "c1"),),
    finish="tool_calls",
    usage=Usage(evaluated=100, cached=20, generated=9, forced=12),
    timings=Timings(20, 100, 9, 500.0, 1000.0),
    choices=(Choice("search", {"search": 0.75, "respond": 0.2496, "calculate": 0.0004}),),
    written=((Part('{"query": "', True), Part('Everest"', False), Part("}", True)),),
)


def test_a_step_shows_what_was_thought_chosen_called_and_what_it_took() -> None:
    seen = see(step_html(CALLED))
    assert not seen.broken
    assert "I look it up." in seen.by_class["gba-text"]
    assert seen.by_class["gba-name"] == ["search", "answer", "calculate"]
    assert seen.by_class["gba-share"] == ["75.0 %", "25.0 %", "< 0.1 %"]
    assert seen.by_class["gba-forced"] == ['{"query": "', "}"]
    assert seen.by_class["gba-own"] == ['Everest"']
    assert seen.by_class["gba-cost"] == [
        "9 generated · 12 forced · 100 evaluated · 20 from the cache · 1.50 s · 9 tokens/s"
    ]


def test_a_measured_time_comes_before_llama_cpps_own() -> None:
    assert "3.25 s" in see(step_html(CALLED, seconds=3.25)).text


def test_without_the_parts_the_arguments_are_shown_as_json() -> None:
    step = Step(calls=(ToolCall("add", {"a": 1, "b": "ü"}, "c1"),), finish="tool_calls")
    assert 'add {"a": 1, "b": "ü"}' in see(step_html(step)).text


def test_each_call_has_the_choice_that_led_to_it() -> None:
    calls = (ToolCall("only", {}, "c1"), ToolCall("search", {}, "c2"))
    text = see(step_html(Step(calls=calls, choices=CALLED.choices))).text
    assert text.index("only {}") < text.index("75.0 %") < text.index("search {}")


@pytest.mark.parametrize(
    "step, said",
    [
        (Step(content="Hello."), "Hello."),
        (Step(), "no text"),
        (Step(content="Hel", finish="length"), "The tokens ran out."),
        (Step(content="{}", finish="length", closed=True), "shortest way of the grammar"),
        (Step(content="la la", looped=("answer",), closed=True), "cut short in the answer"),
        (Step(looped=("thought", "arguments", "arguments")), "in the thought and the arguments."),
        (Step(content="Text before", calls=CALLED.calls), "Text before"),
    ],
)
def test_what_else_a_step_can_be(step: Step, said: str) -> None:
    assert said in see(step_html(step)).text


def _evil() -> Step:
    return Step(
        EVIL,
        (ToolCall(EVIL, {EVIL: EVIL}, EVIL), ToolCall("other", {"a": EVIL}, "c2")),
        EVIL,
        choices=(Choice(EVIL, {EVIL: 1.0}),),
        written=((Part(EVIL, True), Part(EVIL, False)),),
    )


def test_nothing_that_a_model_or_a_tool_says_is_html() -> None:
    messages = [Message("user", EVIL), Message("tool", EVIL, name=EVIL), Message("system", EVIL)]
    bodies = [step_html(_evil()), *(message_html(message, program=EVIL) for message in messages)]
    record = StepRecord(_evil().thought, _evil().calls, EVIL)
    run = Trajectory(
        id=EVIL, started=EVIL, model=EVIL, messages=(MessageRecord("user", EVIL),), steps=(record,), error=EVIL
    )
    bodies.append(run_html(run))
    for body in bodies:
        seen = see(page(EVIL, body))
        assert not seen.scripts
        assert not seen.broken
        assert not seen.fetched
        assert "img" not in seen.tags
        assert "onerror" in seen.text


def test_a_page_stands_by_itself_and_a_style_closes_nothing() -> None:
    whole = page("A title & more", step_html(CALLED))
    assert whole.startswith("<!doctype html>")
    assert "<title>A title &amp; more</title>" in whole
    assert "default-src 'none'" in whole
    assert not re.search(r"url\(|@import|</", stylesheet())
    assert not see(whole).fetched


def test_notebooks_show_steps_and_runs() -> None:
    html = CALLED._repr_html_()
    assert html == for_notebook(step_html(CALLED))
    record = StepRecord("Hm.", (), "Yes.", usage={"generated": 3})
    asked = MessageRecord("user", "Really?")
    run = Trajectory(
        id="1",
        started="2026-01-02T03:04:05.678+00:00",
        model="/models/tiny.gguf",
        messages=(asked, MessageRecord("assistant", "Yes.", "Hm.")),
        steps=(record,),
        reward=0.5,
    )
    assert "3 generated" in see(record._repr_html_()).text
    seen = see(run._repr_html_())
    assert not seen.broken
    assert seen.by_class["gba-cost"] == [
        "tiny.gguf · 2026-01-02 03:04:05 UTC · 1 step · 3 tokens generated · reward 0.5",
        "3 generated",
    ]
    assert seen.text.index("Really?") < seen.text.index("Hm.") < seen.text.index("Yes.")
    assert "never came to its end" in seen.text
    assert seen.text.count("Yes.") == 1, "the step stands for the message"


def test_a_message_of_the_model_that_is_no_step_is_shown_as_a_message() -> None:
    messages = (MessageRecord("user", "Hi"), MessageRecord("assistant", "Earlier."), MessageRecord("user", "And?"))
    run = Trajectory(id="1", started="2026", messages=(*messages, MessageRecord("assistant", "Now.")), steps=())
    assert [step for _, step in run.turns()] == [None] * 4
    assert "Earlier." in see(run_html(run)).text


SEARCH = ToolSpec(
    "search",
    "Searches.",
    {
        "type": "object",
        "properties": {"query": {"type": "string"}, "count": {"type": "integer"}},
        "required": ["query", "count"],
        "additionalProperties": False,
    },
)


def test_what_was_said_before_a_run_has_its_thoughts_and_calls() -> None:
    calls = (ToolCall("look", {"at": "<b>"}, "c1"), ToolCall("add", {"n": 1}, "c2"))
    seen = see(message_html(MessageRecord("assistant", "First:", "I <i>look</i>.", calls)))
    assert not seen.broken
    assert seen.by_class["gba-text"][:2] == ["I <i>look</i>.", "First:"]
    assert 'look {"at": "<b>"}' in seen.text
    assert 'add {"n": 1}' in seen.text
    assert "no text" not in see(message_html(MessageRecord("assistant", calls=calls))).text
    assert "no text" in see(message_html(MessageRecord("assistant"))).text


def test_a_real_step_tells_forced_from_generated() -> None:
    turn = 'Hm.¶\n<tool_call>\n{"name": "search", "arguments": {"query": "a b", "count": 12}}\n</tool_call>'
    step = Engine(Along(turn)).step([Message("user", "?")], [SEARCH], tool_choice="search")
    (parts,) = step.written
    assert "".join(part.text for part in parts) == '{"query": "a b", "count": 12}'
    assert parts[0] == Part('{"query": "', True)
    assert any(not part.forced and "a b" in part.text for part in parts)
    assert any(part.forced and '"count": ' in part.text for part in parts)
