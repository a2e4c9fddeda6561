"""Models: the two that come with the package, and those that are fetched from the Hugging Face Hub.

`models/manifest.json` names them. A download goes to a directory of gba's own (``GBA_MODELS_DIR``, else
``~/.cache/gba/models``), because the hub's library starts an interrupted download over, while a file of 40 GB has to
go on where it stopped. A file that the hub's own cache holds already is used from there.

Nothing is written outside of that directory, whatever a name or the manifest says: owner, repository and file are one
segment of a path each, of characters that every file system takes, and links that lead out of it are refused.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gba.errors import ModelFileError
from gba.local_models import find_local

__all__ = [
    "ModelEntry",
    "directory",
    "entry",
    "find",
    "manifest",
    "offered",
    "packaged",
    "pull",
    "record",
    "resolve",
    "sha256_of",
]

_PACKAGE = Path(__file__).parent
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PART = re.compile(r"-\d+-of-\d+\.gguf$")
_REPO_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_NO_FILE_NAME = frozenset('<>:"/\\|?*')
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3]) *(\..*)?", re.IGNORECASE)
"""What Windows takes for a device, whatever comes behind a dot."""
_LONGEST = 200
"""Bytes of a segment: file systems take 255, and a download adds some of its own."""
_REMEDY = "`gba models list` shows the names, owner/repo/file.gguf is a file of the hub"
_INSTALL = "pip install 'grammar-based-agents[hub]'"


@dataclass(frozen=True)
class ModelEntry:
    """A line of the manifest. ``repo`` is None for a model that comes with the package; ``size`` is in bytes.

    ``role`` is ``agent`` or ``math``. Where ``sha256`` or ``size`` is None, the hub's own metadata is what a download
    is checked against.

    Raises ModelFileError for a repository, file or checksum that could lead out of the directory of models.
    """

    name: str
    role: str
    repo: str | None
    file: str
    size: int | None = None
    sha256: str | None = None
    licence: str = ""
    note: str = ""
    revision: str = "main"

    def __post_init__(self) -> None:
        wrong = self._wrong()
        if wrong:
            raise ModelFileError(f"{self.name!r} cannot be a model: {wrong}. {_REMEDY}", path=str(self.file))

    def _wrong(self) -> str:
        """What is wrong with this entry, "" where nothing is."""
        if not isinstance(self.name, str) or not self.name.isprintable():
            return "its name holds characters that cannot be shown"
        if self.repo is not None:
            parts = self.repo.split("/") if isinstance(self.repo, str) else []
            if len(parts) != 2 or not all(_REPO_PART.fullmatch(part) and not _wrong_segment(part) for part in parts):
                return f"{self.repo!r} is no repository (owner/name)"
        if not isinstance(self.file, str) or not self.file.endswith(".gguf"):
            return f"the file {self.file!r} does not end in .gguf"
        if wrong := _wrong_segment(self.file):
            return f"the file's name {self.file!r} {wrong}"
        if self.sha256 and not (isinstance(self.sha256, str) and _SHA256.fullmatch(self.sha256)):
            return f"{self.sha256!r} is no SHA-256"
        return ""


def _wrong_segment(text: str) -> str:
    """Why a text cannot be one segment of a path on every file system; "" where it can."""
    if not text.isprintable() or _NO_FILE_NAME & set(text):
        return "has a character that no file's name may have everywhere"
    if text.strip(" ") != text or text.strip(".") == "" or text.endswith("."):
        return "is nothing but dots, or begins or ends with a space or ends with a dot"
    if _DEVICE.fullmatch(text):
        return "is that of a device on Windows"
    if len(text.encode()) > _LONGEST:
        return f"is longer than {_LONGEST} bytes"
    return ""


def _home() -> Path:
    """Where manifest and packaged models lie: in an installed package beside the code, in a checkout in ``models/``."""
    installed = _PACKAGE / "_models"
    return installed if installed.is_dir() else _PACKAGE.parent / "models"


def manifest() -> tuple[ModelEntry, ...]:
    """All models that are known by name, in the order in which they are to be shown."""
    path = _home() / "manifest.json"
    try:
        return tuple(ModelEntry(**fields) for fields in json.loads(path.read_text(encoding="utf-8"))["models"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        message = f"the list of models at {path} cannot be read ({error}): reinstall grammar-based-agents"
        raise ModelFileError(message, path=str(path)) from error


def entry(name: str) -> ModelEntry:
    """The model of that name; ``owner/repository/file.gguf`` names any file of the hub. Raises ModelFileError."""
    for known in manifest():
        if known.name == name:
            return known
    parts = name.split("/")
    if name.endswith(".gguf") and len(parts) == 3:
        return ModelEntry(name=name, role="agent", repo=f"{parts[0]}/{parts[1]}", file=parts[2])
    if name.endswith(".gguf") and len(parts) > 3:
        message = f"{name!r} is in a folder of its repository: download it by hand, and name it by its path"
        raise ModelFileError(message, path=name)
    raise ModelFileError(f"no model is called {name!r}: {_REMEDY}", path=name)


def packaged(name: str = "tiny-agent") -> Path:
    """The file of a model that comes with the package. Raises ModelFileError where it is missing."""
    path = _home() / entry(name).file
    if not path.is_file():
        message = f"the packaged model {name!r} is not at {path}: reinstall grammar-based-agents, or `make tiny-models`"
        raise ModelFileError(message, path=str(path))
    return path


def directory() -> Path:
    """Where downloads are kept."""
    if chosen := os.environ.get("GBA_MODELS_DIR"):
        return Path(chosen).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "gba" / "models"


def find(name: str) -> Path | None:
    """The file of the model of that name if it is on this machine: packaged, downloaded, or in the hub's own cache."""
    model = entry(name)
    if model.repo is None:
        path = _home() / model.file
        return path if path.is_file() else None
    path = _path(model)
    return path if path.is_file() and _inside(path) else _in_hub_cache(model)


