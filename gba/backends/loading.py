"""How llama.cpp is made to load a model in this process, with its options by their names."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gba.backends.generation import LoadOptions
from gba.errors import BackendError, ModelFileError

__all__ = ["load_model", "said", "threads_for", "with_load_mode"]

_TINY = 64 * 2**20


def load_model(lib: Any, path: Path, options: LoadOptions, complaints: Callable[[], str]) -> tuple[Any, Any]:
    """The model, and the parameters that its context is to be made with. Raises ModelFileError, BackendError.

    ``complaints`` gives what llama.cpp has logged lately, for the message of an error.
    """
    model_params, context_params = lib.llama_model_default_params(), lib.llama_context_default_params()
    _apply(with_load_mode(options.llama, lib, model_params), model_params, context_params)
    model_params.n_gpu_layers = options.gpu_layers
    model = lib.llama_model_load_from_file(str(path).encode(), model_params)
    if not model:
        raise ModelFileError(f"llama.cpp cannot load {path}. {said(complaints())}", path=str(path))
    return model, context_params


def said(complaints: str) -> str:
    """What llama.cpp says about a failure."""
    if complaints:
        return f"It says: {complaints}"
    return "It does not say why: this release of llama-cpp-python may be too old for it, or short of memory."


def with_load_mode(options: dict[str, Any], lib: Any, params: Any) -> dict[str, Any]:
    """The options, with ``use_mmap`` and ``use_mlock`` as the one load mode that newer llama.cpp has in their place."""
    old = {"use_mmap": True, "use_mlock": False}
    if "load_mode" not in {entry[0] for entry in params._fields_} or not old.keys() & options.keys():
        return options
    for name in old.keys() & options.keys():
        if not isinstance(options[name], bool):
            raise BackendError(f"llama.cpp's option {name!r} cannot be {options[name]!r}: it is True or False.")
    mapped, locked = ({**old, **options}[name] for name in old)
    mode = "_".join(word for word, wanted in (("MMAP", mapped), ("MLOCK", locked)) if wanted) or "NONE"
    rest = {name: value for name, value in options.items() if name not in old}
    return {"load_mode": getattr(lib, f"LLAMA_LOAD_MODE_{mode}"), **rest}


def _apply(options: dict[str, Any], *targets: Any) -> None:
    """Sets fields of llama.cpp's parameter structures by name."""
    for name, value in options.items():
        owners = [target for target in targets if name in {entry[0] for entry in target._fields_}]
        if not owners:
            known = sorted(entry[0] for target in targets for entry in target._fields_)
            raise BackendError(f"llama.cpp has no option {name!r}. It knows {', '.join(known)}.")
        for owner in owners:
            try:
                setattr(owner, name, value)
            except TypeError as error:
                raise BackendError(f"llama.cpp's option {name!r} cannot be {value!r}: {error}.") from error


def threads_for(size: int) -> int:
    """Threads to evaluate a model of so many bytes with.

    One for a tiny model, whose threads would mostly wait for each other; else all cores of a small machine, and half of
    a large one's, as the others are mostly hyperthreads.
    """
    if size < _TINY:
        return 1
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return count if count <= 4 else count // 2
