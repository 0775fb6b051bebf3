"""Small runs made by hand, and the pages that come of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import pytest

from evaluation.types import (
    AnswerSentence,
    FoundChunk,
    Gold,
    Manifest,
    Metric,
    Outcome,
    Question,
    Quote,
    Reply,
    Retrieval,
    Row,
    Run,
    ShownPassage,
)
from evaluation.verdicts import Change, Estimate, Summary

METRICS = (
    Metric("page.ndcg@10", "nDCG of pages at 10", "retrieval"),
    Metric("token_f1", "Token overlap", "answer"),
    Metric("unsupported_share", "Sentences not supported", "grounding", higher_is_better=False),
    Metric("true_refusal", "Refused where it should", "refusal"),
    Metric("false_refusal", "Refused where it should not", "refusal", higher_is_better=False),
    Metric("answer_seconds", "Whole answer", "time", higher_is_better=False, highest=None, unit="s"),
)

MakeRow = Callable[..., Row]
MakeRun = Callable[..., Run]


@pytest.fixture
def metrics() -> dict[str, Metric]:
    return {metric.name: metric for metric in METRICS}


@pytest.fixture
def make_row() -> MakeRow:
    """A row with one passage, one hit and one cited sentence, each text replaced at will."""

    def make(
        id: str,
        scores: Mapping[str, float],
        *,
        question: str = "When does the lease end?",
        answer: str = "It ends in March.",
        passage: str = "The lease ends in March.",
        document: str = "lease.pdf",
        label: str = "en",
        error: str | None = None,
        cached: bool = False,
        answerable: bool = True,
    ) -> Row:
        sentence = AnswerSentence(answer, "supported", 0.9, (Quote(document, 3, passage, 1),))
        reply = Reply(
            text=answer,
            short_answer=None,
            refusal=None,
            sentences=(sentence,),
            passages=(ShownPassage(1, document, 3, 3, "Lease", passage),),
            first_text_seconds=0.5,
            first_checked_seconds=0.8,
            total_seconds=scores.get("answer_seconds", 1.0),
            prompt_tokens=100,
            reused_tokens=10,
            completion_tokens=12,
        )
        hits = (FoundChunk(1, 0.75, document, 3, 3, passage),)
        outcome = Outcome(Retrieval(hits, 0.02), None if error else reply, error, cached)
        gold = (Gold(document, 3),)
        asked = Question(id, question, ("March",), answerable, document, gold, (), (("language", label),))
        return Row(asked, outcome, scores)

    return make


@pytest.fixture
def make_run() -> MakeRun:
    def make(rows: Sequence[Row], name: str = "baseline", **facts: str) -> Run:
        manifest = Manifest(
            name=name,
            fingerprint="f" * 64,
            question_set="leases",
            question_set_sha256="a" * 64,
            question_count=len(rows),
            seed=13,
            facts={"chunk tokens": "256", "model": "small"} | facts,
            surroundings={"machine": "2 cores"},
            metrics=METRICS,
            started_at="2026-03-04T05:06:07Z",
        )
        return Run(manifest, tuple(rows))

    return make


@pytest.fixture
def three_rows(make_row: MakeRow) -> tuple[Row, ...]:
    """Scores whose means are no round numbers; the last question has no token_f1."""
    return (
        make_row("q1", {"page.ndcg@10": 1.0, "token_f1": 0.25, "false_refusal": 0.0, "answer_seconds": 1.5}),
        make_row("q2", {"page.ndcg@10": 0.5, "token_f1": 0.9, "false_refusal": 1.0, "answer_seconds": 2.25}),
        make_row("q3", {"page.ndcg@10": 0.0, "true_refusal": 1.0, "answer_seconds": 4.0}, answerable=False),
    )


def estimate_of(values: Sequence[float]) -> Estimate:
    """The mean, with an interval of no meaning around it."""
    mean = math.fsum(values) / len(values)
    return Estimate(mean, mean - 0.1, mean + 0.1, len(values))


@pytest.fixture
def summaries_of() -> Callable[[Sequence[Row]], tuple[Summary, ...]]:
    def make(rows: Sequence[Row]) -> tuple[Summary, ...]:
        return tuple(
            Summary(metric, estimate_of(values))
            for metric in METRICS
            if (values := [row.scores[metric.name] for row in rows if metric.name in row.scores])
        )

    return make


@pytest.fixture
def changes_of() -> Callable[[Run, Run], tuple[Change, ...]]:
    def make(first: Run, second: Run) -> tuple[Change, ...]:
        return tuple(_changes(first, second))

    return make


def _changes(first: Run, second: Run) -> list[Change]:
    others = {row.question.id: row for row in second.rows}
    found = []
    for metric in METRICS:
        pairs = [
            (row.scores[metric.name], others[row.question.id].scores[metric.name])
            for row in first.rows
            if row.question.id in others
            and metric.name in row.scores
            and metric.name in others[row.question.id].scores
        ]
        if not pairs:
            continue
        sign = 1 if metric.higher_is_better else -1
        differences = [after - before for before, after in pairs]
        better = sum(sign * one > 0 for one in differences)
        worse = sum(sign * one < 0 for one in differences)
        found.append(
            Change(
                metric=metric,
                first=estimate_of([before for before, _ in pairs]),
                second=estimate_of([after for _, after in pairs]),
                difference=estimate_of(differences),
                p_value=0.01,
                adjusted_p=0.04,
                effect_size=0.5,
                better=better,
                equal=len(pairs) - better - worse,
                worse=worse,
                sought_difference=0.05,
                questions_needed=1234,
                verdict="better" if better > worse else "worse" if worse > better else "no difference shown",
            )
        )
    return found
