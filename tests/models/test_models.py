from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.attack import model_names
from benchmarks.attack.cases import Case
from gba import models
from gba.errors import ModelFileError
from tests.helpers.hub_server import Hub, serve

FILE = "owner/repo/small.gguf"
MIB = 1 << 20
BLOCK = 10 * MIB  # the hub's library writes blocks of this size
CONTENT = bytes(range(256)) * 4096 * 24


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with serve({FILE: CONTENT}) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("GBA_MODELS_DIR", str(tmp_path / "models"))
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
        yield running


def _parts(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "models").rglob("*.part"))


def test_the_manifest_is_complete() -> None:
    entries = models.manifest()
    names = [entry.name for entry in entries]
    assert len(set(names)) == len(names)
    assert {"tiny-agent", "tiny-math", "llama-2-70b-chat", "codellama-7b-instruct"} <= set(names)
    for entry in entries:
        assert entry.role in {"agent", "math"}
        assert entry.file.endswith(".gguf")
        assert entry.licence
        assert entry.sha256 is None or len(entry.sha256) == 64
        assert entry.size is None or entry.size > 0


@pytest.mark.parametrize("name", ["tiny-agent", "tiny-math"])
def test_the_packaged_models_are_those_of_the_manifest(name: str) -> None:
    path = models.packaged(name)
    assert models.find(name) == models.resolve(name) == models.pull(name) == path
    entry = models.entry(name)
    assert (entry.size, entry.sha256) == (path.stat().st_size, models.sha256_of(path)), "run gba.models.record()"
    assert path.stat().st_size <= 12_000_000


def test_recording_writes_the_packaged_models_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {
        "name": "mine",
        "role": "agent",
        "repo": None,
        "file": "mine.gguf",
        "size": 1,
        "sha256": "",
        "licence": "MIT",
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"version": 1, "models": [fields]}))
    (tmp_path / "mine.gguf").write_bytes(b"GGUF")
    monkeypatch.setattr(models, "_home", lambda: tmp_path)
    models.record()
    assert models.entry("mine").size == 4
    assert models.entry("mine").sha256 == hashlib.sha256(b"GGUF").hexdigest()


def test_a_missing_packaged_model_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "manifest.json").write_text((models._home() / "manifest.json").read_text())
    monkeypatch.setattr(models, "_home", lambda: tmp_path)
    with pytest.raises(ModelFileError, match="make tiny-models"):
        models.packaged("tiny-agent")
    assert models.find("tiny-agent") is None
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(ModelFileError, match="reinstall"):
        models.manifest()


def test_a_pull_fetches_and_checks(hub: Hub) -> None:
    path = models.pull(FILE)
    assert path.read_bytes() == CONTENT
    assert models.find(FILE) == path
    assert models.resolve(FILE) == path


def test_a_second_pull_fetches_nothing(hub: Hub) -> None:
    models.pull(FILE)
    models.pull(FILE)
    assert len(hub.ranges) == 1


