"""`refdesk eval` from end to end, with the engines that need no model."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from evaluation.run_folder import load_run
from tests.apps.conftest import Refdesk

ROWS = (
    {
        "id": "fee",
        "text": "What is the annual fee?",
        "answers": ["12 euros"],
        "doc": "fees.md",
        "kind": "money",
    },
    {"id": "books", "text": "When do books go back?", "answers": ["on Friday"], "doc": "fees.md"},
    {"id": "hours", "text": "When does the library open?", "answers": ["nine o'clock"], "doc": "hours.txt"},
    {"id": "roof", "text": "Who mended the roof?", "answerable": False},
)


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    file = tmp_path / "questions.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return file


@pytest.fixture
def own_set(tmp_path: Path) -> Path:
    """A set that brings its documents."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "corpus.jsonl").write_text(
        json.dumps({"id": "a", "title": "", "text": "The mill burned down in 1871. " * 20})
        + "\n"
        + json.dumps({"id": "b", "title": "", "text": "Boats need a pilot."})
        + "\n"
    )
    (folder / "queries.jsonl").write_text(json.dumps({"id": "1", "text": "When did the mill burn?"}) + "\n")
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n1\ta\t1\n")
    return folder


def test_a_run_scores_searches_and_answers(refdesk: Refdesk, filled: Path, questions: Path) -> None:
    said = refdesk("eval", "run", questions, "-c", "default", "--answers", "--name", "first", "--json")
    assert said.exit_code == 0
    result = said.json()
    scores = {score["metric"]: score for score in result["scores"]}
    assert result["run"] == "first"
    assert scores["document.hit@5"]["mean"] == 1.0
    assert scores["document.hit@5"]["questions"] == 3
    assert scores["true_refusal"]["questions"] == 1
    assert 0 <= scores["token_f1"]["low"] <= scores["token_f1"]["mean"] <= scores["token_f1"]["high"] <= 1
    html, markdown = (Path(report) for report in result["reports"])
    assert "What is the annual fee?" in html.read_text()
    assert "What is the annual fee?" in markdown.read_text()
    assert any("Only 4 questions" in warning for warning in result["warnings"])
    assert {(one["label"], one["value"]) for one in result["slices"]} >= {("file kind", "md")}
    assert result["gaps"] == []  # of slices below 5 questions none is named
    assert result["energy"]
    assert "Quality and cost" in markdown.read_text()


def test_a_run_is_a_table_for_people(refdesk: Refdesk, filled: Path, questions: Path) -> None:
    said = refdesk("eval", "run", questions, "-c", "default", "--name", "first")
    assert said.exit_code == 0
    assert "document.ndcg@10" in said.stdout
    assert "Warning: Only 4 questions" in said.stdout
    assert "first" in refdesk("eval", "runs").stdout


def test_a_set_that_brings_its_documents_needs_no_collection(refdesk: Refdesk, own_set: Path) -> None:
    result = refdesk("eval", "run", own_set, "--json").json()
    assert result["run"].startswith("own-")
    assert {score["metric"]: score["mean"] for score in result["scores"]}["document.mrr@10"] == 1.0
    assert refdesk("collections", "--json").json()["collections"] == []  # it is none of the person's own


def test_two_runs_are_compared(refdesk: Refdesk, filled: Path, questions: Path) -> None:
    for name, weight in (("words", "0"), ("meaning", "1")):
        setting = f"retrieval.dense_weight={weight}"
        run = refdesk("eval", "run", questions, "-c", "default", "--name", name, "--set", setting)
        assert run.exit_code == 0
    result = refdesk("eval", "compare", "words", "meaning", "--json").json()
    assert [change["metric"] for change in result["changes"]] == [
        "document.ndcg@10",
        "document.hit@5",
        "search_seconds",
    ]
    assert Path(result["reports"][0]).is_file()
    table = refdesk("eval", "compare", "words", "meaning", "--metric", "document.mrr@10", "--see", "0.1")
    assert "document.mrr@10" in table.stdout
    assert "search_seconds" not in table.stdout.split("p: how often")[0]


