"""A reward for a run that was recorded before."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

from gba.trajectory.lines import encode, write_all
from gba.trajectory.reader import read
from gba.trajectory.records import TrajectoryError

__all__ = ["judge"]


def judge(path: str | Path, reward: float) -> None:
    """Write down what a recorded run is worth; the last reward counts. A last line that is torn is cut off first.

    It is on the disk when this returns. Not for a run that is still being recorded: use `Recorder.reward`.

    Raises TrajectoryError for what is no recorded run (see `read`), where the file cannot be written, and for a reward
    that is no finite number.
    """
    path = Path(path)
    if not math.isfinite(reward):
        raise TrajectoryError(f"a reward is a finite number: {reward}.", path=str(path))
    read(path)
    line = encode({"type": "reward", "value": reward})
    try:
        end, whole = _end(path)
        with path.open("r+b", buffering=0) as file:
            file.truncate(end)
            file.seek(end)
            try:
                write_all(file, line if whole else b"\n" + line)
                os.fsync(file.fileno())
            except OSError:
                file.truncate(end)  # half a line would be followed by another one some day
                raise
    except OSError as error:
        raise TrajectoryError(f"cannot be written: {error.strerror}.", path=str(path)) from error


def _end(path: Path) -> tuple[int, bool]:
    """Bytes of the file without a last line that is torn, and whether a line feed ends them."""
    start = end = 0
    line = b"\n"
    with path.open("rb") as file:
        for line in file:
            start, end = end, end + len(line)
    if line.endswith(b"\n"):
        return end, True
    try:
        json.loads(line)
    except ValueError:
        return start, True
    return end, False
