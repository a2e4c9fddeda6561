"""A model of Hugging Face's in this process, by way of transformers and torch.

    Transformers ── Owner (one thread, a queue) ── TorchDecoder ──┬── TorchCells    KV caches, prefixes
                                                                  ├── TokenSampler  NumpyChain, MatcherGate
                                                                  └── HubVocabulary tokens as bytes

torch and transformers are imported when a model is loaded.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gba.backends.generation import LoadOptions
from gba.backends.owned import OwnedModel
from gba.errors import BackendError

if TYPE_CHECKING:
    from gba.backends.torch_decoder import TorchDecoder

__all__ = ["Transformers"]


class Transformers(OwnedModel):
    """A model that transformers runs: Backend and AsyncBackend. To be closed, or used as a context manager.

    ``model``: a folder as ``save_pretrained`` writes it, a name on the Hub, or a GGUF file, which transformers turns
    into full tensors. Further keyword arguments go to transformers' ``from_pretrained``: ``dtype``, ``device_map``,
    ``quantization_config``, ``revision``, ``token`` and others; code that comes with a model runs only with
    ``trust_remote_code=True``. ``context``: tokens of a conversation, at most and with None what the model was made
    for. ``slots``: conversations whose KV cache is kept at the same time, each of them as long as the context.
    ``batch``: tokens of a prompt that are evaluated at once. ``seed``: of requests that bring none.

    Sampling takes what `LlamaInProcess` takes. Grammars are enforced by gba's own matcher, which reads all of GBNF but
    tokens by their numbers (``<[3]>``), for which it raises GrammarError: name them by their text
    (``<|im_start|>``), which any tokens may then spell.

    Raises ModelFileError for a folder or file that cannot be loaded, UnknownModelError for a name that the Hub does not
    have, and BackendError for a missing library, for options that cannot be, and where a quantised model finds no GPU.
    """

    def __init__(
        self,
        model: str | os.PathLike[str],
        *,
        context: int | None = 4096,
        slots: int = 4,
        batch: int = 512,
        seed: int | None = None,
        **load: Any,
    ) -> None:
        LoadOptions(context, slots, batch=batch).check()
        name = os.fspath(model)

        def make() -> TorchDecoder:
            return _decoder()(name, context=context, slots=slots, batch=batch, load=load)

        super().__init__(make, f"the model {Path(name).name}", seed)


def _decoder() -> type[TorchDecoder]:
    try:
        from gba.backends.torch_decoder import TorchDecoder
    except (ImportError, OSError) as error:
        raise BackendError(
            "running a model by transformers needs torch and transformers: "
            f"`pip install 'grammar-based-agents[transformers]'`. Importing them failed: {error}"
        ) from error
    return TorchDecoder
