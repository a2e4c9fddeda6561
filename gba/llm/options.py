"""Which of several texts a model would rather write, from what it thinks of their tokens.

Two ways, both of them with the end of the turn as part of each option, so that an option that begins another one is no
likelier for being shorter:

    grammar     the probability that a generation under the grammar of the options writes it, at temperature 1:
                at each token only those count that some option goes on with
    logprobs    the probability of the option's own tokens, as the tokenizer cuts it, next to that of the others

They differ where an option begins with a likely token and goes on with unlikely ones: under a grammar what is forced
costs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from gba.backends.base import Backend, Sampling, TokenLogprob
from gba.errors import BackendError, OptionsError

__all__ = ["By", "Length", "OptionChoice", "check_options", "choose"]

By: TypeAlias = Literal["grammar", "logprobs"]
Length: TypeAlias = Literal["sum", "tokens", "characters"]

_WIDTHS = (64, 2048)
"""How many of the likeliest tokens are asked for: first so many, and more only where one that is needed is missing."""
_ANY_TEXT = "root ::= [ -~]+"
"""What is drawn while a model is asked for probabilities: no end, of which nothing is told, and no part of a character.
It changes no probability: they are the model's own, before any grammar."""
_ALIKE = 1e-3
"""A way to cut an option into tokens that is less likely than this, among those that are allowed, is not followed."""


@dataclass(frozen=True)
class OptionChoice:
    """What a model chose. ``probabilities``: of each option, in the order in which they were given; their sum is 1.

    ``logprobs``: natural logarithm of the probability of each option's tokens and of the end behind them, where it was
    chosen by these; else empty.
    """

    chosen: str
    probabilities: Mapping[str, float]
    logprobs: Mapping[str, float] = field(default_factory=dict)

    @property
    def probability(self) -> float:
        """From 0 to 1."""
        return self.probabilities[self.chosen]

    @property
    def ranked(self) -> list[str]:
        """The options, the likeliest first; of those that are equally likely, the one that was given first."""
        return sorted(self.probabilities, key=lambda option: -self.probabilities[option])


def check_options(options: Sequence[str]) -> None:
    """Raise OptionsError for none at all, for one that is empty or no text, and for one that is there twice."""
    if isinstance(options, str) or not options:
        raise OptionsError("options have to be a list of texts, one at least")
    for index, option in enumerate(options):
        if not isinstance(option, str) or not option:
            raise OptionsError(f"option {index} is {option!r}: each has to be a text of one character at least", index)
        if option in options[:index]:
            raise OptionsError(f"option {index}, {option!r}, is there twice: give each of them once", index)


def choose(backend: Backend, prompt: Sequence[int], options: Sequence[str], by: By, length: Length) -> OptionChoice:
    """Choose among options (`check_options`) behind a prompt. ``length``: see `LanguageBackend.choose_from_options`.

    Raises BackendError where the backend tells no probabilities.
    """
    if len(options) == 1:
        return OptionChoice(options[0], {options[0]: 1.0})
    told = _Told(backend)
    head, healed = _healed(backend, prompt)
    texts = {option: healed + option for option in options}
    if by == "grammar":
        shares = dict.fromkeys(options, 0.0)
        _follow(told, head, texts, 1.0, shares)
        logprobs: dict[str, float] = {}
    else:
        cut = {option: backend.tokenize(text) for option, text in texts.items()}
        logprobs = {option: _score(told, head, tokens) for option, tokens in cut.items()}
        sizes = {
            option: {"sum": 1, "tokens": len(cut[option]) + 1, "characters": len(option)}[length] for option in options
        }
        highest = max(logprobs[option] / sizes[option] for option in options)
        shares = {option: math.exp(logprobs[option] / sizes[option] - highest) for option in options}
    total = math.fsum(shares.values())
    probabilities = {option: share / total for option, share in shares.items()}
    return OptionChoice(max(options, key=lambda option: probabilities[option]), probabilities, logprobs)


