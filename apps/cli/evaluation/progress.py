"""How far an evaluation is, on standard error: a live line on a terminal, else a line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from apps.cli.screen import count_of, duration, note, one_line

if TYPE_CHECKING:
    from evaluation.progress import Progress

_SECONDS_BETWEEN_LINES = 10.0
_SHOWN_QUESTION = 60


@contextmanager
def shown_questions() -> Iterator[Callable[[Progress], None]]:
    """A listener for `measure` that shows what it hears."""
    if not sys.stderr.isatty():
        yield _OccasionalLines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Display

    display = Display(
        BarColumn(bar_width=20),
        TextColumn("{task.fields[words]}", markup=False),
        TextColumn("{task.description}", style="dim", markup=False),
        console=Console(stderr=True, highlight=False),
        transient=True,
        refresh_per_second=5,
    )
    with display:
        task = display.add_task("Loading the models", total=None, words="")

        def listen(progress: Progress) -> None:
            question = one_line(progress.question)[:_SHOWN_QUESTION]
            display.update(
                task,
                description=question,
                completed=progress.done,
                total=progress.total,
                words=progress_words(progress),
            )

        yield listen


@contextmanager
def shown_count(what: str, noun: str = "question") -> Iterator[Callable[[int, int], None]]:
    """A listener that hears how many of how many are done, and tells the time left now and then."""
    started = written = time.monotonic()

    def listen(done: int, total: int) -> None:
        nonlocal written
        now = time.monotonic()
        if now - written >= _SECONDS_BETWEEN_LINES:
            written = now
            left = duration(max(1.0, round((now - started) / done * (total - done))))
            note(f"{what}: {done:,} of {count_of(total, noun)}, about {left} left.")

    yield listen


def progress_words(progress: Progress) -> str:
    """ "12 of 100 questions, about 3 min 5 s left"."""
    words = f"{progress.run}: {progress.done:,} of {count_of(progress.total, 'question')}"
    if progress.seconds_left is None:
        return words
    return f"{words}, about {duration(max(1.0, round(progress.seconds_left)))} left"


class _OccasionalLines:
    def __init__(self) -> None:
        self._written_at = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._written_at >= _SECONDS_BETWEEN_LINES:
            self._written_at = now
            note(f"{progress_words(progress)}.")
