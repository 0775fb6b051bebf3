"""Ways to search many vectors: the store's own, a flat index in memory, and others that were tried.

    python -m benchmarks.dense_arms FOLDER ARM

measures one arm in a process of its own, for its memory, and prints JSON. FOLDER is what
`benchmarks.dense` prepared.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.embedding.protocol import Vectors
from ingest.store.layout import StoreLayout
from ingest.store.quantised import SearchPlan, load_faiss
from ingest.store.records import ChunkRange
from ingest.store.vector_file import BaseRecord, open_base
from ingest.store.vector_rows import open_rows
from ingest.store.vectors import Base, VectorIndex

SHIPPED, EXACT, FLAT = "refdesk", "all scored, mapped", "flat in memory"

#: FAISS factory key, the parameter of its search, and rows scored exactly beyond twice k.
OTHERS: dict[str, tuple[str, str, int]] = {
    "IVF, SQ8": ("IVF{lists},SQ8", "nprobe=160", 100),
    "IVF, SQ4, 64 probes": ("IVF{lists},SQ4", "nprobe=64", 100),
    "IVF, RaBitQ": ("IVF{lists},RaBitQ", "nprobe=160", 1600),
    "IVF, PQ96": ("IVF{lists},PQ96", "nprobe=160", 400),
    "HNSW32, SQ8, ef 800": ("HNSW32,SQ8", "efSearch=800", 100),
}

_KIB = 1024

#: Ids of the k best of a query, in these ranges.
Search = Callable[[Vectors, int, Sequence[ChunkRange] | None], list[int]]


@dataclass(frozen=True, slots=True)
class Figures:
    """One arm at one count. Times in milliseconds; memory in MiB grown since before the index was opened."""

    open_ms: float
    anonymous_mib: float
    resident_mib: float
    p50_ms: dict[str, float]
    p95_ms: dict[str, float]
    recall: dict[str, float]


def measure(folder: Path, arm: str) -> Figures:
    """Each query with k = 10 and 200, then each with every filter, one thread."""
    faiss = load_faiss()
    faiss.omp_set_num_threads(1)
    queries, expected = np.load(folder / "queries.npy"), np.load(folder / "expected.npz")
    filters = json.loads((folder / "filters.json").read_text())
    anonymous, resident = _memory()
    started = time.perf_counter()
    search = _opened(folder, arm)
    search(queries[0], 200, None)
    open_ms = (time.perf_counter() - started) * 1000
    p50, p95, recall = {}, {}, {}
    for name in expected.files:
        kind, k = name.rsplit("@", 1)
        if kind != "all" and arm not in {SHIPPED, EXACT}:
            continue
        seconds, shares = [], []
        for number, (query, best) in enumerate(zip(queries, expected[name], strict=False)):
            parts = filters[kind][number] if kind != "all" else None
            ranges = None if parts is None else [ChunkRange(*part) for part in parts]
            started = time.perf_counter()
            found = search(query, int(k), ranges)
            seconds.append(time.perf_counter() - started)
            shares.append(len(set(found) & set(best.tolist())) / len(best))
        p50[name], p95[name] = (float(np.quantile(seconds, q)) * 1000 for q in (0.5, 0.95))
        recall[name] = float(np.mean(shares))
    anonymous_after, resident_after = _memory()
    return Figures(open_ms, anonymous_after - anonymous, resident_after - resident, p50, p95, recall)


def _opened(folder: Path, arm: str) -> Search:
    record = BaseRecord(**json.loads((folder / "record.json").read_text()))
    dimension = json.loads((folder / "dimension.json").read_text())
    if arm == SHIPPED:
        return _through(open_base(StoreLayout(folder), record, dimension, SearchPlan()), dimension)
    if arm == FLAT:
        flat = load_faiss().read_index(str(folder / "flat.faiss"))
        return lambda query, k, _: flat.search(query[np.newaxis], k)[1][0].tolist()
    rows = open_rows(StoreLayout(folder).vector_rows.named(record.generation), record.rows, dimension)
    if arm == EXACT:
        return _through(Base(rows, None, SearchPlan()), dimension)
    faiss = load_faiss()
    _, parameter, more = OTHERS[arm]
    index = faiss.read_index(str(folder / "other.faiss"), faiss.IO_FLAG_MMAP_IFC)
    faiss.ParameterSpace().set_index_parameters(index, parameter)

    def search(query: Vectors, k: int, _: object) -> list[int]:
        found = index.search(query[np.newaxis], 2 * k + more)[1][0]
        candidates: NDArray[np.int64] = np.sort(found[found >= 0])
        similarities = rows.similarities(query, candidates)
        ids: list[int] = candidates[np.lexsort((candidates, -similarities))[:k]].tolist()
        return ids

    return search


def _through(base: Base, dimension: int) -> Search:
    index = VectorIndex.starting_from(base, dimension)
    return lambda query, k, ranges: [chunk_id for chunk_id, _ in index.search(query, k, ranges)]


def _memory() -> tuple[float, float]:
    """Anonymous and resident memory of this process in MiB (Linux)."""
    told = Path("/proc/self/smaps_rollup").read_text()
    found: dict[str, Any] = dict(re.findall(r"^(Anonymous|Rss):\s+(\d+)", told, re.MULTILINE))
    return int(found["Anonymous"]) / _KIB, int(found["Rss"]) / _KIB


if __name__ == "__main__":
    print(json.dumps(asdict(measure(Path(sys.argv[1]), sys.argv[2]))))
