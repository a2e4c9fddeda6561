"""A Ray cluster of two nodes on this machine; a worker and then a node are killed while runs are collected.

    python -m tests.helpers.cluster_run FOLDER

A process of its own: Ray's would be caught by the tests' socket guard. FOLDER/done.json says what came of it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from tests.helpers.cluster_teacher import LOG, make

TASKS = 12
QUICK = {"health_check_initial_delay_ms": 0, "health_check_period_ms": 500, "health_check_failure_threshold": 3}
"""After how many milliseconds a node is missed."""


def started(log: Path) -> list[tuple[str, str, int]]:
    """Task, node and process of each beginning of a run, in their order."""
    names = sorted((path.name.split() for path in log.iterdir()), key=lambda parts: int(parts[3]))
    return [(task, node, int(process)) for task, node, process, _ in names]


def main(folder: Path) -> dict[str, Any]:
    log = folder / "log"
    log.mkdir()
    os.environ |= {LOG: str(log), "RAY_USAGE_STATS_ENABLED": "0"}
    with tempfile.TemporaryDirectory(prefix="gba-ray-", ignore_cleanup_errors=True) as temporary:
        os.environ["RAY_TMPDIR"] = temporary
        Path(temporary, "ray").mkdir()
        from ray.cluster_utils import Cluster

        node: dict[str, Any] = {"num_cpus": 1, "object_store_memory": 80 << 20, "include_dashboard": False}
        cluster = Cluster(initialize_head=True, head_node_args={**node, "_system_config": QUICK})
        try:
            return collected(cluster, node, folder, log)
        finally:
            cluster.shutdown()
            for process in processes_of(temporary):
                os.kill(process, signal.SIGKILL)


def collected(cluster: Any, node: dict[str, Any], folder: Path, log: Path) -> dict[str, Any]:
    import ray

    from gba.tuning.cluster import ClusterError, collect_on_cluster
    from gba.tuning.collect import Collection

    second = cluster.add_node(**node)
    told: list[str] = []

    def tell(name: str, _: Any) -> None:
        told.append(name)
        if len(told) == 2:  # a worker of the first node dies in the middle of a run
            os.kill(next(process for _, at, process in reversed(started(log)) if at != second.node_id), signal.SIGKILL)
        if len(told) == 5:
            cluster.remove_node(second, allow_graceful=False)

    ray.init(address=cluster.address, log_to_driver=False)
    wanted = Collection("arithmetic", tasks=TASKS, model="slow expert")
    there = collect_on_cluster(make, wanted, folder / "runs", told=tell)
    again: list[str] = []
    more = replace(wanted, tasks=TASKS + 1)
    went_on = collect_on_cluster(make, more, folder / "runs", resume=True, told=lambda name, _: again.append(name))
    failure = ""
    try:
        collect_on_cluster(partial(make, 1), replace(wanted, tasks=4), folder / "bad", jobs=1)
    except ClusterError as error:
        failure = str(error)
    ray.shutdown()
    command = [sys.executable, "-m", "gba", "collect", "lookup", "--teacher", "expert", "-n", "2", "--cluster", "auto"]
    typed = subprocess.run([*command, "-o", str(folder / "typed")], capture_output=True, text=True, check=False)
    return {
        "there": there,
        "told": told,
        "again": again,
        "went_on": went_on,
        "started": started(log),
        "second": second.node_id,
        "failure": failure,
        "typed": [typed.returncode, typed.stderr],
    }


def processes_of(folder: str) -> list[int]:
    """The processes whose command line names a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if folder.encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:  # it has ended
            continue
    return found


if __name__ == "__main__":
    done = main(Path(sys.argv[1]))
    (Path(sys.argv[1]) / "done.json").write_text(json.dumps(done))
