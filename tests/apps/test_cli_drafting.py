"""`refdesk eval make` and `review`, from a collection to a calibrated threshold, with scripted engines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluation.drafting.drafter import VERSION
from evaluation.drafting.set_folder import DraftedSet, open_drafted_set
from evaluation.drafting.types import Attempt, Draft, Origin
from rag.calibration import Calibration
from tests.apps.conftest import Refdesk

SENTENCE = "The winch rope of Acme is replaced every 1,000 launches by two members."
QUESTION = "After how many launches is the winch rope of Acme replaced?"


@pytest.fixture
def rules(refdesk: Refdesk, tmp_path: Path) -> Path:
    """A collection `club` of one page with one sentence to ask about."""
    file = tmp_path / "rules.md"
    file.write_text(f"# Ropes\n\n{SENTENCE}\n", encoding="utf-8")
    assert refdesk("ingest", file, "-c", "club").exit_code == 0
    return file


@pytest.fixture
def script(tmp_path: Path) -> str:
    """An engine that drafts that question and answers it."""
    file = tmp_path / "replies.json"
    file.write_text(json.dumps([QUESTION, "every 1,000 launches"]))
    return f"scripted:{file}"


@pytest.fixture
def forty(rules: Path, script: str, tmp_path: Path) -> Path:
    """A set of 20 questions of each kind, as if drafted from `club` by that engine."""
    from ingest.store.store import Store
    from rag import open_collection

    with open_collection("club") as club, Store.open(club.folder) as store:
        origin = Origin("club", store.generation(), script, 0, VERSION)
    folder = tmp_path / "forty"
    with open_drafted_set(folder, origin) as drafted:
        for number in range(40):
            stated = number < 20
            draft = Draft(
                id=f"club-{number:04}",
                kind="stated" if stated else "beyond",
                text=f"{QUESTION} ({number})" if stated else f"Zyx qwv {number}?",
                answers=("1,000 launches",) if stated else (),
                document=str(rules),
                page_number=1,
                sentence=SENTENCE,
                passage=SENTENCE,
            )
            drafted.add(Attempt(number, "answerable", 1.0, draft.text, draft))
    return folder


def test_a_question_is_drafted_and_waits_for_a_person(
    refdesk: Refdesk, rules: Path, script: str, tmp_path: Path
) -> None:
    out = tmp_path / "set"
    made = ("eval", "make", "club", "--count", "1", "--unanswerable", "0", "--out", out, "--model", script)
    said = refdesk(*made)
    assert said.exit_code == 0, said.stderr
    assert "1 question drafted: 1 that the documents answer" in said.stdout
    assert f"refdesk eval review {out}" in said.stdout
    (draft,) = DraftedSet(out).drafts()
    assert (draft.text, draft.answers, draft.sentence) == (QUESTION, ("1,000 launches",), SENTENCE)
    refused = refdesk("eval", "run", out, "-c", "club")
    assert refused.exit_code == 2
    assert "eval review" in refused.stderr
    again = refdesk(*made, "--json").json()  # the script holds no reply for another attempt
    assert (again["answerable"], again["accepted"], again["attempts"], again["whole"]) == (1, 0, 1, True)
    other = refdesk(*made, "--seed", "1")
    assert other.exit_code == 2
    assert "seed: 0 then, 1 now" in other.stderr


def test_too_few_places_are_told_and_exit_with_1(refdesk: Refdesk, rules: Path, tmp_path: Path) -> None:
    file = tmp_path / "silent.json"
    file.write_text('["none"]')
    said = refdesk(
        "eval", "make", "club", "--count", "1", "--unanswerable", "0", "--model", f"scripted:{file}"
    )
    assert said.exit_code == 1
    assert "1 left out: the model wrote no question" in said.stdout
    assert "fewer than --count" in said.stderr


def test_a_person_accepts_edits_and_rejects(refdesk: Refdesk, forty: Path) -> None:
    said = refdesk("eval", "review", forty, typed="a\nr\ne\nWhat is asked now?\ntwice\nx\nb\na\ns\nq\n")
    assert said.exit_code == 0
    assert f">> {SENTENCE} <<" in said.stdout
    assert "'x' is none of the keys" in said.stderr
    decided = {draft: review.decision for draft, review in DraftedSet(forty).reviews().items()}
    assert decided == {"club-0000": "accepted", "club-0001": "rejected", "club-0002": "accepted"}
    rows = [json.loads(line) for line in (forty / "queries.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == ["club-0000", "club-0002"]
    assert rows[0]["gold_pages"][0]["page"] == 1
    assert rows[0]["reviewed by"] == "a person"
    assert "1 of 37 " in refdesk("eval", "review", forty, typed="q\n").stdout  # it goes on behind these


def test_an_edit_is_what_is_asked(refdesk: Refdesk, forty: Path) -> None:
    assert refdesk("eval", "review", forty, typed="e\nWhat is asked now?\ntwice\nq\n").exit_code == 0
    (row,) = map(json.loads, (forty / "queries.jsonl").read_text().splitlines())
    assert (row["text"], row["answers"]) == ("What is asked now?", ["twice"])


def test_scripts_decide_by_json_lines(refdesk: Refdesk, forty: Path, tmp_path: Path) -> None:
    listed = refdesk("eval", "review", forty, "--json").json()
    assert len(listed["drafts"]) == 40
    assert listed["drafts"][0]["decision"] is None
    decisions = tmp_path / "decisions.jsonl"
    wrong = {
        '{"id": "nobody", "decision": "accepted"}': "no draft of the set",
        '{"id": "club-0000", "decision": "perhaps"}': "accepted, edited or rejected",
        '{"id": "club-0000", "decision": "edited", "answers": []}': "answers",
        '["club-0000"]': "Line 1",
    }
    for line, complaint in wrong.items():
        decisions.write_text(line)
        said = refdesk("eval", "review", forty, "--decisions", decisions)
        assert (said.exit_code, complaint in said.stderr) == (2, True), line
    decisions.write_text(
        '{"id": "club-0000", "decision": "edited", "text": "What\u2028is asked?"}\n', "utf-8"
    )
    result = refdesk("eval", "review", forty, "--decisions", decisions, "--json").json()
    assert (result["accepted"], result["drafts"][0]["decision"]) == (1, "edited")


def test_from_a_drafted_set_to_a_threshold(refdesk: Refdesk, forty: Path, script: str) -> None:
    made = (
        "eval",
        "make",
        "club",
        "--count",
        "40",
        "--out",
        forty,
        "--model",
        script,
        "--calibrate",
        "--json",
    )
    refused = refdesk(*made)
    assert refused.exit_code == 2
    assert "--unreviewed" in refused.stderr
    (calibration,) = refdesk(*made, "--unreviewed").json()["calibrations"]
    assert calibration["name"] == "minimum_evidence"
    assert calibration["evidence"]["area under the curve (AUROC)"] == "1.000"
    assert refdesk("ask", "Zyx qwv 7?", "-c", "club", "--json").json()["refused"]
    more = refdesk(*(part if part != "40" else "41" for part in made), "--unreviewed")
    assert more.exit_code == 1, "calibrated, and yet the set is not whole"
    assert more.json()["calibrations"][0]["value"] == calibration["value"]
    # The second command alone comes to the same.
    (again,) = refdesk("eval", "calibrate", forty, "-c", "club", "--what", "refusals", "--json").json()[
        "calibrations"
    ]
    assert again["value"] == calibration["value"]
    labels = {json.loads(line)["reviewed by"] for line in (forty / "queries.jsonl").read_text().splitlines()}
    assert labels == {"nobody"}


def test_the_evidence_is_not_fitted_to_drafted_questions_where_the_models_state_is(
    refdesk: Refdesk, forty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed = []

    def fitted(system: object, asked: object, most_false: float, *_: object) -> Calibration:
        allowed.append(most_false)
        return Calibration("minimum_answerability", 0.4, "judge", {})

    monkeypatch.setattr("apps.cli.evaluation.calibrate.judge_identity", lambda _: "judge")
    monkeypatch.setattr("apps.cli.evaluation.calibrate.fit_own_state", fitted)
    assert refdesk("eval", "review", forty, "--unreviewed", typed="q\n").exit_code == 0
    said = refdesk("eval", "calibrate", forty, "-c", "club", "--what", "refusals", "--json")
    assert [one["name"] for one in said.json()["calibrations"]] == ["minimum_answerability"]
    assert "were drafted" in said.stderr
    assert allowed == [0.05]
