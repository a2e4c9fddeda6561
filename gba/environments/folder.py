"""A folder that a model may work in: paths that lead out of it are refused, and what it may hold is bounded."""

from __future__ import annotations

from collections import Counter
from pathlib import Path, PurePosixPath

from gba.environments.base import EnvironmentFailure, Facts

__all__ = ["Folder"]

_LONGEST = 4000
_FILES = 100
_PART = 60
_DEPTH = 5


class Folder:
    """Text files under ``root``, by paths such as ``notes/plan.txt``. Links are never made, and so none is followed."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def listed(self, folder: str) -> str:
        """The files of a folder, those in its folders included, a line each."""
        under = self._path(folder) if folder.strip(" ./") else self._root
        if not under.is_dir():
            raise EnvironmentFailure(f"there is no folder {folder}")
        return "\n".join(map(self._name, self._files(under))) or "no files"

    def read(self, path: str) -> str:
        """The text of a file."""
        return self._file(path).read_text(encoding="utf-8")

    def write(self, path: str, text: str) -> str:
        """Write a file, over one that is there."""
        target = self._path(path)
        if len(text) > _LONGEST:
            raise EnvironmentFailure(f"the text is longer than {_LONGEST} characters")
        if target.is_dir():
            raise EnvironmentFailure(f"{path} is a folder")
        if not target.exists() and len(self._files(self._root)) >= _FILES:
            raise EnvironmentFailure(f"there are {_FILES} files already")
        self._parents(target)
        try:
            data = text.encode()
        except UnicodeEncodeError:
            raise EnvironmentFailure("the text holds half of a surrogate pair") from None
        target.write_bytes(data)
        return f"{path} is written."

    def move(self, path: str, to: str) -> str:
        """Give a file another place or name."""
        source, target = self._file(path), self._path(to)
        if target.exists():
            raise EnvironmentFailure(f"there is {to} already")
        self._parents(target)
        source.rename(target)
        return f"{path} is now {to}."

    def delete(self, path: str) -> str:
        """Delete a file."""
        self._file(path).unlink()
        return f"{path} is deleted."

    def facts(self) -> Facts:
        """The files with their texts; white space around these does not count."""
        return Counter((self._name(path), path.read_text(encoding="utf-8").strip()) for path in self._files(self._root))

    def _files(self, under: Path) -> list[Path]:
        return sorted(path for path in under.rglob("*") if path.is_file())

    def _name(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()

    def _file(self, path: str) -> Path:
        found = self._path(path)
        if not found.is_file():
            raise EnvironmentFailure(f"there is no file {path}")
        return found

    def _path(self, path: str) -> Path:
        parts = PurePosixPath(path.removeprefix("./")).parts
        good = all(
            part.isprintable() and part not in (".", "..") and not set(part) & set('\\:*?"<>|/') and len(part) <= _PART
            for part in parts
        )
        if not parts or not good or len(parts) > _DEPTH or not path.isascii():
            raise EnvironmentFailure(f"{path!r} is no path in this folder: write one such as notes/plan.txt")
        return self._root.joinpath(*parts)

    def _parents(self, target: Path) -> None:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise EnvironmentFailure(f"{self._name(target.parent)} is a file and no folder") from None
