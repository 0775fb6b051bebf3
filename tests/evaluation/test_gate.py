"""What may go in, and what CI is told."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from evaluation.errors import EvaluationError, NotComparable
from evaluation.gate import check_gate, parse_max_losses
from evaluation.junit import write_junit
from tests.evaluation.conftest import NDCG, SECONDS, MadeRun

EQUAL = [0.5, 1.0] * 100


def worse_by(loss: float) -> list[float]:
    return [value - loss for value in EQUAL]


def test_a_loss_beyond_what_is_allowed_fails(made_run: MadeRun) -> None:
    result = check_gate(made_run({NDCG: EQUAL}), made_run({NDCG: worse_by(0.05)}), {"page.ndcg@10": 0.02})
    assert result.checks[0].verdict == "lost"
    assert result.checks[0].loss == pytest.approx(0.05)
    assert not result.passes()
    assert "Lost: more than allowed" in result.checks[0].words


def test_a_loss_within_what_is_allowed_is_held(made_run: MadeRun) -> None:
    result = check_gate(made_run({NDCG: EQUAL}), made_run({NDCG: worse_by(0.01)}), {"page.ndcg@10": 0.02})
    assert result.checks[0].verdict == "held"  # significant, and small
    assert result.passes(undecided_passes=False)


def test_no_change_is_held_even_where_nothing_may_be_lost(made_run: MadeRun) -> None:
    run = made_run({NDCG: EQUAL})
    result = check_gate(run, run, {"page.ndcg@10": 0.0})
    assert result.checks[0].verdict == "held"
    assert "no question changed" in result.checks[0].words


def test_too_few_questions_are_undecided(made_run: MadeRun) -> None:
    first, second = made_run({NDCG: [0.0, 1.0, 0.5, 1.0]}), made_run({NDCG: [1.0, 0.0, 0.5, 0.5]})
    result = check_gate(first, second, {"page.ndcg@10": 0.02})
    assert result.checks[0].verdict == "undecided"
    assert result.passes()
    assert not result.passes(undecided_passes=False)
    assert "questions would be needed" in result.checks[0].words


def test_for_seconds_a_rise_is_a_loss(made_run: MadeRun) -> None:
    slow, fast = made_run({SECONDS: [2.0] * 20}), made_run({SECONDS: [1.0] * 20})
    assert check_gate(fast, slow, {"search_seconds": 0.5}).checks[0].verdict == "lost"
    assert check_gate(slow, fast, {"search_seconds": 0.5}).checks[0].verdict == "held"


def test_questions_that_newly_end_in_an_error_fail(made_run: MadeRun) -> None:
    run = made_run({NDCG: EQUAL})
    broken = made_run({NDCG: EQUAL}, errors=frozenset({3}))
    result = check_gate(run, broken, {"page.ndcg@10": 0.02})
    assert result.failed_questions == ("q3",)
    assert not result.passes()
    assert check_gate(broken, broken, {"page.ndcg@10": 0.02}).passes()


def test_a_question_that_is_no_longer_asked_fails(made_run: MadeRun, tmp_path: Path) -> None:
    first, second = made_run({NDCG: [0.0, 1.0, 0.5]}), made_run({NDCG: [0.0, 1.0]})
    result = check_gate(first, second, {"page.ndcg@10": 0.02})
    assert result.missing_questions == ("q2",)
    assert not result.passes()
    write_junit(result, tmp_path / "gate.xml")
    assert ElementTree.parse(tmp_path / "gate.xml").getroot().get("failures") == "1"


def test_scores_that_vanish_are_never_held(made_run: MadeRun) -> None:
    first, second = made_run({NDCG: [1.0] * 100}), made_run({NDCG: [1.0] * 5 + [None] * 95})
    result = check_gate(first, second, {"page.ndcg@10": 0.02})
    assert (result.checks[0].verdict, result.checks[0].dropped) == ("undecided", 95)
    assert not result.passes()
    few = check_gate(first, made_run({NDCG: [1.0] * 96 + [None] * 4}), {"page.ndcg@10": 0.02})
    assert few.checks[0].verdict == "undecided"
    assert few.passes()
    assert not few.passes(undecided_passes=False)
    assert "no page.ndcg@10 for 95 of the questions" in result.checks[0].words


def test_metrics_must_be_on_both_sides(made_run: MadeRun) -> None:
    with pytest.raises(NotComparable, match=r"'token_f1' is not in both runs, .* In both: page\.ndcg@10"):
        check_gate(made_run({NDCG: EQUAL}), made_run({NDCG: EQUAL}), {"token_f1": 0.1})
    with pytest.raises(NotComparable, match="No question has"):
        check_gate(made_run({NDCG: [None]}), made_run({NDCG: [1.0]}), {"page.ndcg@10": 0.1})


def test_bounds_are_read() -> None:
    assert parse_max_losses(["page.ndcg@10=0.02", "token_f1 = 0"]) == {"page.ndcg@10": 0.02, "token_f1": 0.0}


@pytest.mark.parametrize("text", ["x", "x=", "x=-1", "x=nan", "=0.1", "x=much"])
def test_what_is_no_bound_is_told(text: str) -> None:
    with pytest.raises(EvaluationError, match="METRIC=LOSS"):
        parse_max_losses([text])


class TestJUnit:
    def test_each_check_is_a_case(self, made_run: MadeRun, tmp_path: Path) -> None:
        first = made_run({NDCG: EQUAL, SECONDS: [1.0] * 200})
        second = made_run({NDCG: worse_by(0.05), SECONDS: [1.0] * 200}, errors=frozenset({0}))
        result = check_gate(first, second, {"page.ndcg@10": 0.02, "search_seconds": 0.1})
        write_junit(result, tmp_path / "out" / "gate.xml")
        suite = ElementTree.parse(tmp_path / "out" / "gate.xml").getroot()
        assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("4", "2", "0")
        lost, held, errors, missing = suite.findall("testcase")
        assert lost.get("name") == "page.ndcg@10 loses at most 0.02"
        assert lost.find("failure") is not None
        assert held.find("failure") is None
        assert (errors.findtext("failure") or "").split() == ["q0"]
        assert missing.find("failure") is None

    def test_what_is_undecided_is_skipped_or_fails(self, made_run: MadeRun, tmp_path: Path) -> None:
        first, second = made_run({NDCG: [0.0, 1.0]}), made_run({NDCG: [1.0, 0.0]})
        result = check_gate(first, second, {"page.ndcg@10": 0.02})
        for passes, kind in ((True, "skipped"), (False, "failure")):
            write_junit(result, tmp_path / "gate.xml", undecided_passes=passes)
            case = ElementTree.parse(tmp_path / "gate.xml").getroot().find("testcase")
            assert case is not None
            assert case.find(kind) is not None

    def test_any_name_gives_sound_xml(self, made_run: MadeRun, tmp_path: Path) -> None:
        first = made_run({NDCG: EQUAL})
        broken = made_run({NDCG: EQUAL}, errors=frozenset({0}))
        row = broken.rows[0]
        from dataclasses import replace

        hostile = replace(row, question=replace(row.question, id="<a>&\x00\x1b"))
        result = check_gate(first, replace(broken, rows=(hostile, *broken.rows[1:])), {"page.ndcg@10": 0.1})
        write_junit(result, tmp_path / "gate.xml")
        assert "<a>&" in (ElementTree.parse(tmp_path / "gate.xml").getroot().findtext(".//failure") or "")
