"""Times and tokens go to the metric they belong to."""

from __future__ import annotations

from dataclasses import replace

from evaluation.metrics.costs import CostScorer
from evaluation.types import Outcome, Question, Reply, Retrieval

QUESTION = Question("q", "When does the gate close?", ("nine",))


def test_an_answer_has_its_times_and_tokens(reply: Reply) -> None:
    assert CostScorer().score(QUESTION, Outcome(Retrieval((), 0.25), reply)) == {
        "first_text_seconds": 0.5,
        "first_checked_seconds": 0.75,
        "answer_seconds": 2.0,
        "search_seconds": 0.25,
        "prompt_tokens": 400.0,
        "reused_tokens": 300.0,
        "completion_tokens": 20.0,
    }


def test_energy_is_a_score_where_it_was_told(reply: Reply) -> None:
    told = CostScorer().score(QUESTION, Outcome(reply=replace(reply, energy_joules=41.5)))
    assert told["energy_joules"] == 41.5
    assert "energy_joules" not in CostScorer().score(QUESTION, Outcome(reply=reply))


def test_a_refusal_is_timed_apart(reply: Reply) -> None:
    for refusal in (replace(reply, text="", refusal="nothing-found"), replace(reply, text="I don't know.")):
        found = CostScorer().score(QUESTION, Outcome(reply=refusal))
        assert found["refusal_seconds"] == 2.0
        assert found.keys().isdisjoint({"answer_seconds", "first_text_seconds", "first_checked_seconds"})


def test_what_was_not_measured_is_absent(reply: Reply) -> None:
    unchecked = CostScorer().score(QUESTION, Outcome(reply=replace(reply, first_checked_seconds=None)))
    assert unchecked.keys().isdisjoint({"first_checked_seconds", "search_seconds"})
    assert CostScorer().score(QUESTION, Outcome(Retrieval((), 0.25))) == {"search_seconds": 0.25}


def test_only_reused_tokens_are_better_when_more() -> None:
    metrics = CostScorer().metrics
    assert [metric.name for metric in metrics if metric.higher_is_better] == ["reused_tokens"]
    assert {(metric.group, metric.unit) for metric in metrics} == {
        ("time", "s"),
        ("tokens", "tokens"),
        ("energy", "J"),
    }
    assert all(metric.highest is None for metric in metrics)
