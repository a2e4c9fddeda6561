"""What nodes of a cluster make runs with: an expert that takes its time, and writes down where it worked."""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path
from typing import Any

from gba.environments import Environment, Task, environment
from gba.errors import ServerUnavailableError
from gba.tuning.collect import Teacher
from gba.tuning.expert import Expert

__all__ = ["LOG", "SlowExpert", "make"]

LOG = "GBA_TEST_CLUSTER_LOG"
"""The folder in which runs write down where they begin."""


class SlowExpert(Expert):
    """Says where it works, and waits, before its first step. ``bad``: the number of a task that ends with an error."""

    bad: int | None = None

    def _generate(self, messages: Any, *arguments: Any, **options: Any) -> Any:
        import ray

        if len(messages) <= 2:
            if self.task.index == self.bad:
                raise ServerUnavailableError("gone", url="http://localhost")
            node = ray.get_runtime_context().get_node_id()
            Path(os.environ[LOG], f"{self.task.id} {node} {os.getpid()} {time.monotonic_ns()}").touch()
            time.sleep(0.4)
        return super()._generate(messages, *arguments, **options)


def make(bad: int | None = None) -> tuple[Environment, Teacher]:
    """An environment, and its slow expert."""
    return environment("arithmetic"), partial(_slow, bad)


def _slow(bad: int | None, task: Task) -> SlowExpert:
    return SlowExpert(task=task, bad=bad)
