"""What a corpus of hostile input is made of.

A corpus is a module of this package with ``TITLE`` (what its input is, for the table), ``SECONDS`` (the bound on the
time of each case, see `benchmarks.attack.worker`), optionally ``MEGABYTES`` (the bound on the resident memory that a
case may add; 512 where there is none), and ``cases()``, which gives the same cases in the same order each time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Case"]


@dataclass(frozen=True)
class Case:
    """One hostile input. ``run`` feeds it to gba and raises where what must hold does not hold.

    Names are unique in their corpus. Whatever comes out of ``run`` counts as a failure: an error that is expected is
    caught there. Time and memory are the runner's to watch.
    """

    name: str
    run: Callable[[], None]