def resolve(name_or_path: str) -> Path:
    """The GGUF file that a user means by a path or by a model's name. Raises ModelFileError, with the remedy."""
    try:
        path = Path(name_or_path).expanduser()
        if path.is_file():
            return path
    except (OSError, RuntimeError, ValueError) as error:  # too long, the home of nobody, a zero byte
        raise ModelFileError(f"{name_or_path!r} is no path: {error}", path=name_or_path) from error
    local = find_local(name_or_path)
    if local is not None:
        return local.path
    first = name_or_path.split("/")[0]
    if name_or_path.endswith(".gguf") and (name_or_path.count("/") != 2 or first in {"", ".", ".."} or "~" in first):
        raise ModelFileError(f"there is no file {name_or_path}: check the path", path=name_or_path)
    if entry(name_or_path).repo is None:
        return packaged(name_or_path)
    found = find(name_or_path)
    if found is None:
        message = f"the model {name_or_path!r} is not on this machine: `gba models pull {name_or_path}` fetches it"
        raise ModelFileError(message, path=name_or_path)
    return found


def pull(name: str) -> Path:
    """Fetch the model of that name and return its file; what is there already is checked, not fetched again.

    An interrupted download goes on where it stopped. A file whose SHA-256 is not the one that manifest and hub name is
    kept aside, as ``….bad``. Raises ModelFileError.
    """
    model = entry(name)
    if model.repo is None:
        return packaged(name)
    with _hub_errors(model):
        import huggingface_hub
        from filelock import FileLock

        url = huggingface_hub.hf_hub_url(
            model.repo, model.file, revision=model.revision, endpoint=os.environ.get("HF_ENDPOINT")
        )
        metadata = huggingface_hub.get_hf_file_metadata(url)
        expected = _agreed(model, metadata.etag)
        target = _target(model)
        target.parent.mkdir(parents=True, exist_ok=True)
        _refuse_links(Path(f"{target}.lock"), _part(target, expected))
        with FileLock(f"{target}.lock"):
            if not target.is_file():
                part = _download(url, target, expected, metadata.size)
                _check(part, model, expected)
                part.replace(target)
            else:
                _check(target, model, expected)
    return target


def offered(repo: str) -> dict[str, int]:
    """The GGUF files at the top of a repository (``owner/name``) of the hub, and their sizes in bytes, smallest first.

    Of a file in parts, which llama.cpp opens by the first one, no part is named: they have to be fetched by hand.
    Raises ModelFileError.
    """
    model = ModelEntry(name=repo, role="agent", repo=repo, file="any.gguf")
    with _hub_errors(model):
        import huggingface_hub

        api = huggingface_hub.HfApi(endpoint=os.environ.get("HF_ENDPOINT"))
        found = [(item.path, getattr(item, "size", None) or 0) for item in api.list_repo_tree(repo)]
    files = {
        path: size
        for path, size in sorted(found, key=lambda each: each[1])
        if path.endswith(".gguf") and not _PART.search(path) and not path.startswith("mmproj")
    }
    if not files:
        raise ModelFileError(
            f"the repository {repo!r} has no GGUF file: look for one whose name ends in GGUF", path=repo
        )
    return files


