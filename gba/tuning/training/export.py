"""A tuned model as a GGUF file: the base's file with the weights that changed in their place.

Tokenizer, chat template, metadata and all that did not change are the base's, byte by byte. So an adapter on any
architecture of `_LINEAR` can be written: those whose linear layers GGUF stores as transformers has them, up to the
order of the rows of queries and keys, which llama.cpp rotates in another order for those in `_PERMUTED`.
"""

from __future__ import annotations

import contextlib
import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from numpy.typing import NDArray

from gba.backends.hub_model import load_hub_model
from gba.errors import BackendError
from gba.tuning.training.config import TuningError

__all__ = ["Exported", "export_gguf"]

_TYPES = {
    "f32": gguf.GGMLQuantizationType.F32,
    "f16": gguf.GGMLQuantizationType.F16,
    "bf16": gguf.GGMLQuantizationType.BF16,
}
_PERMUTED = {"llama"}
_WHOLE = {"llama", "qwen2", "qwen3"}
"""Architectures all of whose tensors GGUF stores as transformers has them, so that a full tuning can be written."""
_LINEAR = _WHOLE | {"gemma2", "gemma3"}
"""Architectures whose linear layers it stores so. Others are refused: some order rows in ways of their own."""


@dataclass(frozen=True)
class Exported:
    """How many tensors the file has, and how many of them are not the base's."""

    tensors: int
    changed: int


def export_gguf(
    run: Path,
    out: Path,
    *,
    base: Path | None = None,
    kind: str = "f16",
    quantize: str | None = None,
    name: str | None = None,
) -> Exported:
    """Write the model of a finished run of `gba tune` to ``out``, which is there when all of it is.

    ``base``: the GGUF file of the same model, needed where the run began with a folder or a name on the Hub. ``kind``:
    how weights that changed are stored. ``quantize``: llama.cpp's name of a type, into which the whole is quantised.
    Raises TuningError for a run that is not finished, a base of another model, and names that are not known.
    """
    if kind not in _TYPES:
        raise TuningError(f"there is no type {kind!r}: it is {', '.join(_TYPES)}")
    about = _about(run)
    said = base or about["gguf"]
    if said is None:
        raise TuningError(
            f"the run began with {about['base']}, which is no GGUF file: name the same model as one with --base "
            "(llama.cpp's convert_hf_to_gguf.py makes one)"
        )
    source = Path(said)
    if not source.is_file():
        raise TuningError(f"{source}, from which the run began, is not there: name it with --base")
    reader = gguf.GGUFReader(source)
    weights = _Weights(reader, about, run)
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f"{out.name}.part")
    try:
        changed = _write(partial, reader, weights, _TYPES[kind], name)
        if quantize is not None:
            _quantize(partial, quantize)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    return Exported(len(reader.tensors), changed)


def _about(run: Path) -> dict[str, Any]:
    try:
        about = json.loads((run / "run.json").read_text(encoding="utf-8"))
        return {"base": about["base"], "gguf": about["gguf"], "method": about["method"]}
    except FileNotFoundError:
        raise TuningError(f"{run} has no finished run (no run.json): go on with it by gba tune --resume") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TuningError(f"{run / 'run.json'} cannot be read: {error}") from error


