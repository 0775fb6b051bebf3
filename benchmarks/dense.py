"""The dense arm alone, by count: recall, times, memory, filters and changes, beside a flat index.

    python -m benchmarks.dense VECTORS QUERIES.npy [--sizes N...] [--others] [--queries N]
        [--plot FILE.svg]

VECTORS is an .npy file of float32 vectors of unit length, or a collection's folder. Where more are asked for
than there are, neighbours are made up: see `dense_vectors`. Ids are the rows of the vectors, documents have
100 chunks. Each arm searches in a process of its own, files in the page cache. `--others` tries what is not
shipped, too. Linux only.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from benchmarks.dense_arms import EXACT, FLAT, OTHERS, SHIPPED, Figures
from benchmarks.dense_vectors import exact_best, grown, read_vectors
from benchmarks.growth_plot import draw_growth
from benchmarks.machine_facts import machine_facts
from ingest.embedding.protocol import Vectors
from ingest.store.layout import StoreLayout
from ingest.store.quantised import SearchPlan, load_faiss
from ingest.store.records import ChunkRange
from ingest.store.vector_file import BaseRecord, name_base, open_base, write_base
from ingest.store.vectors import VectorIndex
from machine import usable_cores

_DOCUMENT = 100
_CHANGED = 1_000
_SHARE = 0.3
_FILTERED_QUERIES = 60
_REPEATS = 5
_TRAINING_PER_LIST = 64
_MIB = 1024 * 1024
_PLOTTED = "all@200"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("vectors", type=Path)
    parser.add_argument("questions", type=Path, help="an .npy file of the queries' vectors")
    parser.add_argument("--sizes", type=int, nargs="+", default=[20_000, 100_000])
    parser.add_argument("--queries", type=int, default=300, help="as many, drawn with a fixed seed")
    parser.add_argument("--others", action="store_true")
    parser.add_argument("--plot", type=Path, help="write a plot there (.svg or .png)")
    arguments = parser.parse_args()
    print(machine_facts()["machine"])
    real, queries = read_vectors(arguments.vectors), read_vectors(arguments.questions)
    queries = np.random.default_rng(1).permutation(queries)[: arguments.queries]
    shown: dict[str, list[tuple[int, Figures]]] = {SHIPPED: [], FLAT: []}
    for size in arguments.sizes:
        made_up = max(0, size - len(real))
        print(f"\n{size:,} vectors, {made_up:,} of them made up; {len(queries)} queries")
        with tempfile.TemporaryDirectory(prefix="refdesk-bench-") as place:
            vectors = grown(real, size)
            figures = _measure_size(Path(place), vectors, len(real), queries, others=arguments.others)
        for arm, own in figures.items():
            shown[arm].append((size, own))
    if arguments.plot:
        draw_growth(
            arguments.plot,
            {f"{arm}, p95": [(size, of.p95_ms[_PLOTTED]) for size, of in own] for arm, own in shown.items()},
            {arm: [(size, of.anonymous_mib) for size, of in own] for arm, own in shown.items()},
            "MiB of the process's own",
        )


def _measure_size(
    folder: Path, vectors: Vectors, real: int, queries: Vectors, *, others: bool
) -> dict[str, Figures]:
    rebuild_seconds = _write_own(folder, vectors)
    print(f"  {SHIPPED}: built in {rebuild_seconds:.1f} s, {_sizes(folder)}")
    _write_expected(folder, vectors, real, queries)
    figures = {SHIPPED: _show(folder, SHIPPED)}
    _show_changes(folder, vectors, rebuild_seconds)
    _show(folder, EXACT)
    started = time.perf_counter()
    _write_flat(folder / "flat.faiss", vectors)
    print(f"  {FLAT}: built in {time.perf_counter() - started:.1f} s, {vectors.nbytes / _MIB:.0f} MiB")
    figures[FLAT] = _show(folder, FLAT)
    (folder / "flat.faiss").unlink()
    for arm, (key, _, _) in OTHERS.items() if others else ():
        started = time.perf_counter()
        size = _write_other(folder / "other.faiss", key, vectors)
        print(f"  {arm}: built in {time.perf_counter() - started:.1f} s, {size / _MIB:.0f} MiB")
        _show(folder, arm)
    return figures


def _write_own(folder: Path, vectors: Vectors) -> float:
    started = time.perf_counter()
    batches = (
        (np.arange(start, min(start + 4096, len(vectors))), vectors[start : start + 4096])
        for start in range(0, len(vectors), 4096)
    )
    layout = StoreLayout(folder)
    written = write_base(layout, 1, vectors.shape[1], batches, SearchPlan())
    name_base(layout, written)
    seconds = time.perf_counter() - started
    (folder / "record.json").write_text(json.dumps(asdict(written.record)))
    (folder / "dimension.json").write_text(json.dumps(vectors.shape[1]))
    return seconds


def _sizes(folder: Path) -> str:
    files = sorted(folder.glob("vectors-*"), reverse=True)
    return " and ".join(f"{file.suffix} {file.stat().st_size / _MIB:.0f} MiB" for file in files)


def _write_expected(folder: Path, vectors: Vectors, real: int, queries: Vectors) -> None:
    """What is right: for all, and for three filters, each of them others for each query.

    One document; documents drawn at random that hold a share of all chunks; the same share by topic,
    real vectors that follow each other with all that is made of them.
    """
    chance = np.random.default_rng(2)
    count = len(vectors)
    documents = [(first, min(first + _DOCUMENT, count)) for first in range(0, count, _DOCUMENT)]
    filters: dict[str, list[list[tuple[int, int]]]] = {"one document": [], "at random": [], "by topic": []}
    for _ in range(min(_FILTERED_QUERIES, len(queries))):
        filters["one document"].append([documents[chance.integers(len(documents))]])
        chosen = np.sort(chance.permutation(len(documents))[: int(_SHARE * len(documents))])
        filters["at random"].append([documents[number] for number in chosen])
        width = int(_SHARE * min(real, count))
        start = int(chance.integers(max(1, min(real, count) - width)))
        filters["by topic"].append(
            [(first + start, min(first + start + width, count)) for first in range(0, count - start, real)]
        )
    (folder / "filters.json").write_text(json.dumps(filters))
    np.save(folder / "queries.npy", queries)
    best = exact_best(vectors, queries, 200)
    expected = {"all@10": best[:, :10], "all@200": best}
    for name, parts in filters.items():
        rows = []
        for query, spans in zip(queries, parts, strict=False):
            ids = np.concatenate([np.arange(*span) for span in spans])
            k = min(200, len(ids))
            rows.append(ids[exact_best(vectors[ids], query[np.newaxis], k)[0]])
        least = min(map(len, rows))
        expected |= {f"{name}@10": np.stack([row[:10] for row in rows])}
        if least == 200:
            expected |= {f"{name}@200": np.stack(rows)}
    np.savez(folder / "expected.npz", allow_pickle=False, **expected)


def _show(folder: Path, arm: str) -> Figures:
    command = [sys.executable, "-m", "benchmarks.dense_arms", str(folder), arm]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures = Figures(**json.loads(done.stdout))
    print(
        f"  {arm}: opened and searched once in {figures.open_ms:.0f} ms; memory grew by "
        f"{figures.anonymous_mib:.0f} MiB anonymous, {figures.resident_mib:.0f} MiB with mapped files"
    )
    for name, recall in figures.recall.items():
        print(
            f"    {name}: recall {recall:.4f}, "
            f"p50 {figures.p50_ms[name]:.2f} ms, p95 {figures.p95_ms[name]:.2f} ms",
            flush=True,
        )
    return figures


def _show_changes(folder: Path, vectors: Vectors, rebuild_seconds: float) -> None:
    """What it takes until a search knows of a change, the search included, beside a rebuild."""
    record, dimension = json.loads((folder / "record.json").read_text()), vectors.shape[1]
    base = open_base(StoreLayout(folder), BaseRecord(**record), dimension, SearchPlan())
    count = len(vectors)
    documents = [ChunkRange(first, min(first + _DOCUMENT, count)) for first in range(0, count, _DOCUMENT)]
    index = VectorIndex.starting_from(base, dimension).advanced(1, documents, lambda ids: vectors[ids])
    index.search(vectors[0], 200)
    more = [ChunkRange(first, first + _DOCUMENT) for first in range(count, count + _CHANGED, _DOCUMENT)]
    changes: dict[str, Sequence[ChunkRange]] = {
        "added": [*documents, *more],
        "removed": documents[: len(documents) // 2]
        + documents[len(documents) // 2 + _CHANGED // _DOCUMENT :],
    }
    for name, ranges in changes.items():
        seconds = []
        for _ in range(_REPEATS):
            started = time.perf_counter()
            index.advanced(2, ranges, lambda ids: vectors[ids - count]).search(vectors[0], 200)
            seconds.append(time.perf_counter() - started)
        middle = float(np.median(seconds))
        print(f"    {_CHANGED:,} {name}: {middle * 1000:.1f} ms, {middle / rebuild_seconds:.2%} of a rebuild")


def _write_flat(path: Path, vectors: Vectors) -> None:
    faiss = load_faiss()
    index = faiss.IndexIDMap(faiss.IndexFlatIP(vectors.shape[1]))
    index.add_with_ids(vectors, np.arange(len(vectors)))
    faiss.write_index(index, str(path))


def _write_other(path: Path, key: str, vectors: Vectors) -> int:
    faiss = load_faiss()
    faiss.omp_set_num_threads(usable_cores())
    lists = math.ceil(math.sqrt(len(vectors)))
    index = faiss.index_factory(vectors.shape[1], key.format(lists=lists), faiss.METRIC_INNER_PRODUCT)
    index.train(np.ascontiguousarray(vectors[:: max(1, len(vectors) // (lists * _TRAINING_PER_LIST))]))
    index.add(vectors)
    faiss.write_index(index, str(path))
    return path.stat().st_size


if __name__ == "__main__":
    main()
