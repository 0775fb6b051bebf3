"""A file becomes searchable: read, split, embedded, stored.

Each public name is imported when it is first asked for, so that importing one module of the package
does not import them all.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.assembly import build_embedder, build_splitter, default_loaders, identity_of
    from ingest.embedding.protocol import Embedder, EmbedderIdentity
    from ingest.errors import (
        CollectionNotFound,
        DamagedFile,
        EmbedderMismatch,
        EmptyFile,
        EncryptedFile,
        IngestError,
        NothingToIngest,
        StoreDamaged,
        StoreError,
        StoreFull,
        UnreadableFile,
        UnsupportedFormat,
    )
    from ingest.loaders.protocol import Loader
    from ingest.pipeline import ingest
    from ingest.plan import source_path
    from ingest.progress import Progress
    from ingest.report import FileOutcome, IngestReport
    from ingest.settings import EmbedderSettings, IngestSettings, SplitterSettings
    from ingest.splitting import Splitter
    from ingest.store.store import Store
    from ingest.types import Chunk, Document, DocumentInfo, LineBox, Page, StoredChunk

_MODULES = {
    "ingest.assembly": ("build_embedder", "build_splitter", "default_loaders", "identity_of"),
    "ingest.embedding.protocol": ("Embedder", "EmbedderIdentity"),
    "ingest.errors": (
        "CollectionNotFound",
        "DamagedFile",
        "EmbedderMismatch",
        "EmptyFile",
        "EncryptedFile",
        "IngestError",
        "NothingToIngest",
        "StoreDamaged",
        "StoreError",
        "StoreFull",
        "UnreadableFile",
        "UnsupportedFormat",
    ),
    "ingest.loaders.protocol": ("Loader",),
    "ingest.pipeline": ("ingest",),
    "ingest.plan": ("source_path",),
    "ingest.progress": ("Progress",),
    "ingest.report": ("FileOutcome", "IngestReport"),
    "ingest.settings": ("EmbedderSettings", "IngestSettings", "SplitterSettings"),
    "ingest.splitting": ("Splitter",),
    "ingest.store.store": ("Store",),
    "ingest.types": ("Chunk", "Document", "DocumentInfo", "LineBox", "Page", "StoredChunk"),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "Chunk",
    "CollectionNotFound",
    "DamagedFile",
    "Document",
    "DocumentInfo",
    "Embedder",
    "EmbedderIdentity",
    "EmbedderMismatch",
    "EmbedderSettings",
    "EmptyFile",
    "EncryptedFile",
    "FileOutcome",
    "IngestError",
    "IngestReport",
    "IngestSettings",
    "LineBox",
    "Loader",
    "NothingToIngest",
    "Page",
    "Progress",
    "Splitter",
    "SplitterSettings",
    "Store",
    "StoreDamaged",
    "StoreError",
    "StoreFull",
    "StoredChunk",
    "UnreadableFile",
    "UnsupportedFormat",
    "build_embedder",
    "build_splitter",
    "default_loaders",
    "identity_of",
    "ingest",
    "source_path",
]

if not TYPE_CHECKING:  # else a type checker would take any name for a public one

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_HOMES[name]), name)
