"""The documents of a run that are on their way, and the pages of theirs that wait to be embedded."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from ingest.embedding.protocol import Embedder
from ingest.errors import ReadingTaken, UnreadableFile
from ingest.intake_events import ContentKnown, DocumentBegun, DocumentEnded, PageSplit
from ingest.open_document import OpenDocument
from ingest.outcomes import Outcomes
from ingest.plan import MEMBERS_PENDING_NS
from ingest.progress import ProgressMeter
from ingest.report import FileOutcome
from ingest.store.records import SourceFile
from ingest.store.store import Store
from ingest.waiting import WaitingPages


class OpenDocuments:
    """Each is written once all its pages are embedded, and then its outcome is told.

    `settled` is called for each path that came to its end here, and `share` for each file that waited for
    a document of the same bytes. `size_of` gives a file's bytes, 0 for a path that is none of the plan's.
    """

    def __init__(
        self,
        store: Store,
        outcomes: Outcomes,
        meter: ProgressMeter,
        size_of: Callable[[str], int],
        settled: Callable[[str], None],
        share: Callable[[ContentKnown], None],
    ) -> None:
        self._store, self._outcomes, self._meter = store, outcomes, meter
        self._size_of, self._settled, self._share = size_of, settled, share
        self._documents: dict[str, OpenDocument] = {}
        self._waiting = WaitingPages()

    @property
    def waiting_texts(self) -> int:
        """How many texts wait to be embedded."""
        return self._waiting.texts

    def begin(self, begun: DocumentBegun) -> None:
        self._documents[begun.source.path] = OpenDocument(begun)

    def add(self, split: PageSplit) -> None:
        if split.path in self._documents:  # else it was refused meanwhile
            self._waiting.add(self._documents[split.path], split)

    def end(self, ended: DocumentEnded) -> None:
        document = self._documents.get(ended.path)
        if document is None:  # refused meanwhile
            return
        document.ended = ended.notes
        document.seconds += ended.seconds
        if ended.holds_files:  # until they are dealt with, the next run looks for them
            document.source = replace(document.source, modified_ns=MEMBERS_PENDING_NS)
        if document.is_whole:
            self._write(document)

    def refuse(self, path: str, source: SourceFile | None, error: UnreadableFile, seconds: float) -> None:
        """The file gave nothing; what was read of it, if anything, is forgotten."""
        self._outcomes.record_refusal(path, source, error, seconds)
        self._settled(path)
        document = self._documents.pop(path, None)
        if document is not None:
            document.drop(self._store)
            self._waiting.forget(document)
            for follower in document.followers:
                self._share(follower)

    def let_follow(self, known: ContentKnown) -> bool:
        """Whether a document of the same bytes is on its way: once that is settled, the file is shared."""
        for document in self._documents.values():
            if document.source.sha256 == known.source.sha256:
                document.followers.append(known)
                return True
        return False

    def embed_waiting(self, embedder: Embedder) -> None:
        """Embed the pages that wait, write each document that is whole by it, and stage what is large."""
        if (path := self._waiting.first_path) is None:
            return
        self._meter.tell("embedding", path)
        for document in self._waiting.embed(embedder, self._store, self._count_page):
            if document.is_whole:
                self._write(document)
            else:
                self._stage(document)

    def keep_what_is_embedded(self) -> None:
        """Put on the disk what an interruption left half done, where the next run finds it."""
        for document in self._documents.values():
            with suppress(ReadingTaken):  # then another process keeps it
                document.stage(self._store, all_of_it=True)

    def _stage(self, document: OpenDocument) -> None:
        try:
            document.stage(self._store)
        except ReadingTaken as error:
            self.refuse(document.path, None, UnreadableFile(str(error)), document.seconds)

    def _write(self, document: OpenDocument) -> None:
        path = document.path
        del self._documents[path]
        self._meter.tell("writing", path)
        started = time.perf_counter()
        try:
            notes = document.write(self._store)
        except ReadingTaken as error:
            self._outcomes.record_refusal(path, None, UnreadableFile(str(error)), document.seconds)
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
        self._settled(path)
        for follower in document.followers:
            self._share(follower)

    def _count_page(self, document: OpenDocument, chunks: int) -> None:
        """Where the number of pages is known, each stands for its share of the file's bytes."""
        pages = document.page_count
        size_bytes = self._size_of(document.path) // pages if pages else 0
        self._meter.count_page(document.path, size_bytes, chunks)
