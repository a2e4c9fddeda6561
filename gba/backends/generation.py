"""What goes to the thread that owns a model in process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gba.backends.base import Sampling

__all__ = ["EXTRA_IN_PROCESS", "GenerationRequest", "LoadOptions"]

EXTRA_IN_PROCESS: Mapping[str, float] = {"n_probs": 0, "repeat_last_n": 64, "top_n_sigma": -1.0, "typical_p": 1.0}
"""What `Sampling.extra` can hold for a model in process, and llama.cpp's defaults."""


@dataclass(frozen=True)
class GenerationRequest:
    """The arguments of one `complete`; ``seed`` is the one to draw with."""

    prompt: tuple[int, ...]
    grammar: str | None
    stop: tuple[str, ...]
    max_tokens: int
    sampling: Sampling
    slot: int | None
    seed: int


@dataclass(frozen=True)
class LoadOptions:
    """How a model is loaded.

    ``context`` is cut to the length that the model was trained with (None: exactly that), unless RoPE options stretch
    it. ``llama`` holds further fields of llama.cpp's model and context parameters, by their names.
    """

    context: int | None = 4096
    slots: int = 4
    threads: int | None = None
    gpu_layers: int = 0
    batch: int = 512
    llama: dict[str, Any] = field(default_factory=dict)