def test_a_gate_tells_ci(refdesk: Refdesk, filled: Path, questions: Path, tmp_path: Path) -> None:
    for name, hits in (("base", "default"), ("same", "default")):
        assert refdesk("eval", "run", questions, "-c", hits, "--name", name).exit_code == 0
    xml = tmp_path / "gate.xml"
    bound = "document.ndcg@10=0.02"
    passed = refdesk(
        "eval", "gate", "same", "--baseline", "base", "--max-loss", bound, "--junit", xml, "--json"
    )
    assert passed.exit_code == 0
    assert passed.json()["checks"][0]["verdict"] == "held"
    assert ElementTree.parse(xml).getroot().get("failures") == "0"


def test_a_baseline_is_not_let_in_against_itself(refdesk: Refdesk, filled: Path, questions: Path) -> None:
    assert refdesk("eval", "run", questions, "-c", "default", "--name", "base").exit_code == 0
    bound = "document.ndcg@10=0"
    for arguments in (["base"], []):
        said = refdesk("eval", "gate", *arguments, "--baseline", "base", "--max-loss", bound)
        assert said.exit_code == 2
        assert "baseline" in said.stderr


def test_a_wrong_metric_is_told_before_a_sweep_goes_on(refdesk: Refdesk, own_set: Path) -> None:
    said = refdesk(
        "eval",
        "sweep",
        own_set,
        "--vary",
        "retrieval.dense_weight=0.5,0",
        "--metric",
        "tokenf1",
        "--name",
        "w",
    )
    assert said.exit_code == 2
    assert "no metric 'tokenf1'" in said.stderr
    assert "w@02" not in refdesk("eval", "runs").stdout


