"""Searching by words as a collection grows: FTS5 alone beside the postings, and what keeping these costs.

    python -m benchmarks.words DATA... [--sizes 5000 20000 ...] [--questions N]

Each DATA is a folder with `corpus.jsonl` and `queries.jsonl`. All passages are shuffled into one collection
of made-up vectors; where they are too few, more are made of the first half of one and the second half of
another, so that words keep their frequencies. Both ways search the same collection in turns, for as many
hits as an arm brings. Memory is what the process holds of its own (RssAnon), so without the mapped file.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.machine_facts import machine_facts
from evaluation.datasets import load_question_set
from evaluation.question_rows import corpus_passages
from ingest.embedding.protocol import EmbedderIdentity, Vectors
from ingest.store import lexical, word_search
from ingest.store.connection import connect, reading
from ingest.store.layout import StoreLayout
from ingest.store.records import SourceFile
from ingest.store.store import Store
from ingest.store.words import sought_terms
from ingest.types import Chunk, Document, Page
from rag.settings import RetrievalSettings

_SIZES = (5_000, 10_000, 20_000, 50_000, 100_000, 300_000)
_DOCUMENT = 100
_CHANGES = 1_000
_HITS = RetrievalSettings().candidates
_DIMENSION = 8


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of each search, and how many of them gave what FTS5 gives."""

    fts5: list[float] = field(default_factory=list)
    postings: list[float] = field(default_factory=list)
    scoped_fts5: list[float] = field(default_factory=list)
    scoped_postings: list[float] = field(default_factory=list)
    agreements: list[bool] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--sizes", type=int, nargs="+", default=_SIZES)
    parser.add_argument("--questions", type=int, default=40, help="of each set, at most (40)")
    arguments = parser.parse_args()
    print(machine_facts()["machine"])
    passages, questions = _read(arguments.data, arguments.questions)
    print(f"{len(passages)} passages, {len(questions)} questions, {_HITS} hits each")
    texts = mixed(passages, random.Random(0))
    word_search.FTS5_ALONE = 0  # so that small sizes are compared too
    with tempfile.TemporaryDirectory(prefix="refdesk-bench-") as workspace:
        folder = Path(workspace) / "words"
        Store.create(folder, EmbedderIdentity("made-up", "", _DIMENSION), "made-up").close()
        held = 0
        for size in sorted(arguments.sizes):
            _grow(folder, texts, held, size)
            held = size
            print(f"\n{size:,} chunks\n" + "\n".join(_measured(folder, questions, texts)), flush=True)


