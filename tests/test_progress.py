"""What `make demo` shows while llama.cpp is compiled, and what it keeps."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRESS = Path(__file__).parents[1] / ".ci" / "progress"
BUILD = """
import sys
for step in range(1, 21):
    print(f"DEBUG [{step}/20] g++ -c part{step}.cpp")
print("[ 50%] Building CXX object")
print("no step [at all]")
sys.exit(int(sys.argv[1]))
"""


def _run(tmp_path: Path, status: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PROGRESS), str(tmp_path / "log"), sys.executable, "-c", BUILD, str(status)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_steps_done_of_all_are_shown_and_everything_is_kept(tmp_path: Path) -> None:
    done = _run(tmp_path, 0)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].strip() == "llama.cpp: 1 of 20 steps compiled"
    assert "20 of 20 steps compiled" in lines[-2]
    assert "50 of 100 per cent compiled" in lines[-1]
    assert len(lines) < 14, "not a line for each step where nobody looks"
    assert "no step [at all]" in (tmp_path / "log").read_text(encoding="utf-8")


def test_a_build_that_fails_shows_its_end_and_its_status(tmp_path: Path) -> None:
    done = _run(tmp_path, 3)
    assert done.returncode == 3
    assert "no step [at all]" in done.stderr
    assert str(tmp_path / "log") in done.stderr
