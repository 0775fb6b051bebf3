"""How torture calls Refdesk: everything that names the pipeline or the store's inner rules is here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ingest import open_document, reembedding
from ingest.assembly import build_reader, build_splitter
from ingest.embedding.hashing import HashingEmbedder
from ingest.errors import CollectionNotFound
from ingest.loaders.protocol import LoadOptions, Ocr
from ingest.pipeline import ingest
from ingest.report import IngestReport
from ingest.settings import IngestSettings, ReadingLimits
from ingest.store import dense, vectors, word_search
from ingest.store.quantised import SearchPlan, load_faiss
from ingest.store.records import SourceFile
from ingest.store.store import Store
from ingest.tools import Tools

#: The calls after which a change is safe. Those that are given a source acknowledge its path.
_ACKNOWLEDGING = ("put", "finish", "add_source", "remove")

#: Chunks of a step: a document of some hundred pages takes several.
_STEP_CHUNKS = 40

_OTHER_DIMENSION = 96

Acknowledge = Callable[[str], None]


def do_by_small_steps() -> None:
    """Treat small collections as large ones: with all files for searching, staged, embedded by parts."""
    vectors.REWRITE_MINIMUM = _STEP_CHUNKS
    dense.PLAN = SearchPlan(exact_maximum=_STEP_CHUNKS)
    word_search.FTS5_ALONE = _STEP_CHUNKS
    open_document._STAGE_CHUNKS = _STEP_CHUNKS
    reembedding._STRETCH = _STEP_CHUNKS


def import_everything() -> None:
    """Import what a run imports on its way, so that forked children need not."""
    import pypdfium2  # noqa: F401 - loaded for its own sake

    build_reader(IngestSettings(isolated=False)).close()
    load_faiss()


def open_or_create(folder: Path) -> Store:
    """The store in the folder, whatever it is made with; a new one is made for the hashing embedder."""
    embedder = HashingEmbedder()
    splitter = build_splitter(IngestSettings().splitter, embedder).identity
    try:
        return Store.open(folder)
    except CollectionNotFound:
        return Store.create(folder, embedder.identity, splitter)


def run_ingest(
    store: Store,
    paths: Sequence[Path],
    *,
    sync: bool = False,
    isolation: ReadingLimits | None = None,
    passwords: Sequence[str] = (),
    ocr: Ocr = "auto",
) -> IngestReport:
    """One run of the pipeline with the hashing embedder; with `isolation`, files are read in children."""
    settings = IngestSettings(
        isolated=isolation is not None, limits=isolation or ReadingLimits(), embedding_stretch=_STEP_CHUNKS
    )
    embedder = HashingEmbedder()

    def tools() -> Tools:
        return Tools(build_reader(settings), build_splitter(settings.splitter, embedder), embedder)

    options = LoadOptions(passwords=tuple(passwords), ocr=ocr)
    return ingest(store, paths, tools, sync=sync, options=options, settings=settings)


def run_reembed(store: Store) -> None:
    """Re-embed the collection with another embedder, of the same kind and another dimension."""
    embedder = HashingEmbedder(_OTHER_DIMENSION)
    reembedding.reembed(store, build_splitter(IngestSettings().splitter, embedder), embedder)


def acknowledging(store: Store, acknowledge: Acknowledge) -> Store:
    """The same store, which tells each path as soon as the call that changed it has returned."""

    def wrapped(call: Callable[..., Any]) -> Callable[..., Any]:
        def told(*arguments: Any, **named: Any) -> Any:
            result = call(*arguments, **named)
            for path in _paths((*arguments, *named.values())):
                acknowledge(path)
            return result

        return told

    for name in _ACKNOWLEDGING:
        if hasattr(store, name):
            setattr(store, name, wrapped(getattr(store, name)))
    return store


def _paths(arguments: Sequence[Any]) -> list[str]:
    sources = [argument.path for argument in arguments if isinstance(argument, SourceFile)]
    return sources or [str(path) for path in arguments[0]]
