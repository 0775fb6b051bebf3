"""Means with intervals, over a run and its slices."""

from __future__ import annotations

from evaluation.summaries import FEWEST_IN_SLICE, labels, slices, summarise, warnings_of
from tests.evaluation.conftest import NDCG, SECONDS, MadeRun


def test_means_are_over_the_questions_that_a_metric_is_defined_for(made_run: MadeRun) -> None:
    run = made_run({NDCG: [1.0, 0.5, None, 0.0], SECONDS: [None] * 4})
    (summary,) = summarise(run.rows, run.manifest.metrics)
    assert summary.metric == NDCG
    assert summary.estimate.mean == (1.0 + 0.5 + 0.0) / 3
    assert summary.estimate.count == 3
    assert 0.0 <= summary.estimate.low < 0.5 < summary.estimate.high <= 1.0


def test_questions_are_sliced_by_their_labels_the_most_frequent_value_first(made_run: MadeRun) -> None:
    count = FEWEST_IN_SLICE + 10
    kinds = [(("type", "bridge" if n >= 10 else "comparison"),) for n in range(count)]
    run = made_run({NDCG: [float(n >= 10) for n in range(count)]}, labels=kinds)
    found = [each for each in slices(run) if each.label == "type"]
    assert [(each.value, each.count, each.too_small) for each in found] == [
        ("bridge", FEWEST_IN_SLICE, False),
        ("comparison", 10, True),
    ]
    assert [each.summaries[0].estimate.mean for each in found] == [1.0, 0.0]


def test_what_tells_questions_apart_or_not_at_all_is_no_slice(made_run: MadeRun) -> None:
    own = [(("id", str(n)), ("same", "x"), ("half", str(n % 2))) for n in range(40)]
    run = made_run({NDCG: [0.0] * 40}, labels=own)
    assert labels(run.rows) == ("half",)


def test_a_reader_is_warned(made_run: MadeRun) -> None:
    run = made_run({NDCG: [0.0] * 5}, errors=frozenset({1}))
    assert warnings_of(run) == (
        "Only 5 questions: the intervals are wide for a reason.",
        "1 of 5 questions ended in an error; no mean includes them.",
        "No question has gold documents or pages: the search cannot be scored.",
    )
