"""A document whose file got another name: in one change, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.assembly import build_splitter
from ingest.embedding.hashing import HashingEmbedder
from ingest.errors import StoreError
from ingest.renaming import rename
from ingest.settings import SplitterSettings
from ingest.store import changes
from ingest.store.records import SourceFile


@pytest.fixture
def source(desk) -> SourceFile:
    desk.write("harbour.txt", "The gate shuts at nine.")
    desk.ingest()
    (source,) = desk.store.sources().values()
    return source


def renamed(desk, source: SourceFile, name: str, embedder: HashingEmbedder | None = None) -> SourceFile:
    embedder = embedder or HashingEmbedder()
    splitter = build_splitter(SplitterSettings(max_tokens=40, overlap_tokens=0), embedder)
    new = replace(source, path=str(desk.docs / name))
    rename(desk.store, source.path, new, splitter, embedder)
    return new


def test_name_and_source_change_together(desk, source, monkeypatch) -> None:
    changed = []
    put = changes.put_content
    monkeypatch.setattr(changes, "put_content", lambda *given, **named: changed.append(put(*given, **named)))
    monkeypatch.setattr(desk.store, "add_source", lambda _: pytest.fail("a second change"))
    generation = desk.store.generation()
    reading = desk.store.reading_of(1)
    new = renamed(desk, source, "marina.txt")
    assert len(changed) == 1
    assert desk.store.generation() == generation + 1
    assert set(desk.store.sources()) == {source.path, new.path}
    assert desk.store.head(1).names == ("marina",)
    assert desk.store.reading_of(1) == reading
    assert desk.store.search_lexical("harbour", 5) == []
    assert desk.store.check() == []


def test_the_same_name_elsewhere_embeds_nothing(desk, source, counting_embedder) -> None:
    embedder = counting_embedder()
    new = renamed(desk, source, "elsewhere/harbour.txt", embedder)
    assert embedder.calls == []
    assert set(desk.store.sources()) == {source.path, new.path}


def test_an_interruption_leaves_the_old_name_and_nothing_staged(desk, source, counting_embedder) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        renamed(desk, source, "marina.txt", counting_embedder(interrupt))
    assert set(desk.store.sources()) == {source.path}
    assert desk.store.head(1).names == ("harbour",)
    assert desk.store.unfinished.count() == 0


def test_unknown_content_is_refused(desk, source) -> None:
    with pytest.raises(StoreError, match="no document"):
        renamed(desk, replace(source, sha256="f" * 64), "marina.txt")
