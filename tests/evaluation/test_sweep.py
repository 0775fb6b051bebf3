"""All combinations of a grid, the first of which the others are compared with."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from evaluation.errors import EvaluationError
from evaluation.sweep import combinations, parse_grid, sweep, sweep_name
from evaluation.types import QuestionSet, Run
from tests.evaluation.conftest import NDCG, MadeRun


def test_every_combination_is_measured_in_order() -> None:
    assert combinations({"a": ("1", "2"), "b": ("x", "y")}) == [
        {"a": "1", "b": "x"},
        {"a": "1", "b": "y"},
        {"a": "2", "b": "x"},
        {"a": "2", "b": "y"},
    ]


def test_the_others_are_compared_with_the_first_and_corrected_together(made_run: MadeRun) -> None:
    asked = []

    def measured(name: str, values: Mapping[str, str]) -> Run:
        asked.append((name, dict(values)))
        return made_run({NDCG: [float(values["retrieval.dense_weight"])] * 6}, name)

    done = sweep("weights", {"retrieval.dense_weight": ("0.5", "0.25", "0.5")}, measured, ["page.ndcg@10"])
    assert [name for name, _ in asked] == ["weights@01", "weights@02", "weights@03"]
    assert [variant.summaries[0].estimate.mean for variant in done.variants] == [0.5, 0.25, 0.5]
    worse, equal = (changes[0] for changes in done.changes)
    assert worse.adjusted_p == 2 * (2 / 2**6)
    assert equal.adjusted_p == 1.0
    assert any("Only 6 questions" in warning for warning in done.warnings)


def test_another_sweep_has_another_name() -> None:
    few = QuestionSet("my questions", "0", ())
    name = sweep_name(few, {"passages.hits": ("4", "8")})
    assert name.startswith("my-questions-sweep-")
    assert name == sweep_name(few, {"passages.hits": ("4", "8")})
    assert name != sweep_name(few, {"passages.hits": ("4", "6")})


def test_grids_are_read() -> None:
    assert parse_grid(["passages.hits=8, 4,8", "answer.template=plain"]) == {
        "passages.hits": ("8", "4"),
        "answer.template": ("plain",),
    }


@pytest.mark.parametrize("text", ["passages.hits", "passages.hits=", "=4", "passages.hits=,"])
def test_what_varies_nothing_is_told(text: str) -> None:
    with pytest.raises(EvaluationError, match="SETTING=VALUE"):
        parse_grid([text])
