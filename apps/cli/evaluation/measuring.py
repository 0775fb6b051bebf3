"""A question set asked of a collection, with progress, until it is done or Ctrl-C comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from apps.cli.boundary import INTERRUPTED
from apps.cli.evaluation.options import given_command
from apps.cli.evaluation.progress import shown_questions
from apps.cli.ingest_progress import shown_progress
from apps.cli.interruption import Interruption
from apps.cli.screen import count_of, note, note_from_signal
from apps.errors import WrongUse

if TYPE_CHECKING:
    from evaluation.asking import RunSettings
    from evaluation.assembly import Scoring
    from evaluation.types import QuestionSet, Run
    from rag import Collection, Settings


@dataclass(frozen=True, slots=True)
class Measuring:
    """What is asked and how. `collection` None: the set's own documents. `anew`: nothing counts as asked."""

    question_set: QuestionSet
    collection: str | None
    running: RunSettings
    anew: bool


def interruption() -> Interruption:
    """Ctrl-C, which ends a run after its question."""
    return Interruption(lambda: note_from_signal("Stopping after this question. Ctrl-C again stops at once."))


def measured(
    measuring: Measuring,
    settings: Settings,
    scoring: Scoring,
    name: str | None,
    cancelled: Callable[[], bool],
) -> Run:
    """The run of that name (None: one that says what made it). Stopped, it is told, and the command ends."""
    from evaluation.assembly import build_scorers, build_system, close_all
    from evaluation.call_cache import CallCache
    from evaluation.runner import Arm, default_name, measure
    from machine import cache_folder

    asked, running = measuring.question_set, measuring.running
    with (
        _asked_collection(measuring, settings, cancelled) as opened,
        closing(build_system(opened)) as system,
        shown_questions() as progress,
    ):
        scorers = build_scorers(scoring, asked)
        try:
            run = measure(
                Arm(name or default_name(asked, system, scorers, running), system, scorers),
                asked,
                running,
                cache=CallCache(cache_folder()),
                command=given_command(),
                anew=measuring.anew,
                progress=progress,
                cancelled=cancelled,
            )
        finally:
            close_all(scorers)
    if not run.is_whole:
        same = "The same command without --anew" if measuring.anew else "The same command"
        note(f"Stopped after {len(run.rows)} questions. {same} goes on from there.")
        raise typer.Exit(INTERRUPTED)
    return run


@contextmanager
def _asked_collection(
    measuring: Measuring, settings: Settings, cancelled: Callable[[], bool]
) -> Iterator[Collection]:
    """The collection that was named, else one of the set's own documents, made now if it is not there yet."""
    from evaluation.assembly import collection_of
    from rag import open_collection

    if measuring.collection is not None:
        try:
            collection = open_collection(measuring.collection, settings)
        except ValueError as error:
            raise WrongUse(str(error)) from error
    else:
        with shown_progress() as progress:
            collection, report = collection_of(
                measuring.question_set, settings, progress=progress, cancelled=cancelled
            )
        if report.interrupted:
            collection.close()
            note("Stopped while reading the set's documents. The same command goes on from there.")
            raise typer.Exit(INTERRUPTED)
        if failed := report.count("failed"):
            note(f"{count_of(failed, 'file')} of the set could not be read; questions about them will miss.")
    with collection:
        yield collection
