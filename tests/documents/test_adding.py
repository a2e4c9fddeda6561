"""Files into a store: what is read, in which pieces, and what happens the second time."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest

from gba.documents import DocumentStore, Outcome, Section, add_files, read_document
from gba.documents.adding import documents_in
from gba.errors import ContextOverflowError, DocumentError, StoreError
from tests.helpers.documents import WordEmbedding, pdf


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DocumentStore]:
    with DocumentStore(tmp_path / "store.db", WordEmbedding()) as store:
        yield store


def _kinds(outcomes: Iterator[Outcome]) -> list[str]:
    return [outcome.kind for outcome in outcomes]


@pytest.mark.parametrize(
    "name, data, sections",
    [
        ("a.txt", "é\n".encode(), [Section("é\n")]),
        ("a.txt", "\ufeffé".encode(), [Section("é")]),
        ("a.txt", "é".encode("utf-16"), [Section("é")]),
        ("a.MD", b"# A", [Section("# A", markdown=True)]),
        ("code.py", b"print()", [Section("print()")]),
        ("a.pdf", pdf("One whale", "", "Two whales"), [Section("One whale", 1), Section("Two whales", 3)]),
        ("no ending", pdf("One whale"), [Section("One whale", 1)]),
    ],
)
def test_what_is_read(name: str, data: bytes, sections: list[Section]) -> None:
    assert read_document(Path(name), data) == sections


@pytest.mark.parametrize(
    "name, data, words",
    [
        ("a.txt", b"", "is empty"),
        ("a.txt", b" \n\t", "is empty"),
        ("a.txt", b"caf\xe9!", "no text in UTF-8 .* at byte 3.*iconv"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0", "no text in UTF-8"),
        ("a.bin", b"abc\0def", "zero bytes"),
        ("a.pdf", pdf("", ""), "the 2 pages of a.pdf hold no text, only pictures: .*ocrmypdf"),
        ("a.pdf", b"no PDF at all", "no PDF that can be read"),
        ("a.pdf", b"", "no PDF that can be read"),
        ("a.pdf", pdf("One")[:150], "no PDF that can be read"),
        ("a.pdf", pdf("One").replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]"), "no PDF that can be read"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_what_cannot_be_read(name: str, data: bytes, words: str) -> None:
    with pytest.raises(DocumentError, match=words) as caught:
        read_document(Path(name), data)
    assert caught.value.path == name


def test_a_pdf_behind_a_password() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf("Secret whale")))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(DocumentError, match="locked by a password"):
        read_document(Path("a.pdf"), out.getvalue())


def test_pieces_and_where_they_are_from(store: DocumentStore, tmp_path: Path) -> None:
    text = " ".join(f"word{number}." for number in range(300))
    (tmp_path / "long.txt").write_text(text)
    (tmp_path / "two.pdf").write_bytes(pdf("A red whale", "A blue boat"))
    added = list(add_files(store, documents_in([tmp_path / "long.txt", tmp_path / "two.pdf"]), size=200, overlap=40))
    assert [(outcome.path.name, outcome.kind) for outcome in added] == [("long.txt", "added"), ("two.pdf", "added")]
    assert len(store) == sum(outcome.pieces for outcome in added)
    (found,) = store.similarity_search("blue boat", k=1)
    assert found.metadata == {"source": str(tmp_path / "two.pdf"), "page": 2, "start": 0}
    pieces = store.get_by_ids([f"{tmp_path / 'long.txt'}#{number}" for number in range(added[0].pieces)])
    assert all(len(each.page_content) <= 200 for each in pieces)
    for each in pieces:
        start = each.metadata["start"]
        assert text[start : start + len(each.page_content)] == each.page_content
    ends = [each.metadata["start"] + len(each.page_content) for each in pieces]
    starts = [each.metadata["start"] for each in pieces]
    assert all(start <= end for end, start in zip(ends, starts[1:], strict=False)), "nothing is left out"
    assert ends[-1] == len(text)


def test_markdown_is_cut_at_its_headings(store: DocumentStore, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# One\n\n" + "red " * 20 + "\n\n## Two\n\n" + "blue " * 20)
    list(add_files(store, [path], size=110, overlap=0))
    assert store.similarity_search("blue", k=1)[0].page_content.startswith("## Two")


def test_the_second_time(store: DocumentStore, tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.txt" for name in "abc"]
    for path in paths:
        path.write_text(f"{path.stem} red " * 100)
    assert _kinds(add_files(store, paths, size=200)) == ["added"] * 3
    before, embedding = len(store), store.embeddings
    assert isinstance(embedding, WordEmbedding)
    embedding.asked.clear()
    assert _kinds(add_files(store, paths, size=200)) == ["unchanged"] * 3
    assert embedding.asked == [], "nothing is embedded again"
    paths[1].write_text("only a whale")
    assert _kinds(add_files(store, paths, size=200)) == ["unchanged", "unchanged", "added"]
    assert len(store) == before * 2 // 3 + 1
    assert store.sources()[str(paths[1])][1] == 1
    assert _kinds(add_files(store, paths[:1], size=500)) == ["added"], "in other pieces"
    assert store.remove(str(paths[1])) == 1
    assert str(paths[1]) not in store.sources()
    assert store.remove(str(paths[1])) == 0


def test_what_was_interrupted_goes_on(store: DocumentStore, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.txt" for number in range(6)]
    for path in paths:
        path.write_text("red whale " * 1000)  # more than goes to the model at a time

    def stop(path: Path, done: int, of: int) -> None:
        if path == paths[3] and done > of // 2:
            raise KeyboardInterrupt

    done = []
    with pytest.raises(KeyboardInterrupt):
        done += list(add_files(store, paths, size=100, overlap=0, progress=stop))
    assert set(store.sources()) == {str(path) for path in paths[:3]}
    assert len(store) == sum(pieces for _, pieces in store.sources().values()), "no half of a file"
    assert _kinds(add_files(store, paths, size=100, overlap=0)) == ["unchanged"] * 3 + ["added"] * 3


def test_one_bad_file_does_not_stop_the_others(store: DocumentStore, tmp_path: Path) -> None:
    for name, data in (("a.txt", b"red"), ("b.txt", b"\xff\xfe\xfd"), ("c.txt", b"blue")):
        (tmp_path / name).write_bytes(data)
    outcomes = {outcome.path.name: outcome for outcome in add_files(store, documents_in([tmp_path]))}
    assert {name: outcome.kind for name, outcome in outcomes.items()} == {
        "a.txt": "added",
        "b.txt": "failed",
        "c.txt": "added",
    }
    assert isinstance(outcomes["b.txt"].error, DocumentError)
    os.mkfifo(tmp_path / "pipe")
    (pipe,) = add_files(store, [tmp_path / "pipe"])
    assert "a device or a pipe" in str(pipe.error)
    (gone,) = add_files(store, [tmp_path / "gone.txt"])
    assert "No such file" in str(gone.error)


def test_a_piece_that_is_too_long_for_the_model(
    store: DocumentStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embed = WordEmbedding.embed_documents

    def short(self: WordEmbedding, texts: list[str]) -> list[list[float]]:
        if any(len(text) > 300 for text in texts):
            raise ContextOverflowError("600 tokens do not fit into 512.", needed=600, available=512)
        return embed(self, texts)

    monkeypatch.setattr(WordEmbedding, "embed_documents", short)
    for name, words in (("a.txt", 10), ("b.txt", 200), ("c.txt", 20)):
        (tmp_path / name).write_text("red " * words)
    outcomes = list(add_files(store, documents_in([tmp_path])))
    assert [outcome.kind for outcome in outcomes] == ["added", "failed", "added"]
    assert "b.txt has a piece that is too long for the model: 600 tokens" in str(outcomes[1].error)
    assert "--piece-size" in str(outcomes[1].error)


def test_another_model_is_noticed_even_where_nothing_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("red")
    with DocumentStore(tmp_path / "store.db", WordEmbedding()) as store:
        assert _kinds(add_files(store, [path])) == ["added"]
    with (
        DocumentStore(tmp_path / "store.db", WordEmbedding(shift=1)) as store,
        pytest.raises(StoreError, match="another model"),
    ):
        list(add_files(store, [path]))


def test_which_files_a_folder_stands_for(tmp_path: Path) -> None:
    for name in ("b.md", "a.txt", "deep/er/c.pdf", "deep/.hidden/d.txt", ".e.txt", "f.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    names = [
        str(path.relative_to(tmp_path)) for path in documents_in([tmp_path, tmp_path / "a.txt", tmp_path / "f.png"])
    ]
    assert names == ["a.txt", "b.md", "deep/er/c.pdf", "f.png"]
    with pytest.raises(DocumentError, match="there is no file"):
        documents_in([tmp_path / "none.txt"])


def test_a_pdf_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdf", None)
    with pytest.raises(DocumentError, match=r"pip install 'grammar-based-agents\[documents\]'"):
        read_document(Path("a.pdf"), pdf("One"))
    assert read_document(Path("a.txt"), b"One") == [Section("One")]
