"""The whole search as a collection grows: times, memory, and what changes cost. With a plot.

    python -m benchmarks.scale DATA... [--sizes 1000 10000 ...] [--plot FILE.svg]

Each DATA is a question set that brings its documents. The chunks of all, with their vectors, are shuffled to
one collection; where they are too few, more are made: texts of halves of two of them, vectors as
`dense_vectors` makes them. A fresh process opens the collection, loads the embedder, and asks real questions
through the library, embedding them each time. Memory is what that process holds of its own (RssAnon) beyond
what it held with the embedder loaded. Linux only.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.dense_vectors import grown, read_vectors
from benchmarks.growth_plot import draw_growth
from benchmarks.machine_facts import machine_facts
from benchmarks.words import mixed, own_memory, put_texts, rebuild_words
from evaluation.assembly import collection_of
from evaluation.datasets import load_question_set
from ingest.embedding.protocol import EmbedderIdentity, Vectors
from ingest.store.store import Store
from rag import Settings, open_collection

_SIZES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000)
_DOCUMENT = 100
_CHANGED = 1_000
_HITS = 10


@dataclass(frozen=True, slots=True)
class Material:
    """What collections are made of and asked. `identity` is the embedder's that made the vectors."""

    identity: EmbedderIdentity
    splitter: str
    texts: Sequence[str]
    vectors: Vectors
    questions: Sequence[str]


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one size. Times are in seconds, memory in MiB."""

    size: int
    opening: float
    """Until a process that has read the program has its first hits, the embedder's loading included."""
    embedder: float
    """Of that, loading the embedder."""
    median: float
    p95: float
    memory: float
    files: float
    """Bytes of the collection on disk."""
    rebuild: float
    """Making all that is searched from the rows: the index of words, its postings, the vector files."""
    adding: float
    removing: float
    """1,000 chunks, with what the next search takes longer."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--sizes", type=int, nargs="+", default=_SIZES)
    parser.add_argument("--questions", type=int, default=40, help="of each set, at most (40)")
    parser.add_argument("--plot", type=Path, help="write a plot there (.svg or .png)")
    arguments = parser.parse_args()
    print(machine_facts()["machine"])
    material = _read(arguments.data, arguments.questions)
    print(f"{len(material.texts)} chunks, {len(material.questions)} questions, {_HITS} hits each")
    vectors = grown(material.vectors, max(arguments.sizes) + _CHANGED)
    texts = mixed(material.texts, random.Random(0))
    figures = []
    with tempfile.TemporaryDirectory(prefix="refdesk-bench-") as place:
        folder = Path(place) / "grown"
        Store.create(folder, material.identity, material.splitter).close()
        held = 0
        for size in sorted(arguments.sizes):
            _grow(folder, texts, vectors, held, size)
            held = size
            figures.append(_measured(folder, size, material.questions, texts, vectors[-_CHANGED:]))
            print(_line(figures[-1]), flush=True)
    if arguments.plot:
        draw_growth(
            arguments.plot,
            {
                "p95": [(of.size, 1e3 * of.p95) for of in figures],
                "median": [(of.size, 1e3 * of.median) for of in figures],
            },
            {"the process": [(of.size, of.memory) for of in figures]},
            "MiB of its own, beside the embedder",
        )


def _read(folders: Sequence[Path], most: int) -> Material:
    draw = random.Random(0)
    texts: list[str] = []
    questions: list[str] = []
    vectors = []
    for folder in folders:
        question_set = load_question_set(folder)
        collection, _ = collection_of(question_set, Settings())
        with closing(collection), Store.open(collection.folder) as store:
            identity, splitter = store.identity, store.splitter
            chunks = [one for id in sorted(store.all_document_ids()) for one in store.document_chunks(id)]
        texts += [one.chunk.text for one in sorted(chunks, key=lambda one: one.id)]
        vectors.append(read_vectors(collection.folder))
        asked = [question.text for question in question_set.questions]
        questions += draw.sample(asked, min(most, len(asked)))
    order = np.random.default_rng(0).permutation(len(texts))
    shuffled = [texts[place] for place in order]
    return Material(identity, splitter, shuffled, np.concatenate(vectors)[order], questions)


def _grow(folder: Path, texts: Iterator[str], vectors: Vectors, held: int, size: int) -> None:
    """Put documents until there are so many chunks. Nothing is written beside the database."""
    store = Store.open(folder)
    for first in range(held, size, _DOCUMENT):
        last = min(first + _DOCUMENT, size)
        put_texts(store, f"/{first}.txt", list(islice(texts, last - first)), vectors[first:last])
    store._close_without_compacting()


def _measured(
    folder: Path, size: int, questions: Sequence[str], texts: Iterator[str], new_vectors: Vectors
) -> Figures:
    rebuild = _seconds_of_rebuilding(folder)
    new_texts = list(islice(texts, _CHANGED))
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
        return fresh.submit(_asked, folder, size, questions, new_texts, new_vectors, rebuild).result()


def _seconds_of_rebuilding(folder: Path) -> float:
    for file in (*folder.glob("vectors-*"), *folder.glob("words-*")):
        file.unlink()
    started = time.perf_counter()
    rebuild_words(folder)
    store = Store.open(folder)
    store.search_dense(np.eye(1, store.identity.dimension, dtype=np.float32)[0], 1)
    store.search_lexical("anything", 1)
    store.close()
    return time.perf_counter() - started


def _asked(
    folder: Path,
    size: int,
    questions: Sequence[str],
    new_texts: Sequence[str],
    new_vectors: Vectors,
    rebuild: float,
) -> Figures:
    started = time.perf_counter()
    collection = open_collection(folder, Settings())
    collection.load_search()
    loaded, held = time.perf_counter(), own_memory()
    collection.search(questions[0], _HITS)
    opened = time.perf_counter()
    times = []
    for question in questions:
        began = time.perf_counter()
        collection.search(question, _HITS)
        times.append(time.perf_counter() - began)
    memory = own_memory() - held
    files = collection.statistics().bytes_on_disk
    median, p95 = (float(value) for value in np.percentile(times, [50, 95]))
    names = [f"/new-{first}.txt" for first in range(0, _CHANGED, _DOCUMENT)]
    with Store.open(folder) as store:
        began = time.perf_counter()
        for place, name in enumerate(names):
            some = slice(place * _DOCUMENT, (place + 1) * _DOCUMENT)
            put_texts(store, name, new_texts[some], new_vectors[some])
        collection.search(questions[0], _HITS)
        added = time.perf_counter()
        store.remove(names)
        collection.search(questions[0], _HITS)
        removed = time.perf_counter()
    collection.close()
    return Figures(
        size,
        opened - started,
        loaded - started,
        median,
        p95,
        memory,
        files,
        rebuild,
        added - began - median,
        removed - added - median,
    )


def _line(of: Figures) -> str:
    return (
        f"{of.size:,} chunks: search median {1e3 * of.median:.1f} ms, p95 {1e3 * of.p95:.1f} ms; "
        f"opening and first search {of.opening:.2f} s (embedder {of.embedder:.2f} s); "
        f"own memory +{of.memory:.0f} MiB; on disk {of.files / 1e6:.0f} MB; rebuild {of.rebuild:.1f} s; "
        f"adding {_CHANGED:,}: {of.adding:.2f} s ({of.adding / of.rebuild:.1%}), "
        f"removing them: {of.removing:.2f} s ({of.removing / of.rebuild:.1%})"
    )


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    main()
