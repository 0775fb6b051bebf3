"""Runs with answers, and ratings of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from evaluation.types import AnswerSentence, Manifest, Outcome, Question, Quote, Reply, Row, Run

AnsweredRun = Callable[..., Run]


@pytest.fixture
def answered_run() -> AnsweredRun:
    """A run that gave these answers by question id; None is a refusal, "!" an error."""

    def make(name: str, answers: Mapping[str, str | None]) -> Run:
        rows = tuple(
            Row(
                Question(id, f"Question {id}?", ("gold",)),
                Outcome(error="it broke") if said == "!" else Outcome(reply=reply(said)),
                {},
            )
            for id, said in answers.items()
        )
        manifest = Manifest(name, name, "set", "0" * 64, len(rows), 0, {}, {}, (), "2026")
        return Run(manifest, rows)

    return make


def reply(said: str | None) -> Reply:
    quote = Quote("folder/lease.pdf", 3, "It ends\nin March.", 1)
    sentences = (AnswerSentence(said, "supported", 0.9, (quote,)),) if said else ()
    refusal = None if said else "not-stated"
    return Reply(said or "", None, refusal, sentences, (), 0.1, None, 0.2, 10, 0, 5)  # type: ignore[arg-type]
