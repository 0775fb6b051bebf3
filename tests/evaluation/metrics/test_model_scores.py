"""What is measured with a model: similarity and perplexity, here with the shipped fakes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from evaluation.metrics.perplexity import PerplexityScorer, UniformLikelihood
from evaluation.metrics.similarity import SimilarityScorer
from evaluation.types import Outcome, Question, Reply
from ingest.embedding.hashing import HashingEmbedder
from ingest.embedding.protocol import Vectors

QUESTION = Question("q", "When does the gate close?", ("dawn", "gate nine"))


class FixedEmbedder(HashingEmbedder):
    """Vectors of these texts, not of unit length."""

    def __init__(self) -> None:
        super().__init__(2)
        self.vectors = {
            "east": (2.0, 0.0),
            "west": (-3.0, 0.0),
            "north": (0.0, 0.5),
            "north-east": (1.0, 1.0),
        }
        self.closed = False

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        return np.array([self.vectors[text] for text in texts], dtype=np.float32)

    def close(self) -> None:
        self.closed = True


class FixedLikelihood:
    def __init__(self, total: float, predicted: int) -> None:
        self._found = (total, predicted)
        self.closed = False

    def log_likelihood(self, text: str) -> tuple[float, int]:
        return self._found

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(
    ("said", "golds", "cosine"),
    [
        ("east", ("east",), 1.0),
        ("east", ("west",), 0.0),  # the cosine is -1
        ("east", ("north",), 0.0),
        ("east", ("west", "north-east", "north"), 1 / math.sqrt(2)),
    ],
)
def test_similarity_is_the_cosine_to_the_nearest_gold_answer(
    reply: Reply, said: str, golds: tuple[str, ...], cosine: float
) -> None:
    outcome = Outcome(reply=replace(reply, short_answer=said))
    found = SimilarityScorer(FixedEmbedder()).score(replace(QUESTION, answers=golds), outcome)
    assert found == pytest.approx({"embedding_similarity": cosine})


def test_similarity_of_a_refusal_is_zero(reply: Reply) -> None:
    scorer = SimilarityScorer(HashingEmbedder())
    question = replace(QUESTION, answers=("something he does not know",))
    assert scorer.score(question, Outcome(reply=replace(reply, text="I don't know."))) == {
        "embedding_similarity": 0.0
    }


def test_similarity_needs_gold_answers_of_an_answerable_question(reply: Reply) -> None:
    scorer = SimilarityScorer(HashingEmbedder())
    assert scorer.score(replace(QUESTION, answers=()), Outcome(reply=reply)) == {}
    assert scorer.score(replace(QUESTION, answerable=False), Outcome(reply=reply)) == {}


def test_perplexity_of_equally_likely_words_is_their_number(reply: Reply) -> None:
    assert UniformLikelihood(50).log_likelihood("one two three") == (-2 * math.log(50), 2)
    found = PerplexityScorer(UniformLikelihood(50)).score(QUESTION, Outcome(reply=reply))
    assert found == pytest.approx({"perplexity": 50.0})


def test_perplexity_is_per_predicted_token(reply: Reply) -> None:
    found = PerplexityScorer(FixedLikelihood(math.log(1 / 2) + math.log(1 / 8), 2)).score(
        QUESTION, Outcome(reply=reply)
    )
    assert found == pytest.approx({"perplexity": math.sqrt(2 * 8)})


def test_perplexity_is_of_the_whole_answer(reply: Reply) -> None:
    scorer = PerplexityScorer(UniformLikelihood())
    assert scorer.score(QUESTION, Outcome(reply=replace(reply, short_answer="nine")))
    assert scorer.score(QUESTION, Outcome(reply=replace(reply, text="nine"))) == {}, "no second token"
    assert scorer.score(QUESTION, Outcome(reply=replace(reply, text="I don't know."))) == {}


@pytest.mark.parametrize("total", [-math.inf, -1e9, math.nan])
def test_perplexity_beyond_all_numbers_is_not_defined(reply: Reply, total: float) -> None:
    assert PerplexityScorer(FixedLikelihood(total, 2)).score(QUESTION, Outcome(reply=reply)) == {}


def test_perplexity_is_one_at_least(reply: Reply) -> None:
    found = PerplexityScorer(FixedLikelihood(1e-12, 2)).score(QUESTION, Outcome(reply=reply))
    assert found == {"perplexity": 1.0}


def test_the_model_is_closed_with_the_scorer() -> None:
    embedder, likelihood = FixedEmbedder(), FixedLikelihood(0.0, 0)
    SimilarityScorer(embedder).close()
    PerplexityScorer(likelihood).close()
    assert embedder.closed
    assert likelihood.closed
