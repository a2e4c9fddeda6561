"""What goes to the thread that owns a model in process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gba.backends.base import Sampling
from gba.backends.gguf import GgufHeader
from gba.errors import BackendError, ModelFileError

__all__ = ["EXTRA_IN_PROCESS", "GenerationRequest", "LoadOptions"]

EXTRA_IN_PROCESS: Mapping[str, float] = {"n_probs": 0, "repeat_last_n": 64, "top_n_sigma": -1.0, "typical_p": 1.0}
"""What `Sampling.extra` can hold for a model in process, and llama.cpp's defaults."""

_LIMITS = {"context": 2**31 - 1, "slots": 256, "threads": 512, "gpu_layers": 2**31 - 1, "batch": 2**20}
"""llama.cpp's own: LLAMA_MAX_SEQ slots, GGML_MAX_N_THREADS threads."""


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

    @property
    def stretched(self) -> bool:
        """Whether RoPE options stretch the context beyond what the model was trained with."""
        return any(name.startswith(("rope_", "yarn_")) for name in self.llama)

    def length(self, trained: int) -> int:
        """Tokens of the context, for a model that was trained with so many."""
        return self.context if self.context and self.stretched else min(self.context or trained, trained)

    def check(self) -> None:
        """Raises BackendError for numbers that llama.cpp ends the process over, or cannot make anything of."""
        for name, most in _LIMITS.items():
            value = getattr(self, name)
            if value is None and name in {"context", "threads"}:
                continue
            least = -1 if name == "gpu_layers" else 1
            if type(value) is not int or not least <= value <= most:
                raise BackendError(f"{name} is {value!r}, and has to be a whole number from {least} to {most}.")

    def check_context(self, header: GgufHeader) -> None:
        """Raises for a context that has not even one token for each slot: ModelFileError where it is the model's."""
        length = self.length(header.context)
        if length >= self.slots:
            return
        if header.context < self.slots:
            raise ModelFileError(
                f"{header.path} is said to have been trained with a context of {header.context} tokens, which is too "
                f"little for {self.slots} slots. Is this its context_length? If so, ask for fewer slots (slots=...)",
                path=str(header.path),
            )
        raise BackendError(
            f"a context of {length} tokens is too little for {self.slots} slots. "
            "Ask for more tokens (context=...) or fewer slots (slots=...)."
        )
