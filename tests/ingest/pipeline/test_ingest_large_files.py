"""A file of many pages: staged while it is read, gone on with after an interruption."""

from __future__ import annotations

import pytest

from ingest.errors import DamagedFile, StoreFull
from ingest.settings import IngestSettings
from ingest.types import Page

PAGES = [
    f"OCR harbour{number} " + " ".join(f"w{number}x{word}" for word in range(400)) for number in range(80)
]
SMALL_STRETCH = IngestSettings(embedding_stretch=50)


def only_document(desk) -> list[Page]:
    (source,) = desk.store.sources().values()
    return list(desk.store.pages(desk.store.document_of(source.sha256)))


def stop_after(calls: int, embedder):
    return lambda: len(embedder.calls) >= calls


class TestStaging:
    def test_a_large_document_is_whole_and_nothing_stays_behind(self, desk, scripted_pages) -> None:
        desk.script("large.bin")
        report = desk.ingest(page_loaders=[scripted_pages(PAGES)], settings=SMALL_STRETCH)
        outcome = desk.of(report, "large.bin")
        assert (outcome.outcome, outcome.pages, outcome.recognised_pages) == ("ingested", 80, 80)
        assert outcome.chunks > 512  # more than is held in memory
        assert desk.found("harbour79") == {"large.bin"}
        assert desk.store.check() == []
        assert desk.store.unfinished.count() == 0

    def test_an_interrupted_one_goes_on_behind_the_last_page_that_was_embedded(
        self, desk, scripted_pages, counting_embedder
    ) -> None:
        desk.script("large.bin")
        first = counting_embedder()
        loader = scripted_pages(PAGES)
        report = desk.ingest(
            page_loaders=[loader],
            embedder=first,
            settings=SMALL_STRETCH,
            cancelled=stop_after(3, first),
        )
        assert report.interrupted
        assert desk.store.sources() == {}
        second = counting_embedder()
        report = desk.ingest(page_loaders=[loader], embedder=second, settings=SMALL_STRETCH)
        outcome = desk.of(report, "large.bin")
        assert loader.opened[0] == 1
        assert loader.opened[1] > 1
        assert outcome.recognised_pages == outcome.pages == 80
        assert sum(first.calls) + sum(second.calls) == outcome.chunks
        pages = list(
            desk.store.pages(desk.store.document_of(next(iter(desk.store.sources().values())).sha256))
        )
        assert [page.text for page in pages] == PAGES
        assert desk.store.check() == []

    def test_ctrl_c_keeps_what_is_embedded(self, desk, scripted_pages, counting_embedder) -> None:
        desk.script("large.bin")

        def interrupt(call: int) -> None:
            if call == 3:
                raise KeyboardInterrupt

        loader = scripted_pages(PAGES)
        with pytest.raises(KeyboardInterrupt):
            desk.ingest(page_loaders=[loader], embedder=counting_embedder(interrupt), settings=SMALL_STRETCH)
        desk.ingest(page_loaders=[loader], settings=SMALL_STRETCH)
        assert loader.opened[1] > 1
        assert desk.store.check() == []

    def test_one_that_breaks_late_leaves_nothing(self, desk, scripted_pages) -> None:
        desk.script("large.bin")

        def give_up(number: int) -> None:
            if number == 79:
                raise DamagedFile("large.bin breaks off.")

        report = desk.ingest(page_loaders=[scripted_pages(PAGES, give_up)], settings=SMALL_STRETCH)
        assert desk.of(report, "large.bin").outcome == "failed"
        assert desk.store.sources() == {}
        assert desk.store.unfinished.count() == 0

    def test_another_setting_of_ocr_does_not_go_on_with_what_this_one_read(
        self, desk, scripted_pages, counting_embedder
    ) -> None:
        from ingest.loaders.protocol import LoadOptions

        desk.script("large.bin")
        embedder = counting_embedder()
        loader = scripted_pages(PAGES)
        desk.ingest(
            page_loaders=[loader],
            embedder=embedder,
            settings=SMALL_STRETCH,
            cancelled=stop_after(3, embedder),
        )
        desk.ingest(page_loaders=[loader], options=LoadOptions(ocr="never"), settings=SMALL_STRETCH)
        assert loader.opened == [1, 1]

    def test_a_full_disk_while_staging_is_said(self, desk, scripted_pages, monkeypatch) -> None:
        desk.script("large.bin")

        def full(*_: object) -> None:
            raise StoreFull("The disk is full.")

        monkeypatch.setattr(type(desk.store.unfinished), "append", full)
        with pytest.raises(StoreFull, match="are safe"):
            desk.ingest(page_loaders=[scripted_pages(PAGES)], settings=SMALL_STRETCH)


class TestPagesThatGiveNothing:
    def test_are_named_and_keep_their_number(self, desk, scripted_pages) -> None:
        desk.script("a.bin")
        report = desk.ingest(page_loaders=[scripted_pages(["The gate.", None, "", "The door.", None])])
        outcome = desk.of(report, "a.bin")
        assert outcome.outcome == "ingested"
        assert outcome.reason == "scripted; 1 of 5 pages are blank; pages 2, 5: nothing on it could be read"
        assert [(page.number, page.text) for page in only_document(desk)] == [
            (1, "The gate."), (2, ""), (3, ""), (4, "The door."), (5, ""),
        ]  # fmt: skip

    def test_a_document_of_nothing_else_fails_with_the_reason(self, desk, scripted_pages) -> None:
        desk.script("a.bin")
        outcome = desk.of(desk.ingest(page_loaders=[scripted_pages([None, None])]), "a.bin")
        assert outcome.outcome == "failed"
        assert "pages 1, 2: nothing on it could be read" in str(outcome.reason)
        assert desk.store.sources() == {}


class TestEqualTexts:
    def test_are_embedded_once(self, desk, counting_embedder) -> None:
        """Equal pages in two files of one title have equal texts."""
        page = desk.long_text(60)
        desk.write("one/notes.txt", page + "\n\n" + "first")
        desk.write("two/notes.txt", page + "\n\n" + "second")
        embedder = counting_embedder()
        report = desk.ingest(embedder=embedder)
        assert sum(embedder.calls) < report.chunks

    def test_a_small_change_in_a_large_file_embeds_what_changed(self, desk, counting_embedder) -> None:
        paragraphs = [desk.long_text(35, f"p{number}w") + "." for number in range(60)]
        desk.write("a.txt", "\n\n".join(paragraphs))
        chunks = desk.ingest().chunks
        paragraphs[-1] = "The last one changed."
        desk.write("a.txt", "\n\n".join(paragraphs))
        embedder = counting_embedder()
        report = desk.ingest(embedder=embedder)
        assert desk.of(report, "a.txt").outcome == "replaced"
        assert 0 < sum(embedder.calls) <= chunks // 4
