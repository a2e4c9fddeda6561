"""The model while it learns: its weights, which of them change, and the loss of a sequence."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from gba.backends.hub_model import HubModel
from gba.errors import BackendError
from gba.tuning.dataset import IGNORED
from gba.tuning.training.batches import Packed
from gba.tuning.training.config import TuneConfig, TuningError

__all__ = ["Learner", "adapted", "deterministic", "device_of", "stored_as"]


class Learner:
    """The model of a run. ``model``: transformers' model, with adapters in it where the method is LoRA.

    ``loaded``: in the type that `stored_as` says.
    """

    def __init__(self, loaded: HubModel, config: TuneConfig) -> None:
        torch.manual_seed(config.seed)
        self.config, self.device = config, device_of(config)
        model = loaded.model
        model.config.use_cache = False
        self.model = adapted(model, config).to(self.device).train()
        if config.recompute:
            model.enable_input_require_grads()
            model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})

    def weights(self) -> dict[str, Tensor]:
        """Those that learn, by name."""
        return {name: weight for name, weight in self.model.named_parameters() if weight.requires_grad}

    def put(self, weights: Mapping[str, Tensor]) -> None:
        """Give what learns these values. Raises TuningError where they are of another model."""
        mine = self.weights()
        if mine.keys() != weights.keys():
            raise TuningError("the checkpoint is of a model of another shape: begin anew in another folder")
        with torch.no_grad():
            for name, weight in mine.items():
                weight.copy_(weights[name])

    def loss(self, sequence: Packed) -> Tensor:
        """The sum of the losses (in nats) of all tokens of a sequence that are learnt: a scalar."""
        tokens, labels, places, parts = (
            torch.from_numpy(each).to(self.device)
            for each in (sequence.tokens, sequence.labels, sequence.places, sequence.parts)
        )
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.config.precision == "bfloat16"):
            hidden = self._body()(
                input_ids=tokens[None], position_ids=places[None], attention_mask=self._mask(parts), use_cache=False
            )[0][0]
            chosen = labels != IGNORED
            logits = self.model.get_output_embeddings()(hidden[chosen])
        logits = logits.float()
        cap = getattr(self.model.config, "final_logit_softcapping", None)
        if cap:
            logits = torch.tanh(logits / cap) * cap
        return functional.cross_entropy(logits, labels[chosen], reduction="sum")

    def _body(self) -> Any:
        """The model without its output layer, which is needed only where something is learnt."""
        inner = self.model.get_base_model() if hasattr(self.model, "get_base_model") else self.model
        return getattr(inner, inner.base_model_prefix)

    def _mask(self, parts: Tensor) -> Tensor:
        """Which tokens see which, (1, 1, length, length): those before them in their own example; 0 or -inf."""
        size = len(parts)
        seen = (parts[:, None] == parts[None, :]) & torch.ones(size, size, dtype=torch.bool, device=parts.device).tril()
        kind = torch.bfloat16 if self.config.precision == "bfloat16" else torch.float32
        mask = torch.zeros(size, size, dtype=kind, device=parts.device)
        return mask.masked_fill(~seen, torch.finfo(kind).min)[None, None]


def stored_as(config: TuneConfig) -> str:
    """The type of the weights: float32 of those that learn; an adapter's base is stored as it is multiplied."""
    return config.precision if config.method == "lora" else "float32"


def adapted(model: Any, config: TuneConfig) -> Any:
    """The model with only what learns set to learn: all of it, or adapters that are put in."""
    if config.method == "full":
        return model
    from peft import LoraConfig, get_peft_model

    targets = config.lora.targets if isinstance(config.lora.targets, str) else list(config.lora.targets)
    settings = LoraConfig(
        r=config.lora.rank,
        lora_alpha=config.lora.alpha,  # type: ignore[arg-type]
        lora_dropout=config.lora.dropout,
        target_modules=targets,
        task_type="CAUSAL_LM",
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # peft still asks transformers by an older name
            return get_peft_model(model, settings)
    except ValueError as error:
        raise TuningError(f"lora.targets: {' '.join(str(error).split())[:300]}") from error


def device_of(config: TuneConfig) -> torch.device:
    """The device of the configuration. Raises BackendError where this machine does not have it."""
    name = config.device
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise BackendError(f"the device {name!r} cannot be used ({str(error).splitlines()[0]}): say cpu") from error
    return device


@contextlib.contextmanager
def deterministic(config: TuneConfig) -> Iterator[None]:
    """The same arithmetic each time, on as many threads as are named; what was set before is set again."""
    before, threads = torch.are_deterministic_algorithms_enabled(), torch.get_num_threads()
    memory: Any = torch.utils.deterministic
    filled = memory.fill_uninitialized_memory
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # what CUDA needs for that
    torch.use_deterministic_algorithms(True)
    memory.fill_uninitialized_memory = False  # nothing here reads memory before it is written
    if config.threads is not None:
        torch.set_num_threads(config.threads)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before)
        memory.fill_uninitialized_memory = filled
        torch.set_num_threads(threads)
