"""A question set is asked of a system, question by question, and each outcome is scored and kept."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from evaluation.asking import Asking, RunSettings
from evaluation.call_cache import CallCache, NoCache
from evaluation.metrics.protocol import Scorer
from evaluation.progress import Progress
from evaluation.provenance import IN_TURNS, NOT_HELD, fingerprint, machine_words
from evaluation.run_folder import open_run_folder
from evaluation.system import System
from evaluation.types import Manifest, Question, QuestionSet, Row, Run


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
    return f"{plain_name(question_set)}-{made[:8]}"


def plain_name(question_set: QuestionSet) -> str:
    """The set's name as far as a run's name may hold it."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", question_set.name).strip("-.")[:100] or "set"


def _facts(
    question_set: QuestionSet, system: System, scorers: Sequence[Scorer], settings: RunSettings
) -> dict[str, str]:
    scored = {f"scored {name}": by for scorer in scorers for name, by in scorer.facts.items()}
    return {
        **system.facts(answers=settings.answers),
        **scored,
        "question set": f"{question_set.name} {question_set.sha256}",
        "metrics": ", ".join(metric.name for scorer in scorers for metric in scorer.metrics),
        **{f"run {name}": str(value) for name, value in asdict(settings).items()},
    }


def _not_held(question_set: QuestionSet, system: System) -> dict[str, str]:
    """What the set takes for gold and the system does not hold, or holds several of under that name."""
    named = {
        place.document: None
        for question in question_set.questions
        for place in question.gold
        if place.grade > 0
    }
    missing = [document for document in named if system.held_name(document) is None]
    if not missing:
        return {}
    some = ", ".join(missing[:3])
    return {
        NOT_HELD: f"{len(missing)} of {len(named)} gold documents: {some}{', ...' if missing[3:] else ''}"
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
            surroundings={**arm.system.surroundings(), **shared, **_not_held(question_set, arm.system)},
            metrics=tuple(metric for scorer in arm.scorers for metric in scorer.metrics),
            started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        self._folder = stack.enter_context(open_run_folder(manifest, anew=anew))
        self.manifest = self._folder.begun.manifest
        self._asking = Asking(arm.system, arm.scorers, settings, cache, anew)
        self._order = [question.id for question in question_set.questions]
        self._rows = {row.question.id: row for row in self._folder.begun.rows}
        self.left = {id for id in self._order if not self._is_done(id)}
        """Ids of the questions that have no row yet, or one that ended in an error."""

    def _is_done(self, id: str) -> bool:
        return id in self._rows and self._rows[id].outcome.error is None

    @property
    def done(self) -> int:
        return self.manifest.question_count - len(self.left)

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
