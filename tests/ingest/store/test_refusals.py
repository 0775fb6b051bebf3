"""Files that gave no document, and documents that might gain by being read in another way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ingest.store.records import ReadingKey, Refusal, SourceFile
from ingest.store.store import Store

SCAN = Refusal(SourceFile("/scan.png", "a" * 64, 10, 1), "without OCR", True, "no text on it")


def test_a_refusal_is_kept_as_it_was_given(store: Store) -> None:
    other = replace(SCAN, source=replace(SCAN.source, path="/\udce4.bin"), expected=False)
    store.remember_refusals([SCAN, other])
    assert store.refusals("without OCR") == {"/scan.png": SCAN, "/\udce4.bin": other}
    assert store.statistics().refusals == 2
    assert store.check() == []


def test_a_later_one_of_the_path_takes_its_place(store: Store) -> None:
    later = replace(SCAN, source=replace(SCAN.source, sha256="b" * 64), reason="half \ud800 a character")
    store.remember_refusals([SCAN])
    store.remember_refusals([later])
    assert store.refusals("without OCR") == {"/scan.png": replace(later, reason="half ? a character")}


def test_one_of_another_reading_is_not_told(store: Store) -> None:
    store.remember_refusals([SCAN])
    assert store.refusals("with OCR") == {}
    store.remember_refusals([replace(SCAN, reading="with OCR")])
    assert store.refusals("without OCR") == {}


def test_it_goes_once_the_path_holds_a_document_or_is_removed(store: Store, material: Any) -> None:
    bird = material("/scan.png", "heron")
    for change in (
        lambda: bird.put_into(store),
        lambda: store.add_source(bird.source),
        lambda: store.remove(["/scan.png"]),
    ):
        store.remember_refusals([SCAN])
        change()
        assert store.refusals("without OCR") == {}


def test_a_path_is_never_both_an_archive_and_a_document(store: Store, material: Any) -> None:
    bird = material("/a.zip", "heron")
    for change in (lambda: bird.put_into(store), lambda: store.add_source(bird.source)):
        store.remember_archive(replace(bird.source, sha256="b" * 64))
        change()
        assert store.archives() == {}
        assert store.check() == []


def test_what_was_read_in_part_is_incomplete_for_another_reading(store: Store, material: Any) -> None:
    def put(path: str, *, recognised: bool = False, unread_pages: int = 0) -> None:
        made = material(path, path, "")
        pages = tuple(replace(page, recognised=recognised) for page in made.document.pages)
        document = replace(made.document, pages=pages)
        store.put(
            document, made.chunks, made.vectors, made.source, reading="plain", unread_pages=unread_pages
        )

    put("/whole.pdf")
    put("/blank.pdf", unread_pages=1)
    put("/scanned.pdf", recognised=True)
    store.add_source(replace(store.sources()["/blank.pdf"], path="/copy.pdf"))
    assert store.incomplete("plain") == frozenset()
    assert store.incomplete("better") == {"/blank.pdf", "/copy.pdf", "/scanned.pdf"}
    assert store.statistics().unread_pages == 1
    assert store.reading_of(1) == "plain"


def test_finishing_notes_the_reading_too(store: Store, material: Any) -> None:
    made = material("/a.pdf", "one", "")
    begun = store.unfinished.begin(ReadingKey(made.document.sha256, "reader"), made.document)
    at = store.unfinished.append(begun, made.document.pages, [], made.chunks, made.vectors)
    store.finish(at, made.document, made.source, reading="plain", unread_pages=1)
    assert store.incomplete("plain") == frozenset()
    assert store.incomplete("better") == {"/a.pdf"}
    made.put_into(store)
    assert store.incomplete("better") == frozenset(), "it is written anew, and whole"
