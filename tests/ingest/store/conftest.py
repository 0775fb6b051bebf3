"""Small stores whose vectors are written out by hand: each text names the axes it points along."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from ingest.embedding.protocol import EmbedderIdentity, Vectors
from ingest.store.store import SourceFile, Store
from ingest.types import PAGE_BREAK, Chunk, Document, Page

DIMENSION = 8
NOBODY = 65_534


@dataclass(frozen=True, slots=True)
class Material:
    """What `Store.put` takes, one chunk per page."""

    document: Document
    chunks: Sequence[Chunk]
    vectors: Vectors
    source: SourceFile

    def put_into(self, store: Store) -> None:
        store.put(self.document, self.chunks, self.vectors, self.source)


MakeMaterial = Callable[..., Material]


@pytest.fixture
def identity() -> EmbedderIdentity:
    return EmbedderIdentity(model="by-hand", weights_sha256="0" * 64, dimension=DIMENSION)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "collections" / "reports"


@pytest.fixture
def store(folder: Path, identity: EmbedderIdentity) -> Iterator[Store]:
    with Store.create(folder, identity, "by page") as store:
        yield store


@pytest.fixture
def axis() -> Callable[[int], Vectors]:
    """The unit vector along an axis."""
    return lambda number: np.eye(DIMENSION, dtype=np.float32)[number]


@pytest.fixture
def material() -> MakeMaterial:
    """`material(path, *texts, axis=0)`: a document of these pages, all its chunks along that axis."""

    def make(path: str, *texts: str, axis: int = 0, title: str = "Untitled", content: str = "") -> Material:
        pages = tuple(Page(number, text, f"page {number}") for number, text in enumerate(texts, start=1))
        sha256 = hashlib.sha256((content or PAGE_BREAK.join(texts)).encode()).hexdigest()
        document = Document(sha256, "text/plain", title, pages)
        chunks = [
            Chunk(ordinal, start, start + len(page.text), page.number, page.number, ("Part",), page.text)
            for ordinal, (page, start) in enumerate(zip(pages, document.page_starts(), strict=True))
        ]
        vectors = np.repeat(np.eye(DIMENSION, dtype=np.float32)[axis : axis + 1], len(chunks), axis=0)
        return Material(document, chunks, vectors, SourceFile(path, sha256, len(texts), 1_000))

    return make


@pytest.fixture
def unwritable() -> Iterator[Callable[[Path], Path]]:
    """`unwritable(folder)`: a copy of it that this process may read and not write."""
    outer = Path(tempfile.mkdtemp())
    was = os.geteuid()

    def copied(folder: Path) -> Path:
        copy = shutil.copytree(folder, outer / folder.name)
        for path in copy.iterdir():
            path.chmod(0o444)
        copy.chmod(0o555)
        outer.chmod(0o555)
        if was == 0:  # permissions do not bind root
            os.seteuid(NOBODY)
        return copy

    try:
        yield copied
    finally:
        os.seteuid(was)
        for path in (outer, *outer.iterdir()):
            path.chmod(0o755)
        shutil.rmtree(outer)
