"""What `gba tune` is told: a YAML file, each of its keys checked."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gba.errors import GbaError

__all__ = ["LoraSettings", "TuneConfig", "TuningError", "read_config"]


class TuningError(GbaError):
    """A model cannot be trained or written so: a configuration that cannot be, a run that cannot go on."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


class LoraSettings(_Strict):
    """Low-rank adapters. ``targets``: ``all-linear`` (every linear layer but the output's), or names of layers.

    A layer learns ``alpha / rank`` times the product of two matrices of ``rank`` columns.
    """

    rank: int = Field(16, ge=1)
    alpha: float = Field(32, gt=0)
    dropout: float = Field(0.0, ge=0, lt=1)
    targets: Literal["all-linear"] | tuple[str, ...] = "all-linear"


class TuneConfig(_Strict):
    """How a model is tuned. Paths are relative to where the command is run.

    ``model``: a folder that `save_pretrained` wrote, a name on the Hub, or a GGUF file, which transformers turns into
    full tensors. ``data``: a folder that `gba prepare` wrote, or a file of examples. ``out``: the folder of the run.
    ``validation``: examples whose loss is measured every ``validate_every`` steps, apart for runs and general dialogue.

    ``loss``: ``outputs`` learns what the model has to write, ``all`` every token of a conversation; ``forced``: with
    ``outputs``, whether what the grammar would force in the model's turns is learnt as well. ``syntax``: the built-in
    syntax in which calls are written.

    ``length``: tokens of a sequence; examples are packed into sequences and do not see each other; longer ones are left
    out and counted. ``sequences``: how many make a step of the optimizer (AdamW); their gradients are summed one after
    another, so that the memory is that of one. The gradient is that of the mean over all tokens that are learnt in a
    step, and is cut to the norm ``clip``. The learning rate rises over the share ``warmup`` of all steps and then falls
    to nought along half a cosine. ``steps``: so many at most, whatever ``epochs`` says.

    ``precision``: ``bfloat16`` multiplies in that type; what learns is kept in float32 in any case. ``recompute``:
    activations are computed anew on the way back, which takes a third more time and much less memory.
    ``architecture``: the model's shape, as its config.json has it, for a dry run without the model.
    """

    model: str
    data: Path
    out: Path
    method: Literal["lora", "full"] = "lora"
    lora: LoraSettings = Field(default_factory=lambda: LoraSettings.model_validate({}))
    syntax: Literal["gba", "react", "action"] = "gba"
    loss: Literal["outputs", "all"] = "outputs"
    forced: bool = False
    length: int = Field(2048, ge=16)
    sequences: int = Field(8, ge=1)
    epochs: int = Field(1, ge=1)
    steps: int | None = Field(None, ge=1)
    learning_rate: float = Field(2e-4, gt=0)
    warmup: float = Field(0.02, ge=0, le=1)
    weight_decay: float = Field(0.0, ge=0)
    betas: tuple[float, float] = (0.9, 0.95)
    clip: float = Field(1.0, gt=0)
    precision: Literal["float32", "bfloat16"] = "float32"
    device: str = "auto"
    threads: int | None = Field(None, ge=1)
    recompute: bool = False
    seed: int = 0
    checkpoint_every: int = Field(50, ge=1)
    keep: int = Field(2, ge=1)
    validation: Path | None = None
    validate_every: int = Field(50, ge=1)
    architecture: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _fits(self) -> TuneConfig:
        if self.loss == "all" and self.forced:
            raise ValueError("forced: with loss: all every token is learnt already; leave forced out")
        if not all(0 <= beta < 1 for beta in self.betas):
            raise ValueError("betas: both have to be at least 0 and below 1")
        return self


def read_config(path: Path, changes: dict[str, Any] | None = None) -> TuneConfig:
    """The configuration in a YAML file; ``changes`` take the place of its keys. Raises TuningError."""
    import yaml

    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TuningError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, yaml.YAMLError) as error:
        raise TuningError(f"{path} is no YAML: {' '.join(str(error).split())}") from error
    if not isinstance(read, dict):
        raise TuningError(f"{path} has to be a mapping with keys such as model, data and out")
    if isinstance(read.get("learning_rate"), str):  # YAML 1.1 reads 2e-4 as text
        read["learning_rate"] = _number(read["learning_rate"])
    try:
        return TuneConfig.model_validate({**read, **(changes or {})})
    except ValidationError as error:
        raise TuningError(f"{path}: " + "; ".join(map(_told, error.errors()))) from error


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _told(error: Any) -> str:
    place = ".".join(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        known = LoraSettings if len(error["loc"]) > 1 else TuneConfig
        near = difflib.get_close_matches(str(error["loc"][-1]), known.model_fields, 1)
        return f"there is no key {place}" + (f"; did you mean {near[0]}?" if near else "")
    if error["type"] == "missing":
        return f"the key {place} is missing"
    return f"{place}: {error['msg']}" if place else str(error["msg"]).removeprefix("Value error, ")
