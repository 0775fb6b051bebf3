"""Settings by their dotted names."""

from __future__ import annotations

import pytest

from evaluation.errors import EvaluationError
from evaluation.variation import setting_values, varied
from rag import Settings


def test_every_setting_is_named_with_its_value() -> None:
    values = setting_values(Settings())
    assert values["ingest.splitter.max_tokens"] == "200"
    assert values["retrieval.fusion"] == "convex"
    assert values["passages.token_budget"] == "None"


def test_values_become_what_the_setting_is_of() -> None:
    found = varied(
        Settings(),
        {
            "retrieval.dense_weight": "0.3",
            "retrieval.reranker": "~/models/ms-marco",
            "ingest.splitter.max_tokens": "120",
            "generator.gpu_layers": "3",
            "passages.token_budget": "none",
            "ingest.isolated": "false",
            "answer.template": "plain",
        },
    )
    assert found.retrieval.dense_weight == 0.3
    assert found.retrieval.reranker == "~/models/ms-marco"
    assert varied(found, {"retrieval.reranker": "none"}).retrieval.reranker is None
    assert found.ingest.splitter.max_tokens == 120
    assert found.generator.gpu_layers == 3
    assert found.passages.token_budget is None
    assert found.ingest.isolated is False
    assert found.passages.hits == Settings().passages.hits


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("retrieval.weight", "1", "no setting 'retrieval.weight'.*dense_weight"),
        ("nothing.hits", "1", "no setting 'nothing.hits'.*retrieval"),
        ("retrieval", "1", "names no single setting; 'retrieval.candidates' would"),
        ("retrieval.dense_weight.x", "1", "names no single setting; 'retrieval.dense_weight' would"),
        ("retrieval.dense_weight", "7", "'7' cannot be the value of retrieval.dense_weight: .*from 0 to 1"),
        ("retrieval.dense_weight", "much", "'much' cannot be the value"),
        ("retrieval.fusion", "mixed", "'convex' or 'reciprocal-rank'"),
    ],
)
def test_what_cannot_be_meant_is_told(name: str, value: str, complaint: str) -> None:
    with pytest.raises(EvaluationError, match=complaint):
        varied(Settings(), {name: value})