def test_an_interrupted_pull_goes_on_where_it_stopped(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    hub.cut_after = BLOCK + MIB
    path = models.pull(FILE)
    assert path.read_bytes() == CONTENT
    assert hub.ranges == [None, f"bytes={BLOCK}-", f"bytes={2 * BLOCK}-"]
    assert _parts(tmp_path) == []


def test_a_killed_pull_goes_on_where_it_stopped(hub: Hub, tmp_path: Path) -> None:
    hub.cut_after, hub.stall = BLOCK + MIB, True
    pulling = subprocess.Popen(
        [sys.executable, "-c", f"from gba import models; models.pull({FILE!r})"],
        env={**os.environ, "HF_HUB_DISABLE_PROGRESS_BARS": "1"},
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not (hub.ranges and any(part.stat().st_size for part in _parts(tmp_path))):
        assert time.monotonic() < deadline, "the download did not start"
        assert pulling.poll() is None
        time.sleep(0.01)
    pulling.send_signal(signal.SIGKILL)
    pulling.wait()
    (part,) = _parts(tmp_path)
    have = part.stat().st_size
    assert 0 < have <= BLOCK

    hub.cut_after = None
    assert models.pull(FILE).read_bytes() == CONTENT
    assert hub.ranges == [None, f"bytes={have}-"]


def test_a_wrong_checksum_is_refused_and_kept_aside(hub: Hub, tmp_path: Path) -> None:
    hub.corrupt = True
    with pytest.raises(ModelFileError, match="SHA-256") as caught:
        models.pull(FILE)
    assert Path(caught.value.path).name == "small.gguf.bad"
    assert Path(caught.value.path).read_bytes() != CONTENT
    assert models.find(FILE) is None
    hub.corrupt = False
    assert models.pull(FILE).read_bytes() == CONTENT


def test_a_file_that_was_damaged_later_is_found_by_the_next_pull(hub: Hub) -> None:
    path = models.pull(FILE)
    path.write_bytes(b"x" + CONTENT[1:])
    with pytest.raises(ModelFileError, match="kept aside"):
        models.pull(FILE)
    assert not path.exists()


def test_a_file_that_is_not_the_manifests_is_not_even_fetched(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    other = models.ModelEntry(name="other", role="agent", repo="owner/repo", file="small.gguf", sha256="0" * 64)
    monkeypatch.setattr(models, "manifest", lambda: (other,))
    with pytest.raises(ModelFileError, match="another file"):
        models.pull("other")
    assert hub.ranges == []


@pytest.mark.parametrize(
    "status, remedy", [(401, "HF_TOKEN"), (403, "HF_TOKEN"), (404, "no such file"), (500, "HTTP 500")]
)
def test_what_the_hub_refuses_is_said(hub: Hub, status: int, remedy: str) -> None:
    hub.status = status
    with pytest.raises(ModelFileError, match=remedy):
        models.pull(FILE)


def test_a_hub_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("GBA_MODELS_DIR", str(tmp_path))
    with pytest.raises(ModelFileError, match="HF_ENDPOINT is http://127"):
        models.pull(FILE)


def test_a_token_is_sent(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    models.pull(FILE)
    assert hub.authorizations == {"Bearer hf_secret"}


def test_the_files_of_a_repository_are_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["big-Q8.gguf", "small-Q4.gguf", "README.md", "mmproj-F16.gguf", "huge-00001-of-00002.gguf"]
    sizes = [300, 200, 10, 50, 900]
    files = {f"owner/repo/{name}": b"x" * size for name, size in zip(names, sizes, strict=True)}
    with serve({**files, "owner/empty/README.md": b"x"}) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
        assert list(models.offered("owner/repo").items()) == [("small-Q4.gguf", 200), ("big-Q8.gguf", 300)]
        with pytest.raises(ModelFileError, match="no GGUF file"):
            models.offered("owner/empty")
        with pytest.raises(ModelFileError, match="no such"):
            models.offered("owner/none")


def test_unknown_names_and_missing_files_say_what_to_do(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="gba models list"):
        models.entry("no-such-model")
    with pytest.raises(ModelFileError, match="check the path"):
        models.resolve(str(tmp_path / "no.gguf"))
    with pytest.raises(ModelFileError, match="gba models pull qwen3-4b"):
        models.resolve("qwen3-4b")
    with pytest.raises(ModelFileError, match="gba models list"):
        models.entry("a/../b.gguf")


def test_a_path_is_a_model(tmp_path: Path) -> None:
    path = tmp_path / "mine.gguf"
    path.write_bytes(b"GGUF")
    assert models.resolve(str(path)) == path


@pytest.mark.parametrize("case", model_names.cases(), ids=lambda case: case.name)
def test_no_name_leads_out_of_the_directory_of_models(case: Case) -> None:
    case.run()  # raises AssertionError unless the case holds


def test_a_link_that_leads_out_says_what_to_do(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "owner").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ModelFileError, match="GBA_MODELS_DIR"):
        models.pull(FILE)
    assert hub.ranges == []


def test_the_directory_of_models_may_be_a_link_itself(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "models").symlink_to(tmp_path / "disk")
    assert models.pull(FILE).read_bytes() == CONTENT
    assert models.find(FILE) is not None


def test_a_file_in_a_folder_of_a_repository_is_named_by_its_path() -> None:
    with pytest.raises(ModelFileError, match="by its path"):
        models.entry("owner/repo/folder/x.gguf")
