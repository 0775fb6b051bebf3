"""Patterns, and files that got another name."""

from __future__ import annotations


class TestPatterns:
    def test_choose_among_what_lies_in_folders(self, desk) -> None:
        for name in ("a.txt", "b.md", "drafts/c.txt", "drafts/deep/d.txt", "E.TXT"):
            desk.write(name, f"The gate of {name} shuts.")
        report = desk.ingest(include=["*.txt"], exclude=["drafts/deep"])
        assert desk.outcomes(report) == {
            "E.TXT": "ingested",
            "a.txt": "ingested",
            "b.md": "skipped",
            "drafts/c.txt": "ingested",
            "drafts/deep": "skipped",
        }
        assert desk.of(report, "b.md").reason == "not among what is to be included (*.txt)"
        assert desk.of(report, "deep").reason == "excluded by the pattern 'drafts/deep'"

    def test_a_file_that_is_named_is_always_wanted(self, desk) -> None:
        path = desk.write("a.txt", "The gate shuts.")
        assert desk.outcomes(desk.ingest(path, exclude=["*.txt"])) == {"a.txt": "ingested"}

    def test_what_is_excluded_now_stays_in_the_collection(self, desk) -> None:
        desk.write("a.txt", "The gate shuts.")
        desk.write("b.txt", "The door opens.")
        desk.ingest()
        desk.ingest(sync=True, exclude=["a.*"])
        assert desk.found("gate") == {"a.txt"}


class TestRenames:
    def test_a_file_is_found_by_its_new_name_and_not_read_again(self, desk, monkeypatch) -> None:
        old = desk.write("harbour.txt", "The gate shuts at nine.")
        desk.ingest()
        old.rename(desk.docs / "marina.txt")
        monkeypatch.setattr("ingest.file_reader.InProcessReader.read", None)
        report = desk.ingest(sync=True)
        assert desk.outcomes(report) == {"harbour.txt": "removed", "marina.txt": "ingested"}
        assert desk.of(report, "marina.txt").reason == f"renamed from {old}"
        assert [name for _, name in words(desk, "marina")] == ["marina.txt"]
        assert words(desk, "harbour") == []
        assert desk.store.check() == []

    def test_a_moved_file_of_the_same_name_is_embedded_no_more(self, desk, counting_embedder) -> None:
        old = desk.write("old/gate.txt", "The gate shuts at nine.")
        desk.ingest()
        (desk.docs / "new").mkdir()
        old.rename(desk.docs / "new/gate.txt")
        embedder = counting_embedder()
        desk.ingest(sync=True, embedder=embedder)
        assert embedder.calls == []
        assert desk.found("gate") == {"gate.txt"}

    def test_a_copy_leaves_the_name_of_the_first(self, desk) -> None:
        desk.write("harbour.txt", "The gate shuts at nine.")
        desk.ingest()
        desk.write("marina.txt", "The gate shuts at nine.")
        desk.ingest(sync=True)
        assert words(desk, "marina") == []


def words(desk, query: str) -> list[tuple[int, str]]:
    hits = desk.store.search_lexical(query, 10)
    chunks = desk.store.chunks([chunk_id for chunk_id, _ in hits])
    return [(chunk_id, chunk.document.rpartition("/")[2]) for chunk_id, chunk in chunks.items()]
