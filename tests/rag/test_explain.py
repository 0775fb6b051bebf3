"""Why a hit stands where it stands, and why a page does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from generators.settings import GeneratorSettings
from ingest.settings import EmbedderSettings, IngestSettings
from rag import Collection, NoSuchDocument, RetrievalSettings, Settings, open_collection

SETTINGS = Settings(
    ingest=IngestSettings(embedder=EmbedderSettings(engine="hashing"), isolated=False),
    generator=GeneratorSettings(engine="extractive"),
    retrieval=RetrievalSettings(candidates=3),
)


@pytest.fixture
def collection(home: Path, tmp_path: Path) -> Iterator[Collection]:
    (tmp_path / "fees.md").write_text(
        "# Fees\n\nA tow in 2024 costs 48 euros.\n\n# Hours\n\nWe open at nine.\n"
    )
    for number in range(6):
        (tmp_path / f"rope-{number}.md").write_text(f"The winch rope number {number} is replaced at times.")
    with open_collection("club", SETTINGS) as opened:
        opened.ingest([tmp_path])
        yield opened


def test_what_speaks_for_a_hit_adds_up_to_its_score(collection: Collection) -> None:
    for explained in collection.explain("What does a tow cost in FY2024, by the fees?", 5):
        parts = explained.hit.contributions
        assert parts is not None
        assert parts.meaning + parts.words + parts.name == pytest.approx(explained.hit.score)
    best = collection.explain("What does a tow cost in FY2024, by the fees?", 1)[0]
    assert best.hit.contributions is not None
    assert best.hit.contributions.name > 0  # the file is called so
    assert best.shared == ("tow", "cost", "2024", "fee")
    assert best.lacking == ("fy",)


def test_an_explained_search_is_the_search(collection: Collection) -> None:
    query = "winch rope"
    assert [one.hit for one in collection.explain(query, 4)] == collection.search(query, 4)


def test_a_place_that_was_not_looked_at_is_shown_beside_the_last_that_was(collection: Collection) -> None:
    missed = collection.explain_missed("winch rope number 1", 2, document="fees.md", page_number=2)
    assert missed.best is not None
    assert "We open at nine." in missed.best.hit.text
    assert missed.best.shared == ()
    assert missed.rank is None
    assert missed.last_dense is not None
    assert missed.best.hit.dense is not None
    assert missed.best.hit.dense.score < missed.last_dense.score
    assert missed.last_dense.rank == 3


def test_a_place_that_was_found_has_its_rank(collection: Collection) -> None:
    missed = collection.explain_missed("winch rope number 1", 2, document="rope-1.md")
    assert missed.rank == 1
    assert missed.looked_at >= 3


def test_words_of_a_files_name_are_as_they_are_indexed(home: Path, tmp_path: Path) -> None:
    (tmp_path / "3M_2018_10K.md").write_text("Capital expenditure rose.")
    with open_collection("filings", SETTINGS) as collection:
        collection.ingest([tmp_path / "3M_2018_10K.md"])
        (explained,) = collection.explain("capital expenditure of 3M in 2018 by the 10-K in md", 1)
    assert explained.shared == ("capital", "expenditure", "3", "m", "2018", "10", "k")
    assert explained.lacking == ("md",)


def test_a_place_is_asked_about_with_at_least_one_hit(collection: Collection) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        collection.explain_missed("tow", 0, document="fees.md")


def test_a_page_that_is_not_there_is_told(collection: Collection) -> None:
    with pytest.raises(NoSuchDocument, match=r"Page 9 of 'fees\.md'"):
        collection.explain_missed("tow", 2, document="fees.md", page_number=9)
    with pytest.raises(NoSuchDocument):
        collection.explain_missed("tow", 2, document="nothing.md")
