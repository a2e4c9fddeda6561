"""llama.cpp in this process, by way of llama-cpp-python's C interface.

    LlamaInProcess ── Owner (one thread, a queue) ── Decoder ──┬── Cells        KV cache, prefixes
                                                               ├── TokenSampler LlamaChain, GrammarGate
                                                               └── Vocabulary   tokens, metadata

Only this module imports llama_cpp, and only when a model is loaded.
"""

from __future__ import annotations

import ctypes
import functools
import os
import sys
from collections import deque
from typing import Any

from gba.backends.files import checked_model
from gba.backends.generation import LoadOptions
from gba.backends.owned import OwnedModel
from gba.errors import BackendError

__all__ = ["LlamaInProcess", "library"]

_WARNING, _ERROR, _CONTINUED = 3, 4, 5  # ggml.h, enum ggml_log_level


class _Log:
    """Where llama.cpp's log goes: to stderr when a verbose model has been loaded, else the complaints are kept."""

    def __init__(self, lib: Any) -> None:
        self.verbose, self._level, self._lines = False, 0, deque[str](maxlen=12)
        self._lib, self._callback = lib, lib.llama_log_callback(self._take)

    def listen(self) -> None:
        """Have llama.cpp log here from now on. Another user of the library may have set, and freed, a callback."""
        self._lib.llama_log_set(self._callback, ctypes.c_void_p(0))

    def _take(self, level: int, text: bytes, _: Any) -> None:
        self._level = self._level if level == _CONTINUED else level
        line = text.decode("utf-8", errors="replace")
        if self.verbose:
            sys.stderr.write(line)
        if self._level in (_WARNING, _ERROR) and line.strip(" .\n"):
            self._lines.append(line.strip())

    def complaints(self) -> str:
        """The latest warnings and errors of llama.cpp; the next call returns only newer ones."""
        text = "; ".join(self._lines)
        self._lines.clear()
        return text


@functools.cache
def library() -> tuple[Any, _Log]:
    """llama_cpp, set up. Raises BackendError with the remedy where it is not installed or does not load."""
    try:
        import llama_cpp
    except (ImportError, OSError, RuntimeError) as error:
        raise BackendError(
            "running a model in process needs llama-cpp-python: `pip install 'grammar-based-agents[inprocess]'`, "
            f"or use a llama-server (LlamaServer). Importing llama_cpp failed: {error}"
        ) from error
    llama_cpp.llama_backend_init()
    return llama_cpp, _Log(llama_cpp)


class LlamaInProcess(OwnedModel):
    """A GGUF model in this process: Backend and AsyncBackend. To be closed, or used as a context manager.

    Requests are served one after the other by the thread that owns the model; any thread and any event loop may ask.
    ``context``: tokens of the context, at most and with None exactly what the model was trained with. ``slots``:
    conversations whose KV cache is kept at the same time; they share the context's cells. ``gpu_layers``: -1 for all.
    ``seed``: of requests that bring none. Further keyword arguments are fields of llama.cpp's model and context
    parameters (``rope_freq_base``, ``type_k``, ...), or ``use_mmap`` and ``use_mlock``, which newer versions of it have
    as one field, ``load_mode``.

    Raises ModelFileError for a file that cannot be loaded, and BackendError for a missing llama-cpp-python or options
    that cannot be: both before llama.cpp sees them, as it ends the process over many of them. A model does not survive
    a fork: the child has to load its own.
    """

    def __init__(
        self,
        model_path: str | os.PathLike[str],
        *,
        context: int | None = 4096,
        slots: int = 4,
        threads: int | None = None,
        gpu_layers: int = 0,
        batch: int = 512,
        seed: int | None = None,
        verbose: bool = False,
        **llama: Any,
    ) -> None:
        options = LoadOptions(context, slots, threads, gpu_layers, batch, llama)
        options.check()
        header = checked_model(model_path)
        options.check_context(header)
        path = header.path
        lib, log = library()
        from gba.backends.decoder import Decoder  # needs numpy, which comes with llama-cpp-python

        log.verbose = log.verbose or verbose
        log.listen()
        super().__init__(lambda: Decoder(lib, path, options, log.complaints), f"the model {path.name}", seed)
