"""How fast documents go into a store, and are found in it: beside what the vectors cost.

    python benchmarks/documents.py [--documents 10000] [--dimensions 384 768 1024] [--queries 50] [--model NAME]

So many text files of about 100 words are written to a temporary folder and added to a store as `gba documents add` does
it. For each number of dimensions the vectors are drawn at random, which costs next to nothing, so that what is seen is
the store. With ``--model`` (a GGUF file or a name, in process, pooled by the mean) they are also made by that model.
The time that goes to vectors is told apart in any case. The first query is the
first after the file was opened again. Processor time is that of a query, which other work on the machine disturbs less.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
import zlib
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings

from gba import LlamaCppEmbeddings
from gba.documents import DocumentStore, add_files

WANTED = 50.0
"""Milliseconds for a query of 10,000 documents, beside its vector."""
_SYLLABLES = "ba ce di fo gu ka le mi no pu ra se ti vo wu za".split()


class Drawn(Embeddings):
    """A vector of normal numbers for each text, always the same for the same text."""

    def __init__(self, dimensions: int) -> None:
        self.name, self._dimensions = f"drawn, {dimensions}", dimensions

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        numbers = np.random.default_rng(zlib.crc32(text.encode())).standard_normal(self._dimensions, dtype=np.float32)
        return list(map(float, numbers))


class Timed(Embeddings):
    """Another embedding, and the seconds that it took."""

    def __init__(self, inner: Embeddings) -> None:
        self.inner, self.seconds, self._kept = inner, 0.0, dict[str, list[float]]()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        start = time.perf_counter()
        try:
            return self.inner.embed_documents(texts)
        finally:
            self.seconds += time.perf_counter() - start

    def query(self, text: str) -> None:
        """The vector of a text is made, timed anew, and kept."""
        start = time.perf_counter()
        self._kept = {text: self.inner.embed_query(text)}
        self.seconds = time.perf_counter() - start

    def embed_query(self, text: str) -> list[float]:
        return self._kept[text]


def main() -> int:
    """Run everything; print a table. Returns 1 where a query takes longer than is wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--dimensions", type=int, nargs="+", default=[384, 768, 1024])
    parser.add_argument("--queries", type=int, default=50)
    parser.add_argument("--model")
    options = parser.parse_args()
    chosen: list[tuple[str, Embeddings]] = [(f"drawn, {count}", Drawn(count)) for count in options.dimensions]
    if options.model:
        chosen.append((Path(options.model).name, LlamaCppEmbeddings(model=options.model, pooling="mean", context=512)))
    late = False
    print(
        "| vectors | added, documents/s | of this vectors | size, MB | query, median, ms | 95 % | first "
        "| processor time | its vector, ms |\n|---|---|---|---|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory() as folder:
        paths = _written(Path(folder), options.documents)
        for name, embedding in chosen:
            late |= _measured(name, Timed(embedding), paths, Path(folder, "store.db"), options.queries)
    return int(late)


def _words(seed: int, count: int) -> str:
    drawn = random.Random(seed)
    return " ".join("".join(drawn.choices(_SYLLABLES, k=drawn.randint(1, 4))) for _ in range(count))


def _written(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"{number:06}.txt" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_text(_words(number, 100), encoding="utf-8")
    return paths


def _measured(name: str, embedding: Timed, paths: list[Path], path: Path, queries: int) -> bool:
    start = time.perf_counter()
    with DocumentStore(path, embedding) as store:
        assert all(outcome.kind == "added" for outcome in add_files(store, paths, size=2000))
        assert len(store) == len(paths)
    whole, vectors, size = time.perf_counter() - start, embedding.seconds, path.stat().st_size / 1e6
    times, spent, processor = [], [], []
    with DocumentStore(path, embedding, create=False) as store:
        store.check()
        for number in range(queries):
            text = _words(-1 - number, 8)
            embedding.query(text)  # kept, so that it is no part of what is measured
            start, began = time.perf_counter(), time.thread_time()
            assert len(store.similarity_search(text, k=4)) == 4
            times.append(1000 * (time.perf_counter() - start))
            processor.append(1000 * (time.thread_time() - began))
            spent.append(1000 * embedding.seconds)
    path.unlink()
    median, late = statistics.median(times), sorted(times)[int(0.95 * len(times))]
    print(
        f"| {name} | {len(paths) / whole:.0f} | {vectors / whole:.0%} | {size:.0f} | {median:.1f} | {late:.1f} "
        f"| {times[0]:.1f} | {statistics.median(processor):.1f} | {statistics.median(spent):.1f} |",
        flush=True,
    )
    return median > WANTED


if __name__ == "__main__":
    raise SystemExit(main())
