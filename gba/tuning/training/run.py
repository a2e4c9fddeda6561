"""A run from its configuration: model and data are loaded, what is left of the steps is done, the result is saved."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from gba.backends.hub_model import HubModel, load_hub_model
from gba.tuning.training.batches import Data, load_data, steps_of
from gba.tuning.training.config import TuneConfig, TuningError
from gba.tuning.training.learner import Learner, deterministic, stored_as
from gba.tuning.training.tokenizing import tokenizer_of
from gba.tuning.training.trainer import Progress, train

__all__ = ["Run", "open_run"]


@dataclass
class Run:
    """A model and data, ready to train."""

    config: TuneConfig
    loaded: HubModel
    data: Data
    validation: Data | None

    @property
    def steps(self) -> int:
        """Steps of the whole run."""
        return len(steps_of(self.data, self.config))

    def train(self, stopped: Callable[[], bool] = lambda: False) -> Iterator[Progress]:
        """Do what is left, and save the model or its adapter. Nothing is saved of a run that is ``stopped``; it goes
        on from its last checkpoint. What it raises: see `gba.tuning.training.trainer.train`."""
        config = self.config
        config.out.mkdir(parents=True, exist_ok=True)
        shown = config.model_dump(mode="json", exclude_none=True)
        (config.out / "config.yaml").write_text(yaml.safe_dump(shown, sort_keys=False), encoding="utf-8")
        with deterministic(config):
            learner = Learner(self.loaded, config)
            done = 0
            for progress in train(learner, self.data, config, validation=self.validation, stopped=stopped):
                done = progress.step
                yield progress
            if done in (0, self.steps):
                self._save(learner)

    def _save(self, learner: Learner) -> None:
        config = self.config
        place = config.out / ("adapter" if config.method == "lora" else "model")
        learner.model.config.use_cache = True
        if config.method == "lora":
            learner.model.save_pretrained(place, save_embedding_layers=False)  # "auto" would ask the Hub
        else:
            learner.model.save_pretrained(place)
        self.loaded.tokenizer.save_pretrained(place)
        about: dict[str, Any] = {
            "base": config.model,
            "gguf": str(self.loaded.gguf) if self.loaded.gguf else None,
            "method": config.method,
            "steps": self.steps,
            "examples": len(self.data.dialogues),
            "tokens": self.data.tokens,
            "learnt": self.data.learnt,
            "dropped": dict(self.data.dropped),
        }
        (config.out / "run.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def open_run(config: TuneConfig, *, resume: bool = False) -> Run:
    """Load the model, and the data in its tokens. ``resume``: go on with the run that the folder has.

    Raises TuningError where the folder is not empty and no run is to go on, ExampleError, and as `load_hub_model` does.
    """
    if config.out.exists() and any(config.out.iterdir()) and not resume:
        raise TuningError(f"{config.out} is not empty: choose another folder, or go on with its run (--resume)")
    loaded = load_hub_model(config.model, {"dtype": stored_as(config)})
    _check(loaded, config)
    backend = tokenizer_of(loaded)
    data = load_data(config.data, backend, config)
    validation = load_data(config.validation, backend, config) if config.validation is not None else None
    return Run(config, loaded, data, validation)


def _check(loaded: HubModel, config: TuneConfig) -> None:
    text = loaded.model.config.get_text_config(decoder=True)
    for name in ("logits_scaling", "logit_scale"):
        if getattr(text, name, None) not in (None, 1, 1.0):
            raise TuningError(f"{text.model_type} scales its logits ({name}), which training here does not do")
    layers = set(getattr(text, "layer_types", None) or ())
    if getattr(loaded.model, "_is_stateful", False) or layers - {"full_attention", "sliding_attention"}:
        raise TuningError(
            f"{text.model_type} has layers with a state, in which packed examples would see each other: only models "
            "whose layers all attend can be trained here"
        )
    trained = getattr(text, "max_position_embeddings", None)
    if trained is not None and config.length > trained:
        raise TuningError(f"length: {config.length} tokens are more than the {trained} that the model was made for")
    window = getattr(text, "sliding_window", None)
    if window and "sliding_attention" in (getattr(text, "layer_types", None) or ()) and config.length > window:
        raise TuningError(
            f"length: layers of this model see {window} tokens, and sequences of {config.length} would be learnt "
            f"otherwise than they are used: say {window} at most"
        )
