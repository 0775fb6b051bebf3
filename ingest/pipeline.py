"""Parse, split, embed, write: files become searchable, each in a transaction of its own."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ingest.embedding.protocol import Embedder, Vectors
from ingest.errors import StoreError, UnreadableFile, UnsupportedFormat
from ingest.loaders.protocol import Loader
from ingest.plan import Plan, PlannedFile, plan_ingest
from ingest.progress import Progress, ProgressMeter
from ingest.reading import Reader, ReadFile
from ingest.report import FileOutcome, IngestReport, Outcome
from ingest.settings import IngestSettings
from ingest.splitting import Splitter
from ingest.store.records import SourceFile
from ingest.store.store import Store

_OLD_CONTENT_STAYS = "What was read from it before stays searchable."


def ingest(
    store: Store,
    paths: Sequence[str | os.PathLike[str]],
    loaders: Sequence[Loader],
    splitter: Splitter,
    embedder: Embedder,
    *,
    sync: bool = False,
    password: str | None = None,
    settings: IngestSettings = IngestSettings(),  # noqa: B008 - frozen: one default for all calls is the same
    progress: Callable[[Progress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> IngestReport:
    """Bring the store up to date with the named files and folders.

    A file that cannot be read is named in the report and stops nothing. With `sync`, what vanished from
    a named folder is removed. `cancelled` is asked between files and between stretches of embedding; the
    report then says what was left. Ctrl-C may come at any moment: documents are whole or absent, and
    the exception passes through.

    Raises `NothingToIngest`, and `StoreError` where the store takes no more; what was reported as done
    until then is safe.
    """
    meter = ProgressMeter(progress)
    reader = Reader(loaders, splitter, password=password, max_file_bytes=settings.max_file_bytes)
    run = None
    try:
        meter.tell("planning")
        known = store.sources()
        plan = plan_ingest(paths, known, sync=sync)
        run = _Run(store, known, plan, reader, embedder, settings.embedding_stretch, meter, cancelled)
        run.carry_out()
    except KeyboardInterrupt:
        meter.tell("interrupted")
        raise
    except StoreError as error:
        if run is None:
            raise
        raise type(error)(f"{error} {run.what_is_safe()}") from error
    return run.report()


class _Run:
    """One run's state: what is done, and which files are read and wait to be embedded."""

    def __init__(
        self,
        store: Store,
        known: Mapping[str, SourceFile],
        plan: Plan,
        reader: Reader,
        embedder: Embedder,
        stretch: int,
        meter: ProgressMeter,
        cancelled: Callable[[], bool],
    ) -> None:
        self._store, self._known, self._plan = store, known, plan
        self._reader, self._embedder, self._stretch = reader, embedder, stretch
        self._meter, self._cancelled = meter, cancelled
        self._outcomes: dict[str, FileOutcome] = {}
        self._waiting: list[_Piece] = []
        self._interrupted = False
        self._contents = {path: source.sha256 for path, source in known.items()}
        self._holders = {sha256: path for path, sha256 in reversed(self._contents.items())}

    def carry_out(self) -> None:
        plan = self._plan
        files = len(plan.to_read) + len(plan.unchanged) + len(plan.gone)
        self._meter.expect(files, sum(file.size_bytes for file in plan.to_read))
        for other in plan.passed_over:
            reason = other.reason
            if other.failed and other.path in self._known:
                reason = f"{reason} {_OLD_CONTENT_STAYS}"
            self._record(other.path, "failed" if other.failed else "skipped", reason)
        for file in plan.unchanged:
            self._record(os.fspath(file.path), "unchanged")
            self._meter.count_file()
        for file in plan.to_read:
            if self._stops():
                break
            self._take_up(file)
            if sum(len(piece.read.texts) for piece in self._waiting) >= self._stretch:
                self._embed_waiting()
        self._embed_waiting()
        # Last, so that a file that only moved finds its content still here.
        if plan.gone and not self._stops():
            self._meter.tell("removing")
            self._store.remove(plan.gone)
            for path in plan.gone:
                self._record(path, "removed", "no longer on disk")
                self._meter.count_file()
        self._meter.tell("interrupted" if self._interrupted else "done")

    def report(self) -> IngestReport:
        planned = [*(os.fspath(file.path) for file in self._plan.to_read), *self._plan.gone]
        return IngestReport(
            files=tuple(outcome for _, outcome in sorted(self._outcomes.items())),
            seconds=self._meter.elapsed_seconds,
            interrupted=self._interrupted,
            left=tuple(path for path in planned if path not in self._outcomes),
        )

    def what_is_safe(self) -> str:
        """The sentence that goes with an error of the store."""
        written = sum(outcome.outcome in ("ingested", "replaced") for outcome in self._outcomes.values())
        return (
            f"The {written} file(s) of this run that were written before are safe. "
            "Once the cause is gone, the same command goes on from there."
        )

    def _take_up(self, file: PlannedFile) -> None:
        """Read one file. If its content is new it waits to be embedded, else all is done here."""
        path = os.fspath(file.path)
        self._meter.tell("reading", path)
        started = time.perf_counter()
        try:
            content, source = self._reader.read_bytes(file.path)
            if path in self._known and self._known[path].sha256 == source.sha256:
                self._store.touch(source)
                self._finish(file, "unchanged", None, started)
                return
            if any(piece.read.source.sha256 == source.sha256 for piece in self._waiting):
                self._embed_waiting()
                if self._interrupted:
                    return
            if self._store.has_content(source.sha256):
                self._store.add_source(source)
                twin = self._holder(source.sha256)
                self._finish(file, self._written(path), f"same content as {twin}", started)
                self._hold(source)
                return
            read = self._reader.read_document(content, source)
        except UnreadableFile as error:
            expected = file.named or path in self._known or not isinstance(error, UnsupportedFormat)
            self._finish(file, "failed" if expected else "skipped", self._refusal(path, error), started)
        else:
            self._waiting.append(_Piece(file, read, time.perf_counter() - started))

    def _embed_waiting(self) -> None:
        """Embed what waits, stretch by stretch, and write each document as soon as it is whole."""
        pieces, self._waiting = self._waiting, []
        texts = [text for piece in pieces for text in piece.read.texts]
        vectors = np.zeros((len(texts), self._embedder.identity.dimension), dtype=np.float32)
        first = written = 0
        for start in range(0, len(texts), self._stretch):
            if self._stops():
                return
            self._meter.tell("embedding", pieces[written].path)
            end = min(start + self._stretch, len(texts))
            started = time.perf_counter()
            vectors[start:end] = self._embedder.embed_documents(texts[start:end])
            seconds_per_text = (time.perf_counter() - started) / (end - start)
            while written < len(pieces):
                piece = pieces[written]
                last = first + len(piece.read.texts)
                piece.count(min(end, last) - max(start, first), seconds_per_text, self._meter)
                if last > end:
                    break
                self._write(piece, vectors[first:last])
                first, written = last, written + 1

    def _write(self, piece: _Piece, vectors: Vectors) -> None:
        read, path = piece.read, piece.path
        self._meter.tell("writing", path)
        started = time.perf_counter()
        try:
            self._store.put(read.document, read.chunks, vectors, read.source)
        except UnreadableFile as error:
            self._record(path, "failed", self._refusal(path, error), seconds=piece.seconds)
            self._meter.count_file()
            return
        seconds = piece.seconds + time.perf_counter() - started
        pages, notes = len(read.document.pages), "; ".join(read.document.notes) or None
        self._record(path, self._written(path), notes, pages, len(read.chunks), seconds)
        self._hold(read.source)
        self._meter.count_file(pages)

    def _finish(self, file: PlannedFile, outcome: Outcome, reason: str | None, started: float) -> None:
        path = os.fspath(file.path)
        self._record(path, outcome, reason, seconds=time.perf_counter() - started)
        self._meter.count_file(size_bytes=file.size_bytes)

    def _record(
        self,
        path: str,
        outcome: Outcome,
        reason: str | None = None,
        pages: int = 0,
        chunks: int = 0,
        seconds: float = 0.0,
    ) -> None:
        self._outcomes[path] = FileOutcome(path, outcome, reason, pages, chunks, seconds)

    def _stops(self) -> bool:
        self._interrupted = self._interrupted or self._cancelled()
        return self._interrupted

    def _written(self, path: str) -> Outcome:
        return "replaced" if path in self._known else "ingested"

    def _refusal(self, path: str, error: UnreadableFile) -> str:
        return f"{error} {_OLD_CONTENT_STAYS}" if path in self._known else str(error)

    def _hold(self, source: SourceFile) -> None:
        self._contents[source.path] = source.sha256
        self._holders[source.sha256] = source.path

    def _holder(self, sha256: str) -> str:
        path = self._holders.get(sha256)
        if path is None or self._contents[path] != sha256:  # replaced in this run, but still held by another
            return "another document of the collection"
        return path


class _Piece:
    """A read file on its way through the embedder: its share of seconds and of progress."""

    def __init__(self, file: PlannedFile, read: ReadFile, seconds: float) -> None:
        self.read = read
        self.path = read.source.path
        self.seconds = seconds
        self._planned_bytes = file.size_bytes
        self._embedded = self._counted_bytes = 0

    def count(self, texts: int, seconds_per_text: float, meter: ProgressMeter) -> None:
        self.seconds += texts * seconds_per_text
        self._embedded += texts
        size_bytes = self._planned_bytes * self._embedded // len(self.read.texts)
        meter.count_embedded(size_bytes - self._counted_bytes, texts)
        self._counted_bytes = size_bytes
