"""A GGUF file with the same weights, dequantised to 32-bit floats: what two engines can be compared on.

llama.cpp rounds activations where weights are quantised, as engines do not that dequantise on loading.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import numpy as np

__all__ = ["write_f32"]

_OWN = {"general.architecture", "general.file_type", "general.quantization_version"}
"""What the writer writes itself."""


def write_f32(source: Path, path: Path) -> Path:
    """Write the model in ``source`` to ``path``, all tensors as F32. Four bytes a weight."""
    reader = gguf.GGUFReader(source)
    writer = gguf.GGUFWriter(path, reader.fields["general.architecture"].contents())
    for name, field in reader.fields.items():
        if not name.startswith("GGUF.") and name not in _OWN:
            _copy(writer, name, field)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    for tensor in reader.tensors:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        shape = [int(size) for size in reversed(tensor.shape)]
        writer.add_tensor(tensor.name, np.ascontiguousarray(values, dtype=np.float32).reshape(shape))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _copy(writer: Any, name: str, field: Any) -> None:
    kind, *rest = field.types
    if kind == gguf.GGUFValueType.ARRAY:
        writer.add_key_value(name, field.contents(), kind, rest[-1])
    else:
        writer.add_key_value(name, field.contents(), kind)
