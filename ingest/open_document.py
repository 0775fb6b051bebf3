"""A document on its way into the store: some pages read, some embedded, some staged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ingest.embedding.protocol import Vectors
from ingest.errors import EmptyFile, UnsupportedFormat
from ingest.intake_events import ContentKnown, DocumentBegun, PageSplit
from ingest.language import tell_language
from ingest.loaders.protocol import PageLost
from ingest.store.store import Store
from ingest.types import Chunk, Document, Page

#: Embedded chunks that are held in memory; what is beyond goes to the disk, where the next run finds it.
_STAGE_CHUNKS = 512
_LANGUAGE_SAMPLE_CHARACTERS = 4000
_MOST_PAGES_NAMED = 8


class OpenDocument:
    """What the pipeline knows of one document between its opening and its writing."""

    def __init__(self, begun: DocumentBegun) -> None:
        self.source, self.page_count = begun.source, begun.page_count
        self.followers: list[ContentKnown] = []
        self.seconds = 0.0
        self.waiting_pages = 0
        self.ended: tuple[str, ...] | None = None
        self._document, self._key = begun.document, begun.key
        self._staged = begun.resumption is not None
        self._losses: list[PageLost] = [] if begun.resumption is None else list(begun.resumption.losses)
        self._pages: list[Page] = []
        self._unstaged_losses: list[PageLost] = []
        self._chunks: list[Chunk] = []
        self._vectors: list[Vectors] = []
        self._sample = ""
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
        if len(self._sample) < _LANGUAGE_SAMPLE_CHARACTERS:
            self._sample += split.page.text[:_LANGUAGE_SAMPLE_CHARACTERS] + "\n"

    def stage(self, store: Store, *, all_of_it: bool = False) -> None:
        """Put what is embedded on the disk if it has become much (or in any case), and let go of it."""
        if not self._pages or (len(self._chunks) < _STAGE_CHUNKS and not all_of_it):
            return
        if not self._staged:
            store.unfinished.begin(self._key, self._document)
            self._staged = True
        vectors = _stacked(self._vectors, store)
        store.unfinished.append(self._key, self._pages, self._unstaged_losses, self._chunks, vectors)
        self._pages, self._unstaged_losses, self._chunks, self._vectors = [], [], [], []

    def write(self, store: Store) -> tuple[str, ...]:
        """Make the document part of the store, whole; returns what is worth knowing about it.

        Raises EmptyFile where no page holds any text, and what `Store.put` raises.
        """
        document = self._finished()
        if self._staged:
            self.stage(store, all_of_it=True)
            store.finish(self._key, document, self.source)
        else:
            whole = replace(document, pages=tuple(self._pages))
            store.put(whole, self._chunks, _stacked(self._vectors, store), self.source)
        return document.notes

    def drop(self, store: Store) -> None:
        """Forget what was staged of it."""
        if self._staged:
            store.unfinished.drop(self._key)

    def _finished(self) -> Document:
        # A document that comes out of the store has its notes already.
        notes = self._document.notes or (*(self.ended or ()), *self._notes_on_pages())
        if not self.chunks_done:
            name = self.path.rpartition("/")[2]
            why = "; ".join(notes) or "Check that it is the file you meant"
            if self._document.media_type.startswith("image/"):
                raise UnsupportedFormat(f"{name} is a picture without text that can be read: {why}.")
            raise EmptyFile(f"{name} holds no text that can be searched: {why}.")
        language = self._document.language or tell_language(self._sample[:_LANGUAGE_SAMPLE_CHARACTERS])
        return replace(self._document, notes=notes, language=language)

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