def test_a_gate_that_fails_exits_with_1(refdesk: Refdesk, own_set: Path, tmp_path: Path) -> None:
    lines = [{"id": str(n), "text": f"When did the mill burn? {n}"} for n in range(40)]
    (own_set / "queries.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (own_set / "qrels.tsv").write_text("".join(f"{n}\ta\t1\n" for n in range(40)))
    assert refdesk("eval", "run", own_set, "--name", "base").exit_code == 0
    runs = Path(refdesk("eval", "runs").stdout.rpartition("They lie in ")[2].strip().rstrip("."))
    rows = (runs / "base" / "rows.jsonl").read_text()
    (runs / "worse").mkdir()
    (runs / "worse" / "rows.jsonl").write_text(
        rows.replace('"document.ndcg@10":1.0', '"document.ndcg@10":0.5')
    )
    (runs / "worse" / "manifest.json").write_text(
        (runs / "base" / "manifest.json").read_text().replace('"name": "base"', '"name": "worse"')
    )
    said = refdesk("eval", "gate", "worse", "--baseline", "base", "--max-loss", "document.ndcg@10=0.02")
    assert said.exit_code == 1
    assert "Lost: more than allowed" in said.stdout


def test_a_sweep_measures_each_setting(refdesk: Refdesk, own_set: Path) -> None:
    said = refdesk(
        "eval", "sweep", own_set, "--vary", "retrieval.dense_weight=0.5,0", "--name", "weights", "--json"
    )
    assert said.exit_code == 0
    result = said.json()
    assert [variant["values"] for variant in result["variants"]] == [
        {"retrieval.dense_weight": "0.5"},
        {"retrieval.dense_weight": "0"},
    ]
    assert len(result["changes"]) == 1
    assert Path(result["reports"][0]).is_file()
    assert "weights@02" in refdesk("eval", "runs").stdout


def test_how_documents_are_cut_can_be_swept(refdesk: Refdesk, own_set: Path) -> None:
    said = refdesk("eval", "sweep", own_set, "--vary", "ingest.splitter.max_tokens=60,40")
    assert said.exit_code == 0
    assert "ingest.splitter.max_tokens" in said.stdout


def test_a_collection_is_calibrated_and_uses_it(refdesk: Refdesk, filled: Path, tmp_path: Path) -> None:
    file = tmp_path / "labelled.csv"
    known = "".join(f"What is the annual fee? ({n}),12 euros,yes\n" for n in range(20))
    unknown = "".join(f"Zyx qwv {n}?,,no\n" for n in range(20))
    file.write_text(f"question,answer,answerable\n{known}{unknown}")
    dry = refdesk("eval", "calibrate", file, "-c", "default", "--what", "refusals", "--dry-run")
    assert "Nothing was changed" in dry.stdout
    assert "Not calibrated" in refdesk("eval", "calibrate", "-c", "default").stdout
    result = refdesk("eval", "calibrate", file, "-c", "default", "--what", "refusals", "--json").json()
    (calibration,) = result["calibrations"]
    assert calibration["name"] == "minimum_evidence"
    assert calibration["evidence"]["area under the curve (AUROC)"] == "1.000"
    assert 0 < calibration["value"] <= 1
    assert refdesk("ask", "Zyx qwv 7?", "--json").json()["refused"]
    assert "12 euros" in refdesk("ask", "What is the annual fee?", "--json").json()["answer"]
    assert refdesk("eval", "calibrate", "-c", "default", "--forget").exit_code == 0
    assert "Not calibrated" in refdesk("eval", "calibrate", "-c", "default").stdout


def test_a_fusion_weight_is_calibrated(refdesk: Refdesk, filled: Path, tmp_path: Path) -> None:
    file = tmp_path / "labelled.csv"
    rows = "".join(f"What is the annual fee? ({n}),12 euros,fees.md\n" for n in range(20))
    file.write_text(f"question,answer,document\n{rows}")
    said = refdesk("eval", "calibrate", file, "-c", "default", "--what", "fusion")
    assert said.exit_code == 0
    assert "The default stays" in said.stderr  # every weight finds all of it


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["run", "{missing}"], "no such file"),
        (["run", "{questions}"], "brings no documents"),
        (["run", "{questions}", "-c", "default", "--set", "retrieval.weight=1"], "no setting"),
        (["run", "{questions}", "-c", "default", "--set", "hits"], "SETTING=VALUE"),
        (["run", "{questions}", "-c", "default", "--level", "line"], "no level"),
        (["run", "{questions}", "-c", "nobody"], "no collection"),
        (["run", "{questions}", "-c", "default", "--name", "a/b"], "cannot be a run's name"),
        (["compare", "a", "b"], "no run 'a'"),
        (["gate", "--baseline", "a", "--max-loss", "x=0.1"], "no run 'a'"),
        (["run", "{questions}", "-c", "default", "--questions", "2", "--answerable", "1"], "of both kinds"),
        (["run", "{questions}", "-c", "default", "--answerable", "0"], "no question was drawn"),
        (["gate", "r", "--baseline", "a", "--max-loss", "x=0.1", "--undecided", "x"], "pass or fail"),
        (["sweep", "{questions}", "-c", "default", "--vary", "x"], "nothing to vary"),
        (
            ["sweep", "{questions}", "-c", "default", "--vary", "ingest.splitter.max_tokens=9"],
            "cannot be varied",
        ),
        (["sweep", "{questions}", "-c", "default", "--vary", "passages.hits=4,x"], "'x' cannot be the value"),
        (
            ["calibrate", "{questions}", "-c", "default", "--what", "fusion"],
            "A fusion weight takes 20 questions",
        ),
        (["calibrate", "{questions}", "-c", "default", "--what", "refusals"], "here are 3 and 1"),
        (["calibrate", "-c", "default", "--what", "x"], "refusals, fusion or all"),
    ],
)
def test_wrong_use_is_told(
    arguments: list[str], complaint: str, refdesk: Refdesk, filled: Path, questions: Path, tmp_path: Path
) -> None:
    filled_in = [a.format(questions=questions, missing=tmp_path / "missing.jsonl") for a in arguments]
    said = refdesk("eval", *filled_in)
    assert said.exit_code == 2
    assert complaint in said.stderr


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Twenty answers; half of them repeat their text."""
    file = tmp_path / "labelled.jsonl"
    rows = []
    for number in range(20):
        text = f"The mill at bridge {number} burned down."
        good = number % 2 == 0
        label = "Fully attributable" if good else "Not fully attributable"
        rows.append({"context": text, "response": text if good else "I like mills.", "label": label})
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def scripted(tmp_path: Path, count: int) -> str:
    """A judge that says yes to everything, `count` times."""
    file = tmp_path / "judge.json"
    file.write_text(json.dumps(["Yes", "Yes", "5"] * count))
    return f"scripted:{file}"


def test_a_judge_is_measured_beside_words_and_told_when_it_is_no_better(
    refdesk: Refdesk, labelled: Path, tmp_path: Path
) -> None:
    engine = scripted(tmp_path, 20)
    said = refdesk("eval", "judge", labelled, "--model", engine, "--json")
    assert said.exit_code == 0
    (found,) = said.json()["measurements"]
    assert (found["rubric"], found["way"], found["half"]) == ("faithful", "pointwise", "odd")
    assert found["model"]["kappa"]["kappa"] == 0.0
    assert {one["name"]: one["kappa"]["kappa"] for one in found["baselines"]}["token F1"] == 1.0
    assert "token F1" in found["no_better_than"]
    assert not found["trusted"]
    again = refdesk("eval", "judge", labelled, "--model", engine)
    assert again.exit_code == 0, "all is found in the cache: the script would not do for a second time"
    assert "The model is no better than token F1" in again.stdout
    assert "Not to be trusted" in again.stdout


def test_judged_scores_say_how_far_they_can_be_trusted(
    refdesk: Refdesk, filled: Path, questions: Path, tmp_path: Path
) -> None:
    given = ("eval", "run", questions, "-c", "default", "--answers", "--rubric", "relevant")
    said = refdesk(*given, "--judge", scripted(tmp_path, 4), "--json")
    assert said.exit_code == 0
    result = said.json()
    scores = {score["metric"]: score for score in result["scores"]}
    assert scores["judged_relevant"]["mean"] == 1.0
    assert "never measured" in scores["judged_relevant"]["caution"]
    assert any(warning.startswith("judged_relevant: not to be trusted") for warning in result["warnings"])
    for report in result["reports"]:
        assert "not to be trusted" in Path(report).read_text()


def test_the_least_kappa_can_be_set_and_is_part_of_what_made_the_run(
    refdesk: Refdesk, filled: Path, questions: Path, tmp_path: Path
) -> None:
    given = ("eval", "run", questions, "-c", "default", "--answers", "--rubric", "relevant", "--name", "run")
    judged = (*given, "--judge", scripted(tmp_path, 4), "--json")
    assert refdesk(*judged, "--min-kappa", "0.6").exit_code == 0
    assert load_run("run").manifest.facts["scored least kappa"] == "0.6"
    other = refdesk(*judged)
    assert other.exit_code == 2
    assert "scored least kappa: '0.6' then, nothing now" in other.stderr


def test_an_engine_that_only_quotes_is_no_judge(refdesk: Refdesk, filled: Path, questions: Path) -> None:
    said = refdesk("eval", "run", questions, "-c", "default", "--answers", "--judge", "extractive", "--json")
    assert said.exit_code == 2
    assert "only quotes" in said.stderr


def test_a_judge_of_which_nothing_can_be_read_is_told(
    refdesk: Refdesk, filled: Path, questions: Path, tmp_path: Path
) -> None:
    file = tmp_path / "mumbling.json"
    file.write_text(json.dumps(["Hm."] * 12))
    given = ("eval", "run", questions, "-c", "default", "--answers", "--rubric", "relevant", "--json")
    result = refdesk(*given, "--judge", f"scripted:{file}").json()
    assert not [score for score in result["scores"] if score["metric"].startswith("judged")]
    assert any(warning.startswith("judged_relevant: nothing was judged") for warning in result["warnings"])


def test_a_judge_needs_answers_and_a_rubric_needs_a_judge(refdesk: Refdesk, questions: Path) -> None:
    alone = refdesk("eval", "run", questions, "-c", "default", "--judge", "extractive")
    assert alone.exit_code == 2
    assert "--answers" in alone.stderr
    ruled = refdesk("eval", "run", questions, "-c", "default", "--answers", "--rubric", "correct")
    assert ruled.exit_code == 2
    assert "--judge" in ruled.stderr


@pytest.mark.parametrize("option", [("--half", "upper"), ("--way", "sideways")])
def test_a_measurement_that_cannot_be_meant(
    refdesk: Refdesk, labelled: Path, option: tuple[str, str]
) -> None:
    said = refdesk("eval", "judge", labelled, *option)
    assert said.exit_code == 2
    assert option[0] in said.stderr
