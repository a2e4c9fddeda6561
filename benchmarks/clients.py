"""Runs what docs/how-to/any-client.md shows, each client in its newest version, on the packaged tiny agent.

    python benchmarks/clients.py [--folder build/clients]

Installs the clients of Python (uv) and of Node (npm) into the folder, serves `gba api` there, and runs each block of
code of the page with its URL. What a line prints is what the comment behind it says. Prints a line for each block, and
ends with 1 where one failed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from gba.backends.process import LlamaServerProcess  # noqa: E402
from gba.models import packaged  # noqa: E402
from tests.helpers.any_client import Block, blocks  # noqa: E402

PYTHON = ["langchain-openai", "litellm!=1.107.0", "openai", "openai-agents"]
NODE = ["@ai-sdk/openai-compatible", "ai", "openai", "zod"]


def install(folder: Path) -> None:
    """The clients, where they are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    if not (folder / "python").exists():
        subprocess.run([uv, "venv", "--quiet", folder / "python"], check=True)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", folder / "python", *PYTHON], check=True)
    if not (folder / "node_modules").exists():
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", *NODE], cwd=folder, check=True)


def run(block: Block, folder: Path) -> str:
    """What is wrong with a block, or nothing."""
    commands = {
        "js": ["node", "--input-type=module"],
        "py": [str(folder / "python" / "bin" / "python"), "-"],
        "curl": ["bash", "-e"],
    }
    done = subprocess.run(
        commands[block.language], input=block.code, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode:
        return done.stderr[-1000:]
    return block.missing(done.stdout)


def main() -> int:
    """Run all of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "clients")
    folder = parser.parse_args().folder.resolve()
    install(folder)
    failed = 0
    with LlamaServerProcess(packaged(), context=2048, slots=2, threads=1) as server:
        command = [sys.executable, "-m", "gba", "api", "--base-url", server.base_url, "--port", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
            try:
                assert process.stdout is not None
                url = process.stdout.readline().split()[0]
                for block in blocks(url):
                    wrong = run(block, folder)
                    failed += bool(wrong)
                    print(f"{block.title} ({block.language}): {wrong or 'ok'}", flush=True)
            finally:
                process.terminate()
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
