"""The gate that this project's own changes pass: what it lets in, and what it does not."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from tests.apps.conftest import Refdesk, Said

ROOT = Path(__file__).resolve().parents[2]
GATE = ROOT / "tests" / "quality_gate"
METRICS = ("page.ndcg@10", "page.hit@5", "contains_gold", "correct_decision")


def measured(refdesk: Refdesk, name: str, *settings: str) -> None:
    given = [part for setting in settings for part in ("--set", setting)]
    said = refdesk("eval", "run", GATE / "questions.csv", "-c", "gate", "--answers", "--name", name, *given)
    assert said.exit_code == 0, said.stderr


def gated(refdesk: Refdesk, name: str, baseline: Path = GATE / "baseline") -> Said:
    bounds = [part for metric in METRICS for part in ("--max-loss", f"{metric}=0")]
    return refdesk("eval", "gate", name, "--baseline", baseline, "--undecided", "fail", *bounds, "--json")


def test_nothing_is_lost_and_a_worse_search_would_be_seen(refdesk: Refdesk, tmp_path: Path) -> None:
    notice = ROOT / "examples" / "documents" / "federal-register-2020-17221.pdf"
    assert refdesk("ingest", notice, "-c", "gate").exit_code == 0
    measured(refdesk, "now")
    passed = gated(refdesk, "now")
    assert passed.exit_code == 0, f"lost against the baseline, see docs/evaluation.md: {passed.stdout}"
    assert {check["verdict"] for check in passed.json()["checks"]} == {"held"}

    # By the hashing embedder alone, which knows no meaning: pages are found later, or not.
    measured(refdesk, "worse", "retrieval.dense_weight=1")
    failed = gated(refdesk, "worse")
    assert failed.exit_code == 1
    losses = {check["metric"]: check["loss"] for check in failed.json()["checks"]}
    assert losses["page.ndcg@10"] > 0.05

    slim_baseline = _script("slim_baseline")
    slim_baseline.main(_run_folder("worse"), tmp_path / "renewed")
    assert gated(refdesk, "worse", tmp_path / "renewed").exit_code == 0
    assert gated(refdesk, "now", tmp_path / "renewed").exit_code == 1  # a change is told, for the better too
    told = "".join(file.read_text("utf-8") for file in (tmp_path / "renewed").iterdir())
    assert str(ROOT) not in told
    assert "search_seconds" not in told


def test_the_baseline_is_of_the_questions_that_are_asked() -> None:
    from evaluation.datasets import load_question_set

    asked = {question.id: question.text for question in load_question_set(GATE / "questions.csv").questions}
    rows = map(json.loads, (GATE / "baseline" / "rows.jsonl").read_text("utf-8").splitlines())
    assert {row["question"]["id"]: row["question"]["text"] for row in rows} == asked


def _run_folder(name: str) -> Path:
    from evaluation.run_folder import run_path

    return run_path(name)


def _script(name: str):  # type: ignore[no-untyped-def] # a module has no narrower type
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
