"""What can be asked of a store and read from it. Nothing here depends on which embedder it is made with."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ingest.document_filter import Condition, DocumentFilter
from ingest.embedding.protocol import EmbedderIdentity
from ingest.errors import StoreError
from ingest.store import archives, chunks, documents, narrowing, pages, refusals
from ingest.store.connection import in_words
from ingest.store.database import Database
from ingest.store.filters import matching_sources
from ingest.store.pages import PageRow
from ingest.store.records import DocumentKinds, PlacedPage, Refusal, SourceFile
from ingest.store.schema import read_generation
from ingest.types import Document, DocumentInfo, Page, StoredChunk

#: Pages that are read, and held, at a time.
_PAGES = 32


class StoreContents:
    """The part of a `Store` that tells what is here. Each answer is of one moment."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._layout = database.layout

    @property
    def folder(self) -> Path:
        return self._layout.folder

    @property
    def identity(self) -> EmbedderIdentity:
        """The embedder all vectors here come from."""
        return self._database.identity.embedder

    @property
    def splitter(self) -> str:
        """The splitter's settings, as they were given at creation or at the last re-embedding."""
        return self._database.identity.splitter

    # Asking what is here

    def document_of(self, sha256: str) -> int | None:
        """The id of the document with these bytes, if it is here."""
        with self._database.read() as connection:
            return documents.find_document(connection, sha256)

    def all_document_ids(self) -> frozenset[int]:
        with self._database.read() as connection:
            return documents.all_ids(connection)

    def sources(self) -> dict[str, SourceFile]:
        """Every source by its path."""
        with self._database.read() as connection:
            return {source.path: source for source, _, _ in documents.sources(connection)}

    def archives(self) -> dict[str, SourceFile]:
        """Every archive that is remembered, by its path."""
        with self._database.read() as connection:
            return {archive.path: archive for archive in archives.archives(connection)}

    def refusals(self, reading: str) -> dict[str, Refusal]:
        """The files that gave no document when they were read in this way, by path."""
        with self._database.read() as connection:
            return {refusal.source.path: refusal for refusal in refusals.read_refusals(connection, reading)}

    def incomplete(self, reading: str) -> frozenset[str]:
        """Paths whose documents may gain by being read in this way.

        They were read in another, and have lost or blank pages, or such as were read from a picture.
        """
        with self._database.read() as connection:
            return documents.incomplete(connection, reading)

    def reading_of(self, document_id: int) -> str:
        """How the document's file was read, as it was put. Raises StoreError if it is gone."""
        with self._database.read() as connection:
            reading = documents.read_reading(connection, document_id)
        if reading is None:
            raise self._gone(f"document {document_id}")
        return reading

    def documents(self) -> list[DocumentInfo]:
        """One entry per source, in the order of their paths."""
        with self._database.read() as connection:
            return documents.listing(connection)

    def document_names(self) -> dict[int, str]:
        """The words of the names of each document's files, by its id."""
        with self._database.read() as connection:
            return documents.read_names(connection)

    def documents_of(self, chunk_ids: Sequence[int]) -> dict[int, int]:
        """The document that each of these chunks is of; one that is gone is left out."""
        with self._database.read() as connection:
            return chunks.documents_of(connection, chunk_ids)

    def holds_documents(self) -> bool:
        """Whether there is any."""
        with self._database.read() as connection:
            return documents.is_any(connection)

    def document_ids(self, only: DocumentFilter | str | None) -> frozenset[int] | None:
        """The documents a filter leaves, or that a person means by a pattern (see `filters`).

        None where all are meant: for None, and for a filter without a condition. Empty means none.
        """
        wanted = DocumentFilter(documents=only) if isinstance(only, str) else only
        if wanted is None or not wanted.conditions:
            return None
        with self._database.read() as connection:
            return narrowing.fitting_documents(connection, wanted)

    def narrowed(self, only: DocumentFilter) -> list[tuple[Condition, frozenset[int]]]:
        """Each condition of the filter, with the documents that it and those before it leave."""
        with self._database.read() as connection:
            return narrowing.narrowed(connection, only)

    def document_kinds(self, ids: Collection[int]) -> DocumentKinds:
        """What kinds of documents these are."""
        with self._database.read() as connection:
            return narrowing.read_kinds(connection, ids)

    def matching_paths(self, pattern: str) -> list[str]:
        """The paths a person means, by the same reading; empty means none."""
        with self._database.read() as connection:
            return [path for path, _ in matching_sources(pattern, documents.sources(connection))]

    def setting(self, name: str) -> str | None:
        with self._database.read() as connection:
            row = connection.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
            return None if row is None else str(row[0])

    def generation(self) -> int:
        """Counts the changes of what can be found here, by any process."""
        with self._database.read() as connection:
            return read_generation(connection)

    # Reading

    def chunks(self, ids: Sequence[int]) -> dict[int, StoredChunk]:
        """The chunks by id, in the given order; one removed since it was found is left out."""
        with self._database.read() as connection:
            return chunks.stored_chunks(connection, ids)

    def chunks_digest(self) -> str:
        """One hash of all that can be found here: equal chunks, wherever and whenever they were ingested."""
        with self._database.read() as connection:
            return chunks.digest_chunks(connection)

    def document_chunks(self, document_id: int) -> list[StoredChunk]:
        """All chunks of a document, in its order. Empty if it is gone."""
        with self._database.read() as connection:
            return chunks.document_chunks(connection, document_id)

    def neighbours(self, chunk_id: int, before: int, after: int) -> list[StoredChunk]:
        """The chunk itself with those up to so many places before and after it in its document, in order.

        Empty if the chunk is gone.
        """
        with self._database.read() as connection:
            return chunks.neighbouring_chunks(connection, chunk_id, before, after)

    def head(self, document_id: int) -> Document:
        """The document without its pages. Raises StoreError if it is gone."""
        with self._database.read() as connection:
            found = documents.read_document(connection, document_id)
        if found is None:
            raise self._gone(f"document {document_id}")
        return found

    def document(self, document_id: int) -> Document:
        """The document as it was put, whole. Raises StoreError if it is gone."""
        with self._database.read() as connection:
            found = documents.read_document(connection, document_id)
            rows = list(pages.read_pages(connection, document_id))
        if found is None:
            raise self._gone(f"document {document_id}")
        return replace(found, pages=tuple(map(self._page, rows)))

    def pages(self, document_id: int, *, first: int = 1) -> Iterator[Page]:
        """The document's pages from that number on, in order, a few of them in memory at a time.

        Raises StoreError if it is gone, or once it is gone or replaced while its pages are taken.
        """
        revision, some = self._some_pages(document_id, first - 1)
        if revision is None:
            raise self._gone(f"document {document_id}")
        return self._all_pages(document_id, revision, some)

    def page(self, document_id: int, number: int) -> Page:
        """One page, by the number citations use. Raises StoreError if it is not here."""
        with self._database.read() as connection:
            row = pages.read_page(connection, document_id, number)
        if row is None:
            raise self._gone(f"page {number} of document {document_id}")
        return self._page(row)

    def text(self, document_id: int, start: int, end: int) -> str:
        """The document's text between two offsets, verbatim, page breaks included; clipped like a slice."""
        with self._database.read() as connection:
            return pages.read_text(connection, document_id, start, end)

    def touched_pages(self, path: str, start: int, end: int) -> list[PlacedPage]:
        """The pages that hold any of the text, between two offsets, of the document at this very path.

        Empty where the store holds no such path or no such text.
        """
        with self._database.read() as connection:
            document_id = documents.find_source(connection, path)
            rows = [] if document_id is None else pages.read_touched(connection, document_id, start, end)
        return [PlacedPage(row[1], self._page(row)) for row in rows]

    def _page(self, row: PageRow) -> Page:
        with in_words(self._layout):
            return pages.page_from_row(row)

    def _all_pages(self, document_id: int, revision: int, some: list[PageRow]) -> Iterator[Page]:
        while some:
            yield from map(self._page, some)
            if len(some) < _PAGES:
                return
            now, some = self._some_pages(document_id, some[-1][0])
            if now != revision:
                raise self._gone(f"document {document_id} as it was")

    def _some_pages(self, document_id: int, above: int) -> tuple[int | None, list[PageRow]]:
        """The document's revision, and its next pages above that number."""
        with self._database.read() as connection:
            rows = list(pages.read_pages(connection, document_id, above=above, limit=_PAGES))
            return documents.read_revision(connection, document_id), rows

    def _gone(self, what: str) -> StoreError:
        return StoreError(
            f"The collection '{self._layout.name}' does not hold {what}, or no longer. Search again."
        )
