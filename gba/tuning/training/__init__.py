"""Tuning a model on examples: `gba tune`. Needs the extra `tuning`; torch is imported when training begins.

TuneConfig ──► Batches (examples as packed tokens) ──► Learner (the model, what of it learns) ──► train
                                                                  Checkpoints ◄──────────────────────┘
"""

from gba.tuning.training.config import TuneConfig, TuningError, read_config

__all__ = ["TuneConfig", "TuningError", "read_config"]
