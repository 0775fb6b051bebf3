"""A folder of documents and a store to ingest them into."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ingest.assembly import build_splitter
from ingest.embedding.hashing import HashingEmbedder
from ingest.embedding.protocol import Vectors
from ingest.file_reader import InProcessReader
from ingest.loaders.assembly import default_loaders, default_page_loaders
from ingest.loaders.content import FileContent, FileOnDisk
from ingest.loaders.protocol import (
    DEFAULT_OPTIONS,
    Closed,
    LoadOptions,
    Opened,
    PageLost,
    PageRead,
    ReadEvent,
)
from ingest.patterns import Patterns
from ingest.pipeline import ingest
from ingest.report import FileOutcome, IngestReport
from ingest.settings import ReadingLimits, SplitterSettings
from ingest.store.store import Store
from ingest.tools import Tools
from ingest.types import Document, Page

#: A kind that no shipped loader reads: scripted loaders of the tests do.
SCRIPTED = "application/x-executable"
SCRIPTED_BYTES = b"\x7fELF"


class ScriptedLoader:
    """Reads programs by doing what a test says."""

    def __init__(self, act: Callable[[FileContent], Document]) -> None:
        self._act = act

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({SCRIPTED})

    def load(self, content: FileContent, options: LoadOptions = DEFAULT_OPTIONS) -> Document:
        return self._act(content)


class ScriptedPageLoader:
    """Reads programs page by page: a text each, None for a page that gives nothing.

    `opened` lists the first page of each reading; `before` is called before each page.
    """

    def __init__(
        self, texts: Sequence[str | None], before: Callable[[int], None] = lambda number: None
    ) -> None:
        self._texts, self._before = texts, before
        self.opened: list[int] = []

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({SCRIPTED})

    def read(
        self,
        file: FileOnDisk,
        options: LoadOptions = DEFAULT_OPTIONS,
        *,
        first_page: int = 1,
    ) -> Iterator[ReadEvent]:
        self.opened.append(first_page)
        yield Opened(Document(file.sha256, SCRIPTED, "Scripted", ()), len(self._texts))
        for number, text in enumerate(self._texts, start=1):
            if number >= first_page:
                self._before(number)
                if text is None:
                    yield PageLost(number, "nothing on it could be read")
                else:
                    yield PageRead(Page(number, text, f"page {number}", recognised=text.startswith("OCR")))
        yield Closed(("scripted",))


class CountingEmbedder(HashingEmbedder):
    """Remembers how many texts came in each call, and does something before each."""

    def __init__(self, before: Callable[[int], None] = lambda call: None) -> None:
        super().__init__()
        self.calls: list[int] = []
        self._before = before

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self._before(len(self.calls))
        self.calls.append(len(texts))
        return super().embed_documents(texts)


class Desk:
    """A folder of documents and a store to ingest them into."""

    def __init__(self, folder: Path) -> None:
        self.docs = folder / "docs"
        self.docs.mkdir()
        self.store = Store.create(folder / "collection", HashingEmbedder().identity, "for tests")

    def write(self, name: str, text: str | bytes, *, settled: bool = True) -> Path:
        """Write a file, by default one whose last change is long past."""
        path = self.docs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        if settled:
            past = path.stat().st_mtime_ns - 10**12
            os.utime(path, ns=(past, past))
        return path

    def script(self, name: str) -> Path:
        """A file that the scripted loaders read, unlike every other of its kind."""
        return self.write(name, SCRIPTED_BYTES + name.encode())

    def ingest(
        self,
        *paths: Path,
        embedder: HashingEmbedder | None = None,
        loaders: Sequence[Any] = (),
        page_loaders: Sequence[Any] = (),
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        **options: Any,
    ) -> IngestReport:
        embedder = embedder or HashingEmbedder()
        splitter = build_splitter(SplitterSettings(max_tokens=40, overlap_tokens=0), embedder)
        reader = InProcessReader(
            (*default_loaders(), *loaders), (*default_page_loaders(ReadingLimits()), *page_loaders)
        )
        return ingest(
            self.store,
            paths or (self.docs,),
            lambda: Tools(reader, splitter, embedder),
            patterns=Patterns(tuple(include), tuple(exclude)),
            **options,
        )

    def found(self, word: str) -> set[str]:
        """Names of the documents in which a search finds the word, by words and by vectors."""
        hits = self.store.search_lexical(word, 10)
        hits += self.store.search_dense(HashingEmbedder().embed_query(word), 100)
        chunks = self.store.chunks([chunk_id for chunk_id, _ in hits])
        return {Path(chunk.document).name for chunk in chunks.values() if word in chunk.chunk.text}

    def outcomes(self, report: IngestReport) -> dict[str, str]:
        """The outcome of each path below the folder."""
        return {os.path.relpath(file.path, self.docs): file.outcome for file in report.files}

    def of(self, report: IngestReport, name: str) -> FileOutcome:
        (outcome,) = (file for file in report.files if Path(file.path).name == name)
        return outcome

    def long_text(self, words: int, word: str = "word") -> str:
        return " ".join(f"{word}{number}" for number in range(words))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.store.close()


@pytest.fixture
def scripted_loader() -> type[ScriptedLoader]:
    return ScriptedLoader


@pytest.fixture
def scripted_pages() -> type[ScriptedPageLoader]:
    return ScriptedPageLoader


@pytest.fixture
def counting_embedder() -> type[CountingEmbedder]:
    return CountingEmbedder
