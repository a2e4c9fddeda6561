"""Runs collected on many machines, through Ray; the same records in the same folder as on one.

A run is made on a node in a folder of its own, and its file comes back when it is finished: nodes share no disk, and a
worker or a node that dies takes nothing along but what it was at. Ray gives that to another one. Only this process
writes to the folder, each file once and whole.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gba._version import __version__
from gba.environments import Environment
from gba.errors import GbaError
from gba.tuning.collect import Collection, Run, Teacher, collect_by
from gba.tuning.episodes import Episode

__all__ = ["ClusterError", "Made", "collect_on_cluster"]

Made = tuple[Environment, Teacher]
"""What a worker needs, made once in each."""

_TRIES = 5
"""Workers that a run may take down before it is given up."""
_INSTALL = "collecting on a cluster needs Ray: pip install 'grammar-based-agents[cluster]', here and on each node"


class ClusterError(GbaError):
    """Runs could not be made on the cluster. What was finished is in the folder; a collection can be gone on with."""


@dataclass(frozen=True)
class _Done:
    """What comes back of a run: its file's content, or why there is none."""

    content: bytes = field(default=b"", repr=False)
    episode: Episode | None = None
    failure: str = ""


def collect_on_cluster(
    make: Callable[[], Made],
    wanted: Collection,
    folder: Path,
    *,
    address: str = "auto",
    cpus: float = 1,
    jobs: int | None = None,
    resume: bool = False,
    told: Callable[[str, Episode], None] = lambda *_: None,
) -> int:
    """`gba.tuning.collect.collect` on the nodes of a Ray cluster.

    ``make`` is called once in each worker, and has to be something that Ray can send there, such as a function of a
    module that the nodes have, too. ``address``: as `ray.init` takes it; a connection that there is already is used.
    ``cpus``: what a run takes of a node. ``jobs``: runs at the same time; as many as the cluster has room for.

    Raises ClusterError where Ray or the cluster is missing, where a run ends with an error (when those that were under
    way have ended), or took down its worker again and again (when all others are done); else as `collect` does.
    """
    try:
        import ray
    except ImportError as error:
        raise ClusterError(_INSTALL) from error

    def work(runs: Sequence[Run]) -> Iterator[tuple[Run, Episode]]:
        if not runs:
            return
        with _connected(ray, address):
            yield from _Cluster(ray, make, wanted, cpus, jobs).run(runs, folder)

    return collect_by(work, wanted, folder, resume=resume, told=told)


@contextmanager
def _connected(ray: Any, address: str) -> Iterator[None]:
    if ray.is_initialized():
        yield
        return
    try:
        ray.init(address=address, log_to_driver=False, logging_level="ERROR")
    except (ConnectionError, OSError, RuntimeError, ValueError) as error:
        raise ClusterError(
            f"there is no Ray cluster at {address!r} ({error}): start one with `ray start --head`, or name its address"
        ) from error
    try:
        yield
    finally:
        ray.shutdown()


class _Cluster:
    def __init__(self, ray: Any, make: Callable[[], Made], wanted: Collection, cpus: float, jobs: int | None) -> None:
        self._ray, self._cpus, self._jobs = ray, cpus, jobs
        self._task = ray.remote(num_cpus=cpus, max_retries=_TRIES)(_made_there)
        self._arguments = (ray.put(make), ray.put(wanted), os.urandom(8).hex())

    def run(self, runs: Sequence[Run], folder: Path) -> Iterator[tuple[Run, Episode]]:
        """The runs as they are finished. After an error nothing more is begun."""
        left, under_way, failures, lost = list(reversed(runs)), dict[Any, Run](), list[str](), list[Run]()
        while under_way or (left and not failures):
            while left and not failures and len(under_way) < self._room():
                run = left.pop()
                under_way[self._task.remote(*self._arguments, run, __version__)] = run
            ended, _ = self._ray.wait(list(under_way), num_returns=1, timeout=5)  # then look for new nodes
            for reference in ended:
                run = under_way.pop(reference)
                done = self._result(reference)
                if done is None:
                    lost.append(run)
                elif done.episode is None:
                    failures.append(f"{run.file}: {done.failure}")
                else:
                    _write(folder / run.file, done.content)
                    yield run, done.episode
        if failures:
            raise ClusterError(f"{failures[0]}. What was finished is in {folder}: go on with --resume")
        if lost:
            raise ClusterError(
                f"{len(lost)} runs took down their worker {_TRIES + 1} times, the first of them {lost[0].file}: is "
                "there enough memory for the model? Go on with --resume"
            )

    def _room(self) -> int:
        """Runs at the same time: some more than there is room for, so that no worker waits for this process."""
        if self._jobs is not None:
            return self._jobs
        return max(1, int(2 * self._ray.cluster_resources().get("CPU", 0) / self._cpus))

    def _result(self, reference: Any) -> _Done | None:
        """What came of a run; None where no worker lived to tell."""
        errors = self._ray.exceptions
        try:
            return self._ray.get(reference)  # type: ignore[no-any-return]
        except (errors.WorkerCrashedError, errors.NodeDiedError, errors.ObjectLostError, errors.OutOfMemoryError):
            return None
        except errors.RayError as error:
            return _Done(failure=str(error).strip().splitlines()[-1])


def _write(path: Path, content: bytes) -> None:
    """The file is there when all of it is."""
    partial = path.with_name(f"{path.name}.part")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


_MADE: dict[str, Made] = {}
"""In a worker: what was made for a collection."""


def _made_there(make: Callable[[], Made], wanted: Collection, collection: str, run: Run, version: str) -> _Done:
    """Make a run, in a worker."""
    from gba.tuning.collect import record

    if version != __version__:
        return _Done(failure=f"a node has gba {__version__}, and this is {version}: install the same one on all")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / run.file
        try:
            if collection not in _MADE:
                _MADE[collection] = make()
            episode = record(*_MADE[collection], wanted, run, path)
        except GbaError as error:
            return _Done(failure=str(error))
        return _Done(path.read_bytes(), episode)
