"""A model that transformers has loaded, as something that decodes."""

from __future__ import annotations

import functools
from typing import Any

import transformers

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
        self._name, self._tokenizer, self._model = loaded.name, loaded.tokenizer, loaded.model.eval()
        config = self._model.config.get_text_config(decoder=True)
        self._embedded = self._model.get_output_embeddings()
        size = int(self._embedded.weight.shape[0] if self._embedded is not None else config.vocab_size)
        self.vocabulary: HubVocabulary = HubVocabulary(
            self._tokenizer, size, self._said_ends(config), space_prefix=loaded.space_prefix
        )
        trained = getattr(config, "max_position_embeddings", None)
        self.context = min(context or trained or 4096, trained or context or 4096)
        self.slots = slots
        self._cells: TorchCells = TorchCells(self._model, slots=slots, batch=batch)
        self._spellings = Spellings(self.vocabulary, size)
        self._grammar = functools.lru_cache(maxsize=_GRAMMARS)(self._read_grammar)

    def _said_ends(self, config: Any) -> frozenset[int]:
        said = [self._tokenizer.eos_token_id, config.eos_token_id]
        said.append(getattr(self._model.generation_config, "eos_token_id", None))
        return frozenset(
            token for one in said if one is not None for token in (one if isinstance(one, (list, tuple)) else [one])
        )

    def _read_grammar(self, text: str) -> MatcherGrammar:
        return MatcherGrammar(text, self._spellings)

    def _sampler(self, request: GenerationRequest) -> TokenSampler:
        known_extra(request.sampling.extra)
        gate = None if request.grammar is None else MatcherGate(self._grammar(request.grammar))
        chain = NumpyChain(request.sampling, request.seed, self.context)
        return TokenSampler(self.vocabulary, request.sampling, chain, gate, request.prompt)

    def properties(self) -> Properties:
        """See `Decoding`."""
        tokenizer, table = self._tokenizer, self.vocabulary
        bos, eos = tokenizer.bos_token_id, tokenizer.eos_token_id
        templates = tokenizer.chat_template or {}
        named = templates if isinstance(templates, dict) else {"default": templates}
        return Properties(
            context=self.context,
            model=self._name,
            build=f"transformers {transformers.__version__}",
            slots=self.slots,
            chat_template=named.get("default"),
            tool_template=named.get("tool_use"),
            bos=bos,
            eos=eos,
            bos_text="" if bos is None else table.detokenize([bos]),
            eos_text="" if eos is None else table.detokenize([eos]),
            add_bos=table.begins_with(bos),
            eog=table.ends,
            specials=frozenset(filter(None, table.added.values())),
        )

    def close(self) -> None:
        """See `Decoding`."""
        del self._model, self._cells, self._embedded
