"""A document whose file got another name: what finds it by its name follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ingest.embedding.protocol import Embedder
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
    """Embed and index the document anew under the name of this source, if it says anything else.

    Its file is not read again: the text comes out of the store. Raises StoreError.
    """
    document_id = store.document_of(source.sha256)
    if document_id is None:
        return
    old, new = Path(old_path), Path(source.path)
    before = store.head(document_id)
    # Where a file has no title of its own, its name stands in for one.
    title = choose_title(new) if before.title == choose_title(old) else before.title
    document = replace(before, name=name_in_words(new), title=title)
    if document.names == before.names:
        return
    key = ReadingKey(source.sha256, f"renamed {document.names} {splitter.identity}")
    store.unfinished.drop(key)
    renamed = OpenDocument(DocumentBegun(source, document, key, None, None))
    waiting: list[PageSplit] = []
    for split in _splits(store, document_id, document, splitter, source.path):
        renamed.waiting_pages += 1
        waiting.append(split)
        if sum(len(each.texts) for each in waiting) >= _STRETCH:
            _embed(renamed, waiting, store, embedder)
            waiting = []
    _embed(renamed, waiting, store, embedder)
    renamed.write(store)


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
