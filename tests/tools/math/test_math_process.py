from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import gba
from gba.tools.math import MathError, evaluate
from gba.tools.math import process as processes
from gba.tools.math.pool import Pool, shared
from gba.tools.math.process import Nursery, Spawner, Worker
from gba.tools.math.replies import Reply
from gba.tools.math.sandbox import filter_program

ROOT = Path(gba.__file__).parents[1]
SLOW = "result = integrate(sin(sin(x))*exp(x**3), (x, 0, 1))"
ONE = {"program": "result = 1", "digits": 15}
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the seccomp filter is Linux's")
forking_only = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


@pytest.fixture
def pool() -> Iterator[Pool]:
    pool = Pool()
    yield pool
    pool.close()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def text(reply: Reply) -> str:
    """The text of a result."""
    assert reply.result is not None
    return reply.result.text


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether it becomes true; how long that takes depends on what else the machine does."""
    for _ in range(1200):
        if condition():
            return True
        time.sleep(0.05)
    return False


# what a worker cannot do


def confined(code: str, *, limits_only: bool = False) -> str:
    """What the code prints in a process that has given everything up."""
    how = "sandbox._limit()" if limits_only else "sandbox.confine()"
    program = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
import ctypes, mmap, os, signal, socket, subprocess, threading
from gba.tools.math import sandbox
{how}
try:
    {code}
    done = "done"
except BaseException as error:
    done = type(error).__name__
os.write(1, done.encode())
os._exit(0)
"""
    ran = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    return ran.stdout or f"ended with {ran.returncode}"


@linux_only
@pytest.mark.parametrize(
    "code",
    [
        "open('/etc/passwd')",
        "open('/tmp/escaped', 'w')",
        "os.open('/dev/null', os.O_RDONLY)",
        "os.listdir('/')",
        "os.stat('/')",
        "os.unlink('/tmp/nothing')",
        "os.mkdir('/tmp/escaped')",
        "os.chmod('/tmp', 0o777)",
        "os.readlink('/proc/self/exe')",
        "os.chdir('/tmp')",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "subprocess.run(['/bin/true'])",
        "os.system('true') and 1 / 0",
        "socket.socket()",
        "socket.socketpair()",
        "os.pipe()",
        "os.memfd_create('x')",
        "os.kill(os.getppid(), 0)",
        "os.setuid(0)",
        "os.sched_setaffinity(0, [0])",
        "os.nice(-5)",
        "mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC)",
        "threading.Thread(target=print).start()",
        "import wave",
    ],
)
def test_the_filter_refuses(code: str) -> None:
    assert confined(code) in {"PermissionError", "ZeroDivisionError", "RuntimeError", "ModuleNotFoundError", "OSError"}


@linux_only
def test_the_filter_lets_a_worker_calculate_and_answer() -> None:
    assert confined("sum(range(10**6)); bytearray(10**7); os.urandom(8)") == "done"


@forking_only
def test_limits_hold_without_the_filter(tmp_path: Path) -> None:
    assert confined("bytearray(2 * 2**30)", limits_only=True) == "MemoryError"
    assert confined("[os.dup(1) for _ in range(20)]", limits_only=True) == "OSError"
    path = str(tmp_path / "file")
    assert confined(f"os.write(os.open({path!r}, os.O_WRONLY | os.O_CREAT), b'x')", limits_only=True) == "OSError"


def test_filters_are_written_for_known_machines() -> None:
    assert filter_program("x86_64") != filter_program("aarch64")
    assert len(filter_program("x86_64")) % 8 == 0
    assert filter_program("sparc") == b""


@linux_only
def test_a_worker_knows_nothing_of_us(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "sesame")
    pool.ask(ONE, 60)
    for pid in pool.workers():
        status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        assert status["Seccomp"] == "2"
        assert status["NoNewPrivs"] == "1"
        environment = subprocess.run(["cat", f"/proc/{pid}/environ"], capture_output=True, check=False).stdout
        assert b"sesame" not in environment


# what happens to it


@pytest.mark.parametrize("source", [pytest.param(Nursery, marks=forking_only), Spawner])
def test_both_kinds_of_workers_answer(source: type[Nursery] | type[Spawner]) -> None:
    pool = Pool(1, source())
    try:
        assert text(pool.ask({"program": "result = 25 ** 0.24", "digits": 15}, 60)) == "2.16524"
        with pytest.raises(MathError, match="stopped after"):
            pool.ask({"program": SLOW, "digits": 15}, 0.2)
        assert text(pool.ask(ONE, 60)) == "1"
        pids = pool.workers()
    finally:
        pool.close()
    assert eventually(lambda: not any(alive(pid) for pid in pids))


def test_a_stopped_worker_is_gone_and_replaced(pool: Pool) -> None:
    pool.ask(ONE, 60)
    assert eventually(lambda: len(pool.workers()) == 2)
    before = pool.workers()
    with pytest.raises(MathError, match="stopped after") as caught:
        pool.ask({"program": SLOW, "digits": 15}, 0.2)
    assert caught.value.kind == "time"
    assert eventually(lambda: len(pool.workers()) == 2)
    gone = set(before) - set(pool.workers())
    assert len(gone) == 1
    assert eventually(lambda: not alive(gone.pop() if gone else -1) or not gone)


def test_workers_that_die_while_they_wait_are_replaced_unnoticed(pool: Pool) -> None:
    pool.ask(ONE, 60)
    for _ in range(3):
        assert eventually(lambda: len(pool.workers()) == 2)
        for pid in pool.workers():
            os.kill(pid, 9)
        assert text(pool.ask(ONE, 60)) == "1"


