"""What every Scorer must do."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.judging.judge import Judge
from evaluation.judging.rubric_file import RUBRICS, load_rubric
from evaluation.metrics.answers import AnswerScorer
from evaluation.metrics.costs import CostScorer
from evaluation.metrics.grounding import GroundingScorer
from evaluation.metrics.judged import JudgedScorer
from evaluation.metrics.perplexity import PerplexityScorer, UniformLikelihood
from evaluation.metrics.protocol import Scorer
from evaluation.metrics.refusals import RefusalScorer
from evaluation.metrics.retrieval import RetrievalScorer
from evaluation.metrics.similarity import SimilarityScorer
from evaluation.types import (
    AnswerSentence,
    FoundChunk,
    Gold,
    Outcome,
    Question,
    Quote,
    Reply,
    Retrieval,
    ShownPassage,
)
from generators.text.protocol import GenerationRequest
from generators.text.scripted import ScriptedGenerator, ScriptedReply
from generators.text.words import WordSignals
from ingest.embedding.hashing import HashingEmbedder


def _verdict(request: GenerationRequest) -> ScriptedReply:
    """The first option, as good as surely."""
    sure = {text: -9.0 if number else 0.0 for number, text in enumerate(request.openings)}
    return ScriptedReply("", WordSignals(openings=sure))


SCORERS: dict[str, Callable[[], Scorer]] = {
    "document": lambda: RetrievalScorer("document"),
    "page": lambda: RetrievalScorer("page"),
    "chunk": lambda: RetrievalScorer("chunk", cutoffs=(3,)),
    "answers": AnswerScorer,
    "similarity": lambda: SimilarityScorer(HashingEmbedder()),
    "perplexity": lambda: PerplexityScorer(UniformLikelihood()),
    "judged": lambda: JudgedScorer(
        Judge(ScriptedGenerator(_verdict), "scripted"), [load_rubric(name) for name in RUBRICS]
    ),
    "grounding": GroundingScorer,
    "refusals": RefusalScorer,
    "costs": CostScorer,
}

GATE = "The gate closes at nine."
KNOWN = Question(
    "known",
    "When does the gate close?",
    ("at nine", "9"),
    gold=(Gold("rules", 4, 2),),
    gold_sentences=(GATE,),
)
QUESTIONS = (
    KNOWN,
    Question("bare", "When does the gate close?"),
    Question("pageless", "When does the gate close?", ("9",), gold=(Gold("rules"), Gold("town", 1, 0))),
    Question("empty gold", "?", ("", "the"), gold=(Gold("rules", 4, -1),), gold_sentences=("", " ")),
    Question("chinese", "几点？", ("九点",), gold=(Gold("rules", 4),), gold_sentences=("大门九点关闭。",)),
    Question("unanswerable", "Who painted the gate?", answerable=False),
    Question("contradictory", "Who?", ("Lund",), answerable=False, gold=(Gold("rules", 4),)),
)
HITS = (
    FoundChunk(1, 0.9, "town", 1, 2, "The mill burned down."),
    FoundChunk(2, 0.9, "rules", 3, 4, f"Rules. {GATE}"),
    FoundChunk(3, 0.1, "rules", 4, 4, "大门九点关闭。"),
)
RETRIEVALS = (
    None,
    Retrieval((), 0.0),
    Retrieval(HITS, 0.25),
    Retrieval(HITS, 0.25, (2, 1)),
    Retrieval((), 0.25, ()),
)


def replies(reply: Reply) -> Iterator[Reply | None]:
    yield None
    yield reply
    quote = Quote("rules", 4, GATE, 1)
    yield replace(
        reply,
        sentences=(
            AnswerSentence(GATE, "supported", 0.9, (quote, quote)),
            AnswerSentence("So it is.", "unsupported", 0.1, ()),
        ),
        passages=(ShownPassage(1, "rules", 3, 4, "Rules", GATE),),
    )
    for text in ("", " ", "9", "九点", "I don't know.", "…", "a\ud800b", "nine " * 500):
        yield replace(reply, text=text, first_checked_seconds=None)
    yield replace(reply, short_answer="9", energy_joules=0.0)
    yield replace(reply, text="", refusal="nothing-found", prompt_tokens=0)
    yield replace(reply, text="", refusal="not-stated")


@pytest.fixture(params=SCORERS)
def scorer(request: pytest.FixtureRequest) -> Iterator[Scorer]:
    built = SCORERS[request.param]()
    yield built
    built.close()


class TestScorer:
    def test_its_metrics_have_names_of_their_own(self, scorer: Scorer) -> None:
        names = [metric.name for metric in scorer.metrics]
        assert names
        assert len(set(names)) == len(names)
        assert scorer.metrics == scorer.metrics

    def test_gives_finite_scores_of_its_metrics_within_their_bounds(
        self, scorer: Scorer, reply: Reply
    ) -> None:
        metrics = {metric.name: metric for metric in scorer.metrics}
        given: set[str] = set()
        for question in QUESTIONS:
            for said in replies(reply):
                for retrieval in RETRIEVALS:
                    for name, value in scorer.score(question, Outcome(retrieval, said)).items():
                        metric = metrics[name]
                        assert type(value) is float
                        assert math.isfinite(value)
                        assert metric.lowest <= value
                        assert metric.highest is None or value <= metric.highest
                        given.add(name)
        assert given == set(metrics), "each metric is defined for one of these at least"

    def test_what_went_wrong_has_no_scores(self, scorer: Scorer, reply: Reply) -> None:
        whole = Outcome(Retrieval(HITS, 0.25, (2, 1)), reply)
        assert scorer.score(KNOWN, whole) or isinstance(scorer, GroundingScorer)
        assert scorer.score(KNOWN, replace(whole, error="The model is missing.")) == {}
        assert scorer.score(KNOWN, Outcome()) == {}

    def test_what_was_cached_has_the_scores_it_had(self, scorer: Scorer, reply: Reply) -> None:
        outcome = Outcome(Retrieval(HITS, 0.25, (2, 1)), reply)
        assert scorer.score(KNOWN, replace(outcome, search_cached=True, reply_cached=True)) == scorer.score(
            KNOWN, outcome
        )


def test_no_two_scorers_name_a_metric_alike() -> None:
    names = [metric.name for build in SCORERS.values() for metric in build().metrics]
    assert len(set(names)) == len(names)


def test_libraries_are_imported_late() -> None:
    package = Path(__file__).resolve().parents[3] / "evaluation" / "metrics"
    modules = ", ".join(f"evaluation.metrics.{file.stem}" for file in sorted(package.glob("[a-z]*.py")))
    program = (
        f"import sys, {modules}\n"
        "print(*{'pytrec_eval', 'sacrebleu', 'rouge_score', 'nltk', 'torch', 'llama_cpp'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=package.parents[1],
        check=True,
        timeout=60,
    )
    assert done.stdout.split() == []
