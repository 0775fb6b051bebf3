"""Summarise, translate, classify, and names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.small_language_models import classifier_model, tagger_model


@pytest.fixture
def scripted(tmp_path: Path):
    def write(*replies: str) -> str:
        script = tmp_path / "script.json"
        script.write_text(json.dumps(replies), encoding="utf-8")
        return f"scripted:{script}"

    return write


def test_a_document_is_summarised_by_section(refdesk, filled: Path, scripted) -> None:
    engine = scripted("It costs 12 euros.", "Books go back.")
    said = refdesk("summarize", "fees.md", "--form", "sections", "--model", engine)
    assert said.exit_code == 0, said.stderr
    assert said.stdout == "section Fees:\nIt costs 12 euros.\nsection Returns:\nBooks go back.\n"
    assert f"Made by a model: {engine}." in said.stderr


def test_bullet_points(refdesk, scripted) -> None:
    said = refdesk(
        "summarize", "-", "--form", "bullets", "--model", scripted("* One.\n* Two."), typed="Text."
    )
    assert said.stdout == "- One.\n- Two.\n"


def test_summaries_as_json(refdesk, filled: Path) -> None:
    said = refdesk("summarize", "hours.txt", "--json").json()  # by the extractive engine
    assert said == {
        "schema": 1,
        "form": "short",
        "summaries": [{"label": None, "text": ["The library opens at nine o'clock."]}],
    }


def test_a_text_is_translated(refdesk, scripted) -> None:
    said = refdesk("translate", "--text", "Guten Tag.", "--model", scripted("Good day."), "--json").json()
    assert said == {"schema": 1, "language": "English", "text": "Good day."}


def test_a_text_is_classified(refdesk, scripted) -> None:
    arguments = ["classify", "--text", "The rope is torn.", "--labels", "praise, complaint"]
    assert refdesk(*arguments, "--model", scripted("Complaint.")).stdout == "complaint\n"


def test_names_with_their_places(refdesk, scripted) -> None:
    arguments = ["entities", "--text", "Ada met Grace.", "--kinds", "person", "--json"]
    said = refdesk(*arguments, "--model", scripted("person: Grace\nperson: Ada")).json()
    assert said["entities"] == [
        {"kind": "person", "text": "Ada", "places": [[0, 3]]},
        {"kind": "person", "text": "Grace", "places": [[8, 13]]},
    ]


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (["summarize"], "WrongUse"),
        (["summarize", "fees.md", "--text", "x"], "WrongUse"),
        (["summarize", "absent.md"], "NoSuchDocument"),
        (["classify", "--text", "x", "--labels", "one"], "WrongUse"),
        (["entities", "--text", "x", "--kinds", ","], "WrongUse"),
        (["translate", "--text", "x"], "TaskUnsuited"),
    ],
)
def test_wrong_use_has_words_and_code_2(refdesk, filled: Path, arguments: list[str], kind: str) -> None:
    said = refdesk(*arguments, "--json")
    assert (said.exit_code, said.json()["error"]["kind"]) == (2, kind), said.stderr


def test_models_that_label_do_it_through_pipelines(refdesk, tmp_path: Path) -> None:
    kinds = classifier_model(tmp_path / "kinds", ("dogs", "library"), ("dogs", "library"))
    said = refdesk(
        "classify", "--text", "Dogs stay.", "--labels", "library,dogs", "--model", f"pipeline:{kinds}"
    )
    assert (said.stdout, said.exit_code) == ("dogs\n", 0)
    names = tagger_model(tmp_path / "names", ("O", "B-PER"), ("ada",))
    said = refdesk("entities", "--text", "Here is Ada.", "--model", f"pipeline:{names}", "--json")
    assert said.json()["entities"] == [{"kind": "person", "text": "Ada", "places": [[8, 11]]}]
    said = refdesk("summarize", "--text", "Here is Ada.", "--model", f"pipeline:{names}", "--json")
    assert (said.exit_code, said.json()["error"]["kind"]) == (2, "ModelUnusable")
