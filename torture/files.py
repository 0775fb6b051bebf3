"""Mutated files among sound ones: no hang, no child past its limits, every file accounted for."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from ingest.report import IngestReport
from ingest.settings import ReadingLimits
from ingest.store.store import Store
from torture.children import call
from torture.ingestion import open_or_create, run_ingest
from torture.material import write_folder
from torture.mutation import Batch, find_seeds, make_batch
from torture.outcome import Torture
from torture.watching import Watched, watched_call

_BATCH = 100
_HEALTHY = 10
#: One batch in so many is read with text recognition, which takes most of the time.
_RECOGNISED_EVERY = 5
_BATCH_SECONDS = 1800.0
#: A deadline is looked at now and then, and ending a child takes a moment; a busy machine, longer.
_GRACE_SECONDS = 15.0

LIMITS = ReadingLimits(open_seconds=30.0, page_seconds=20.0, memory_bytes=2 * 1024**3)


def torture_files(place: Path, folder: Path, count: int, seed: int) -> Torture:
    """Ingest that many mutated files in batches."""
    seeds = find_seeds(folder)
    outcomes: Counter[str] = Counter()
    found: list[str] = []
    own_bytes = child_bytes = children = 0
    slowest = (0.0, "")
    for first in range(0, count, _BATCH):
        batch = make_batch(seeds, first, min(_BATCH, count - first), _HEALTHY, seed)
        documents, store = place / "documents" / str(first), place / "stores" / str(first)
        write_folder(documents, batch.files, version=1)
        recognised = (first // _BATCH) % _RECOGNISED_EVERY == 0
        watched = watched_call(lambda d=documents, s=store, r=recognised: _ingest(s, d, r), _BATCH_SECONDS)  # type: ignore[misc]  # mypy infers no types for defaults
        own_bytes, child_bytes = max(own_bytes, watched.own_bytes), max(child_bytes, watched.child_bytes)
        children += watched.children
        trouble = watched.ended.in_words(_BATCH_SECONDS)
        if trouble:
            found.append(f"batch {first}: the run failed: {trouble}")
            continue
        report: IngestReport = watched.ended.result
        outcomes.update(file.outcome for file in report.files if "-mutated" in Path(file.path).name)
        slowest = max(slowest, *((file.seconds, Path(file.path).name) for file in report.files))
        wrong = [
            *unaccounted(report, documents, batch),
            *_over_limits(report, watched),
            *_unfound(store, batch),
        ]
        found += [f"batch {first}: {line}" for line in wrong]
        if not wrong:
            shutil.rmtree(documents)
            shutil.rmtree(store)
    facts = (
        *(f"{outcome}: {times}" for outcome, times in outcomes.most_common()),
        f"{children} reading processes, the largest {child_bytes / 2**20:.0f} MiB "
        f"of {LIMITS.memory_bytes / 2**20:.0f}",
        f"main process {own_bytes / 2**20:.0f} MiB",
        f"slowest file: {slowest[1]} in {slowest[0]:.1f} s",
    )
    return Torture("files", count, facts, tuple(found))


def unaccounted(report: IngestReport, documents: Path, batch: Batch) -> list[str]:
    """Which of the batch's files the report does not name, names twice, or gives the wrong outcome.

    A file that was read as an archive is named by what is in it.
    """
    told = Counter(file.path for file in report.files)
    containers = {
        str(Path(path).parents[-depth]) for path in told for depth in range(1, len(Path(path).parts))
    }
    outcomes: Mapping[str, str] = {file.path: file.outcome for file in report.files}
    found = [f"{path} is in the report {times} times" for path, times in told.items() if times > 1]
    found += [
        f"{name} is not in the report"
        for name in batch.files
        if str(documents / name) not in {*told, *containers}
    ]
    found += [
        f"{name} is sound and was {outcomes.get(str(documents / name), 'left out')}"
        for name in batch.healthy
        if outcomes.get(str(documents / name)) != "ingested"
    ]
    found += [
        f"{file.path} {file.outcome} without a reason"
        for file in report.files
        if file.outcome in ("failed", "skipped") and not file.reason
    ]
    return found + (["the run says that it was interrupted"] if report.interrupted or report.left else [])


def _over_limits(report: IngestReport, watched: Watched) -> list[str]:
    found = []
    if watched.child_bytes > LIMITS.memory_bytes:
        found.append(f"a reading process took {watched.child_bytes} bytes of memory")
    if watched.left:
        found.append(f"reading processes outlived the run: {watched.left}")
    for file in report.files:
        most = LIMITS.open_seconds + (file.pages + LIMITS.stuck_pages) * LIMITS.page_seconds + _GRACE_SECONDS
        if file.seconds > most:
            found.append(f"{file.path} took {file.seconds:.0f} s, more than the {most:.0f} its limits allow")
    return found


def _ingest(folder: Path, documents: Path, recognised: bool) -> IngestReport:
    with open_or_create(folder) as store:
        return run_ingest(store, [documents], isolation=LIMITS, ocr="auto" if recognised else "never")


def _unfound(folder: Path, batch: Batch) -> list[str]:
    def look() -> list[str]:
        with Store.open(folder) as store:
            unfound = [name for name, word in batch.healthy.items() if not store.search_lexical(word, 1)]
            return [*store.check(), *(f"the word of {name} is not found" for name in unfound)]

    ended = call(look, _BATCH_SECONDS)
    trouble = ended.in_words(_BATCH_SECONDS)
    return [f"looking at the store failed: {trouble}"] if trouble else list(ended.result)
