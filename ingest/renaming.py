"""A document whose file got another name: what finds it by its name follows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ingest.embedding.protocol import Embedder
from ingest.errors import StoreError
from ingest.indexing import name_in_words
from ingest.intake_events import DocumentBegun, PageSplit
from ingest.loaders.titles import choose_title
from ingest.open_document import OpenDocument
from ingest.page_splitting import PageSplitter
from ingest.splitting import Splitter
from ingest.store.records import SourceFile
from ingest.store.store import Store
from ingest.store.unfinished import ReadingKey
from ingest.types import Document
from ingest.vectorising import embed_once

#: Texts embedded in one go.
_STRETCH = 512


def rename(store: Store, old_path: str, source: SourceFile, splitter: Splitter, embedder: Embedder) -> None:
    """Make the path another source of the document with its bytes, under whose name it is found from then on.

    Where the new name says anything else, all of it is embedded and indexed anew, in the same transaction.
    Its file is not read again: the text comes out of the store. Raises StoreError, also where no document
    has these bytes.
    """
    document_id = store.document_of(source.sha256)
    if document_id is None:
        store.add_source(source)  # raises
        return
    old, new = Path(old_path), Path(source.path)
    before = store.head(document_id)
    # Where a file has no title of its own, its name stands in for one.
    title = choose_title(new) if before.title == choose_title(old) else before.title
    document = replace(before, name=name_in_words(new), title=title)
    if document.names == before.names:
        store.add_source(source)
        return
    key = ReadingKey(source.sha256, f"renamed {document.names} {splitter.identity}")
    reading = store.reading_of(document_id)
    renamed = OpenDocument(DocumentBegun(source, document, key, None, None, reading=reading))
    try:
        waiting: list[PageSplit] = []
        for split in _splits(store, document_id, document, splitter, source.path):
            renamed.waiting_pages += 1
            waiting.append(split)
            if sum(len(each.texts) for each in waiting) >= _STRETCH:
                _embed(renamed, waiting, store, embedder)
                waiting = []
        _embed(renamed, waiting, store, embedder)
        renamed.write(store)
    except BaseException:
        with suppress(StoreError):  # what went wrong before is what is to be said
            renamed.drop(store)
        raise


def _splits(
    store: Store, document_id: int, document: Document, splitter: Splitter, path: str
) -> Iterator[PageSplit]:
    pages = PageSplitter(splitter, path)
    pages.document = document
    for page in store.pages(document_id):
        yield pages.split(page)


def _embed(renamed: OpenDocument, waiting: list[PageSplit], store: Store, embedder: Embedder) -> None:
    vectors = embed_once([text for split in waiting for text in split.texts], embedder, store)
    row = 0
    for split in waiting:
        renamed.add(split, vectors[row : row + len(split.texts)])
        row += len(split.texts)
    renamed.stage(store)
