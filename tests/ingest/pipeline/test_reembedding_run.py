"""Re-embedding a collection: in stretches, each text once, stoppable, and never for ever."""

from __future__ import annotations

import tracemalloc

import pytest

from ingest.assembly import build_splitter
from ingest.embedding.hashing import HashingEmbedder
from ingest.errors import StoreDamaged, StoreError
from ingest.reembedding import reembed
from ingest.settings import SplitterSettings
from ingest.store.contents import StoreContents
from ingest.store.reembedding import Reembedding
from ingest.store.store import Store


class OtherEmbedder(HashingEmbedder):
    """Of another dimension than the desk's; remembers the texts of each call."""

    def __init__(self) -> None:
        super().__init__(64)
        self.calls: list[list[str]] = []

    def embed_documents(self, texts):
        self.calls.append(list(texts))
        return super().embed_documents(texts)


def splitter(embedder):
    return build_splitter(SplitterSettings(max_tokens=40, overlap_tokens=0), embedder)


def reembedded(desk, embedder, **options) -> bool:
    return reembed(desk.store, splitter(embedder), embedder, **options)


def large(desk, scripted_pages, pages: int = 1_200, words: int = 30) -> None:
    desk.script("large.bin")
    texts = [" ".join(f"w{page}x{word}" for word in range(words)) for page in range(pages)]
    desk.ingest(page_loaders=[scripted_pages(texts)])


def test_each_text_is_embedded_once_and_few_at_a_time(desk, scripted_pages) -> None:
    large(desk, scripted_pages)
    desk.script("equal.bin")
    desk.ingest(page_loaders=[scripted_pages(["the same footer on every page"] * 700)])
    embedder = OtherEmbedder()
    assert reembedded(desk, embedder)
    texts = [text for call in embedder.calls for text in call]
    assert len(texts) == len(set(texts)) > 1_200
    assert max(map(len, embedder.calls)) <= 512
    with Store.open(desk.store.folder, embedder.identity) as renewed:
        assert renewed.check() == []
        assert renewed.statistics().vectors >= 1_200 + 700


def test_an_interrupted_one_goes_on_inside_a_large_document(desk, scripted_pages) -> None:
    large(desk, scripted_pages)
    first, second = OtherEmbedder(), OtherEmbedder()
    assert reembedded(desk, first, cancelled=lambda: len(first.calls) >= 2) is False
    assert reembedded(desk, second)
    done, rest = ([text for call in each.calls for text in call] for each in (first, second))
    assert done
    assert not set(done) & set(rest)
    with Store.open(desk.store.folder, second.identity) as renewed:
        assert renewed.check() == []


def test_pages_are_counted_while_a_large_document_is_embedded(desk, scripted_pages) -> None:
    large(desk, scripted_pages)
    told = []
    reembedded(desk, OtherEmbedder(), progress=told.append)
    pages = [moment.pages_done for moment in told]
    assert pages == sorted(pages)
    assert any(0 < count < 1_200 for count in pages)
    assert (told[-1].pages_done, told[-1].bytes_done, told[-1].bytes_total) == (1_200, 1_200, 1_200)
    assert told[-1].files_done == told[-1].files_total == 1


@pytest.fixture
def unreadable(monkeypatch) -> None:
    def fail(*_, **__):
        raise StoreDamaged("The page is damaged.")

    monkeypatch.setattr(StoreContents, "pages", fail)


@pytest.mark.usefixtures("unreadable")
def test_a_document_that_cannot_be_read_is_said(desk) -> None:
    desk.write("a.txt", "The gate shuts.")
    desk.ingest()
    with pytest.raises(StoreDamaged, match="The page is damaged"):
        reembedded(desk, OtherEmbedder())


def test_one_that_comes_no_further_ends(desk, monkeypatch) -> None:
    desk.write("a.txt", "The gate shuts.")
    desk.ingest()
    monkeypatch.setattr(Reembedding, "add", lambda *_: False)
    with pytest.raises(StoreError, match="comes no further"):
        reembedded(desk, OtherEmbedder())


def test_it_can_be_cancelled_though_no_document_gets_far(desk, monkeypatch) -> None:
    desk.write("a.txt", "The gate shuts.")
    desk.ingest()
    monkeypatch.setattr(Reembedding, "standing", lambda _: object())
    monkeypatch.setattr(Reembedding, "waiting", lambda _: [])
    asked = iter([False] * 5 + [True] * 9)
    assert reembedded(desk, OtherEmbedder(), cancelled=lambda: next(asked)) is False


def test_memory_does_not_grow_with_the_document(desk, scripted_pages) -> None:
    large(desk, scripted_pages, pages=3_500, words=8)

    class Peaks(OtherEmbedder):
        def embed_documents(self, texts):
            peaks.append(tracemalloc.get_traced_memory()[0])
            self.calls = []
            return super().embed_documents(texts)

    peaks: list[int] = []
    tracemalloc.start()
    try:
        assert reembedded(desk, Peaks())
    finally:
        tracemalloc.stop()
    assert len(peaks) > 5
    assert peaks[-1] < 1.5 * peaks[1]
