"""Fetch a folder out of the source distribution of a package, for tests that want what only that carries.

    python tests/fetch_source.py PACKAGE FOLDER_OF_IT FOLDER

pip downloads the source of the version that is installed; what is in its folder FOLDER_OF_IT is put into FOLDER.
Nothing is done where that is there already. `jsonschema` has the official JSON Schema Test Suite (`json`),
`llama-cpp-python` chat templates and vocabularies of models (`vendor/llama.cpp/models`).
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from importlib.metadata import version
from pathlib import Path, PurePosixPath


def fetch(package: str, inner: str, folder: Path) -> None:
    """Put it into the folder. Raises CalledProcessError where pip cannot download it, ValueError where it is empty."""
    release = f"{package}=={version(package)}"
    stamp = folder / "version.txt"
    if stamp.is_file() and stamp.read_text() == release:
        return
    with tempfile.TemporaryDirectory() as cache:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", package]
        subprocess.run([*command, "--dest", cache, release], check=True)
        (archive,) = Path(cache).glob("*.tar.gz")
        with tarfile.open(archive) as source:
            if not _unpack(source, PurePosixPath(inner), folder):
                raise ValueError(f"the source of {release} has no files in {inner}")
    stamp.write_text(release)


def _unpack(source: tarfile.TarFile, inner: PurePosixPath, folder: Path) -> int:
    """The number of files."""
    number = 0
    for member in source:
        path = PurePosixPath(*PurePosixPath(member.name).parts[1:])
        contents = source.extractfile(member) if member.isfile() and path.is_relative_to(inner) else None
        if contents is not None and ".." not in path.parts:
            target = folder / path.relative_to(inner)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(contents.read())
            number += 1
    return number


if __name__ == "__main__":
    fetch(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
