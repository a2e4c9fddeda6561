"""`gba documents`, and an agent that searches them, on the packaged models."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gba.backends.scripted import Scripted
from gba.documents import DocumentStore
from gba.langchain.embeddings import LlamaCppEmbeddings
from tests.helpers.documents import WordEmbedding, pdf
from tests.helpers.embeddings import closed_after
from tests.helpers.gguf_bert import write_bert

__all__ = ["closed_after"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("LLAMA_CPP_EMBEDDINGS_BASE_URL", "GBA_EMBEDDINGS", "GBA_DOCUMENTS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "whale.txt").write_text("Moby-Dick is a novel about a white whale.")
    (tmp_path / "oslo.md").write_text("# Oslo\n\nOslo is the capital of Norway.")
    (tmp_path / "two.pdf").write_bytes(pdf("Pears are green", "Plums are blue"))
    return tmp_path


def test_files_are_added_once_and_found_with_their_source(gba, folder: Path) -> None:
    first = gba("documents", "add", "whale.txt", "oslo.md", "two.pdf")
    assert (first.code, first.err) == (0, "")
    assert first.out == "3 files added in 4 pieces; documents.db has 4 pieces\n"
    assert gba("documents", "add", ".").out == "0 files added in 0 pieces, 3 unchanged; documents.db has 4 pieces\n"
    found = gba("documents", "search", "Plums are blue", "-n", "1").out.splitlines()
    assert found[0].endswith("two.pdf, page 2")
    assert found[1] == "Plums are blue"
    (line,) = gba("documents", "search", "Plums are blue", "-n", "1", "--json").out.splitlines()
    shown = json.loads(line)
    assert shown["similarity"] == pytest.approx(1, abs=0.01)
    assert shown["metadata"] == {"source": str(folder / "two.pdf"), "page": 2, "start": 0}
    assert gba("documents", "list").out.split() == [
        "1",
        str(folder / "oslo.md"),
        "2",
        str(folder / "two.pdf"),
        "1",
        str(folder / "whale.txt"),
    ]
    assert gba("documents", "remove", "two.pdf").out == "1 file removed: 2 pieces of two.pdf\n"
    assert "not in the store" in gba("documents", "remove", "two.pdf").err
    assert "Plums" not in gba("documents", "search", "Plums are blue").out


def test_what_cannot_be_done(gba, folder: Path) -> None:
    (folder / "latin.txt").write_bytes(b"caf\xe9 au lait")
    ended = gba("documents", "add", "latin.txt", "whale.txt", "-s", "a.db")
    assert ended.code == 1
    assert "latin.txt is no text in UTF-8" in ended.err
    assert "1 file of 2 could not be added" in ended.err
    assert "1 file added in 1 pieces" in ended.out
    for arguments, words in (
        (("add", "none.txt"), "there is no file none.txt"),
        (("add", "whale.txt", "--piece-overlap", "1000"), "has to be less than"),
        (("add", "whale.txt", "-s", "whale.txt"), "is no store of documents"),
        (("add", "whale.txt", "-e", "none.gguf"), "there is no file none.gguf"),
        (("add", "whale.txt", "-e", "http://127.0.0.1:9", "--pooling", "mean"), "from its own start"),
        (("search", "x", "-s", "none.db"), "there is no store at none.db"),
        (("search", " ", "-s", "a.db"), "is empty"),
        (("list", "-s", "none.db"), "there is no store at none.db"),
    ):
        ended = gba("documents", *arguments)
        assert (ended.code, ended.out) == (1, ""), arguments
        assert words in ended.err
    (folder / "empty").mkdir()
    assert "no text, Markdown or PDF file" in gba("documents", "add", "empty").err


def test_the_store_remembers_what_its_vectors_are_made_with(gba, folder: Path) -> None:
    encoder = write_bert(folder / "encoder.gguf")
    options = ("-e", str(encoder), "--document-prefix", "red: ", "--query-prefix", "blue: ")
    assert gba("documents", "add", "whale.txt", *options).code == 0
    assert gba("documents", "search", "whale").code == 0, "with the same model"
    assert gba("documents", "add", "oslo.md").out == "1 file added in 1 pieces; documents.db has 2 pieces\n"
    wrong = gba("documents", "add", "oslo.md", "-e", "tiny-agent", "--pooling", "mean")
    assert "32 dimensions, and this one has 256" in wrong.err
    assert gba("documents", "search", "whale").code == 0, "what was wrong is not remembered"
    other = write_bert(folder / "other.gguf", seed=1)
    wrong = gba("documents", "search", "whale", "-e", str(other))
    assert "was made with another model than other.gguf: encoder.gguf" in wrong.err


def test_a_bar_on_a_terminal(gba, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("rich.console.Console.is_terminal", True)
    ended = gba("documents", "add", ".")
    assert "files" in ended.err
    assert "3/3" in ended.err


def test_an_agent_searches_them(gba, folder: Path, scripted: Callable[..., Scripted]) -> None:
    gba("documents", "add", "whale.txt", "oslo.md")
    scripted(
        'I look.\n<tool_call>\n{"name": "search_documents", "arguments": {"query": "capital of Norway"}}\n</tool_call>',
        'I know.\n<tool_call>\n{"name": "respond"}\n</tool_call>\nOslo.',
    )
    ended = gba("ask", "What is the capital?", "--documents", "documents.db")
    assert ended.code == 0, ended.err
    assert 'call     search_documents {"query": "capital of Norway"}' in ended.out
    assert "[oslo.md]" in ended.out
    assert "answer   Oslo." in ended.out


def test_an_agent_with_documents_that_are_not_there(gba, folder: Path) -> None:
    assert "there is no store at none.db" in gba("ask", "x", "--documents", "none.db").err
    assert "contradict" in gba("ask", "x", "--documents", "none.db", "--no-tools").err
    DocumentStore("words.db", WordEmbedding()).add_texts(["red"])
    assert "64 dimensions, and this one has 256" in gba("ask", "x", "--documents", "words.db").err


def test_the_model_is_let_go_of(gba, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []
    close = LlamaCppEmbeddings.close
    monkeypatch.setattr(LlamaCppEmbeddings, "close", lambda self: closed.append(close(self)))
    gba("documents", "add", "whale.txt")
    assert len(closed) == 1
