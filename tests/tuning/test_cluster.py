"""Runs collected on the nodes of a Ray cluster: two real nodes, of which one dies, and what can go wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gba.environments import environment
from gba.trajectory import read, read_all
from gba.tuning.cluster import ClusterError, collect_on_cluster
from gba.tuning.collect import Collection, collect
from gba.tuning.expert import Expert
from tests.helpers.cluster_run import TASKS, processes_of
from tests.helpers.cluster_teacher import make

WANTED = Collection("arithmetic", tasks=3, model="expert")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The folder of the runs that two nodes made, and what came of it."""
    folder = tmp_path_factory.mktemp("cluster")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "tests.helpers.cluster_run", str(folder)]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    return folder, json.loads((folder / "done.json").read_text())


def test_a_worker_and_a_node_that_die_lose_nothing(done: tuple[Path, dict[str, Any]]) -> None:
    folder, came = done
    names = [f"arithmetic-train-{number:06d}-0.jsonl" for number in range(TASKS)]
    assert came["there"] == 0
    assert sorted(came["told"]) == names
    assert sorted(path.name for path in (folder / "runs").glob("*.jsonl")) == [
        *names,
        f"arithmetic-train-{TASKS:06d}-0.jsonl",
    ]
    assert not [path for path in (folder / "runs").iterdir() if path.suffix not in (".json", ".jsonl")]
    runs = list(read_all(folder / "runs"))
    assert Counter(run.metadata["task"] for run in runs) == Counter(
        environment("arithmetic").task(n).id for n in range(TASKS + 1)
    )
    assert all(run.complete and run.reward == 1 for run in runs)


def test_both_nodes_worked_and_others_took_over(done: tuple[Path, dict[str, Any]]) -> None:
    _, came = done
    processes = {node: {process for _, at, process in came["started"] if at == node} for _, node, _ in came["started"]}
    assert len(processes) == 2
    assert len(processes.pop(came["second"])) == 1
    assert all(len(others) >= 2 for others in processes.values())  # one was killed, and another one began
    assert came["started"][-1][1] != came["second"]


def test_a_collection_on_a_cluster_goes_on(done: tuple[Path, dict[str, Any]]) -> None:
    _, came = done
    assert came["went_on"] == TASKS
    assert len(came["again"]) == TASKS + 1


def test_a_run_that_ends_with_an_error_is_said(done: tuple[Path, dict[str, Any]]) -> None:
    folder, came = done
    assert came["failure"].startswith("arithmetic-train-000001-0.jsonl: gone. What was finished is in")
    assert [path.name for path in (folder / "bad").glob("*.jsonl")] == ["arithmetic-train-000000-0.jsonl"]


def test_the_command_collects_on_a_cluster(done: tuple[Path, dict[str, Any]]) -> None:
    folder, came = done
    code, said = came["typed"]
    assert code == 0, said
    assert "2 runs in" in said
    assert [run.reward for run in read_all(folder / "typed")] == [1.0, 1.0]


def test_the_records_are_those_of_one_machine(done: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    folder, _ = done
    collect(
        environment("arithmetic"),
        lambda task: Expert(task=task),
        Collection("arithmetic", 1, model="slow expert"),
        tmp_path,
    )
    one, other = (read(at / "arithmetic-train-000000-0.jsonl") for at in (tmp_path, folder / "runs"))
    for field in ("model", "build", "tools", "messages", "error", "reward", "metadata", "version"):
        assert getattr(one, field) == getattr(other, field)


def test_no_process_is_left(done: tuple[Path, dict[str, Any]]) -> None:
    assert processes_of("gba-ray-") == []


class DiedError(Exception):
    pass


class OtherError(DiedError):
    pass


class FakeRay:
    """Ray in this process: runs what it is given when its result is asked for. ``dies``: files whose workers die."""

    exceptions = SimpleNamespace(
        RayError=DiedError,
        **dict.fromkeys(("WorkerCrashedError", "NodeDiedError", "ObjectLostError", "OutOfMemoryError"), OtherError),
    )

    def __init__(self, dies: tuple[str, ...] = (), version: str | None = None) -> None:
        self._dies, self._version, self.most = dies, version, 0

    def is_initialized(self) -> bool:
        return True

    def put(self, value: Any) -> Any:
        return value

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": 1.0}

    def remote(self, **options: Any) -> Callable[[Any], Any]:
        return lambda function: SimpleNamespace(remote=lambda *arguments: (function, *arguments))

    def wait(self, waiting: list[Any], **options: Any) -> tuple[list[Any], list[Any]]:
        self.most = max(self.most, len(waiting))
        return waiting[:1], waiting[1:]

    def get(self, reference: Any) -> Any:
        function, *arguments = reference
        if arguments[3].file in self._dies:
            raise OtherError("the worker died")
        if self._version:
            arguments[4] = self._version
        return function(*arguments)


def fast() -> Any:
    return environment("arithmetic"), lambda task: Expert(task=task)


def test_runs_that_take_their_workers_down_do_not_hold_up_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ray = FakeRay(dies=("arithmetic-train-000001-0.jsonl",))
    monkeypatch.setitem(sys.modules, "ray", ray)
    with pytest.raises(ClusterError, match="1 runs took down their worker 6 times"):
        collect_on_cluster(fast, WANTED, tmp_path)
    assert len(list(read_all(tmp_path))) == 2
    assert ray.most == 2
    monkeypatch.setitem(sys.modules, "ray", FakeRay())
    assert collect_on_cluster(fast, WANTED, tmp_path, resume=True, jobs=3) == 2


def test_nodes_need_the_same_gba(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", FakeRay(version="0.0.0"))
    with pytest.raises(ClusterError, match=r"this is 0\.0\.0: install the same one on all"):
        collect_on_cluster(fast, WANTED, tmp_path)


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing(FakeRay):
        def is_initialized(self) -> bool:
            return False

        def init(self, **options: Any) -> None:
            raise ConnectionError("nobody there")

    monkeypatch.setitem(sys.modules, "ray", Missing())
    with pytest.raises(ClusterError, match="ray start --head"):
        collect_on_cluster(make, WANTED, tmp_path / "a")
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ClusterError, match=r"\[cluster\]"):
        collect_on_cluster(make, WANTED, tmp_path / "b")