def record() -> None:
    """Write size and SHA-256 of the packaged models into the manifest of a checkout, after they were made anew."""
    path = _home() / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    for fields in content["models"]:
        if fields["repo"] is None:
            file = packaged(fields["name"])
            fields["size"], fields["sha256"] = file.stat().st_size, sha256_of(file)
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in lower-case hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _path(model: ModelEntry) -> Path:
    return directory() / str(model.repo) / model.file


def _target(model: ModelEntry) -> Path:
    """Where a download goes. Raises ModelFileError where a link leads out of the directory of models."""
    path = _path(model)
    if not _inside(path):
        message = (
            f"{path} is or lies behind a link that leads out of {directory()}: nothing is written there. Remove the "
            "link, name the file by its path, or let GBA_MODELS_DIR be the directory to which it leads"
        )
        raise ModelFileError(message, path=str(path))
    return path


def _inside(path: Path) -> bool:
    """Whether a path stays in the directory of models once all links in it are followed."""
    try:
        return path.resolve().is_relative_to(directory().resolve())
    except (OSError, RuntimeError):  # links that go round in circles
        return False


def _refuse_links(*paths: Path) -> None:
    for path in paths:
        if path.is_symlink():
            raise ModelFileError(f"{path} is a link, and nothing is written through it: remove it", path=str(path))


def _in_hub_cache(model: ModelEntry) -> Path | None:
    try:
        from huggingface_hub import try_to_load_from_cache
    except ImportError:
        return None
    try:
        found = try_to_load_from_cache(str(model.repo), model.file, revision=model.revision)
    except ValueError:  # a name that the hub does not have
        return None
    return Path(found) if isinstance(found, str) else None


def _agreed(model: ModelEntry, etag: str | None) -> str:
    """The SHA-256 that the file must have. For a large file the hub's ETag is its SHA-256."""
    hub = etag if etag and _SHA256.fullmatch(etag) else None
    if model.sha256 and hub and model.sha256 != hub:
        message = (
            f"the hub now has another file at {model.repo}/{model.file}: its SHA-256 is {hub}, the manifest names "
            f"{model.sha256}. Nothing was fetched. If you trust it, name it as {model.repo}/{model.file}"
        )
        raise ModelFileError(message, path=model.file)
    expected = model.sha256 or hub
    if expected is None:
        message = f"neither the manifest nor the hub names a SHA-256 for {model.repo}/{model.file}: not fetched"
        raise ModelFileError(message, path=model.file)
    return expected


def _part(target: Path, sha256: str) -> Path:
    """Where a download is until it is whole; by the checksum, so that a part of an older file is never continued."""
    return target.with_name(f"{target.name}.{sha256[:12]}.part")


def _download(url: str, target: Path, sha256: str, size: int | None) -> Path:
    """The finished ``….part`` file."""
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

    part = _part(target, sha256)
    have = part.stat().st_size if part.exists() else 0
    if size is not None and have > size:
        part.unlink()
        have = 0
    with part.open("ab") as file:
        http_get(
            url,
            file,
            resume_size=have,
            headers=build_hf_headers(),
            expected_size=size,
            displayed_filename=target.name,
        )
    return part


def _check(path: Path, model: ModelEntry, expected: str) -> None:
    found = sha256_of(path)
    if found == expected:
        return
    bad = path.with_name(f"{model.file}.bad")
    path.replace(bad)
    message = (
        f"the SHA-256 of {model.file} is {found}, not {expected}: the file was damaged or changed on its way. "
        f"It is kept aside as {bad}; delete it and pull again"
    )
    raise ModelFileError(message, path=str(bad))


@contextmanager
def _hub_errors(model: ModelEntry) -> Iterator[None]:
    """Every failure of the hub's library as one ModelFileError that says what to do."""
    try:
        yield
    except ModelFileError:
        raise
    except ImportError as error:
        raise ModelFileError(f"downloads need the hub's library: {_INSTALL}", path=model.file) from error
    except Exception as error:  # httpx's errors or httpx2's, by the release of the hub's library
        message = f"{model.repo}/{model.file} was not fetched: {_reason(error)}. What has arrived is kept: pull again"
        raise ModelFileError(message, path=model.file) from error


def _reason(error: Any) -> str:
    status = getattr(getattr(error, "response", None), "status_code", None)
    endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co")
    if status in (401, 403):
        return "the hub asks for a login: accept the model's terms on its page and set HF_TOKEN"
    if status == 404:
        return "the hub has no such file"
    if status is not None:
        return f"the hub answered with HTTP {status}"
    return f"{' '.join(str(error).split())[:300] or type(error).__name__} (HF_ENDPOINT is {endpoint})"
