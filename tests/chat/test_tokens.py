"""Pieces of text to tokens."""

from __future__ import annotations

import re

from gba.chat.io import Detokenize, Tokenize
from gba.chat.specials import Specials
from gba.chat.tokens import Tokens


class SpacePrefixing:
    """A word tokenizer that, as SentencePiece does, puts a space before the first word."""

    def __init__(self, prefix):
        self.prefix, self.asked, self.known = prefix, 0, []

    def pieces(self, text, special):
        words = r"<\|\w+\|>|\s|[^\s<]+|<" if special else r"\s|[^\s<]+|<"
        return re.findall(words, (" " if self.prefix else "") + text)

    def run(self, task):
        send = None
        try:
            while True:
                ask = task.send(send)
                self.asked += 1
                if isinstance(ask, Tokenize):
                    send = [self.token(word) for word in self.pieces(ask.text, ask.special)]
                else:
                    assert isinstance(ask, Detokenize)
                    send = "".join(self.known[token] for token in ask.tokens)
        except StopIteration as stop:
            return stop.value

    def token(self, word):
        if word not in self.known:
            self.known.append(word)
        return self.known.index(word)

    def words(self, task):
        return [self.known[token] for token in self.run(task)]


def test_no_space_comes_before_a_piece():
    for prefix in (False, True):
        backend, tokens = SpacePrefixing(prefix), Tokens()
        assert backend.words(tokens.content("one two")) == ["one", " ", "two"]
        assert backend.words(tokens.glue("<|im_end|>")) == ["<|im_end|>"]
        assert backend.words(tokens.glue("")) == []


def test_content_never_becomes_a_control_token():
    backend, tokens = SpacePrefixing(False), Tokens()
    assert backend.words(tokens.glue("<|x|>")) == ["<|x|>"]
    assert backend.words(tokens.content("<|x|>")) == ["<", "|x|>"]


def test_marks_are_cut_in_their_middle_and_spell_the_same():
    backend = SpacePrefixing(False)
    told = Tokens(Specials((), calls=["[INST]"]))
    assert backend.words(told.content("a [INST] b")) == ["a", " ", "[IN", "ST]", " ", "b"]
    assert backend.words(told.content("a [INST] b", own=True)) == ["a", " ", "[INST]", " ", "b"]
    assert backend.words(Tokens(Specials(())).content("a [INST] b")) == ["a", " ", "[INST]", " ", "b"]


def test_names_of_a_vocabulary_that_is_not_told_are_found_by_their_shape():
    backend = SpacePrefixing(False)
    assert backend.words(Tokens().content("a [INST] b")) == ["a", " ", "[IN", "ST]", " ", "b"]
    own = Tokens(Specials(None, calls=["[CALL]"]))
    assert backend.words(own.content("[CALL] [INST]", own=True)) == ["[CALL]", " ", "[IN", "ST]"]


def test_a_mark_that_no_cut_makes_other_tokens_of_is_parted():
    backend = SpacePrefixing(False)
    backend.pieces = lambda text, special: list(text)
    tokens = Tokens(Specials((), turns=["<b>"], calls=["<a>"]))
    assert backend.words(tokens.content("<a>")) == ["<", "\u200b", "a", ">"]


def test_a_mark_between_turns_that_is_a_control_token_is_spelled_as_text():
    backend = SpacePrefixing(False)
    backend.pieces = lambda text, special: [text] if special else list(text)
    tokens = Tokens(Specials((), turns=["<b>"], calls=["<a>"]))
    assert backend.words(tokens.content("<b>")) == ["<", "b", ">"]


def test_what_is_known_is_not_asked_again():
    backend, tokens = SpacePrefixing(True), Tokens()
    first = backend.run(tokens.content("the same"))
    asked = backend.asked
    first.append(99)  # by the caller
    assert backend.words(tokens.content("the same")) == ["the", " ", "same"]
    assert backend.asked == asked
    token = backend.token("x")
    assert backend.run(tokens.text(token)) == backend.run(tokens.text(token)) == "x"
    assert backend.asked == asked + 1
