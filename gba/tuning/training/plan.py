"""What a run will take, without the weights: shapes, parameters, memory, steps. For `gba tune --dry-run`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM

from gba.backends.hub_model import load_hub_config
from gba.tuning.training.config import TuneConfig, TuningError
from gba.tuning.training.learner import adapted

__all__ = ["Memory", "Plan", "plan"]


@dataclass(frozen=True)
class Memory:
    """Bytes. ``weights``: of the model, what learns left out; ``learning``: the weights that learn, their gradients and
    the optimizer's two averages, all in float32; ``activations``: an estimate for one sequence, without the scores of
    attention."""

    weights: int
    learning: int
    activations: int

    @property
    def total(self) -> int:
        """Of all three."""
        return self.weights + self.learning + self.activations


@dataclass(frozen=True)
class Plan:
    """``parameters``: of the whole model, adapters included; ``learning``: those that learn. ``shapes``: of each matrix
    its name, its shape, how many there are of it in all layers, and whether it learns."""

    kind: str
    layers: int
    width: int
    vocabulary: int
    parameters: int
    learning: int
    shapes: tuple[tuple[str, tuple[int, ...], int, bool], ...]
    memory: Memory


def plan(config: TuneConfig) -> Plan:
    """Build the model without its weights (on torch's meta device), and count.

    Raises TuningError for an architecture that transformers does not know, and as `load_hub_model` does where there is
    none in the configuration and the model's own has to be read.
    """
    described = _described(config)
    with torch.device("meta"):
        model = adapted(AutoModelForCausalLM.from_config(described), config)
    shapes: Counter[tuple[str, tuple[int, ...], bool]] = Counter()
    parameters = learning = stored = 0
    bytes_each = 2 if config.precision == "bfloat16" and config.method == "lora" else 4
    for name, weight in model.named_parameters():
        parameters += weight.numel()
        if weight.requires_grad:
            learning += weight.numel()
        else:
            stored += weight.numel() * bytes_each
        if weight.dim() > 1:
            shapes[_layer(name), tuple(weight.shape), weight.requires_grad] += 1
    text = described.get_text_config(decoder=True)
    memory = Memory(stored, learning * 16, _activations(text, config))
    listed = tuple((name, shape, count, learns) for (name, shape, learns), count in shapes.items())
    return Plan(
        described.model_type,
        text.num_hidden_layers,
        text.hidden_size,
        text.vocab_size,
        parameters,
        learning,
        listed,
        memory,
    )


def _described(config: TuneConfig) -> Any:
    if config.architecture is None:
        return load_hub_config(config.model, {})
    given = dict(config.architecture)
    try:
        return AutoConfig.for_model(given.pop("model_type"), **given)
    except KeyError as error:
        raise TuningError("architecture: model_type is missing: llama, qwen3, gemma3_text and so on") from error
    except (ValueError, TypeError) as error:
        raise TuningError(f"architecture: {' '.join(str(error).split())[:300]}") from error


def _layer(name: str) -> str:
    """The name of a weight without the number of its layer."""
    parts = name.removeprefix("base_model.model.").removesuffix(".weight").split(".")
    return ".".join(part for part in parts if not part.isdecimal() and part not in ("default", "base_layer"))


def _activations(text: Any, config: TuneConfig) -> int:
    """What is kept of one sequence for the way back: of each layer its input, and, unless that is computed anew, what
    its projections read and give (some 18 times the width, and thrice that of the feed-forward part)."""
    number = 2 if config.precision == "bfloat16" else 4
    width, inner, layers = text.hidden_size, text.intermediate_size, text.num_hidden_layers
    of_layer = (18 * width + 3 * inner) * number
    kept = layers * width * number + of_layer if config.recompute else layers * of_layer
    return int(config.length * (kept + 3 * 4 * text.vocab_size))
