"""Another embedder or splitter for a whole collection, beside the index that serves meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ingest.embedding.protocol import Embedder
from ingest.errors import StoreError
from ingest.intake_events import PageSplit
from ingest.page_splitting import PageSplitter
from ingest.progress import Progress, ProgressMeter
from ingest.splitting import Splitter
from ingest.store.pages import next_start
from ingest.store.records import DocumentPlace
from ingest.store.reembedding import Reembedding
from ingest.store.store import Store
from ingest.types import Chunk
from ingest.vectorising import EmbeddingCancelled, embed_once

#: Texts embedded in one go: between two goes progress is told and stopping is possible.
_STRETCH = 512


def reembed(
    store: Store,
    splitter: Splitter,
    embedder: Embedder,
    *,
    progress: Callable[[Progress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> bool:
    """Split and embed every document anew; True once the new index has taken the place of the old.

    No file is read: the texts come out of the store. Searches are answered from the old index until the
    new one is whole; what is ingested meanwhile is in both. False where `cancelled` said so: the same call
    goes on from there, also inside a large document. Raises `StoreError`.
    """
    meter = ProgressMeter(progress)
    beside = store.reembedding(embedder.identity, splitter.identity)
    run = _Run(store, beside, splitter, embedder, meter, cancelled)
    try:
        standing = None
        while not beside.complete():
            before, standing = standing, beside.standing()
            if standing and standing == before:
                raise StoreError(
                    f"The re-embedding of '{store.folder.name}' comes no further, and the collection serves "
                    "as before. Look what `refdesk doctor` says of it."
                )
            run.go_round(beside.waiting())
    except EmbeddingCancelled:
        meter.tell("interrupted")
        return False
    meter.tell("done")
    return True


@dataclass(slots=True)
class _Part:
    """Pages of one document that are embedded in one go."""

    document_id: int
    title: str
    at: DocumentPlace
    to: DocumentPlace
    splits: list[PageSplit] = field(default_factory=list)
    #: Whether the document ends with them.
    is_last: bool = False

    @property
    def chunks(self) -> list[Chunk]:
        return [chunk for split in self.splits for chunk in split.chunks]

    @property
    def texts(self) -> list[str]:
        return [text for split in self.splits for text in split.texts]

    def take(self, split: PageSplit) -> None:
        self.splits.append(split)
        self.to = DocumentPlace(
            split.page.number + 1,
            next_start(self.to.text_length, split.page),
            self.to.chunk_count + len(split.chunks),
        )


class _Run:
    """Takes the documents that wait, page by page: small ones are embedded together, large ones in parts."""

    def __init__(
        self,
        store: Store,
        beside: Reembedding,
        splitter: Splitter,
        embedder: Embedder,
        meter: ProgressMeter,
        cancelled: Callable[[], bool],
    ) -> None:
        self._store, self._beside, self._splitter, self._embedder = store, beside, splitter, embedder
        self._meter, self._cancelled = meter, cancelled
        self._parts: list[_Part] = []
        self._texts = self._documents_done = self._pages_done = 0

    def go_round(self, waiting: list[int]) -> None:
        """Every document once. One that is replaced or removed meanwhile is left for the next round.

        Raises EmbeddingCancelled.
        """
        self._stop_if_cancelled()
        self._meter.expect(
            self._documents_done + len(waiting), self._pages_done + self._beside.waiting_pages()
        )
        for document_id in waiting:
            try:
                self._take(document_id)
            except StoreError:
                if self._beside.still_waits(document_id):
                    raise  # the store itself is the trouble
                self._parts = [part for part in self._parts if part.document_id != document_id]
        self._embed()

    def _take(self, document_id: int) -> None:
        self._stop_if_cancelled()
        document = self._store.head(document_id)
        at = self._beside.place(document_id)
        pages = PageSplitter(self._splitter, document.title)
        pages.go_on(document, at.text_length, at.chunk_count)
        part = _Part(document_id, document.title, at, at)
        self._parts.append(part)
        for page in self._store.pages(document_id, first=at.next_page):
            split = pages.split(page)
            part.take(split)
            self._texts += len(split.texts)
            if self._texts >= _STRETCH:
                if document_id not in self._embed():
                    return
                part = _Part(document_id, document.title, part.to, part.to)
                self._parts.append(part)
        part.is_last = True

    def _embed(self) -> set[int]:
        """Embed what waits, and keep it; returns the documents of which anything was kept."""
        parts, self._parts, self._texts = self._parts, [], 0
        if not parts:
            return set()
        self._meter.tell("embedding", parts[0].title)
        texts = [text for part in parts for text in part.texts]
        vectors = embed_once(texts, self._embedder, self._beside, self._cancelled)
        row, kept = 0, set()
        for part in parts:
            chunks = part.chunks
            part_vectors = vectors[row : row + len(chunks)]
            row += len(chunks)
            if part.is_last:
                is_kept = self._beside.add(part.document_id, chunks, part_vectors, part.at)
            else:
                is_kept = self._beside.append(part.document_id, part.at, part.to, chunks, part_vectors)
            if is_kept:
                kept.add(part.document_id)
                self._count(part)
        return kept

    def _count(self, part: _Part) -> None:
        for split in part.splits:
            self._meter.count_page(part.title, 1, len(split.chunks))
        self._pages_done += len(part.splits)
        if part.is_last:
            self._documents_done += 1
            self._meter.count_file()

    def _stop_if_cancelled(self) -> None:
        if self._cancelled():
            raise EmbeddingCancelled
