"""Questions that name documents."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from generators.settings import GeneratorSettings
from ingest.settings import EmbedderSettings, IngestSettings
from rag import RetrievalSettings, Settings, open_collection
from rag.naming import DocumentNames

FILINGS = DocumentNames({1: "3M 2018 10K", 2: "3M 2022 10K", 3: "BESTBUY 2024Q2 10Q", 4: "PEPSICO 2022 10K"})
SETTINGS = Settings(
    ingest=IngestSettings(embedder=EmbedderSettings(engine="hashing"), isolated=False),
    generator=GeneratorSettings(engine="extractive"),
)


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("What is the FY2018 capital expenditure for 3M?", 1),
        ("Is 3M's business capital-intensive in 2022?", 2),
        ("Which product did best at Best Buy in Q2 of FY2024?", 3),
        ("What did PepsiCo say in its 2022 10-K?", 4),
    ],
)
def test_the_document_that_is_named_best_is_found(question: str, best: int) -> None:
    found = FILINGS.resemblance(question)
    assert max(found, key=found.__getitem__) == best


def test_what_shares_no_word_is_left_out() -> None:
    assert FILINGS.resemblance("Who wrote the annual letter?") == {}
    assert 3 not in FILINGS.resemblance("What did PepsiCo earn?")


def test_a_word_is_worth_the_more_the_fewer_documents_are_called_so() -> None:
    names = DocumentNames({1: "fees", 2: "fees winter"})
    fees, winter = math.log(1 + 2 / 2), math.log(1 + 2 / 1)
    assert names.resemblance("fees in winter") == pytest.approx(
        {1: fees / (fees + winter) * fees / fees, 2: (fees + winter) / (fees + winter) * 1.0}
    )


def test_of_a_long_name_a_single_word_says_little() -> None:
    names = DocumentNames({1: "report", 2: "report of the committee on harbour fees"})
    found = names.resemblance("What does the report say?")
    assert found[1] == 1.0
    assert found[2] < 0.2


UNFOLDED = replace(SETTINGS, retrieval=RetrievalSettings(fold_repeats=False))


def test_a_named_document_comes_first_of_equals(home: Path, tmp_path: Path) -> None:
    for name in ("acme-2022.md", "bolt-2022.md"):
        (tmp_path / name).write_text("Revenue rose by four percent.")
    (tmp_path / "acme-2022.md").write_text("Revenue rose by four percent!")
    with open_collection("filings", UNFOLDED) as collection:
        collection.ingest([tmp_path / "acme-2022.md", tmp_path / "bolt-2022.md"])
        for company in ("acme", "bolt"):
            hits = collection.search(f"How much did revenue of {company} rise?", 2)
            assert Path(hits[0].document).name == f"{company}-2022.md"
            assert [hit.rank for hit in hits] == [1, 2]
            named, other = (hit.contributions for hit in hits)
            assert named is not None
            assert other is not None
            assert named.name > other.name == 0.0
            assert 0.0 <= hits[1].score <= hits[0].score <= 1.0


def test_names_of_later_documents_are_known(home: Path, tmp_path: Path) -> None:
    for name, text in (("acme.md", "Revenue rose!"), ("bolt.md", "Revenue rose.")):
        (tmp_path / name).write_text(text)
    with open_collection("filings", SETTINGS) as collection:
        collection.ingest([tmp_path / "acme.md"])
        assert len(collection.search("revenue of bolt", 5)) == 1
        collection.ingest([tmp_path / "bolt.md"])
        best = collection.search("revenue of bolt", 5)[0]
    assert Path(best.document).name == "bolt.md"
    assert best.contributions is not None
    assert best.contributions.name > 0


@pytest.mark.parametrize("fusion", ["convex", "reciprocal-rank"])
def test_a_name_does_not_outweigh_what_is_said(fusion: str, home: Path, tmp_path: Path) -> None:
    (tmp_path / "acme-fees.md").write_text("Nothing of the kind.")
    (tmp_path / "other.md").write_text("The winch rope is replaced every 1,000 launches.")
    settings = replace(SETTINGS, retrieval=RetrievalSettings(fusion=fusion))  # type: ignore[arg-type]
    with open_collection("mixed", settings) as collection:
        collection.ingest([tmp_path])
        best = collection.search("How often is the winch rope replaced, beside fees?", 1)[0]
    assert Path(best.document).name == "other.md"


def test_a_weight_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="name_weight"):
        RetrievalSettings(name_weight=-0.1)


def test_many_documents_of_one_name_are_all_named(home: Path, tmp_path: Path) -> None:
    for number in range(61):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "readme.md").write_text(f"Part {number} of it is plain.")
    with open_collection("parts", SETTINGS) as collection:
        collection.ingest([tmp_path])
        hits = collection.search("What does the readme say of part 60?", 100)
    assert len({hit.contributions.name for hit in hits if hit.contributions}) == 1


def test_documents_outside_a_filter_do_not_count(home: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "acme-fees.md").write_text("Revenue rose.")
    (tmp_path / "in" / "bolt.md").write_text("Revenue rose!")
    (tmp_path / "fees.md").write_text("Nothing.")
    with open_collection("filings", SETTINGS) as collection:
        collection.ingest([tmp_path])
        best = collection.search("revenue by fees", 1, document="in/")[0]
    assert Path(best.document).name == "acme-fees.md"
    assert best.contributions is not None
    assert best.contributions.name > 0
    names = DocumentNames({1: "fees", 2: "acme fees"})
    assert names.resemblance("fees", {2})[2] > names.resemblance("fees")[2] * 0.99


def test_every_name_of_equal_files_counts_and_accents_in_either_form(home: Path, tmp_path: Path) -> None:
    (tmp_path / "gamma.md").write_text("Revenue rose.")
    (tmp_path / "zeta.md").write_text("Revenue rose.")
    (tmp_path / "U\u0308bersicht.md").write_text("Revenue fell.")
    with open_collection("filings", SETTINGS) as collection:
        collection.ingest([tmp_path])
        for question, name in (
            ("revenue of zeta", "gamma.md"),
            ("revenue in der \u00dcbersicht", "bersicht.md"),
        ):
            best = collection.search(question, 1)[0]
            assert best.document.endswith(name)
            assert best.contributions is not None
            assert best.contributions.name > 0
        (tmp_path / "gamma.md").unlink()
        collection.ingest([tmp_path], sync=True)
        gone = collection.search("revenue of gamma", 3)
    assert all(hit.contributions is not None and hit.contributions.name == 0 for hit in gone)
