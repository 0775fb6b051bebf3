"""Which documents a pattern means."""

from __future__ import annotations

import pytest

from ingest.store.filters import matching_sources
from ingest.store.store import SourceFile, Store

PATHS = {
    1: ("/data/2023/Annual Report.pdf", "Annual Report 2023"),
    2: ("/data/2024/Annual Report.pdf", "Annual Report 2024"),
    3: ("/data/2024/old-notes.md", "Minutes"),
    4: ("/data/2024/notes.md", "Café plans"),
    5: ("/data/[draft].txt", "Draft"),
}
SOURCES = [(SourceFile(path, str(number), 1, 1), number, title) for number, (path, title) in PATHS.items()]


def matching_documents(pattern: str, sources: list[tuple[SourceFile, int, str]]) -> set[int]:
    return {document_id for _, document_id in matching_sources(pattern, sources)}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("/data/2023/Annual Report.pdf", {1}),
        ("annual report.PDF", {1, 2}),
        ("2024/annual report.pdf", {2}),
        ("./2024/notes.md", {4}),
        ("notes.md", {4}),
        ("notes", {3, 4}),
        ("*.md", {3, 4}),
        ("2024/*", {2, 3, 4}),
        ("/data/2024/*.pdf", {2}),
        ("*report*", {1, 2}),
        ("?otes.md", {4}),
        ("[draft].txt", {5}),
        ("minutes", {3}),
        ("cafe\u0301", {4}),
        ("CAFÉ", {4}),
        ("data", {1, 2, 3, 4, 5}),
        ("2024", {2, 3, 4}),
        ("2024/", {2, 3, 4}),
        ("data/2024", {2, 3, 4}),
        ("/data/2024", {2, 3, 4}),
        ("/data/202", set()),
        ("ata/2024", set()),
        ("/", set()),
        ("unheard of", set()),
        ("", set()),
        ("   ", set()),
    ],
)
def test_pattern(pattern: str, expected: set[int]) -> None:
    assert matching_documents(pattern, SOURCES) == expected


def test_no_pattern_is_no_filter(store: Store) -> None:
    assert store.document_ids(None) is None
    assert store.document_ids("anything") == frozenset()


def test_matching_sources_names_each_path_of_a_document_apart() -> None:
    found = matching_sources("*", SOURCES)
    assert [path for path, _ in found] == [source.path for source, _, _ in SOURCES]
    assert {document_id for _, document_id in found} == matching_documents("*", SOURCES)


def test_a_container_means_what_is_in_it_and_a_mail_means_itself() -> None:
    paths = ("/in/old.zip/a/notes.md", "/in/mail.eml", "/in/mail.eml/list.csv", "/in/old.zip.md")
    sources = [(SourceFile(path, "", 1, 1), number, "") for number, path in enumerate(paths)]
    assert matching_documents("old.zip", sources) == {0}
    assert matching_documents("OLD.zip/a", sources) == {0}
    assert matching_documents("mail.eml", sources) == {1}
    assert matching_documents("mail.eml/", sources) == {2}