def test_a_worker_that_dies_at_work_is_asked_again_elsewhere(pool: Pool) -> None:
    pool.ask(ONE, 60)
    assert eventually(lambda: len(pool.workers()) == 2)
    before = pool.workers()

    def kill() -> None:
        time.sleep(0.2)  # by then the program is under way
        for pid in before:
            os.kill(pid, 9)

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(MathError, match="stopped after"):
        pool.ask({"program": SLOW, "digits": 15}, 1.5)
    killer.join()
    assert text(pool.ask(ONE, 60)) == "1"


def test_a_program_that_kills_its_worker_twice_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    boot = "import sys\nprint('{\"ready\": true}', flush=True)\nsys.stdin.readline()"
    monkeypatch.setattr(processes, "_BOOT", boot)
    pool = Pool(1, Spawner())
    try:
        with pytest.raises(MathError, match="too much memory"):
            pool.ask(ONE, 60)
    finally:
        pool.close()


@forking_only
def test_a_nursery_that_dies_is_started_again() -> None:
    nursery = Nursery()
    pool = Pool(1, nursery)
    try:
        pool.ask(ONE, 60)
        assert nursery._process is not None
        nursery._process.kill()
        nursery._process.wait()
        for _ in range(3):
            assert text(pool.ask(ONE, 60)) == "1"
    finally:
        pool.close()


@linux_only
def test_workers_end_with_us() -> None:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom gba.tools.math import evaluate\n"
    code += "from gba.tools.math.pool import shared\nevaluate('result = 1', timeout=60)\nimport time\n"
    code += "while len(shared().workers()) < 2: time.sleep(0.05)\nprint(shared().workers())\n"
    for ending in ("", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)\n", "import os; os._exit(3)\n"):
        flushed = code.replace("workers())\n", "workers(), flush=True)\n")
        ran = subprocess.run([sys.executable, "-c", flushed + ending], capture_output=True, text=True, check=False)
        pids = json.loads(ran.stdout)
        assert eventually(lambda pids=pids: not any(alive(pid) for pid in pids)), (ending, ran.stderr)


def test_a_worker_retires(monkeypatch: pytest.MonkeyPatch) -> None:
    class Tired(Spawner):
        """Its workers ask for their retirement with every answer."""

        def worker(self) -> Worker:
            worker = super().worker()
            ask = worker.ask

            def and_retire(*arguments: object) -> dict[str, object]:
                reply = ask(*arguments)  # type: ignore[arg-type]
                worker.retired = True
                return reply

            monkeypatch.setattr(worker, "ask", and_retire)
            return worker

    pool = Pool(1, Tired())
    try:
        pool.ask(ONE, 60)
        assert eventually(lambda: len(pool.workers()) == 1)
        first = pool.workers()
        pool.ask(ONE, 60)
        assert eventually(lambda: len(pool.workers()) == 1 and pool.workers() != first)
    finally:
        pool.close()


def test_a_source_that_fails_is_the_answer(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_BOOT", "raise SystemExit")
    with pytest.raises(MathError, match="does not start"):
        pool.ask(ONE, 60)
    monkeypatch.undo()
    assert text(pool.ask(ONE, 60)) == "1"


def test_nonsense_from_a_worker_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    boot = "import sys\nprint('{\"ready\": true}', flush=True)\nfor line in sys.stdin: print('x' * 10, flush=True)"
    monkeypatch.setattr(processes, "_BOOT", boot)
    pool = Pool(1, Spawner())
    try:
        with pytest.raises(MathError):
            pool.ask(ONE, 60)
    finally:
        pool.close()


def test_a_closed_pool_says_so() -> None:
    pool = Pool(1)
    pool.close()
    with pytest.raises(MathError, match="closed"):
        pool.ask(ONE, 60)


# many at a time


def test_a_hundred_at_a_time_are_all_answered() -> None:
    with ThreadPoolExecutor(100) as threads:
        results = list(threads.map(lambda n: evaluate(f"result = {n} * {n}", timeout=60).value, range(100)))
    assert results == [n * n for n in range(100)]
    assert len(shared().workers()) <= 2


def test_who_asks_first_is_served_first(pool: Pool) -> None:
    pool = Pool(1)
    order: list[int] = []
    try:
        pool.ask(ONE, 60)
        worker = pool._acquire(0)
        threads = []
        for number in range(6):
            thread = threading.Thread(target=lambda n=number: (pool.ask(ONE, 60), order.append(n)))
            thread.start()
            threads.append(thread)
            assert eventually(lambda count=number + 1: len(pool._waiting) == count)
        pool._release(worker)
        for thread in threads:
            thread.join()
    finally:
        pool.close()
    # Two threads may note their numbers in either order when they are answered almost at once.
    assert all(abs(place - number) <= 1 for place, number in enumerate(order))


@forking_only
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_gets_its_own_workers() -> None:
    assert evaluate("result = 1", timeout=60).value == 1
    ours = shared().workers()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            value = int(evaluate("result = 6 * 7", timeout=60).value)
            theirs = shared().workers()
            shared().close()
            os.write(writing, json.dumps([value, theirs]).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        value, theirs = json.loads(pipe.read())
    os.waitpid(child, 0)
    assert value == 42
    assert not set(ours) & set(theirs)
    assert evaluate("result = 2", timeout=60).value == 2
    assert set(ours) & set(shared().workers())
