"""A file becomes searchable: read, split, embedded, stored.

Each public name is imported when it is first asked for, so that importing one module of the package
does not import them all.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.assembly import build_embedder, build_reader, build_splitter, identity_of
    from ingest.document_filter import DocumentFilter
    from ingest.embedding.protocol import Embedder, EmbedderIdentity
    from ingest.errors import (
        CollectionNotFound,
        DamagedFile,
        EmbedderMismatch,
        EmptyFile,
        EncryptedFile,
        IngestError,
        NothingToIngest,
        ReadingStopped,
        StoreDamaged,
        StoreError,
        StoreFull,
        UnreadableFile,
        UnsupportedFormat,
    )
    from ingest.file_reader import FileReader
    from ingest.loaders.protocol import Loader, LoadOptions, PageLoader
    from ingest.patterns import Patterns
    from ingest.pipeline import ingest
    from ingest.plan import source_path
    from ingest.progress import Progress
    from ingest.report import FileOutcome, IngestReport
    from ingest.settings import EmbedderSettings, IngestSettings, ReadingLimits, SplitterSettings
    from ingest.splitting import Splitter
    from ingest.store.store import Store
    from ingest.tools import Tools
    from ingest.types import Chunk, Document, DocumentInfo, LineBox, Page, StoredChunk

_MODULES = {
    "ingest.assembly": ("build_embedder", "build_reader", "build_splitter", "identity_of"),
    "ingest.document_filter": ("DocumentFilter",),
    "ingest.embedding.protocol": ("Embedder", "EmbedderIdentity"),
    "ingest.errors": (
        "CollectionNotFound",
        "DamagedFile",
        "EmbedderMismatch",
        "EmptyFile",
        "EncryptedFile",
        "IngestError",
        "NothingToIngest",
        "ReadingStopped",
        "StoreDamaged",
        "StoreError",
        "StoreFull",
        "UnreadableFile",
        "UnsupportedFormat",
    ),
    "ingest.file_reader": ("FileReader",),
    "ingest.loaders.protocol": ("LoadOptions", "Loader", "PageLoader"),
    "ingest.patterns": ("Patterns",),
    "ingest.pipeline": ("ingest",),
    "ingest.plan": ("source_path",),
    "ingest.progress": ("Progress",),
    "ingest.report": ("FileOutcome", "IngestReport"),
    "ingest.settings": ("EmbedderSettings", "IngestSettings", "ReadingLimits", "SplitterSettings"),
    "ingest.splitting": ("Splitter",),
    "ingest.tools": ("Tools",),
    "ingest.store.store": ("Store",),
    "ingest.types": ("Chunk", "Document", "DocumentInfo", "LineBox", "Page", "StoredChunk"),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "Chunk",
    "CollectionNotFound",
    "DamagedFile",
    "Document",
    "DocumentFilter",
    "DocumentInfo",
    "Embedder",
    "EmbedderIdentity",
    "EmbedderMismatch",
    "EmbedderSettings",
    "EmptyFile",
    "EncryptedFile",
    "FileOutcome",
    "FileReader",
    "IngestError",
    "IngestReport",
    "IngestSettings",
    "LineBox",
    "LoadOptions",
    "Loader",
    "NothingToIngest",
    "Page",
    "PageLoader",
    "Patterns",
    "Progress",
    "ReadingLimits",
    "ReadingStopped",
    "Splitter",
    "SplitterSettings",
    "Store",
    "StoreDamaged",
    "StoreError",
    "StoreFull",
    "StoredChunk",
    "Tools",
    "UnreadableFile",
    "UnsupportedFormat",
    "build_embedder",
    "build_reader",
    "build_splitter",
    "identity_of",
    "ingest",
    "source_path",
]

if not TYPE_CHECKING:  # else a type checker would take any name for a public one

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_HOMES[name]), name)
