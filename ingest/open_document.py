"""A document on its way into the store: some pages read, some embedded, some staged."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from ingest.embedding.protocol import Vectors
from ingest.errors import EmptyFile, UnsupportedFormat
from ingest.intake_events import ContentKnown, DocumentBegun, PageSplit
from ingest.language import tell_language
from ingest.loaders.protocol import PageLost
from ingest.store.records import Resumption
from ingest.store.store import Store
from ingest.types import Chunk, Document, Page

#: Embedded chunks that are held in memory; what is beyond goes to the disk, where the next run finds it.
_STAGE_CHUNKS = 512
#: Where pages come slowly, as from text recognition, no more than this much of the work is lost.
_STAGE_SECONDS = 10.0
_LANGUAGE_SAMPLE_CHARACTERS = 4000
_MOST_PAGES_NAMED = 8


class OpenDocument:
    """What the pipeline knows of one document between its opening and its writing."""

    def __init__(self, begun: DocumentBegun, clock: Callable[[], float] = time.monotonic) -> None:
        self.source, self.page_count = begun.source, begun.page_count
        self.followers: list[ContentKnown] = []
        self.seconds = 0.0
        self.waiting_pages = 0
        self.ended: tuple[str, ...] | None = None
        self._document, self._key, self._reading = begun.document, begun.key, begun.reading
        self._at: Resumption | None = begun.resumption
        self._clock = clock
        self._unstaged_since: float | None = None
        self._losses: list[PageLost] = [] if begun.resumption is None else list(begun.resumption.losses)
        self._pages: list[Page] = []
        self._unstaged_losses: list[PageLost] = []
        self._chunks: list[Chunk] = []
        self._vectors: list[Vectors] = []
        self.pages_done = 0 if begun.resumption is None else begun.resumption.next_page - 1
        self.chunks_done = 0 if begun.resumption is None else begun.resumption.chunk_count
        self._recognised = 0 if begun.resumption is None else begun.resumption.recognised_pages
        self._blank = 0 if begun.resumption is None else begun.resumption.blank_pages

    @property
    def path(self) -> str:
        return self.source.path

    @property
    def is_whole(self) -> bool:
        """Whether every page was told and embedded."""
        return self.ended is not None and not self.waiting_pages

    @property
    def recognised_pages(self) -> int:
        return self._recognised

    def add(self, split: PageSplit, vectors: Vectors) -> None:
        """Take a page that is embedded: float32 [len(split.chunks), dimension]."""
        if self._unstaged_since is None:
            self._unstaged_since = self._clock()
        self.waiting_pages -= 1
        self.pages_done += 1
        self.chunks_done += len(split.chunks)
        self._recognised += split.page.recognised
        self._pages.append(split.page)
        self._chunks += split.chunks
        self._vectors.append(vectors)
        if split.loss is not None:
            self._losses.append(split.loss)
            self._unstaged_losses.append(split.loss)
        elif not split.page.text.strip():
            self._blank += 1

    def stage(self, store: Store, *, all_of_it: bool = False) -> None:
        """Put what is embedded on the disk if it has become much or old (or in any case); let go of it.

        Raises ReadingTaken where somebody else finished the same document, and StoreError.
        """
        if not self._pages or not (all_of_it or self._is_much()):
            return
        at = self._at or store.unfinished.begin(self._key, self._document)
        vectors = _stacked(self._vectors, store)
        self._at = store.unfinished.append(at, self._pages, self._unstaged_losses, self._chunks, vectors)
        self._pages, self._unstaged_losses, self._chunks, self._vectors = [], [], [], []
        self._unstaged_since = self._clock()

    def write(self, store: Store) -> tuple[str, ...]:
        """Make the document part of the store, whole; returns what is worth knowing about it.

        Raises EmptyFile where no page holds any text, ReadingTaken where somebody else finished the same
        document, and what `Store.put` raises.
        """
        notes = self._notes()
        unread = self._blank + len(self._losses)
        if self._at is None:
            opening = "\n".join(page.text for page in self._pages)[:_LANGUAGE_SAMPLE_CHARACTERS]
            whole = replace(self._finished(notes, opening), pages=tuple(self._pages))
            vectors = _stacked(self._vectors, store)
            store.put(whole, self._chunks, vectors, self.source, reading=self._reading, unread_pages=unread)
        else:
            self.stage(store, all_of_it=True)
            opening = store.unfinished.opening(self._at, _LANGUAGE_SAMPLE_CHARACTERS)
            document = self._finished(notes, opening)
            store.finish(self._at, document, self.source, reading=self._reading, unread_pages=unread)
        return notes

    def drop(self, store: Store) -> None:
        """Forget what was staged of it."""
        if self._at is not None:
            store.unfinished.drop(self._at)

    def _is_much(self) -> bool:
        since = self._unstaged_since
        return len(self._chunks) >= _STAGE_CHUNKS or (
            since is not None and self._clock() - since > _STAGE_SECONDS
        )

    def _finished(self, notes: tuple[str, ...], opening: str) -> Document:
        language = self._document.language or tell_language(opening)
        return replace(self._document, notes=notes, language=language)

    def _notes(self) -> tuple[str, ...]:
        # A document that comes out of the store has its notes already.
        notes = self._document.notes or (*(self.ended or ()), *self._notes_on_pages())
        if not self.chunks_done:
            name = self.path.rpartition("/")[2]
            why = "; ".join(notes) or "Check that it is the file you meant"
            if self._document.media_type.startswith("image/"):
                raise UnsupportedFormat(f"{name} is a picture without text that can be read: {why}.")
            if self._document.media_type.startswith("audio/"):
                raise UnsupportedFormat(f"{name} is a recording in which no speech was heard.")
            raise EmptyFile(f"{name} holds no text that can be searched: {why}.")
        return notes

    def _notes_on_pages(self) -> list[str]:
        notes = []
        if self._recognised:
            notes.append(f"{self._recognised} of {self.pages_done} pages were read by text recognition (OCR)")
        if self._blank:
            notes.append(f"{self._blank} of {self.pages_done} pages are blank")
        by_reason: dict[str, list[int]] = {}
        for loss in self._losses:
            by_reason.setdefault(loss.reason, []).append(loss.number)
        for reason, numbers in by_reason.items():
            notes.append(f"{_pages_in_words(numbers)}: {reason}")
        return notes


def _stacked(vectors: Sequence[Vectors], store: Store) -> Vectors:
    if not vectors:
        return np.zeros((0, store.identity.dimension), dtype=np.float32)
    return np.concatenate(vectors)


def _pages_in_words(numbers: Sequence[int]) -> str:
    named = ", ".join(map(str, numbers[:_MOST_PAGES_NAMED]))
    more = f" and {len(numbers) - _MOST_PAGES_NAMED} more" if len(numbers) > _MOST_PAGES_NAMED else ""
    return f"page{'s' if len(numbers) > 1 else ''} {named}{more}"
