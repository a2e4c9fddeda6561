"""Models of Hugging Face's: where they lie, and how transformers loads them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import transformers
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from gba.backends.base import Properties
from gba.backends.files import checked_model
from gba.backends.hub_vocabulary import HubVocabulary
from gba.errors import BackendError, ModelFileError, UnknownModelError

__all__ = ["HubModel", "load_hub_config", "load_hub_model"]

_HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")


@dataclass(frozen=True)
class HubModel:
    """A model and its tokenizer, both of transformers. ``gguf``: the GGUF file that they were read from, or None.

    ``space_prefix``: False where a text gets no space in front, though the tokenizer would put one there.
    """

    name: str
    tokenizer: Any
    model: Any
    gguf: Path | None
    space_prefix: bool = True

    @property
    def trained(self) -> int | None:
        """The context that the model was made for, in tokens; None where its configuration does not say."""
        return getattr(self.model.config.get_text_config(decoder=True), "max_position_embeddings", None)

    def vocabulary(self) -> HubVocabulary:
        """Its tokens, as far as the model can give them. Raises BackendError for tokens that do not spell bytes."""
        config = self.model.config.get_text_config(decoder=True)
        embedded = self.model.get_output_embeddings()
        size = int(embedded.weight.shape[0] if embedded is not None else config.vocab_size)
        return HubVocabulary(self.tokenizer, size, self._ends(config), space_prefix=self.space_prefix)

    def _ends(self, config: Any) -> frozenset[int]:
        said = [self.tokenizer.eos_token_id, config.eos_token_id]
        said.append(getattr(self.model.generation_config, "eos_token_id", None))
        return frozenset(
            token for one in said if one is not None for token in (one if isinstance(one, (list, tuple)) else [one])
        )

    def properties(self, vocabulary: HubVocabulary, *, context: int, slots: int = 1) -> Properties:
        """What is known of it, as of any model behind a `Backend`."""
        bos, eos = self.tokenizer.bos_token_id, self.tokenizer.eos_token_id
        templates = self.tokenizer.chat_template or {}
        named = templates if isinstance(templates, dict) else {"default": templates}
        return Properties(
            context=context,
            model=self.name,
            build=f"transformers {transformers.__version__}",
            slots=slots,
            chat_template=named.get("default"),
            tool_template=named.get("tool_use"),
            bos=bos,
            eos=eos,
            bos_text="" if bos is None else vocabulary.detokenize([bos]),
            eos_text="" if eos is None else vocabulary.detokenize([eos]),
            add_bos=vocabulary.begins_with(bos),
            eog=vocabulary.ends,
            specials=frozenset(filter(None, vocabulary.added.values())),
        )


def load_hub_model(model: str, load: dict[str, Any]) -> HubModel:
    """Load a folder that `save_pretrained` wrote, a name on the Hub, or a GGUF file, which becomes full tensors.

    ``load``: arguments of transformers' ``from_pretrained``. Raises ModelFileError, UnknownModelError, and BackendError
    for a missing library, a quantised model without a GPU, and models with an encoder.
    """
    place, space_prefix = _place(model)
    with _refusals(model, load), _quiet() if "local_files_only" in place else contextlib.nullcontext():
        tokenizer = AutoTokenizer.from_pretrained(**place, **_shared(load))
        loaded: Any = AutoModelForCausalLM.from_pretrained(**place, **{"dtype": "auto", **load})
    if loaded.config.is_encoder_decoder:
        raise BackendError(f"{model} has an encoder: gba runs models that only decode.")
    gguf = Path(model).expanduser() if "gguf_file" in place else None
    if gguf is not None:  # its tensors are full ones now: they can be changed and saved
        loaded.hf_quantizer, loaded.is_quantized = None, False
        if hasattr(loaded.config, "quantization_config"):
            del loaded.config.quantization_config
    return HubModel(gguf.stem if gguf else Path(model).name, tokenizer, loaded, gguf, space_prefix)


def load_hub_config(model: str, load: dict[str, Any]) -> Any:
    """The configuration of such a model, without its weights. Raises as `load_hub_model` does."""
    place, _ = _place(model)
    with _refusals(model, load):
        return AutoConfig.from_pretrained(**place, **_shared(load))


@contextlib.contextmanager
def _refusals(model: str, load: dict[str, Any]) -> Iterator[None]:
    try:
        yield
    except (OSError, ImportError, ValueError, RuntimeError, KeyError) as error:
        raise _refusal(model, error, load) from error


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


def _place(model: str) -> tuple[dict[str, Any], bool]:
    """Where the model is, for ``from_pretrained``; and whether texts get a space in front."""
    path = Path(model).expanduser()
    if path.is_dir():
        if not (path / "config.json").is_file():
            raise ModelFileError(
                f"{path} has no config.json: name the folder that `save_pretrained` wrote, or a .gguf file in it",
                path=str(path),
            )
        place: dict[str, Any] = {"pretrained_model_name_or_path": str(path), "local_files_only": True}
        return place, True
    if path.suffix == ".gguf" or path.exists() or not _HUB_NAME.fullmatch(model):
        header = checked_model(path)
        place = {
            "pretrained_model_name_or_path": str(path.parent),
            "gguf_file": path.name,
            "local_files_only": True,
        }
        return place, header.values.get("tokenizer.ggml.add_space_prefix") is not False
    place = {"pretrained_model_name_or_path": model}
    return place, True


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
