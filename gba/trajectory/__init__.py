"""Recorded runs: what was said, what the model wrote and what was forced, what the tools gave, and how it ended."""

from gba.trajectory.exchange import openai, sharegpt
from gba.trajectory.judging import judge
from gba.trajectory.reader import read, read_all
from gba.trajectory.recorder import Recorder
from gba.trajectory.records import (
    ChoiceRecord,
    MessageRecord,
    PartRecord,
    SpanRecord,
    StepRecord,
    Trajectory,
    TrajectoryError,
    Transcript,
)

__all__ = [
    "ChoiceRecord",
    "MessageRecord",
    "PartRecord",
    "Recorder",
    "SpanRecord",
    "StepRecord",
    "Trajectory",
    "TrajectoryError",
    "Transcript",
    "judge",
    "openai",
    "read",
    "read_all",
    "sharegpt",
]
