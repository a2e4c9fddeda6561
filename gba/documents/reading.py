"""Files to text: plain text and Markdown as they are, PDF page by page."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from gba.errors import DocumentError

__all__ = ["Section", "read_document"]

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_MARKDOWN = {".md", ".markdown", ".mdown", ".mkd"}


@dataclass(frozen=True)
class Section:
    """A part of a file: its text, the number of the page (from 1; None where there are no pages), and whether the text
    is Markdown."""

    text: str
    page: int | None = None
    markdown: bool = False


def read_document(path: Path, data: bytes) -> list[Section]:
    """What the file holds, of which ``data`` are the bytes. Raises DocumentError, with what to do about it."""
    if data.startswith(b"%PDF-") or path.suffix.lower() == ".pdf":
        return _pages(path, data)
    text = _text(path, data)
    if not text.strip():
        raise DocumentError(f"{path} is empty: leave it out", path=str(path))
    return [Section(text, markdown=path.suffix.lower() in _MARKDOWN)]


def _text(path: Path, data: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"{path} is no text in UTF-8 ({error.reason} at byte {error.start}): only text, Markdown and PDF are. "
            "Text of another encoding has to be converted first: iconv -f latin1 -t utf-8",
            path=str(path),
        ) from error
    if "\0" in text:
        words = f"{path} is no text, as it holds zero bytes: only text, Markdown and PDF can be read"
        raise DocumentError(words, path=str(path))
    return text


def _pages(path: Path, data: bytes) -> list[Section]:
    try:
        import pypdf
    except ImportError as error:
        words = f"reading a PDF needs more: pip install 'grammar-based-agents[documents]' ({error})"
        raise DocumentError(words, path=str(path)) from error
    import io

    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise DocumentError(f"{path} is locked by a password: save it without one", path=str(path))
        sections = [Section(page.extract_text(), number) for number, page in enumerate(reader.pages, 1)]
    except DocumentError:
        raise
    except Exception as error:  # pypdf lets many kinds through on a broken file
        words = f"{path} is no PDF that can be read ({type(error).__name__}: {str(error)[:200]})"
        raise DocumentError(f"{words}: open it in a viewer, and save it anew from there", path=str(path)) from error
    found = [section for section in sections if section.text.strip()]
    if not found:
        raise DocumentError(
            f"the {len(sections)} pages of {path} hold no text, only pictures: have a program recognise it (ocrmypdf)",
            path=str(path),
        )
    return found
