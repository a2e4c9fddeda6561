"""Workers are shared by all tests; each test may take its time, because the machine may be busy."""

from __future__ import annotations

import functools
from collections.abc import Callable

import pytest

from gba.tools.math import MathResult, evaluate


@pytest.fixture
def patiently() -> Callable[[str], MathResult]:
    """``evaluate`` with a time limit that only a hanging program meets."""
    return functools.partial(evaluate, timeout=60)
