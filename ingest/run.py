"""One run: what the intake tells becomes documents in the store and outcomes in the report."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from pathlib import Path

from ingest.containers import close_container, record_refused_members
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
from ingest.open_documents import OpenDocuments
from ingest.outcomes import Outcomes
from ingest.plan import Plan
from ingest.progress import ProgressMeter
from ingest.renaming import rename
from ingest.report import FileOutcome, IngestReport
from ingest.settings import IngestSettings
from ingest.store.store import Store
from ingest.tools import Tools
from ingest.walk import PlannedFile

_REREADINGS = 2
_TELLING_BYTES = 2_000_000
#: Noted together: each time is a transaction.
_REFUSALS_AT_ONCE = 50


class Run:
    """One run's state: what is done, which documents are open, and which pages wait to be embedded."""

    def __init__(
        self,
        store: Store,
        outcomes: Outcomes,
        incomplete: Collection[str],
        plan: Plan,
        settings: IngestSettings,
        meter: ProgressMeter,
        cancelled: Callable[[], bool],
    ) -> None:
        self._store, self._plan, self._settings = store, plan, settings
        self._meter, self._cancelled = meter, cancelled
        self._outcomes, self._known = outcomes, outcomes.known
        self._known_now = dict(outcomes.known)
        self._anew = frozenset(self._known[path].sha256 for path in incomplete if path in self._known)
        # Bytes tell how much work a file is, but not of the largest, which are pictures or nothing readable.
        self._sizes = {os.fspath(file.path): min(file.size_bytes, _TELLING_BYTES) for file in plan.to_read}
        self._documents = OpenDocuments(store, outcomes, meter, self._size_of, self._count_read, self._share)
        self._again: set[Path] = set()
        self._counted: set[str] = set()
        self._interrupted = False
        self._tools: Tools

    def carry_out(self, tools: Callable[[], Tools], options: LoadOptions) -> None:
        plan = self._plan
        files = len(plan.to_read) + len(plan.unchanged) + len(plan.refused) + len(plan.gone)
        self._meter.expect(files, sum(self._sizes.values()))
        self._record_what_needs_no_reading()
        if plan.to_read and not self._stops():
            self._meter.tell("preparing")
            self._tools = tools()
            self._read(plan.to_read, options)
            # What lost the document it was to share is read for itself. More than twice would mean that
            # somebody else removes documents while this run adds them.
            for _ in range(_REREADINGS):
                again = [file for file in plan.to_read if file.path in self._again]
                self._again.clear()
                self._read(again, options)
            for lost in self._again:
                self._documents.refuse(os.fspath(lost), None, _taken_away(lost), 0.0)
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
            self._known_now,
            self._plan.inside,
            self._anew,
            self._settings.max_file_bytes,
        )
        with closing(intake.events()) as events:
            try:
                for event in events:
                    if self._stops():
                        break
                    if event is None:
                        self._embed()  # nothing new for a moment: do what there is
                        continue
                    self._take(event)
                    if self._documents.waiting_texts >= self._settings.embedding_stretch:
                        self._embed()
                else:
                    self._embed()
            finally:
                self._documents.keep_what_is_embedded()

    def _embed(self) -> None:
        self._documents.embed_waiting(self._tools.embedder)

    def _take(self, event: IntakeEvent) -> None:
        match event:
            case FileBegun(path):
                self._meter.tell("reading", path)
            case DocumentBegun():
                self._documents.begin(event)
            case PageSplit():
                self._documents.add(event)
            case DocumentEnded():
                self._documents.end(event)
            case FileRefused(path, source, error, seconds):
                self._documents.refuse(path, source, error, seconds)
                if many := self._outcomes.take_to_remember(at_least=_REFUSALS_AT_ONCE):
                    self._store.remember_refusals(many)
            case ContentUnchanged():
                self._touch(event)
            case ContentKnown():
                self._share(event)
            case MembersEnded():
                self._close_container(event)

    def _touch(self, unchanged: ContentUnchanged) -> None:
        path = unchanged.source.path
        try:
            self._store.touch(unchanged.source)
        except StoreError as error:
            if type(error) is not StoreError:
                raise
            self._read_again(path)  # another process removed it meanwhile
            return
        self._outcomes.record(FileOutcome(path, "unchanged", seconds=unchanged.seconds))
        for member in unchanged.inside:
            self._outcomes.record(FileOutcome(member, "unchanged"))
        self._count_read(path)

    def _read_again(self, path: str) -> None:
        self._known_now.pop(path, None)
        self._again.add(self._planned_file_of(path))

    def _share(self, known: ContentKnown) -> None:
        """Make a path another source of a document that is here, or of one that is on its way."""
        source = known.source
        if self._documents.let_follow(known):
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
        if self._store.document_of(source.sha256) is None:
            self._read_again(source.path)  # its last holder was replaced meanwhile, or gave nothing
            return
        reason = f"same content as {holders[0] if holders else 'another document of the collection'}"
        if holders and set(holders) <= set(self._plan.gone):
            reason = f"renamed from {holders[0]}"
            rename(self._store, holders[0], source, self._tools.splitter, self._tools.embedder)
        else:
            self._store.add_source(source)
        seconds = known.seconds + time.perf_counter() - started
        self._outcomes.record(
            FileOutcome(source.path, self._outcomes.written(source.path), reason, seconds=seconds)
        )
        self._outcomes.hold(source)
        self._count_read(source.path)

    def _close_container(self, ended: MembersEnded) -> None:
        self._embed()  # so that all members have their outcome
        record_refused_members(ended, self._outcomes)
        if any(self._planned_file_of(member) in self._again for member in ended.members):
            return
        close_container(ended, self._plan, self._known, self._store, self._outcomes)
        if ended.is_archive:
            self._containers_done.add(ended.source.path)
            self._count_read(ended.source.path)

    def _planned_file_of(self, path: str) -> Path:
        """The file on the disk that the path is, or lies in."""
        while path and path not in self._sizes:
            path = path.rpartition(os.sep)[0]
        return Path(path)

    def _size_of(self, path: str) -> int:
        return self._sizes.get(path, 0)

    def _count_read(self, path: str) -> None:
        if path in self._sizes and path not in self._counted:
            self._counted.add(path)
            self._meter.count_file(path, self._sizes[path])

    def _stops(self) -> bool:
        self._interrupted = self._interrupted or self._cancelled()
        return self._interrupted


def _taken_away(path: Path) -> UnreadableFile:
    return UnreadableFile(
        f"{path.name} could not be made part of the collection: another process changes it at the same time. "
        "Ingest the file again."
    )
