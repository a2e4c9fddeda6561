"""Choosing among options, by a model whose probabilities are known: one token for each character."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from gba.backends.base import Chunk, Properties, TokenLogprob
from gba.errors import BackendError, OptionsError
from gba.llm.options import check_options, choose

END = 0
PROMPT = [ord("?"), ord(":")]


class Known:
    """``chances``: of what comes next ("" is the end of the turn), by what is written; all else has next to none."""

    def __init__(self, chances: Mapping[str, Mapping[str, float]], *, tells: bool = True) -> None:
        self.chances, self.tells, self.asked = chances, tells, 0

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        return [ord(character) for character in text]

    def detokenize(self, tokens: Sequence[int]) -> str:
        return "".join(map(chr, tokens))

    def properties(self) -> Properties:
        return Properties(context=100, eog=frozenset({END}))

    def complete(self, prompt: Sequence[int], *, sampling: Any, **_: Any) -> Iterator[Chunk]:
        self.asked += 1
        written = self.detokenize(prompt[len(PROMPT) :])
        known = {ord(text) if text else END: chance for text, chance in self.chances.get(written, {}).items()}
        every = {token: known.get(token, 1e-9) for token in (END, *range(32, 127))}
        likely = sorted(every, key=lambda token: -every[token])[: sampling.extra["n_probs"]]
        top = tuple(TokenLogprob(one, chr(one).encode() if one else b"", math.log(every[one])) for one in likely)
        drawn = TokenLogprob(97, b"a", -1.0, top)
        yield Chunk("a", (97,), "length", logprobs=(drawn,) if self.tells else ())


# "no" begins "nob"; "yes" is likely at once, but not to the end
CHANCES = {
    "": {"y": 0.5, "n": 0.3},
    "y": {"e": 0.1},
    "ye": {"s": 1.0},
    "yes": {"": 1.0},
    "n": {"o": 1.0},
    "no": {"": 0.6, "b": 0.2},
    "nob": {"": 0.5},
}
OPTIONS = ["yes", "no", "nob"]


def test_by_grammar_only_what_some_option_goes_on_with_counts() -> None:
    choice = choose(Known(CHANCES), PROMPT, OPTIONS, "grammar", "sum")
    assert choice.probabilities == pytest.approx({"yes": 5 / 8, "no": 3 / 8 * 6 / 8, "nob": 3 / 8 * 2 / 8})
    assert choice.chosen == "yes"
    assert choice.probability == pytest.approx(5 / 8)


def test_by_logprobs_each_token_and_the_end_count() -> None:
    choice = choose(Known(CHANCES), PROMPT, OPTIONS, "logprobs", "sum")
    assert choice.logprobs == pytest.approx(
        {"yes": math.log(0.05), "no": math.log(0.18), "nob": math.log(0.03)}, rel=1e-6
    )
    assert choice.probabilities == pytest.approx({"yes": 5 / 26, "no": 18 / 26, "nob": 3 / 26})
    assert choice.ranked == ["no", "yes", "nob"]


@pytest.mark.parametrize("length, sizes", [("tokens", [4, 3, 4]), ("characters", [3, 2, 3])])
def test_the_length_can_be_divided_out(length: Any, sizes: list[int]) -> None:
    choice = choose(Known(CHANCES), PROMPT, OPTIONS, "logprobs", length)
    weights = [chance ** (1 / size) for chance, size in zip((0.05, 0.18, 0.03), sizes, strict=True)]
    assert list(choice.probabilities.values()) == pytest.approx([weight / sum(weights) for weight in weights])


@pytest.mark.parametrize("by", ["grammar", "logprobs"])
def test_options_that_are_hardly_likely_still_have_a_share(by: Any) -> None:
    choice = choose(Known(CHANCES), PROMPT, ["~", "zz", "no"], by, "sum")
    assert choice.chosen == "no"
    assert math.fsum(choice.probabilities.values()) == pytest.approx(1)
    assert all(share > 0 for share in choice.probabilities.values())


def test_one_option_is_certain_and_nothing_is_asked() -> None:
    model = Known(CHANCES)
    assert choose(model, PROMPT, ["no"], "grammar", "sum").probabilities == {"no": 1.0}
    assert model.asked == 0


def test_a_beginning_that_options_share_is_asked_for_once() -> None:
    model = Known(CHANCES)
    choose(model, PROMPT, ["no", "nob"], "logprobs", "sum")
    assert model.asked == 4  # behind "", "n", "no" and "nob"


def test_white_space_at_the_end_of_the_prompt_is_cut_together_with_the_option() -> None:
    model = Known({" ": {"n": 0.9}, "": {" ": 1.0}, " n": {"": 1.0}})
    assert choose(model, [*PROMPT, ord(" ")], ["n", "m"], "logprobs", "sum").logprobs["n"] == pytest.approx(
        math.log(0.9)
    )


@pytest.mark.parametrize(
    "options, index", [([], None), ("yes", None), (["a", ""], 1), (["a", "b", "a"], 2), (["a", 3], 1)]
)
def test_options_that_cannot_be(options: Any, index: int | None) -> None:
    with pytest.raises(OptionsError) as caught:
        check_options(options)
    assert caught.value.index == index


def test_a_backend_without_probabilities_is_an_error() -> None:
    with pytest.raises(BackendError, match="nothing of probabilities"):
        choose(Known(CHANCES, tells=False), PROMPT, OPTIONS, "grammar", "sum")
