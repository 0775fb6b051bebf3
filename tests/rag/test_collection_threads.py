"""One collection, several threads."""

from __future__ import annotations

import threading
from pathlib import Path

from generators.settings import GeneratorSettings
from ingest.settings import EmbedderSettings, IngestSettings
from rag import Settings, open_collection

SETTINGS = Settings(
    ingest=IngestSettings(embedder=EmbedderSettings(engine="hashing"), isolated=False),
    generator=GeneratorSettings(engine="extractive"),
)


def test_a_first_search_and_loading_do_not_wait_for_each_other(home: Path, tmp_path: Path) -> None:
    (tmp_path / "fees.md").write_text("A tow costs 48 euros.")
    with open_collection("club", SETTINGS) as collection:
        collection.ingest([tmp_path / "fees.md"])
    for _ in range(30):
        with open_collection("club", SETTINGS) as collection:
            together = threading.Barrier(2)

            def search(collection=collection, together=together) -> None:
                together.wait()
                collection.search("tow", 1)

            def load(collection=collection, together=together) -> None:
                together.wait()
                collection.load_search()

            threads = [threading.Thread(target=work, daemon=True) for work in (search, load)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=20)
            assert not any(thread.is_alive() for thread in threads)


def test_a_search_made_ready_while_the_store_is_opened_anew_uses_the_new_one(
    home: Path, tmp_path: Path, monkeypatch
) -> None:
    (tmp_path / "fees.md").write_text("A tow costs 48 euros.")
    with open_collection("club", SETTINGS) as collection:
        collection.ingest([tmp_path / "fees.md"])
        behind = collection._behind
        behind.reopen()
        whole, reopened = behind.engines.embedder, []

        def embedder_late():
            made = whole()
            if not reopened:
                reopened.append(True)
                behind.reopen()  # as another thread does that met a re-embedded store
            return made

        monkeypatch.setattr(behind.engines, "embedder", embedder_late)
        assert len(collection.search("tow", 1)) == 1
        assert reopened
        assert len(collection.search("tow", 1)) == 1
