"""A model that transformers has loaded, as something that decodes."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

from gba.backends.base import Properties
from gba.backends.decoding import Decoding
from gba.backends.drawing import NumpyChain
from gba.backends.files import checked_model
from gba.backends.generation import GenerationRequest
from gba.backends.hub_vocabulary import HubVocabulary
from gba.backends.matcher_gate import MatcherGate, MatcherGrammar, Spellings
from gba.backends.sampler import TokenSampler, known_extra
from gba.backends.torch_cells import TorchCells
from gba.errors import BackendError, ModelFileError, UnknownModelError

__all__ = ["TorchDecoder"]

_HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")
_GRAMMARS = 64
"""Grammars that are kept: agents have the same tools again and again."""


class TorchDecoder(Decoding):
    """A loaded model. Only the thread that made it may use it; ``vocabulary`` is for all.

    ``context``: tokens of one sequence at most; None: what the model was made for. ``load``: arguments of transformers'
    ``from_pretrained``. Raises ModelFileError, UnknownModelError, BackendError.
    """

    def __init__(self, model: str, *, context: int | None, slots: int, batch: int, load: dict[str, Any]) -> None:
        place, tokenizer_place, space_prefix = _place(model)
        self._name = Path(model).stem if "gguf_file" in place else Path(model).name
        try:
            with _quiet() if "local_files_only" in place else contextlib.nullcontext():
                self._tokenizer = AutoTokenizer.from_pretrained(**tokenizer_place, **_shared(load))
                self._model = AutoModelForCausalLM.from_pretrained(**place, **{"dtype": "auto", **load}).eval()
        except (OSError, ImportError, ValueError, RuntimeError, KeyError) as error:
            raise _refusal(model, error, load) from error
        config = self._model.config.get_text_config(decoder=True)
        if self._model.config.is_encoder_decoder:
            raise BackendError(f"{model} has an encoder: gba runs models that only decode.")
        self._embedded = self._model.get_output_embeddings()
        size = int(self._embedded.weight.shape[0] if self._embedded is not None else config.vocab_size)
        self.vocabulary: HubVocabulary = HubVocabulary(
            self._tokenizer, size, self._said_ends(config), space_prefix=space_prefix
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


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """No bars, for what lies on the disk."""
    logging = transformers.utils.logging
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def _place(model: str) -> tuple[dict[str, Any], dict[str, Any], bool]:
    """Where the model is, for ``from_pretrained`` of model and tokenizer; and whether texts get a space in front."""
    path = Path(model).expanduser()
    if path.is_dir():
        if not (path / "config.json").is_file():
            raise ModelFileError(
                f"{path} has no config.json: name the folder that `save_pretrained` wrote, or a .gguf file in it",
                path=str(path),
            )
        place: dict[str, Any] = {"pretrained_model_name_or_path": str(path), "local_files_only": True}
        return place, place, True
    if path.suffix == ".gguf" or path.exists() or not _HUB_NAME.fullmatch(model):
        header = checked_model(path)
        place = {
            "pretrained_model_name_or_path": str(path.parent),
            "gguf_file": path.name,
            "local_files_only": True,
        }
        return place, place, header.values.get("tokenizer.ggml.add_space_prefix") is not False
    place = {"pretrained_model_name_or_path": model}
    return place, place, True


def _shared(load: dict[str, Any]) -> dict[str, Any]:
    """Those arguments that say where a model is, which its tokenizer needs as well."""
    names = ("cache_dir", "local_files_only", "revision", "subfolder", "token", "trust_remote_code")
    return {name: load[name] for name in names if name in load}


def _refusal(model: str, error: Exception, load: dict[str, Any]) -> BackendError:
    said = " ".join(str(error).split())[:400]
    if load.get("quantization_config") is not None or "bitsandbytes" in said or "GPU" in said:
        return BackendError(
            f"{model} cannot be loaded quantised: {said} Quantised loading needs its library (`pip install "
            "bitsandbytes` for its configuration) and mostly a GPU: leave quantization_config out, or run a quantised "
            "GGUF of the model in llama.cpp (LlamaInProcess, LlamaServer)."
        )
    if isinstance(error, ImportError):
        return BackendError(f"{model} needs another library: {said}")
    if isinstance(error, OSError) and not Path(model).expanduser().exists():
        return UnknownModelError(
            f"there is no model {model!r} to be had: {said} Check the name on the Hub, log in for a gated one "
            "(`hf auth login`), or name a folder or a .gguf file.",
            name=model,
        )
    return ModelFileError(f"transformers cannot load {model}: {said}", path=model)
