"""A question set is asked of a system, question by question, and each outcome is scored and kept."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from evaluation.call_cache import CallCache, NoCache, call_key
from evaluation.metrics.protocol import Scorer
from evaluation.metrics.retrieval import chunk_grade
from evaluation.progress import Progress
from evaluation.provenance import IN_TURNS, fingerprint, machine_words
from evaluation.run_folder import open_run_folder
from evaluation.system import System, in_held_names
from evaluation.types import Manifest, Outcome, Question, QuestionSet, Reply, Retrieval, Row, Run
from generators.errors import GeneratorError
from rag import RagError

#: Hits whose text is kept with a run; of the others the place is.
_KEPT_TEXTS = 10

_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What is asked of each question: to search, and with `answers` also to answer.

    `hits` are so many that their distinct pages fill the deepest cutoff. With `scoped` each question is
    asked of the document it is about. `seed` is that of whatever was drawn.
    """

    answers: bool = False
    hits: int = 60
    scoped: bool = False
    chunks: bool = False
    """Whether chunks are judged one by one, which takes reading all chunks of the gold documents."""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Arm:
    """One of the systems that are asked the same questions, what its run is called, and how it is scored."""

    run: str
    system: System
    scorers: Sequence[Scorer]


def measure(
    arm: Arm,
    question_set: QuestionSet,
    settings: RunSettings,
    *,
    cache: CallCache | None = None,
    command: str = "",
    anew: bool = False,
    progress: Callable[[Progress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Run:
    """The arm's run: begun, gone on with where it was interrupted, or as it is where it is whole.

    Equal calls that the cache holds are not made again. `anew` forgets the run and the cache's calls.
    A question that ends in an error has no scores and says so; it does not end the run. Cancelled, the
    run stays as far as it came.

    Raises RunMismatch where a run of that name was made otherwise, and what loading the system raises.
    """
    (run,) = measure_in_turns(
        [arm],
        question_set,
        settings,
        cache=cache,
        command=command,
        anew=anew,
        progress=progress,
        cancelled=cancelled,
    )
    return run


def measure_in_turns(
    arms: Sequence[Arm],
    question_set: QuestionSet,
    settings: RunSettings,
    *,
    cache: CallCache | None = None,
    command: str = "",
    anew: bool = False,
    progress: Callable[[Progress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[Run, ...]:
    """The same for several arms, each question asked of all of them before the next.

    Who goes first changes from question to question, so that what else the machine does meanwhile meets
    all arms alike: their times can then be compared.
    """
    with ExitStack() as stack:
        shared = {"machine": machine_words(), "command": command}
        if len(arms) > 1:
            shared[IN_TURNS] = ", ".join(arm.run for arm in arms)
        measurements = [
            _Measurement(arm, question_set, settings, cache or NoCache(), shared, anew, stack) for arm in arms
        ]
        for measurement in measurements:
            measurement.load()
        clock = _Clock(sum(len(measurement.left) for measurement in measurements))
        for position, question in enumerate(question_set.questions):
            first = position % len(measurements)
            for measurement in measurements[first:] + measurements[:first]:
                if question.id not in measurement.left:
                    continue
                progress(clock.progress(measurement, question))
                if cancelled():
                    return tuple(each.run() for each in measurements)
                clock.count(measurement.take(question))
        return tuple(measurement.run() for measurement in measurements)


def default_name(
    question_set: QuestionSet, system: System, scorers: Sequence[Scorer], settings: RunSettings
) -> str:
    """The set's name with what made the run: an equal call goes on with it, another makes another."""
    made = fingerprint(_facts(question_set, system, scorers, settings))
    return f"{re.sub(r'[^A-Za-z0-9.-]+', '-', question_set.name).strip('-.') or 'set'}-{made[:8]}"


def _facts(
    question_set: QuestionSet, system: System, scorers: Sequence[Scorer], settings: RunSettings
) -> dict[str, str]:
    return {
        **system.facts(answers=settings.answers),
        "question set": f"{question_set.name} {question_set.sha256}",
        "metrics": ", ".join(metric.name for scorer in scorers for metric in scorer.metrics),
        **{f"run {name}": str(value) for name, value in asdict(settings).items()},
    }


class _Clock:
    """What the questions so far say of how long the rest takes."""

    def __init__(self, left: int) -> None:
        self._started = time.perf_counter()
        self._left = left
        self._computed = 0

    def count(self, row: Row) -> None:
        self._left -= 1
        self._computed += not row.outcome.cached

    def progress(self, measurement: _Measurement, question: Question) -> Progress:
        elapsed = time.perf_counter() - self._started
        return Progress(
            run=measurement.manifest.name,
            done=measurement.done,
            total=measurement.manifest.question_count,
            elapsed_seconds=elapsed,
            seconds_left=elapsed / self._computed * self._left if self._computed else None,
            question=question.text,
        )


class _Measurement:
    """One arm's run while it is made."""

    def __init__(
        self,
        arm: Arm,
        question_set: QuestionSet,
        settings: RunSettings,
        cache: CallCache,
        shared: Mapping[str, str],
        anew: bool,
        stack: ExitStack,
    ) -> None:
        facts = _facts(question_set, arm.system, arm.scorers, settings)
        manifest = Manifest(
            name=arm.run,
            fingerprint=fingerprint(facts),
            question_set=question_set.name,
            question_set_sha256=question_set.sha256,
            question_count=len(question_set.questions),
            seed=settings.seed,
            facts=facts,
            surroundings={**arm.system.surroundings(), **shared},
            metrics=tuple(metric for scorer in arm.scorers for metric in scorer.metrics),
            started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        self._folder = stack.enter_context(open_run_folder(manifest, anew=anew))
        self.manifest = self._folder.begun.manifest
        self._asking = _Asking(arm, settings, cache, anew)
        self._order = [question.id for question in question_set.questions]
        self._rows = {row.question.id: row for row in self._folder.begun.rows}
        self.left = {id for id in self._order if id not in self._rows}
        """Ids of the questions that have no row yet."""

    @property
    def done(self) -> int:
        return len(self._rows)

    def load(self) -> None:
        """Load the models, where anything is left to be asked."""
        if self.left:
            self._asking.load()

    def take(self, question: Question) -> Row:
        """Ask it, and keep what comes."""
        row = self._asking.row(question)
        self._folder.add(row)
        self._rows[question.id] = row
        self.left.discard(question.id)
        return row

    def run(self) -> Run:
        """As far as it came, in the set's order."""
        return Run(self.manifest, tuple(self._rows[id] for id in self._order if id in self._rows))


class _Asking:
    """One system, asked in one way."""

    def __init__(self, arm: Arm, settings: RunSettings, cache: CallCache, anew: bool) -> None:
        self._system = arm.system
        self._scorers = arm.scorers
        self._settings = settings
        self._cache = cache
        self._anew = anew
        self._facts = fingerprint(arm.system.facts(answers=settings.answers))
        self._search_facts = fingerprint(arm.system.facts(answers=False))

    def load(self) -> None:
        self._system.load(answers=self._settings.answers)

    def row(self, question: Question) -> Row:
        """The question with its gold under the names that the system uses, what came of it, its scores."""
        held = in_held_names(question, self._system)
        outcome = self._outcome(held)
        scores = {
            name: value for scorer in self._scorers for name, value in scorer.score(held, outcome).items()
        }
        return Row(held, _trimmed(outcome), scores)

    def _outcome(self, question: Question) -> Outcome:
        scope = question.document if self._settings.scoped else None
        try:
            retrieval, searched = self._made(
                call_key(self._search_facts, "search", question.text, scope, self._settings.hits),
                Retrieval,
                lambda: self._system.search(question.text, self._settings.hits, scope),
            )
            if self._settings.chunks:
                retrieval = replace(retrieval, gold_chunk_grades=self._gold_chunk_grades(question))
            if not self._settings.answers:
                return Outcome(retrieval, None, cached=searched)
            reply, answered = self._made(
                call_key(self._facts, "ask", question.text, scope),
                Reply,
                lambda: self._system.ask(question.text, scope),
            )
            return Outcome(retrieval, reply, cached=searched and answered)
        except (RagError, GeneratorError) as error:
            return Outcome(error=f"{type(error).__name__}: {error}")

    def _made(self, key: str, kind: type[_Made], call: Callable[[], _Made]) -> tuple[_Made, bool]:
        if not self._anew:
            return self._cache.made(key, kind, call)
        value = call()
        self._cache.put(key, value)
        return value, False

    def _gold_chunk_grades(self, question: Question) -> tuple[int, ...]:
        grades = []
        for document in dict.fromkeys(place.document for place in question.gold if place.grade > 0):
            for chunk in self._system.chunks(document):
                grade = chunk_grade(question, document, chunk.page_number, chunk.page_end, chunk.text)
                if grade > 0:
                    grades.append(grade)
        return tuple(grades)


def _trimmed(outcome: Outcome) -> Outcome:
    """Without the texts of hits far down, which would fill the disk and nobody reads."""
    if outcome.retrieval is None:
        return outcome
    hits = tuple(hit if hit.rank <= _KEPT_TEXTS else replace(hit, text="") for hit in outcome.retrieval.hits)
    return replace(outcome, retrieval=replace(outcome.retrieval, hits=hits))