class _Weights:
    """What changed, by the names that GGUF has: of an adapter its differences, of a full tuning all weights."""

    def __init__(self, reader: Any, about: dict[str, Any], run: Path) -> None:
        fields = reader.fields
        self.architecture = str(fields["general.architecture"].contents())
        blocks = int(fields[f"{self.architecture}.block_count"].contents())
        known = {name: value for value, name in gguf.MODEL_ARCH_NAMES.items()}
        if self.architecture not in known:
            raise TuningError(f"the gguf library does not know the architecture {self.architecture!r}: upgrade it")
        self._names = gguf.get_tensor_name_map(known[self.architecture], blocks)
        self._heads = int(fields[f"{self.architecture}.attention.head_count"].contents())
        kv = fields.get(f"{self.architecture}.attention.head_count_kv")
        self._kv_heads = self._heads if kv is None else int(kv.contents())
        self.adds = about["method"] == "lora"
        self._check(run)
        if "split.count" in fields and int(fields["split.count"].contents()) > 1:
            raise TuningError("the base is one of several files: join them first (llama-gguf-split --merge)")
        (vocabulary,) = (int(each.shape[1]) for each in reader.tensors if each.name == "token_embd.weight")
        found = _differences(about["base"], run, vocabulary) if self.adds else _whole(run)
        self.found = {self._name(name): self._ordered(name, weight) for name, weight in found}

    def _check(self, run: Path) -> None:
        known = _LINEAR if self.adds else _WHOLE
        if self.architecture not in known:
            way = "merge the adapter with peft, save the model" if self.adds else f"take {run / 'model'}"
            raise TuningError(
                f"{'an adapter' if self.adds else 'a full tuning'} of {self.architecture} cannot be written, only of "
                f"{', '.join(sorted(known))}: {way}, and convert it with llama.cpp's convert_hf_to_gguf.py"
            )

    def _name(self, name: str) -> str:
        known = self._names.get_name(name, try_suffixes=(".weight", ".bias"))
        if known is None:
            raise TuningError(f"GGUF has no name for the weight {name} of {self.architecture}")
        return str(known)

    def _ordered(self, name: str, weight: NDArray[np.float32]) -> NDArray[np.float32]:
        """The rows in llama.cpp's order: the two halves of a head in turns."""
        if self.architecture not in _PERMUTED or not (".q_proj." in name or ".k_proj." in name):
            return weight
        heads = self._heads if ".q_proj." in name else self._kv_heads
        halves = weight.reshape(heads, 2, weight.shape[0] // heads // 2, *weight.shape[1:])
        ordered: NDArray[np.float32] = halves.swapaxes(1, 2).reshape(weight.shape)
        return ordered


def _differences(base: str, run: Path, vocabulary: int) -> Iterator[tuple[str, NDArray[np.float32]]]:
    from peft import PeftModel
    from peft.tuners.lora import LoraLayer

    model = load_hub_model(base, {"dtype": "float32"}).model
    tokens = model.get_input_embeddings().weight.shape[0]
    if tokens != vocabulary:
        raise TuningError(f"the base has {vocabulary} tokens and the run's model {tokens}: it is another model")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # peft still asks transformers by an older name
            adapted = PeftModel.from_pretrained(model, str(run / "adapter"))
    except (OSError, ValueError, RuntimeError) as error:
        raise TuningError(f"{run / 'adapter'} cannot be read: {' '.join(str(error).split())[:300]}") from error
    for name, module in adapted.get_base_model().named_modules():
        if isinstance(module, LoraLayer):
            with torch.no_grad():
                difference: Any = module.get_delta_weight("default")  # type: ignore[attr-defined]
                yield f"{name}.weight", difference.float().cpu().numpy()


def _whole(run: Path) -> Iterator[tuple[str, NDArray[np.float32]]]:
    model = load_hub_model(str(run / "model"), {"dtype": "float32"}).model
    for name, weight in model.named_parameters():
        yield name, weight.detach().float().cpu().numpy()


def _write(path: Path, reader: Any, weights: _Weights, kind: Any, name: str | None) -> int:
    writer = gguf.GGUFWriter(path, weights.architecture)
    _copy_metadata(reader, writer, name)
    missing = weights.found.keys() - {tensor.name for tensor in reader.tensors}
    if missing == {"output.weight"}:  # it is the embedding, which is in the file once
        del weights.found["output.weight"]
    elif missing:
        raise TuningError(f"the base has no {', '.join(sorted(missing))}: it is another model than the run's")
    changed = 0
    for tensor in reader.tensors:
        new = weights.found.get(tensor.name)
        if new is None:
            writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
            continue
        shape = tuple(int(size) for size in reversed(tensor.shape))
        if new.shape != shape:
            raise TuningError(f"{tensor.name} is {shape} in the base and {new.shape} in the run: not the same model")
        if weights.adds:
            new = gguf.dequantize(tensor.data, tensor.tensor_type).reshape(shape) + new
        stored = kind if new.ndim > 1 else gguf.GGMLQuantizationType.F32
        writer.add_tensor(tensor.name, gguf.quantize(new.astype(np.float32), stored), raw_dtype=stored)
        changed += 1
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return changed


def _copy_metadata(reader: Any, writer: Any, name: str | None) -> None:
    if name is not None:
        writer.add_name(name)
    for key, field in reader.fields.items():
        if key.startswith("GGUF.") or key == "general.architecture" or (key == "general.name" and name is not None):
            continue
        if key == "general.alignment":
            writer.add_custom_alignment(int(field.contents()))
            continue
        kind = field.types[0]
        of = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(key, field.contents(), kind, sub_type=of)


def _quantize(path: Path, kind: str) -> None:
    """Quantise the file by the llama.cpp of llama-cpp-python."""
    try:
        import llama_cpp
    except (ImportError, OSError, RuntimeError) as error:
        raise BackendError(
            f"quantising needs llama-cpp-python (pip install 'grammar-based-agents[inprocess]'; {error}), or "
            "llama-quantize on the file that is written without --quantize"
        ) from error
    number = getattr(llama_cpp, f"LLAMA_FTYPE_MOSTLY_{kind.upper()}", None)
    if number is None:
        raise TuningError(f"llama.cpp has no type {kind!r} to quantise into: Q4_K_M, Q5_K_M, Q6_K, Q8_0 are such")
    settings = llama_cpp.llama_model_quantize_default_params()
    settings.ftype, settings.allow_requantize = number, True
    done = path.with_name(f"{path.name}.quantised")
    with contextlib.ExitStack() as cleaning:
        cleaning.callback(done.unlink, missing_ok=True)
        if llama_cpp.llama_model_quantize(str(path).encode(), str(done).encode(), settings) != 0:
            raise BackendError(f"llama.cpp could not quantise the model into {kind}")
        done.replace(path)
