"""A document on its way into the store: when it is staged, and what it knows of itself when it went on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ingest.embedding.hashing import HashingEmbedder
from ingest.intake_events import DocumentBegun, PageSplit
from ingest.loaders.protocol import PageLost
from ingest.open_document import OpenDocument
from ingest.store.records import ReadingKey, SourceFile
from ingest.types import Chunk, Document, Page

GERMAN = "Das Tor wird jeden Abend um neun Uhr geschlossen, und die Brücke bleibt bis zum Morgen oben."
SHA256 = "a" * 64
DIMENSION = HashingEmbedder().identity.dimension


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def begun(**more: Any) -> DocumentBegun:
    source = SourceFile("/a.pdf", SHA256, 1, 1)
    document = Document(SHA256, "application/pdf", "A", ())
    return replace(DocumentBegun(source, document, ReadingKey(SHA256, "reader"), None, None), **more)


class Pages:
    """Hands pages to a document, each with one chunk but where it is empty."""

    def __init__(self, document: OpenDocument, start: int = 0, chunks: int = 0, number: int = 1) -> None:
        self._document, self._start, self._chunks, self._number = document, start, chunks, number

    def add(self, text: str, *, lost: bool = False) -> None:
        number, start = self._number, self._start
        chunk = Chunk(self._chunks, start, start + len(text), number, number, (), text)
        chunks = (chunk,) if text else ()
        loss = PageLost(number, "it could not be read") if lost else None
        split = PageSplit("/a.pdf", Page(number, text, f"page {number}"), loss, chunks, (text,) * len(chunks))
        self._document.waiting_pages += 1
        self._document.add(split, np.eye(DIMENSION, dtype=np.float32)[: len(chunks)])
        self._start, self._chunks, self._number = (
            start + len(text) + 1,
            self._chunks + len(chunks),
            number + 1,
        )


def test_slow_pages_are_staged_after_ten_seconds(desk) -> None:
    clock = Clock()
    document = OpenDocument(begun(), clock)
    pages = Pages(document)
    clock.now = 1_000.0  # waiting for the first page loses nothing
    pages.add("one")
    clock.now += 10
    document.stage(desk.store)
    assert desk.store.unfinished.count() == 0
    clock.now += 0.5
    document.stage(desk.store)
    assert desk.store.unfinished.find(ReadingKey(SHA256, "reader")).next_page == 2
    pages.add("two")
    clock.now += 9
    document.stage(desk.store)
    assert desk.store.unfinished.find(ReadingKey(SHA256, "reader")).next_page == 2
    clock.now += 2
    document.stage(desk.store)
    assert desk.store.unfinished.find(ReadingKey(SHA256, "reader")).next_page == 3


@pytest.mark.parametrize("later", ["", "17 42 99", "The gate is shut at nine in the evening. " * 3])
def test_one_that_went_on_is_of_the_language_of_its_first_pages(desk, later: str) -> None:
    first = OpenDocument(begun())
    pages = Pages(first)
    pages.add(GERMAN * 50)
    first.stage(desk.store, all_of_it=True)
    at = desk.store.unfinished.find(ReadingKey(SHA256, "reader"))
    second = OpenDocument(begun(resumption=at))
    if later:
        Pages(second, at.text_length, at.chunk_count, at.next_page).add(later)
    second.write(desk.store)
    assert desk.store.head(1).language == "de"


@pytest.mark.parametrize("staged", [False, True])
def test_how_it_was_read_and_what_was_not_are_noted(desk, staged: bool) -> None:
    document = OpenDocument(begun(reading="plain"))
    pages = Pages(document)
    pages.add(GERMAN)
    pages.add("", lost=True)
    document.stage(desk.store, all_of_it=staged)
    pages.add("")
    document.write(desk.store)
    assert desk.store.incomplete("better") == {"/a.pdf"}
    assert desk.store.incomplete("plain") == frozenset()
    assert desk.store.statistics().unread_pages == 2
    assert desk.store.head(1).language == "de"


def test_two_that_are_staged_at_once_are_both_written(desk) -> None:
    both = [OpenDocument(begun()), OpenDocument(begun())]
    for document in both:
        Pages(document).add(GERMAN)
        document.stage(desk.store, all_of_it=True)
    for document in both:
        document.write(desk.store)
    assert desk.store.statistics().documents == 1
    assert desk.store.unfinished.count() == 0
    assert desk.store.check() == []
