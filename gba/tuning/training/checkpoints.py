"""Checkpoints of a run: what learns, the optimizer, chance. Each is there as a whole or not at all."""

from __future__ import annotations

import json
import os
import pickle
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from gba.tuning.training.config import TuningError
from gba.tuning.training.learner import Learner

__all__ = ["Checkpoints"]


@dataclass
class Checkpoints:
    """The checkpoints in a folder, the last ``keep`` of them. ``run``: what has to be the same for a run to go on, as
    JSON: its configuration and the digest of its data."""

    folder: Path
    run: dict[str, Any]
    keep: int = 2

    def save(self, step: int, learner: Learner, optimizer: torch.optim.Optimizer) -> None:
        """Save the state behind ``step`` steps."""
        partial = self.folder / f"{_name(step)}.part"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        chance = {"cpu": torch.get_rng_state()}
        if learner.device.type == "cuda":
            chance["cuda"] = torch.cuda.get_rng_state(learner.device)
        state = {"weights": dict(learner.weights()), "optimizer": optimizer.state_dict(), "chance": chance}
        torch.save(state, partial / "state.pt")
        (partial / "run.json").write_text(json.dumps({"step": step, **self.run}, indent=2) + "\n", encoding="utf-8")
        for path in partial.iterdir():
            _flush(path)
        final = self.folder / _name(step)
        shutil.rmtree(final, ignore_errors=True)
        partial.rename(final)
        _flush(self.folder)
        for old in self.steps()[: -self.keep]:
            shutil.rmtree(self.folder / _name(old))

    def steps(self) -> list[int]:
        """Of which steps there are checkpoints, in order."""
        found = [path.name.removeprefix("step-") for path in self.folder.glob("step-*")]
        return sorted(int(number) for number in found if number.isdecimal())

    def load(self, learner: Learner, optimizer: torch.optim.Optimizer) -> int:
        """Go on where the last checkpoint was saved; its step. 0 where there is none.

        Raises TuningError where it is of another configuration or other data, and where it cannot be read.
        """
        steps = self.steps()
        if not steps:
            return 0
        folder = self.folder / _name(steps[-1])
        try:
            run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
            step = run.pop("step")
            self._check(run)
            state = torch.load(folder / "state.pt", map_location=learner.device, weights_only=True)
        except (OSError, ValueError, KeyError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
            raise TuningError(f"{folder} cannot be read ({error}): delete it, and the one before it is used") from error
        learner.put(state["weights"])
        optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["chance"]["cpu"].cpu())
        if "cuda" in state["chance"]:
            torch.cuda.set_rng_state(state["chance"]["cuda"].cpu(), learner.device)
        return int(step)

    def _check(self, run: dict[str, Any]) -> None:
        changed = sorted(key for key in {*run, *self.run} if run.get(key) != self.run.get(key))
        if changed:
            raise TuningError(
                f"the run in {self.folder.parent} was begun with another {', '.join(changed)}: it cannot go on with "
                "this one. Set it back, or begin anew in another folder"
            )


def _flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _name(step: int) -> str:
    return f"step-{step:06}"
