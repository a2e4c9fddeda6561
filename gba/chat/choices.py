"""How sure a model was of a choice between texts: what it thought of the alternatives, token by token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gba.backends.base import Chunk, Sampling, TokenLogprob

__all__ = ["Choice", "Odds", "telling"]

_ALTERNATIVES = 20
"""How many of the likeliest tokens llama.cpp is asked for at a choice."""


@dataclass(frozen=True)
class Choice:
    """One choice between tools, or tools and an answer (`RESPOND`).

    ``probabilities``: of each alternative, by name; they add up to 1. They are the model's own, before all samplers, of
    the texts that the grammar allows there. Of tokens that are not among the 20 likeliest llama.cpp tells nothing: an
    alternative that begins with such a token has 0. Alternatives that begin alike and were not chosen share what their
    common beginning has in equal parts, because the model was not asked how it would have gone on.
    """

    chosen: str
    probabilities: Mapping[str, float]

    @property
    def probability(self) -> float:
        """How likely the chosen alternative was."""
        return self.probabilities[self.chosen]


class Odds:
    """Adds up what the tokens of one choice tell of the alternatives."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._shares = dict.fromkeys(names, 0.0)
        self._left = 1.0
        self._known = True

    def narrow(self, chunks: list[Chunk], healed: str, endings: Mapping[str, str], left: Mapping[str, str]) -> None:
        """Take one token. ``endings``: how each alternative goes on behind ``healed``, the text in front that the token
        spells as well; ``left``: the alternatives that the token leaves."""
        told = next((one for chunk in chunks for one in chunk.logprobs if one is not None), None)
        shares = None if told is None else _shares(told, healed, endings)
        if shares is None:
            self._known = False
            return
        for name, share in shares.items():
            if name not in left:
                self._shares[name] += self._left * share
        self._left *= sum(shares[name] for name in left)

    def choice(self, chosen: str) -> Choice | None:
        """The choice; None where llama.cpp did not tell enough."""
        if not self._known:
            return None
        return Choice(chosen, {**self._shares, chosen: self._shares[chosen] + self._left})


def telling(sampling: Sampling) -> Sampling:
    """The same sampling, with the likeliest tokens told."""
    wanted = max(_ALTERNATIVES, int(sampling.extra.get("n_probs") or 0))
    return replace(sampling, extra={**sampling.extra, "n_probs": wanted})


def _shares(told: TokenLogprob, healed: str, endings: Mapping[str, str]) -> dict[str, float] | None:
    """Which part of the probability of all tokens that fit goes to each alternative. None where no token fits."""
    shares = dict.fromkeys(endings, 0.0)
    texts = {name: healed + ending for name, ending in endings.items()}
    for one in {one.token: one for one in (*told.top, told)}.values():
        token = one.data.decode("utf-8", "replace")
        if len(token) > len(healed):
            fitting = [name for name, text in texts.items() if text.startswith(token)]
            for name in fitting:
                shares[name] += one.probability / len(fitting)
    total = sum(shares.values())
    return {name: share / total for name, share in shares.items()} if total > 0 else None