def mixed(passages: Sequence[str], draw: random.Random) -> Iterator[str]:
    """The passages in another order, then for ever halves of two of them."""
    yield from draw.sample(passages, len(passages))
    while True:
        first, second = (draw.choice(passages).split() for _ in range(2))
        yield " ".join([*first[: len(first) // 2], *second[len(second) // 2 :]])


def _read(folders: Sequence[Path], most: int) -> tuple[list[str], list[str]]:
    draw = random.Random(0)
    passages, questions = [], []
    for folder in folders:
        found = load_question_set(folder)
        if found.corpus is None:
            raise SystemExit(f"{folder} holds no corpus.jsonl, whose passages could be indexed.")
        passages += [f"{title}\n{text}".strip() for _, title, text in corpus_passages(found.corpus)]
        texts = [question.text for question in found.questions]
        questions += draw.sample(texts, min(most, len(texts)))
    return passages, questions


def _grow(folder: Path, texts: Iterator[str], held: int, size: int) -> None:
    """Put documents until there are so many chunks. Nothing is written beside the database."""
    store = Store.open(folder)
    for first in range(held, size, _DOCUMENT):
        _put(store, f"/{first}.txt", list(islice(texts, min(_DOCUMENT, size - first))))
    store._close_without_compacting()


def put_texts(store: Store, path: str, texts: Sequence[str], vectors: Vectors) -> None:
    """A document of these chunks, each a page."""
    pages = tuple(Page(number, text, f"page {number}") for number, text in enumerate(texts, start=1))
    sha256 = hashlib.sha256(path.encode()).hexdigest()
    document = Document(sha256, "text/plain", "", pages)
    chunks = [
        Chunk(ordinal, start, start + len(page.text), page.number, page.number, (), page.text)
        for ordinal, (start, page) in enumerate(zip(document.page_starts(), pages, strict=True))
    ]
    store.put(document, chunks, vectors, SourceFile(path, sha256, 1, 1))


def _put(store: Store, path: str, texts: Sequence[str]) -> None:
    put_texts(store, path, texts, np.tile(np.eye(1, _DIMENSION, dtype=np.float32), (len(texts), 1)))


def _measured(folder: Path, questions: Sequence[str], texts: Iterator[str]) -> Iterator[str]:
    with Store.open(folder) as store, _watched_memory() as grown:
        written = _seconds(lambda: store._words.write(store._database))
        held = grown()
    (file,) = folder.glob("words-*.postings")
    yield f"file: {file.stat().st_size / 1e6:.0f} MB, written in {written:.1f} s with +{held:.0f} MiB"
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
        first, held = fresh.submit(_searched_afresh, folder, questions).result()
    yield f"opening and first search: {first:.3f} s; memory of all searches: +{held:.1f} MiB"
    with Store.open(folder) as store, closing(connect(StoreLayout(folder))) as connection:
        times = _searched(store, connection, questions)
        yield from _lines(times)
        rebuilt = _seconds(lambda: rebuild_words(folder)) + written
        yield f"the index of words and its postings from the rows: {rebuilt:.1f} s"
        added = [f"/new-{number}.txt" for number in range(_CHANGES // _DOCUMENT)]
        usual = _seconds(lambda: store.search_lexical("unheard", _HITS))
        for path in added:
            _put(store, path, list(islice(texts, _DOCUMENT)))
        after_adding = _seconds(lambda: store.search_lexical("unheard", _HITS)) - usual
        more = _searched(store, connection, questions)
        store.remove(added[::2])
        after_removing = _seconds(lambda: store.search_lexical("unheard", _HITS)) - usual
        store.remove(added)
        yield (
            f"first search after adding {_CHANGES:,}: +{1e3 * after_adding:.0f} ms, "
            f"{after_adding / rebuilt:.2%} of that; after removing half: +{1e3 * after_removing:.0f} ms"
        )
        yield f"searches after adding: p95 {np.percentile(more.postings, 95):.1f} ms, {_agreement(more)}"


def _searched_afresh(folder: Path, questions: Sequence[str]) -> tuple[float, float]:
    """Seconds until the first hits are there, and MiB that all searches take, in a new process."""
    with _watched_memory() as grown:
        started = time.perf_counter()
        with Store.open(folder) as store:
            store.search_lexical(questions[0], _HITS)
            first = time.perf_counter() - started
            for question in questions:
                store.search_lexical(question, _HITS)
            return first, grown()


def _searched(store: Store, connection: sqlite3.Connection, questions: Sequence[str]) -> Times:
    times, draw = Times(), random.Random(1)
    documents = [number for (number,) in connection.execute("SELECT id FROM document ORDER BY id")]
    for question in questions:
        some = frozenset(draw.sample(documents, max(1, len(documents) // 100)))
        for theirs, ours, only in (
            (times.fts5, times.postings, None),
            (times.scoped_fts5, times.scoped_postings, some),
        ):
            started = time.perf_counter()
            with reading(connection):
                expected = lexical.search(connection, sought_terms(question), _HITS, only)
            between = time.perf_counter()
            found = store.search_lexical(question, _HITS, only)
            ended = time.perf_counter()
            theirs.append(1e3 * (between - started))
            ours.append(1e3 * (ended - between))
            times.agreements.append(_same(found, expected))
    return times


def _same(found: Sequence[tuple[int, float]], expected: Sequence[tuple[int, float]]) -> bool:
    """The same chunks in the same order, with scores that are equal but for rounding."""
    return [hit for hit, _ in found] == [hit for hit, _ in expected] and np.allclose(
        [score for _, score in found], [score for _, score in expected], rtol=1e-12, atol=0
    )


def _lines(times: Times) -> Iterator[str]:
    for what, values in (
        ("FTS5 alone", times.fts5),
        ("postings", times.postings),
        ("FTS5 alone, in a hundredth of the documents", times.scoped_fts5),
        ("postings, in a hundredth of the documents", times.scoped_postings),
    ):
        middle, high = np.percentile(values, [50, 95])
        yield f"{what}: median {middle:.1f} ms, p95 {high:.1f} ms, longest {max(values):.1f} ms"
    yield _agreement(times)


def _agreement(times: Times) -> str:
    return f"equal hits and scores: {sum(times.agreements)} of {len(times.agreements)} searches"


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def rebuild_words(folder: Path) -> None:
    """Make FTS5's index from the rows, and leave the old one."""
    with closing(connect(StoreLayout(folder))) as connection:
        connection.execute("BEGIN IMMEDIATE")
        lexical.rebuild_index(connection)
        connection.execute("ROLLBACK")


@contextmanager
def _watched_memory() -> Iterator[Callable[[], float]]:
    """Tells how many MiB more than at the beginning the process held at most."""
    begin = most = own_memory()
    done = threading.Event()

    def watch() -> None:
        nonlocal most
        while not done.wait(0.01):
            most = max(most, own_memory())

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield lambda: max(most, own_memory()) - begin
    finally:
        done.set()
        thread.join()


def own_memory() -> float:
    """MiB, as Linux counts them."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("This system does not tell what memory is a process's own.")


if __name__ == "__main__":
    main()