class _Told:
    """What a model thinks of the next token."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._known: dict[tuple[int, ...], list[TokenLogprob]] = {}
        self._eog = backend.properties().eog

    def next(self, prompt: Sequence[int], enough: Callable[[list[TokenLogprob]], bool]) -> list[TokenLogprob]:
        """The likeliest tokens behind a prompt; more of them where the first ones are not enough."""
        key = tuple(prompt)
        for width in _WIDTHS:
            known = self._known.get(key, [])
            if len(known) < width and not (known and enough(known)):
                self._known[key] = self._ask(prompt, width)
            if enough(self._known[key]):
                break
        return self._known[key]

    def ends(self, one: TokenLogprob) -> bool:
        return one.token in self._eog

    def _ask(self, prompt: Sequence[int], width: int) -> list[TokenLogprob]:
        sampling = Sampling(temperature=0, extra={"n_probs": width})
        with closing(  # type: ignore[type-var]
            self._backend.complete(prompt, grammar=_ANY_TEXT, max_tokens=1, sampling=sampling)
        ) as chunks:
            told = [one for chunk in chunks for one in chunk.logprobs if one is not None]
        if not told or not told[0].top:
            raise BackendError(
                "the backend tells nothing of probabilities, which choosing needs. Run the model by a llama-server, "
                "in process or by transformers"
            )
        return list(told[0].top)


def _healed(backend: Backend, prompt: Sequence[int]) -> tuple[list[int], str]:
    """The prompt without its last token where that is white space, and the text of it: a tokenizer may put it into one
    token with what comes behind it."""
    text = backend.detokenize(prompt[-1:]) if prompt else ""
    if len(prompt) > 1 and text and not text.strip() and backend.tokenize(text) == list(prompt[-1:]):
        return list(prompt[:-1]), text
    return list(prompt), ""


def _score(told: _Told, prompt: Sequence[int], tokens: Sequence[int]) -> float:
    """Natural logarithm of the probability of these tokens and an end behind them.

    A token that is not among those that are told counts as the least likely one of them, which it is at most.
    """
    score, path = 0.0, list(prompt)
    for wanted in tokens:
        likely = told.next(path, lambda ones, wanted=wanted: any(one.token == wanted for one in ones))  # type: ignore[misc]
        score += next((one.logprob for one in likely if one.token == wanted), likely[-1].logprob)
        path.append(wanted)
    likely = told.next(path, lambda ones: any(map(told.ends, ones)))
    ends = math.fsum(one.probability for one in likely if told.ends(one))
    return score + (math.log(ends) if ends > 0 else likely[-1].logprob)


def _follow(told: _Told, prompt: list[int], rests: Mapping[str, str], share: float, shares: dict[str, float]) -> None:
    """Add to ``shares`` what each option has of ``share``; ``rests``: what of each is still to be written."""
    if len(rests) == 1:
        shares[next(iter(rests))] += share
        return

    def fitting(one: TokenLogprob) -> list[str]:
        if told.ends(one):
            return [option for option, rest in rests.items() if not rest]
        token = one.data.decode("utf-8", "replace")
        return [option for option, rest in rests.items() if token and rest.startswith(token)]

    def enough(ones: list[TokenLogprob]) -> bool:
        return {option for one in ones for option in fitting(one)} == set(rests)

    likely = told.next(prompt, enough)
    weights = {one: (one.probability, found) for one in likely if (found := fitting(one))}
    missing = set(rests) - {option for _, found in weights.values() for option in found}
    least = likely[-1].probability
    total = math.fsum(weight for weight, _ in weights.values()) + least * len(missing)
    for option in missing:
        shares[option] += share * least / total
    for one, (weight, found) in weights.items():
        part = share * weight / total
        if len(found) == 1 or told.ends(one):
            shares[found[0]] += part
        elif weight / total < _ALIKE:
            for option in found:
                shares[option] += part / len(found)
        else:
            size = len(one.data.decode("utf-8", "replace"))
            _follow(told, [*prompt, one.token], {option: rests[option][size:] for option in found}, part, shares)
