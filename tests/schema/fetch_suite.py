"""Fetch the official JSON Schema Test Suite: it is part of the source distribution of `jsonschema`.

    python tests/schema/fetch_suite.py FOLDER

pip downloads the source of the version that is installed, and its folder `json` becomes FOLDER. Nothing is done where
the suite of this version is there already.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from importlib.metadata import version
from pathlib import Path


def fetch(folder: Path) -> None:
    """Put the suite into the folder. Raises CalledProcessError where pip cannot download it."""
    release = f"jsonschema=={version('jsonschema')}"
    stamp = folder / "version.txt"
    if stamp.is_file() and stamp.read_text() == release:
        return
    with tempfile.TemporaryDirectory() as cache:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "jsonschema"]
        subprocess.run([*command, "--dest", cache, release], check=True)
        (archive,) = Path(cache).glob("*.tar.gz")
        with tarfile.open(archive) as source:
            _unpack(source, folder)
    stamp.write_text(release)


def _unpack(source: tarfile.TarFile, folder: Path) -> None:
    for member in source:
        parts = Path(member.name).parts
        contents = source.extractfile(member) if member.isfile() and parts[1:2] == ("json",) else None
        if contents is not None and ".." not in parts:
            path = folder.joinpath(*parts[2:])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(contents.read())


if __name__ == "__main__":
    fetch(Path(sys.argv[1]))
