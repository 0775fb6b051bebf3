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
    assert kept.holding(CLAUSE.upper().replace(" ", " \n ")) == 1
    assert kept.holding("Quite another sentence about the tenant and the landlord.") is None


@pytest.mark.parametrize(
    ("kept_text", "other"),
    [
        (CLAUSE, f"{CLAUSE} A deposit of three rents is due."),
        (CLAUSE, CLAUSE.replace("ninety", "sixty")),
        (CLAUSE, CLAUSE.replace("shall give", "shall not give")),
        (CLAUSE.replace("shall give", "shall not give"), CLAUSE),
        ("Sales rose to 12 and costs fell to 15.", "Sales rose to 15 and costs fell to 12."),
        ("The restart of the engine", "art of the engine"),
    ],
    ids=["more", "another number", "a negation more", "one less", "numbers swapped", "within a word"],
)
def test_a_word_more_or_less_is_no_repeat(kept_text: str, other: str) -> None:
    kept = KeptTexts()
    kept.keep(kept_text)
    assert kept.holding(other) is None


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


def test_as_many_hits_as_asked_come_where_repeats_fill_what_is_looked_at(tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    for number in range(30):
        (papers / f"copy-{number}.txt").write_text(f"Notice notice of the tenant.\n{' ' * number}")
    for number in range(6):
        (papers / f"other-{number}.txt").write_text(f"A notice about matter {'abcdef'[number] * 3}.")
    ingest = IngestSettings(EmbedderSettings(engine="hashing"), isolated=False)
    retrieval = RetrievalSettings(candidates=8)
    with open_collection(tmp_path / "notices", Settings(ingest=ingest, retrieval=retrieval)) as collection:
        collection.ingest([papers])
        hits = collection.search("notice of the tenant", k=5)
    assert len(hits) == 5
    assert len({hit.text for hit in hits}) == 5


def test_why_not_speaks_of_the_ranking_that_is_shown(tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    for number in range(4):
        (papers / f"copy-{number}.txt").write_text(f"Notice of the tenant, notice.\n{' ' * number}")
    (papers / "other.txt").write_text("A notice about quite another matter of the harbour.")
    ingest = IngestSettings(EmbedderSettings(engine="hashing"), isolated=False)
    question = "notice of the tenant"
    with open_collection(tmp_path / "notices", Settings(ingest=ingest)) as collection:
        collection.ingest([papers])
        hits = collection.search(question, k=5)
        missed = collection.explain_missed(question, document="other.txt")
        assert [Path(hit.document).stem for hit in hits][-1] == "other"
        assert (missed.rank, missed.looked_at, missed.said_by) == (2, 2, None)
    unfolded = Settings(ingest=ingest, retrieval=RetrievalSettings(fold_repeats=False))
    with open_collection(tmp_path / "notices", unfolded) as collection:
        missed = collection.explain_missed(question, document="copy-2.txt")
        assert missed.said_by is None
        assert missed.rank in range(1, 5)
