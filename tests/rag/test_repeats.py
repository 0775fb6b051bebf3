from __future__ import annotations

from pathlib import Path

import pytest

from ingest.settings import EmbedderSettings, IngestSettings
from rag import RetrievalSettings, Settings, open_collection
from rag.repeats import KeptTexts

CLAUSE = (
    "The tenant shall give notice of at least ninety days before the end of the term, in writing, to the "
    "landlord at the address above, and shall leave the premises clean."
)


def test_what_a_kept_text_holds_is_told_by_its_number() -> None:
    kept = KeptTexts()
    kept.keep("Something else about the harbour and its gate.")
    kept.keep(f"Before it. {CLAUSE} After it.")
    assert kept.holding(CLAUSE) == 1
    assert kept.holding(CLAUSE.upper()) == 1
    assert kept.holding("Quite another sentence about the tenant and the landlord.") is None


@pytest.mark.parametrize(
    "other",
    [
        f"{CLAUSE} A deposit of three rents is due, and is given back within a month of the end of the term.",
        CLAUSE.replace("ninety", "90"),
    ],
    ids=["says more", "has a number more"],
)
def test_what_says_more_is_no_repeat(other: str) -> None:
    kept = KeptTexts()
    kept.keep(CLAUSE)
    assert kept.holding(other) is None


def test_tables_of_two_years_are_no_repeats() -> None:
    table = "Net sales {0} and cost of sales and operating income and interest and taxes of the group"
    kept = KeptTexts()
    kept.keep(table.format(2018))
    assert kept.holding(table.format(2019)) is None
    assert kept.holding(table.format(2018)) == 0


def test_texts_of_few_words_or_none_are_compared_whole() -> None:
    kept = KeptTexts()
    kept.keep("Net sales")
    assert kept.holding("net  sales") == 0
    assert kept.holding("sales") is None
    assert kept.holding("") is None
    chinese = KeptTexts()
    chinese.keep("港口的大门几点关闭? 九点。")
    assert chinese.holding("港口的大门几点关闭") == 0


def test_a_document_that_the_question_names_stays_a_hit_of_its_own(tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    for firm in ("acme", "bolt", "cord"):
        (papers / f"{firm}.txt").write_text(f"{CLAUSE}\n{' ' * ord(firm[0])}")
    ingest = IngestSettings(EmbedderSettings(engine="hashing"), isolated=False)
    with open_collection(tmp_path / "leases", Settings(ingest=ingest)) as collection:
        collection.ingest([tmp_path / "papers"])
        hits = collection.search("notice of the tenant of acme and of bolt", k=10)
    assert {Path(hit.document).stem for hit in hits} == {"acme", "bolt"}
    assert [Path(place.document).stem for hit in hits for place in hit.repeats] == ["cord"]


def test_ten_hits_are_not_one_paragraph_ten_times(tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "signed.txt").write_text(f"{CLAUSE} Signed in May.")
    (papers / "other.txt").write_text("The landlord paints the fence.")
    for number in range(5):  # files of equal bytes would be one document
        (papers / f"copy-{number}.txt").write_text(f"{CLAUSE}\n{' ' * number}")
    ingest = IngestSettings(EmbedderSettings(engine="hashing"), isolated=False)
    with open_collection(tmp_path / "leases", Settings(ingest=ingest)) as collection:
        collection.ingest([tmp_path / "papers"])
        hits = collection.search("notice of the tenant to the landlord", k=10)
        assert [len(hit.repeats) for hit in hits if "ninety" in hit.text] in ([5], [4, 0])
        assert len({hit.text for hit in hits}) == len(hits)
        places = [(hit.document, hit.chunk_id) for hit in hits]
        places += [(place.document, place.chunk_id) for hit in hits for place in hit.repeats]
        assert len(set(places)) == 7
        assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
        repeated = next(place.document for hit in hits for place in hit.repeats)
        missed = collection.explain_missed("notice of the tenant to the landlord", document=repeated)
        assert missed.said_by is not None
        assert missed.said_by.document != repeated
    whole = Settings(ingest=ingest, retrieval=RetrievalSettings(fold_repeats=False))
    with open_collection(tmp_path / "leases", whole) as collection:
        assert len(collection.search("notice of the tenant to the landlord", k=10)) == 7
        assert len(collection.search("notice of the tenant to the landlord", k=3)) == 3
