"""A model that transformers has loaded, as something that decodes."""

from __future__ import annotations

import functools
from typing import Any

from gba.backends.base import Properties
from gba.backends.decoding import Decoding
from gba.backends.drawing import NumpyChain
from gba.backends.generation import GenerationRequest
from gba.backends.hub_model import load_hub_model
from gba.backends.hub_vocabulary import HubVocabulary
from gba.backends.matcher_gate import MatcherGate, MatcherGrammar, Spellings
from gba.backends.sampler import TokenSampler, known_extra
from gba.backends.torch_cells import TorchCells

__all__ = ["TorchDecoder"]

_GRAMMARS = 64
"""Grammars that are kept: agents have the same tools again and again."""


class TorchDecoder(Decoding):
    """A loaded model. Only the thread that made it may use it; ``vocabulary`` is for all.

    ``context``: tokens of one sequence at most; None: what the model was made for. ``load``: arguments of transformers'
    ``from_pretrained``. Raises ModelFileError, UnknownModelError, BackendError.
    """

    def __init__(self, model: str, *, context: int | None, slots: int, batch: int, load: dict[str, Any]) -> None:
        loaded = load_hub_model(model, load)
        self._loaded, self._model = loaded, loaded.model.eval()
        self.vocabulary: HubVocabulary = loaded.vocabulary()
        trained = loaded.trained
        self.context = min(context or trained or 4096, trained or context or 4096)
        self.slots = slots
        self._cells: TorchCells = TorchCells(self._model, slots=slots, batch=batch)
        self._spellings = Spellings(self.vocabulary, self.vocabulary.size)
        self._grammar = functools.lru_cache(maxsize=_GRAMMARS)(self._read_grammar)

    def _read_grammar(self, text: str) -> MatcherGrammar:
        return MatcherGrammar(text, self._spellings)

    def _sampler(self, request: GenerationRequest) -> TokenSampler:
        known_extra(request.sampling.extra)
        gate = None if request.grammar is None else MatcherGate(self._grammar(request.grammar))
        chain = NumpyChain(request.sampling, request.seed, self.context)
        return TokenSampler(self.vocabulary, request.sampling, chain, gate, request.prompt)

    def properties(self) -> Properties:
        """See `Decoding`."""
        return self._loaded.properties(self.vocabulary, context=self.context, slots=self.slots)

    def close(self) -> None:
        """See `Decoding`."""
        del self._loaded, self._model, self._cells
