"""Both arms filled with the same files, each timed, and then asked the same questions in turns."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.textbook import Textbook
from benchmarks.textbook_system import TextbookSystem
from evaluation.asking import RunSettings
from evaluation.assembly import Scoring, build_scorers, build_system, close_all
from evaluation.comparison import compare
from evaluation.main_metrics import main_metrics
from evaluation.progress import Progress
from evaluation.runner import Arm, measure_in_turns
from evaluation.system import System
from evaluation.types import QuestionSet
from evaluation.verdicts import Comparison
from machine import resolve
from rag import Collection, open_collection

LANGUAGE_MODEL = "qwen2.5-coder-1.5b-instruct-q4_k_m"
EMBEDDER = "all-minilm-l6-v2"


@dataclass(frozen=True, slots=True)
class IngestRun:
    """One arm's ingest of all files, models loaded before the clock starts."""

    pages: int
    chunks: int
    seconds: float
    failed: tuple[str, ...] = ()

    @property
    def pages_per_second(self) -> float:
        return self.pages / self.seconds


@dataclass(frozen=True, slots=True)
class FilledArms:
    """Both arms, and how their ingests went."""

    ours: IngestRun
    theirs: IngestRun
    collection: Collection
    textbook: Textbook
    files: Path


def fill(files: Path, collection_folder: Path) -> FilledArms:
    """Both arms read all files, one after the other."""
    textbook = Textbook(resolve(EMBEDDER), resolve(LANGUAGE_MODEL))
    collection = open_collection(collection_folder)
    collection.load_search()
    started = time.perf_counter()
    report = collection.ingest([files])
    seconds = time.perf_counter() - started
    started = time.perf_counter()
    pages, chunks = textbook.ingest(files)
    theirs = IngestRun(pages, chunks, time.perf_counter() - started)
    failed = tuple(
        f"{Path(file.path).name}: {file.reason}" for file in report.files if file.outcome == "failed"
    )
    # Only pages that became searchable count; a file without any text is named rather than indexed blank.
    ours = IngestRun(report.pages, report.chunks, seconds, failed)
    return FilledArms(ours, theirs, collection, textbook, files)


def ask_both(
    arms: FilledArms,
    question_set: QuestionSet,
    settings: RunSettings,
    name: str,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Comparison:
    """The textbook's run and Refdesk's, asked each question in turns; the main metrics compared."""
    scoring = Scoring(answers=settings.answers)
    systems: tuple[System, ...] = (TextbookSystem(arms.textbook, arms.files), build_system(arms.collection))
    scorers = [build_scorers(scoring, question_set) for _ in systems]
    try:
        theirs, ours = measure_in_turns(
            [
                Arm(f"{name}-{arm}", system, own)
                for arm, system, own in zip(("textbook", "refdesk"), systems, scorers, strict=True)
            ],
            question_set,
            settings,
            command=f"python -m benchmarks {question_set.name}",
            anew=True,
            progress=progress,
        )
    finally:
        for own in scorers:
            close_all(own)
    return compare(theirs, ours, metrics=main_metrics(ours))
