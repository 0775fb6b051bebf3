"""Another embedder or splitter for a whole collection, beside the index that serves meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ingest.embedding.protocol import Embedder
from ingest.errors import StoreError
from ingest.page_splitting import PageSplitter
from ingest.progress import Progress, ProgressMeter
from ingest.splitting import Splitter
from ingest.store.reembedding import Reembedding
from ingest.store.store import Store
from ingest.types import Chunk

#: Texts embedded in one go: between two goes progress is told and stopping is possible.
_STRETCH = 512


@dataclass(frozen=True, slots=True)
class _SplitDocument:
    id: int
    path: str
    chunks: tuple[Chunk, ...]
    texts: tuple[str, ...]


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
    goes on from there. Raises `StoreError`.
    """
    meter = ProgressMeter(progress)
    beside = store.reembedding(embedder.identity, splitter.identity)
    while not beside.complete():
        waiting = beside.waiting()
        meter.expect(len(waiting), len(waiting))
        for stretch in _stretches(store, waiting, splitter):
            if cancelled():
                meter.tell("interrupted")
                return False
            meter.tell("embedding", stretch[0].path)
            _embed(beside, stretch, embedder, meter)
    meter.tell("done")
    return True


def _embed(
    beside: Reembedding, stretch: list[_SplitDocument], embedder: Embedder, meter: ProgressMeter
) -> None:
    vectors = embedder.embed_documents([text for document in stretch for text in document.texts])
    row = 0
    for document in stretch:
        end = row + len(document.texts)
        beside.add(document.id, document.chunks, vectors[row:end])
        row = end
        meter.count_page(document.path, 1, len(document.texts))
        meter.count_file(document.path, 1)


def _stretches(store: Store, documents: list[int], splitter: Splitter) -> Iterator[list[_SplitDocument]]:
    stretch: list[_SplitDocument] = []
    for document_id in documents:
        try:
            stretch.append(_split(store, document_id, splitter))
        except StoreError:
            store.all_document_ids()  # raises where the store itself is the trouble
            continue  # removed or replaced meanwhile: if it is there, it waits again
        if sum(len(document.texts) for document in stretch) >= _STRETCH:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def _split(store: Store, document_id: int, splitter: Splitter) -> _SplitDocument:
    document = store.head(document_id)
    pages = PageSplitter(splitter, document.title)
    pages.document = document
    splits = [pages.split(page) for page in store.pages(document_id)]
    return _SplitDocument(
        document_id,
        document.title,
        tuple(chunk for split in splits for chunk in split.chunks),
        tuple(text for split in splits for text in split.texts),
    )
