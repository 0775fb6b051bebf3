"""What of a document can be asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.drafting.answer_choice import answers_in, openings
from evaluation.drafting.places import is_statement, places
from generators.settings import GeneratorSettings
from ingest.settings import EmbedderSettings, IngestSettings
from rag import Collection, Settings, open_collection

SETTINGS = Settings(
    ingest=IngestSettings(embedder=EmbedderSettings(engine="hashing")),
    generator=GeneratorSettings(engine="extractive"),
)


@pytest.mark.parametrize(
    ("sentence", "answers"),
    [
        ("The rope is replaced every 1,000 launches.", ("1,000 launches",)),
        ("Sales rose by 8 percent to $4.9 billion in 2022.", ("8 percent", "$4.9 billion")),
        ("It was signed on September 21, 2020, in Paris.", ("September 21, 2020",)),
        ("The August 2023 guidance was based on 2 figures.", ("August 2023", "2 figures")),
        ("As Section 906 requires, nobody signed.", ()),
        ("The 2023 guidance stands.", ()),
        ("Closed stores are left out for 14 full months.", ()),
        ("From 3 metres to 5 metres is no distance.", ()),
        ("Sales rose by 8 percent in 2022 (previously 6 percent) to $4.9 billion.", ("$4.9 billion",)),
        ("The prize went to the Royal Aero Club again.", ("Royal Aero Club",)),
        ("The prize of 40 euros went to the Royal Aero Club.", ("40 euros",)),
    ],
)
def test_amounts_and_dates_are_asked_for_else_names(sentence: str, answers: tuple[str, ...]) -> None:
    assert answers_in(sentence) == answers


@pytest.mark.parametrize(
    ("answer", "beginning"),
    [
        ("1,000 launches", "After how many launches"),
        ("$4.9 billion", "How much"),
        ("8 percent", "By how many percent"),
        ("5 basis points", "By how many basis points"),
        ("May 3, 1971", "On what date"),
        ("Royal Aero Club", "Which"),
    ],
)
def test_a_question_begins_as_its_answer_wants(answer: str, beginning: str) -> None:
    assert beginning in openings(answer)


def test_a_name_of_the_document_is_no_answer() -> None:
    assert answers_in("The bylaws of the Royal Aero Club hold.", "Royal Aero Club rules") == ()


@pytest.mark.parametrize(
    ("sentence", "fit"),
    [
        ("The winch rope is replaced every 1,000 launches by two members.", True),
        ("It is replaced every 1,000 launches by two members of the club.", False),
        ("Cash and equivalents $ 1,093 $ 1,874 $ 840 are held by the club.", False),
        ("A tow and a launch cost 48 euros and 6 euros, respectively, this year.", False),
        ("The rope is new.", False),
        ("Condensed Statements of Earnings for the six months of the year", False),
    ],
)
def test_only_whole_sentences_in_prose(sentence: str, fit: bool) -> None:
    assert is_statement(sentence) is fit


@pytest.fixture
def club(tmp_path: Path) -> Collection:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, price in (("winch", 6), ("tow", 48)):
        sections = (
            f"# Part {part}\n\nThe {name} costs a member {price + part} euros on each day of week {part}.\n\n"
            for part in range(1, 4)
        )
        (folder / f"{name}.md").write_text("".join(sections), encoding="utf-8")
    collection = open_collection(tmp_path / "club", SETTINGS)
    collection.ingest([folder])
    return collection


def test_places_are_spread_and_the_same_for_a_seed(club: Collection) -> None:
    with club:
        found = list(places(club, 3, 4))
        assert found == list(places(club, 3, 4))
        assert any(found != list(places(club, seed, 4)) for seed in range(4, 12))
    assert len(found) == 6
    assert {Path(place.document).name for place in found[:2]} == {"winch.md", "tow.md"}
    assert len({(place.document, place.page_number) for place in found}) == 6
    assert all(place.answer in place.sentence and place.sentence in place.passage for place in found)


def test_amounts_are_asked_for_before_dates_and_names(tmp_path: Path) -> None:
    file = tmp_path / "history.md"
    file.write_text(
        "# A\n\nThe hangar was opened by two members on May 3, 1971.\n\n"
        "# B\n\nThe hangar was then sold to the Royal Aero Club at once.\n\n"
        "# C\n\nThe hangar was sold for 900 euros on May 4, 1999, at last.\n",
        encoding="utf-8",
    )
    with open_collection(tmp_path / "store", SETTINGS) as collection:
        collection.ingest([file])
        assert [place.answer for place in places(collection, 0, 1)] == [
            "900 euros",
            "May 3, 1971",
            "Royal Aero Club",
        ]
