"""Questions asked of a system: scored, kept, gone on with, cached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.asking import RunSettings
from evaluation.call_cache import CallCache
from evaluation.datasets import load_question_set
from evaluation.errors import RunMismatch
from evaluation.metrics.answers import AnswerScorer
from evaluation.metrics.costs import CostScorer
from evaluation.metrics.perplexity import PerplexityScorer, UniformLikelihood
from evaluation.metrics.protocol import Scorer
from evaluation.metrics.retrieval import RetrievalScorer
from evaluation.progress import Progress
from evaluation.provenance import IN_TURNS, NOT_HELD
from evaluation.run_folder import load_run
from evaluation.runner import Arm, default_name, measure, measure_in_turns
from evaluation.scripted import ScriptedSystem
from evaluation.summaries import warnings_of
from evaluation.types import Gold, QuestionSet, Reply, Retrieval, Run
from generators.errors import GenerationFailed

SETTINGS = RunSettings(answers=True)


@pytest.fixture(autouse=True)
def place(home: Path) -> Path:
    return home


@pytest.fixture
def asked(set_folder: Path) -> QuestionSet:
    return load_question_set(set_folder)


@pytest.fixture
def system() -> ScriptedSystem:
    return ScriptedSystem(
        {
            "fees.md": ["A tow to 500 metres costs 48 euros."],
            "winch.md": ["The winch rope is replaced every 1,000 launches."],
        },
        {"What does a tow cost?": "48 euros"},
    )


@pytest.fixture
def scorers() -> Sequence[Scorer]:
    return [RetrievalScorer("document"), AnswerScorer(), CostScorer()]


def stopping_after(count: int) -> Iterator[bool]:
    yield from [False] * count
    while True:
        yield True


def stopped(
    run_name: str, system: ScriptedSystem, asked: QuestionSet, scorers: Sequence[Scorer], count: int
) -> Run:
    stops = stopping_after(count)
    return measure(Arm(run_name, system, scorers), asked, SETTINGS, cancelled=lambda: next(stops))


def test_each_question_is_scored_and_kept(
    asked: QuestionSet, system: ScriptedSystem, scorers: Sequence[Scorer]
) -> None:
    run = measure(Arm("one", system, scorers), asked, SETTINGS, command="refdesk eval run club")
    assert run.is_whole
    assert [row.question.id for row in run.rows] == ["1", "2", "3"]
    assert run.rows[0].scores["document.ndcg@10"] == 1.0
    assert run.rows[0].scores["exact_match"] == 1.0
    assert run.rows[1].scores["exact_match"] == 0.0  # it was refused
    assert "document.ndcg@10" not in run.rows[2].scores  # it has no gold
    assert load_run("one") == run
    assert run.manifest.surroundings["command"] == "refdesk eval run club"
    assert run.manifest.facts["system"] == "scripted"
    assert run.manifest.facts["question set"].endswith(asked.sha256)


def test_an_interrupted_run_goes_on_and_gives_the_same(
    asked: QuestionSet, system: ScriptedSystem, scorers: Sequence[Scorer]
) -> None:
    assert len(stopped("halves", system, asked, scorers, 1).rows) == 1
    questions_before = len(system.asked)
    run = measure(Arm("halves", system, scorers), asked, SETTINGS)
    whole = measure(Arm("whole", system, scorers), asked, SETTINGS)
    assert run.rows == whole.rows
    assert (
        system.asked[questions_before] == "When is the winch rope replaced?"
    )  # the first was not asked again


def test_a_whole_run_asks_nothing(
    asked: QuestionSet, system: ScriptedSystem, scorers: Sequence[Scorer]
) -> None:
    first = measure(Arm("one", system, scorers), asked, SETTINGS)
    system.asked.clear()
    assert measure(Arm("one", system, scorers), asked, SETTINGS) == first
    assert system.asked == []


def test_equal_calls_of_another_run_are_not_made_again(
    asked: QuestionSet, system: ScriptedSystem, scorers: Sequence[Scorer], tmp_path: Path
) -> None:
    cache = CallCache(tmp_path / "cache")
    first = measure(Arm("one", system, scorers), asked, SETTINGS, cache=cache)
    assert not any(row.outcome.cached for row in first.rows)
    system.asked.clear()
    second = measure(Arm("two", system, scorers), asked, SETTINGS, cache=cache)
    assert system.asked == []
    assert all(row.outcome.cached for row in second.rows)
    assert [row.scores for row in second.rows] == [row.scores for row in first.rows]


def test_calls_of_another_system_are_made(
    asked: QuestionSet, system: ScriptedSystem, scorers: Sequence[Scorer], tmp_path: Path
) -> None:
    cache = CallCache(tmp_path / "cache")
    measure(Arm("one", system, scorers), asked, SETTINGS, cache=cache)
    other = ScriptedSystem({"fees.md": ["x"]}, version="2")
    run = measure(Arm("two", other, scorers), asked, SETTINGS, cache=cache)
    assert not any(row.outcome.cached for row in run.rows)
    assert len(other.asked) == 2 * len(asked.questions)


def test_anew_makes_every_call(
    asked: QuestionSet, system: ScriptedSystem, scorers: Sequence[Scorer], tmp_path: Path
) -> None:
    cache = CallCache(tmp_path / "cache")
    measure(Arm("one", system, scorers), asked, SETTINGS, cache=cache)
    system.asked.clear()
    run = measure(Arm("one", system, scorers), asked, SETTINGS, cache=cache, anew=True)
    assert len(system.asked) == 2 * len(asked.questions)
    assert not any(row.outcome.cached for row in run.rows)


def test_a_run_made_otherwise_is_refused(
    asked: QuestionSet, system: ScriptedSystem, scorers: Sequence[Scorer]
) -> None:
    measure(Arm("one", system, scorers), asked, SETTINGS)
    with pytest.raises(RunMismatch, match="run hits: '60' then, '20' now"):
        measure(Arm("one", system, scorers), asked, replace(SETTINGS, hits=20))
    fewer = replace(asked, questions=asked.questions[:2], sha256="other")
    with pytest.raises(RunMismatch, match="question set"):
        measure(Arm("one", system, scorers), fewer, SETTINGS)


def test_an_error_ends_its_question_alone(asked: QuestionSet, scorers: Sequence[Scorer]) -> None:
    class Breaking(ScriptedSystem):
        def ask(self, question: str, document: str | None = None) -> Reply:
            if "winch" in question:
                raise GenerationFailed("The engine stopped.")
            return super().ask(question, document)

    run = measure(Arm("one", Breaking({"fees.md": ["A tow"]}), scorers), asked, SETTINGS)
    assert run.rows[1].outcome.error == "GenerationFailed: The engine stopped."
    assert run.rows[1].scores == {}
    assert run.rows[2].outcome.error is None


def test_a_question_that_ended_in_an_error_is_asked_again(
    asked: QuestionSet, system: ScriptedSystem, scorers: Sequence[Scorer]
) -> None:
    class Breaking(ScriptedSystem):
        broken = True

        def ask(self, question: str, document: str | None = None) -> Reply:
            if self.broken:
                raise GenerationFailed("The engine stopped.")
            return super().ask(question, document)

    breaking = Breaking({"fees.md": ["A tow"]})
    assert measure(Arm("one", breaking, scorers), asked, SETTINGS).rows[0].outcome.error is not None
    breaking.broken = False
    run = measure(Arm("one", breaking, scorers), asked, SETTINGS)
    assert [row.outcome.error for row in run.rows] == [None] * 3
    assert load_run("one").rows == run.rows


def test_more_is_fetched_where_one_document_fills_the_hits(asked: QuestionSet) -> None:
    documents = {"long.md": [f"tow cost {n}" for n in range(80)]}
    documents |= {f"{n}.md": [f"tow {n}"] for n in range(12)}
    run = measure(Arm("one", ScriptedSystem(documents), [CostScorer()]), asked, RunSettings())
    retrieval = run.rows[0].outcome.retrieval
    assert retrieval is not None
    assert len({hit.document for hit in retrieval.hits}) == 13


def test_what_scores_depend_on_makes_another_run(asked: QuestionSet, system: ScriptedSystem) -> None:
    few, many = (PerplexityScorer(UniformLikelihood(choices)) for choices in (10, 1000))
    assert default_name(asked, system, [few], SETTINGS) != default_name(asked, system, [many], SETTINGS)


def test_gold_that_is_not_held_is_told(asked: QuestionSet, scorers: Sequence[Scorer]) -> None:
    run = measure(Arm("one", ScriptedSystem({"fees.md": ["A tow"]}), scorers), asked, SETTINGS)
    assert run.manifest.surroundings[NOT_HELD] == "1 of 2 gold documents: winch.md"
    assert any("winch.md" in warning for warning in warnings_of(run))


def test_arms_take_turns_and_the_first_changes(asked: QuestionSet, scorers: Sequence[Scorer]) -> None:
    order: list[str] = []

    class Noting(ScriptedSystem):
        def search(self, question: str, count: int, document: str | None = None) -> Retrieval:
            order.append(self.facts(answers=False)["version"])
            return super().search(question, count, document)

    arms = [Arm(name, Noting({"fees.md": ["tow"]}, version=name), scorers) for name in ("a", "b")]
    runs = measure_in_turns(arms, asked, RunSettings())
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert [run.manifest.surroundings[IN_TURNS] for run in runs] == ["a, b", "a, b"]
    assert all(run.is_whole for run in runs)


def test_progress_tells_what_is_left(
    asked: QuestionSet, system: ScriptedSystem, scorers: Sequence[Scorer]
) -> None:
    heard: list[Progress] = []
    measure(Arm("one", system, scorers), asked, SETTINGS, progress=heard.append)
    assert [(progress.done, progress.total) for progress in heard] == [(0, 3), (1, 3), (2, 3)]
    assert heard[0].seconds_left is None
    assert heard[1].seconds_left is not None
    assert heard[1].seconds_left == pytest.approx(heard[1].elapsed_seconds / 1 * 2)


def test_scoped_questions_are_asked_of_their_document(
    asked: QuestionSet, system: ScriptedSystem, scorers: Sequence[Scorer]
) -> None:
    of_fees = replace(asked.questions[1], document="fees.md")
    run = measure(Arm("one", system, scorers), replace(asked, questions=(of_fees,)), RunSettings(scoped=True))
    assert run.rows[0].outcome.retrieval is not None
    assert run.rows[0].outcome.retrieval.hits == ()  # "fees.md" shares no word with the question of the winch
    everywhere = measure(Arm("all", system, scorers), replace(asked, questions=(of_fees,)), RunSettings())
    assert everywhere.rows[0].outcome.retrieval is not None
    assert everywhere.rows[0].outcome.retrieval.hits


def test_chunks_that_hold_gold_are_counted_found_or_not(asked: QuestionSet) -> None:
    system = ScriptedSystem({"a.md": ["The tow costs 48.", "Nothing.", "It costs 48 a tow."]})
    question = replace(
        asked.questions[0],
        gold=(Gold("a.md", None, 2),),
        gold_sentences=("It costs 48 a tow.", "The tow costs 48."),
    )
    scorer = RetrievalScorer("chunk")
    run = measure(
        Arm("one", system, [scorer]), replace(asked, questions=(question,)), RunSettings(chunks=True)
    )
    assert run.rows[0].outcome.retrieval is not None
    assert run.rows[0].outcome.retrieval.gold_chunk_grades == (2, 2)


def test_texts_of_hits_far_down_are_not_kept(asked: QuestionSet, scorers: Sequence[Scorer]) -> None:
    system = ScriptedSystem({"a.md": [f"tow {n}" for n in range(20)]})
    run = measure(Arm("one", system, scorers), asked, RunSettings())
    assert run.rows[0].outcome.retrieval is not None
    hits = run.rows[0].outcome.retrieval.hits
    assert len(hits) == 20
    assert [bool(hit.text) for hit in hits] == [True] * 10 + [False] * 10


def test_the_default_name_follows_what_makes_the_run(
    asked: QuestionSet, system: ScriptedSystem, scorers: Sequence[Scorer]
) -> None:
    name = default_name(asked, system, scorers, SETTINGS)
    assert name.startswith("club-")
    assert name == default_name(asked, system, scorers, SETTINGS)
    assert name != default_name(asked, system, scorers, replace(SETTINGS, hits=20))
    assert default_name(replace(asked, name="../ü x"), system, scorers, SETTINGS).startswith("x-")
