"""The few metrics that are looked at first. More of them make each harder to show."""

from __future__ import annotations

from collections import Counter

from evaluation.types import Run

_ENDINGS = (".ndcg@10", ".hit@5")
_NAMES = (
    "token_f1",
    "rougeL",
    "citation_f1",
    "true_refusal",
    "false_refusal",
    "first_text_seconds",
    "answer_seconds",
)
_OF_SEARCH = ("search_seconds",)


def main_metrics(run: Run) -> tuple[str, ...]:
    """Those of a run that are defined for any of its questions: quality first, then time."""
    defined = Counter(name for row in run.rows for name in row.scores)
    ranked = [metric.name for metric in run.manifest.metrics if metric.name.endswith(_ENDINGS)]
    # Of pages and documents, those first that more questions have gold for.
    ranked.sort(key=lambda name: -defined[name])
    answered = [name for name in _NAMES if name in defined]
    # Where nothing was answered, what a person waits for is the search.
    return tuple(name for name in (*ranked, *(answered or _OF_SEARCH)) if name in defined)
