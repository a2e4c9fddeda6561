"""What tests of documents share: an embedding that counts words, and PDF files made by hand."""

from __future__ import annotations

import zlib

from langchain_core.embeddings import Embeddings

__all__ = ["WordEmbedding", "pdf"]


class WordEmbedding(Embeddings):
    """A text's words, counted: texts with words in common are near to each other. ``shift``: another model."""

    SIZE = 64

    def __init__(self, *, shift: int = 0) -> None:
        self.name = "other words" if shift else "words"
        self.shift = shift
        self.asked: list[list[str]] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.asked.append(list(texts))
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        vector = [0.0] * self.SIZE
        for word in text.lower().split():
            vector[(zlib.crc32(word.strip(".,:?!").encode()) + self.shift) % self.SIZE] += 1.0
        return vector if any(vector) else [1.0, *vector[1:]]


def pdf(*pages: str) -> bytes:
    """A PDF with a page for each text; "" for a page without any."""
    count = len(pages)
    kids = " ".join(f"{3 + 2 * number} 0 R" for number in range(count))
    font = 3 + 2 * count
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {count} >>"]
    for number, text in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {4 + 2 * number} 0 R "
            f"/Resources << /Font << /F1 {font} 0 R >> >> >>"
        )
        content = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET" if text else ""
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    data, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{each}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    start = len(data)
    return (
        data
        + (
            f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
            f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
        ).encode()
    )
