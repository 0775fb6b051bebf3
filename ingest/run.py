"""One run: what the intake tells becomes documents in the store and outcomes in the report."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from ingest.containers import close_container
from ingest.errors import StoreError, UnreadableFile
from ingest.intake import Intake
from ingest.intake_events import (
    ContentKnown,
    ContentUnchanged,
    DocumentBegun,
    DocumentEnded,
    FileBegun,
    FileRefused,
    IntakeEvent,
    MembersEnded,
    PageSplit,
)
from ingest.loaders.protocol import LoadOptions
from ingest.open_document import OpenDocument
from ingest.outcomes import Outcomes
from ingest.plan import Plan
from ingest.progress import ProgressMeter
from ingest.renaming import rename
from ingest.report import FileOutcome, IngestReport
from ingest.settings import IngestSettings
from ingest.store.records import SourceFile
from ingest.store.store import Store
from ingest.tools import Tools
from ingest.waiting import WaitingPages
from ingest.walk import PlannedFile

_REREADINGS = 2


class Run:
    """One run's state: what is done, which documents are open, and which pages wait to be embedded."""

    def __init__(
        self,
        store: Store,
        outcomes: Outcomes,
        plan: Plan,
        settings: IngestSettings,
        meter: ProgressMeter,
        cancelled: Callable[[], bool],
    ) -> None:
        self._store, self._plan, self._settings = store, plan, settings
        self._meter, self._cancelled = meter, cancelled
        self._outcomes, self._known = outcomes, outcomes.known
        self._sizes = {os.fspath(file.path): file.size_bytes for file in plan.to_read}
        self._documents: dict[str, OpenDocument] = {}
        self._waiting = WaitingPages()
        self._again: set[Path] = set()
        self._interrupted = False
        self._tools: Tools

    def carry_out(self, tools: Callable[[], Tools], options: LoadOptions) -> None:
        plan = self._plan
        files = len(plan.to_read) + len(plan.unchanged) + len(plan.refused) + len(plan.gone)
        self._meter.expect(files, sum(file.size_bytes for file in plan.to_read))
        self._record_what_needs_no_reading()
        if plan.to_read and not self._stops():
            self._meter.tell("planning")
            self._tools = tools()
            self._read(plan.to_read, options)
            # What lost the document it was to share is read for itself. More than twice would mean that
            # somebody else removes documents while this run adds them.
            for _ in range(_REREADINGS):
                again = [file for file in plan.to_read if file.path in self._again]
                self._again.clear()
                self._read(again, options)
        # Last, so that a file that only moved finds its content still here.
        if plan.gone and not self._stops():
            self._meter.tell("removing")
            self._store.remove(plan.gone)
            for path in plan.gone:
                self._outcomes.record(FileOutcome(path, "removed", "no longer on disk"))
                self._meter.count_file()
        self._meter.tell("interrupted" if self._interrupted else "done")

    def report(self) -> IngestReport:
        planned = [*(os.fspath(file.path) for file in self._plan.to_read), *self._plan.gone]
        outcomes = self._outcomes.all()
        return IngestReport(
            files=outcomes,
            seconds=self._meter.elapsed_seconds,
            interrupted=self._interrupted,
            left=tuple(path for path in planned if not self._is_accounted_for(path)),
        )

    def what_is_safe(self) -> str:
        """The sentence that goes with an error of the store."""
        written = sum(outcome.outcome in ("ingested", "replaced") for outcome in self._outcomes.all())
        return (
            f"The {written} file(s) of this run that were written before are safe. "
            "Once the cause is gone, the same command goes on from there."
        )

    def _is_accounted_for(self, path: str) -> bool:
        return self._outcomes.of(path) is not None or path in self._containers_done

    def _record_what_needs_no_reading(self) -> None:
        self._containers_done: set[str] = set()
        for other in self._plan.passed_over:
            if other.failed:
                self._outcomes.record_refusal(other.path, None, UnreadableFile(other.reason), 0.0)
            else:
                self._outcomes.record(FileOutcome(other.path, "skipped", other.reason))
        for file in self._plan.refused:
            self._outcomes.record_again(os.fspath(file.path))
            self._meter.count_file()
        for file in self._plan.unchanged:
            path = os.fspath(file.path)
            inside = self._plan.inside.get(path, ())
            for member in inside if path in self._known else inside or (path,):
                self._outcomes.record(FileOutcome(member, "unchanged"))
            if path in self._known:
                self._outcomes.record(FileOutcome(path, "unchanged"))
            self._containers_done.add(path)
            self._meter.count_file()

    def _read(self, files: Sequence[PlannedFile], options: LoadOptions) -> None:
        if not files or self._stops():
            return
        intake = Intake(
            self._store,
            self._tools.reader,
            self._tools.splitter,
            options,
            files,
            self._known,
            self._settings.max_file_bytes,
        )
        with closing(intake.events()) as events:
            try:
                for event in events:
                    if self._stops():
                        break
                    if event is None:
                        self._embed_waiting()  # nothing new for a moment: do what there is
                        continue
                    self._take(event)
                    if self._waiting.texts >= self._settings.embedding_stretch:
                        self._embed_waiting()
                else:
                    self._embed_waiting()
            finally:
                for document in self._documents.values():  # those that an interruption left half done
                    document.stage(self._store, all_of_it=True)

    def _take(self, event: IntakeEvent) -> None:
        match event:
            case FileBegun(path):
                self._meter.tell("reading", path)
            case DocumentBegun():
                self._documents[event.source.path] = OpenDocument(event)
            case PageSplit(path):
                self._waiting.add(self._documents[path], event)
            case DocumentEnded(path, notes, seconds):
                document = self._documents[path]
                document.ended = notes
                document.seconds += seconds
                if document.is_whole:
                    self._write(document)
            case FileRefused(path, source, error, seconds):
                self._refuse(path, source, error, seconds)
            case ContentUnchanged(source, seconds):
                self._store.touch(source)
                self._outcomes.record(FileOutcome(source.path, "unchanged", seconds=seconds))
                self._count_read(source.path)
            case ContentKnown():
                self._share(event)
            case MembersEnded():
                self._close_container(event)

    def _embed_waiting(self) -> None:
        """Embed the pages that wait, write each document that is whole by it, and stage what is large."""
        if (path := self._waiting.first_path) is None:
            return
        self._meter.tell("embedding", path)
        for document in self._waiting.embed(self._tools.embedder, self._store, self._count_page):
            if document.is_whole:
                self._write(document)
            else:
                self._stage(document)

    def _stage(self, document: OpenDocument) -> None:
        try:
            document.stage(self._store)
        except StoreError as error:
            if type(error) is not StoreError:
                raise
            # Another process reads the same file. That one will finish it.
            self._refuse(document.path, None, UnreadableFile(str(error)), document.seconds)

    def _write(self, document: OpenDocument) -> None:
        path = document.path
        del self._documents[path]
        self._meter.tell("writing", path)
        started = time.perf_counter()
        try:
            notes = document.write(self._store)
        except UnreadableFile as error:
            document.drop(self._store)
            self._outcomes.record_refusal(path, document.source, error, document.seconds)
        else:
            self._outcomes.record(
                FileOutcome(
                    path,
                    self._outcomes.written(path),
                    "; ".join(notes) or None,
                    document.pages_done,
                    document.chunks_done,
                    document.seconds + time.perf_counter() - started,
                    recognised_pages=document.recognised_pages,
                )
            )
            self._outcomes.hold(document.source)
        self._count_read(path)
        for follower in document.followers:
            self._share(follower)

    def _refuse(self, path: str, source: SourceFile | None, error: UnreadableFile, seconds: float) -> None:
        self._outcomes.record_refusal(path, source, error, seconds)
        self._count_read(path)
        document = self._documents.pop(path, None)
        if document is not None:
            document.drop(self._store)
            self._waiting.forget(document)
            for follower in document.followers:
                self._share(follower)

    def _share(self, known: ContentKnown) -> None:
        """Make a path another source of a document that is here, or of one that is on its way."""
        source = known.source
        for document in self._documents.values():
            if document.source.sha256 == source.sha256:
                document.followers.append(known)
                return
        if (refusal := self._outcomes.refusal_of(source.sha256)) is not None:
            first, error = refusal
            same = type(error)(f"It holds the same bytes as {first}, which gave nothing: {error}")
            self._outcomes.record_refusal(source.path, None, same, known.seconds)
            self._count_read(source.path)
            return
        started = time.perf_counter()
        holders = self._outcomes.holders(source.sha256)
        if source.path in holders and self._outcomes.of(source.path) is not None:
            return  # a member of an archive that is read again
        if self._store.document_of(source.sha256) is None:  # its last holder was replaced meanwhile
            self._again.add(self._planned_file_of(source.path))
            return
        self._store.add_source(source)
        reason = f"same content as {holders[0] if holders else 'another document of the collection'}"
        if holders and set(holders) <= set(self._plan.gone):
            reason = f"renamed from {holders[0]}"
            rename(self._store, holders[0], source, self._tools.splitter, self._tools.embedder)
        seconds = known.seconds + time.perf_counter() - started
        self._outcomes.record(
            FileOutcome(source.path, self._outcomes.written(source.path), reason, seconds=seconds)
        )
        self._outcomes.hold(source)
        self._count_read(source.path)

    def _close_container(self, ended: MembersEnded) -> None:
        self._embed_waiting()  # so that all members have their outcome
        close_container(ended, self._plan, self._known, self._store, self._outcomes)
        if ended.is_archive:
            self._containers_done.add(ended.source.path)
            self._count_read(ended.source.path)

    def _planned_file_of(self, path: str) -> Path:
        """The file on the disk that the path is, or lies in."""
        while path and path not in self._sizes:
            path = path.rpartition(os.sep)[0]
        return Path(path)

    def _count_page(self, document: OpenDocument, chunks: int) -> None:
        """Where the number of pages is known, each stands for its share of the file's bytes."""
        pages = document.page_count
        size_bytes = self._sizes.get(document.path, 0) // pages if pages else 0
        self._meter.count_page(document.path, size_bytes, chunks)

    def _count_read(self, path: str) -> None:
        if path in self._sizes:
            self._meter.count_file(path, self._sizes[path])

    def _stops(self) -> bool:
        self._interrupted = self._interrupted or self._cancelled()
        return self._interrupted
