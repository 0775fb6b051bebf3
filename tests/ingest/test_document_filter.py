"""What a filter may say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingest.document_filter import DocumentFilter
from ingest.media_types import DOC, DOCX, PDF


def test_one_value_may_be_given_alone() -> None:
    alone = DocumentFilter(documents="a.md", folders="in", types="pdf", languages="en")
    assert alone == DocumentFilter(documents=["a.md"], folders=["in"], types=["pdf"], languages=["en"])
    assert hash(alone) == hash(DocumentFilter(("a.md",), ("in",), ("pdf",), languages=("en",)))


def test_the_conditions_that_are_given_are_told_in_their_order() -> None:
    assert DocumentFilter().conditions == ()
    assert DocumentFilter(languages="en", until="2024", documents="a").conditions == (
        "documents",
        "dates",
        "languages",
    )
    assert DocumentFilter(types="pdf", folders="in").conditions == ("folders", "types")


def test_types_are_alternatives() -> None:
    assert DocumentFilter(types=["word", "pdf"]).media_types == {DOCX, DOC, PDF}


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-31"),
        ("2024-02-29", "2024-02-29", "2024-02-29"),
    ],
)
def test_a_month_and_a_year_are_meant_whole(day: str, first: str, last: str) -> None:
    wanted = DocumentFilter(since=day, until=day)
    assert (wanted.first_day, wanted.last_day) == (first, last)


@pytest.mark.parametrize(
    "day",
    [
        "",
        "24",
        "2024-2",
        "2024-13",
        "2023-02-29",
        "31.05.2024",
        "20240531",
        "2024-05-31T12:00",
        "0000",
        "٢٠٢٤",
    ],
)
@pytest.mark.parametrize("field", ["since", "until"])
def test_what_is_no_day_is_told_with_the_form_to_write_it_in(field: str, day: str) -> None:
    with pytest.raises(ValueError, match=r"no day, month or year\. Write it as 2024-05-31, 2024-05 or 2024"):
        DocumentFilter(**{field: day})


def test_days_that_leave_none_between_are_told() -> None:
    with pytest.raises(ValueError, match="No day lies between 2024-06 and 2024-05-31"):
        DocumentFilter(since="2024-06", until="2024-05-31")


@pytest.mark.parametrize(("tag", "code"), [("en", "en"), ("DE", "de"), ("en-US", "en"), ("deu", "de")])
def test_languages_are_codes_of_two_letters(tag: str, code: str) -> None:
    assert DocumentFilter(languages=tag).languages == (code,)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"languages": "english"}, "'english' is no code of a language"),
        ({"languages": ["en", ""]}, "'' is no code of a language"),
        ({"types": ["pdf", "papyrus"]}, "'papyrus' is no type of document"),
        ({"folders": "/"}, "'/' names no folder"),
        ({"folders": ["in", " "]}, "' ' names no folder"),
    ],
)
def test_a_value_that_can_mean_nothing_is_told(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        DocumentFilter(**given)


def test_a_folder_is_named_from_where_one_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    monkeypatch.setenv("HOME", str(tmp_path))
    given = DocumentFilter(folders=["2024/", "a/b", ".", "./x/", "../y", "~/z", "/data/"])
    here = tmp_path / "below"
    assert given.folders == ("2024", "a/b", str(here), f"{here}/x", f"{tmp_path}/y", f"{tmp_path}/z", "/data")


def test_conditions_are_left_out_from_the_last_on() -> None:
    whole = DocumentFilter("a", "in", "pdf", "2023", "2024", "en")
    assert whole.up_to("languages") == whole
    assert whole.up_to("dates") == DocumentFilter("a", "in", "pdf", "2023", "2024")
    assert whole.up_to("types") == DocumentFilter("a", "in", "pdf")
    assert whole.up_to("folders") == DocumentFilter("a", "in")
    assert whole.up_to("documents") == DocumentFilter("a")
