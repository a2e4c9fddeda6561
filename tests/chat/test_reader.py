"""A turn of the assistant, read as it comes: thought, text, call, end."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from gba.chat.reader import TurnReader
from gba.chat.syntax import CallSyntax, Thinking
from gba.chat.syntaxes import GBA

TAGS = CallSyntax("tags", '<tool_call>\n{"name": "', '", "arguments": ', "}\n</tool_call>", trigger="<tool_call>")
BARE = CallSyntax("bare", '{"name": "', '", "parameters": ', "}", at_start=True)
CHANNELS = CallSyntax("channels", " to=f.", "<|c|>x<|m|>", "<|go|>", trigger="to=f.", answer="<|c|>final<|m|>")
THINK = Thinking("<think>\n", "\n</think>\n\n", "</think>")
CHANNEL = Thinking("<|c|>analysis<|m|>", "<|end|><|start|>assistant", "<|end|>")


def read(text, syntax=TAGS, thinking=None, size=None, seed=0, **options):
    """The reader after the text, fed in pieces of that size, or of random ones; what it told adds up."""
    reader = TurnReader(syntax, thinking, **options)
    draw, told, at = random.Random(seed), [], 0
    while at < len(text) and not reader.stopped:
        step = size or draw.randrange(1, 6)
        told += reader.feed(text[at : at + step])
        at += step
    if not reader.stopped:
        told += reader.finish()
    for kind in ("thought", "text"):
        assert "".join(piece for what, piece in told if what == kind) == getattr(reader, kind)
    return reader


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000, None])
@pytest.mark.parametrize(
    "text, options, thought, answer, stopped",
    [
        ("Hello there.", {}, "", "Hello there.", ""),
        ("<think>\na\n</think>\n\n<think>\nb\n</think>\n\nHi.", {"thinking": THINK}, "a\n\nb", "Hi.", ""),
        ("</think>\n\nHi.", {"thinking": THINK}, "", "Hi.", ""),
        (
            "<|c|>analysis<|m|>a<|end|><|start|>assistant<|c|>analysis<|m|>b<|end|><|start|>assistant<|c|>final<|m|>Hi.",
            {"syntax": CHANNELS, "thinking": CHANNEL},
            "a\nb",
            "Hi.",
            "",
        ),
        ("<think>\nHm.\n</think>\n\nHi.", {"thinking": THINK}, "Hm.", "Hi.", ""),
        ("Hm, well.\n</think>\n\nHi.", {"thinking": THINK, "opened": True}, "Hm, well.", "Hi.", ""),
        ("<think>\n\n</think>\n\nHi.", {"thinking": THINK}, "", "Hi.", ""),
        ("Hi <think> you.", {"thinking": THINK}, "", "Hi <think> you.", ""),
        ("<thinly", {"thinking": THINK}, "", "<thinly", ""),
        ("<think>\nHm < 3 </thin king", {"thinking": THINK}, "Hm < 3 </thin king", "", ""),
        ('Look.\n<tool_call>\n{"name"', {"calls": True}, "", "Look.", "call"),
        ('<tool_call>\n{"name"', {"calls": True}, "", "", "call"),
        ("Look.\n<tool_call>", {}, "", "Look.\n<tool_call>", ""),
        ("Hm.\n<tool_call>", {"thinking": THINK, "opened": True, "calls": True}, "Hm.", "", "call"),
        ("<think>\nHm.\n</think>\n\n<tool_call>", {"thinking": THINK, "calls": True}, "Hm.", "", "call"),
        ("Hi.<|im_end|>\n<|im_start|>", {"stops": ("<|im_end|>", "<|im_start|>")}, "", "Hi.", "stop"),
        ("Hi. STOP it", {"text_stops": ("STOP",)}, "", "Hi. ", "stop"),
        (
            "<think>\nI STOP\n</think>\n\nHi. STOP",
            {"thinking": THINK, "text_stops": ("STOP",)},
            "I STOP",
            "Hi. ",
            "stop",
        ),
        ("Hm.<|im_end|>", {"thinking": THINK, "opened": True, "stops": ("<|im_end|>",)}, "Hm.", "", "stop"),
        ("Two lines\n\n  of text.\n", {}, "", "Two lines\n\n  of text.\n", ""),
        ('{"name": "f"', {"syntax": BARE, "calls": True}, "", "", "call"),
        ('{"nation": 3}', {"syntax": BARE, "calls": True}, "", '{"nation": 3}', ""),
        ('See {"name": "f"', {"syntax": BARE, "calls": True}, "", 'See {"name": "f"', ""),
        ('{"name": "f"', {"syntax": BARE}, "", '{"name": "f"', ""),
        (
            "<|c|>analysis<|m|>Hm.<|end|><|start|>assistant<|c|>final<|m|>Hi.",
            {"syntax": CHANNELS, "thinking": CHANNEL, "calls": True},
            "Hm.",
            "Hi.",
            "",
        ),
        (
            "<|c|>analysis<|m|>Hm.<|end|><|start|>assistant to=f.x",
            {"syntax": CHANNELS, "thinking": CHANNEL, "calls": True},
            "Hm.",
            "",
            "call",
        ),
        ("<|c|>final<|m|>Hi.", {"syntax": CHANNELS, "thinking": CHANNEL, "calls": True}, "", "Hi.", ""),
    ],
)
def test_what_is_thought_what_is_text_and_why_it_ended(text, options, thought, answer, stopped, size):
    reader = read(text, size=size, **options)
    assert (reader.thought, reader.text, reader.stopped) == (thought, answer, stopped)
    assert text.startswith(reader.raw[: reader.end])


def test_nothing_that_may_be_a_mark_is_shown_before_it_is_known():
    reader = TurnReader(TAGS, calls=True)
    assert reader.feed("Look") == [("text", "Look")]
    assert reader.feed(" <tool") == []
    assert reader.feed("_box>") == [("text", " <tool_box>")]
    assert reader.feed("\n") == []
    assert reader.feed("<tool_call>") == []
    assert (reader.text, reader.stopped, reader.stopped_by) == ("Look <tool_box>", "call", "<tool_call>")


def test_what_belongs_to_the_turn_ends_before_the_mark():
    reader = read("Look.\n<tool_call>\n{", calls=True, size=1000)
    assert reader.raw[: reader.end] == "Look.\n"
    reader = read("Hm.\n</think>\n\nLook.", thinking=THINK, opened=True)
    assert reader.raw[: reader.thought_end] == "Hm.\n</think>"


def test_a_choice_that_is_an_answer_ends_free_text_as_a_call_does():
    reader = read('I know.\n<tool_call>\n{"name": "respond"}', GBA, calls=True)
    assert (reader.text, reader.stopped) == ("I know.", "call")
    final = replace(GBA, trigger="<call>", answer="Answer: ")
    reader = read("I know.\nAnswer: 3", final, calls=True)
    assert (reader.text, reader.stopped) == ("I know.", "call")


def test_the_beginning_of_a_call_can_be_taken_back():
    reader = read("<|c|>x<|m|> to=f.", CHANNELS, calls=True, size=1000)
    assert (reader.text, reader.stopped) == ("<|c|>x<|m|>", "call")
    reader.drop_text()
    assert (reader.text, reader.end) == ("", 0)


def test_a_generation_ends_where_the_turn_may():
    assert set(TurnReader(TAGS, calls=True, stops=("<e>",), text_stops=("STOP",)).watched()) == {
        "<e>",
        "STOP",
        "<tool_call>",
    }
    assert TurnReader(TAGS, stops=("<e>",)).watched() == ("<e>",)
    assert TurnReader(BARE, calls=True).watched() == ()


def test_thoughts_and_texts_of_all_sizes_are_told_apart():
    draw = random.Random(4)
    for seed in range(200):
        words = ["a", "<", "</", "<tool", "think>", "\n", " ", "</think", "é"]
        thought = "".join(draw.choices(words, k=draw.randrange(12))).strip()
        text = "".join(draw.choices(words, k=draw.randrange(12))).strip()
        if "</think>" in thought + text or "<think>" in thought or text.startswith("<think>"):
            continue
        reader = read(f"<think>\n{thought}\n</think>\n\n{text}", thinking=THINK, seed=seed, calls=True)
        assert (reader.thought, reader.text) == (thought, text)
