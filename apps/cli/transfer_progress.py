"""How far a transfer or a check of model files is, on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from apps.cli.screen import megabytes, note, one_line

if TYPE_CHECKING:
    from machine import Progress

_SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def shown_transfer() -> Iterator[Callable[[Progress], None]]:
    """A listener for what `machine` does with model files that shows what it hears."""
    if sys.stderr.isatty():
        with _live_bar() as listener:
            yield listener
    else:
        yield TransferLines()


class TransferLines:
    """Writes what is said for people at once, and how far it is where the last line is seconds ago."""

    def __init__(
        self,
        seconds_between: float = _SECONDS_BETWEEN_LINES,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds_between = seconds_between
        self._now = now
        self._written_at = now()

    def __call__(self, progress: Progress) -> None:
        now = self._now()
        if progress.note or now - self._written_at >= self._seconds_between:
            self._written_at = now
            note(_line(progress))


def _line(progress: Progress) -> str:
    share = f"{megabytes(progress.done_bytes)} of {megabytes(progress.total_bytes)}"
    return f"{progress.model}, {progress.source}: {share}. {one_line(progress.note)}".rstrip()


@contextmanager
def _live_bar() -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.progress import Progress as Display

    console = Console(stderr=True, highlight=False)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Display(*columns, console=console, transient=True, refresh_per_second=4) as display:
        tasks = {}

        def listen(progress: Progress) -> None:
            key = (progress.model, progress.source)
            if key not in tasks:
                tasks[key] = display.add_task(f"{progress.model}, {progress.source}")
            display.update(tasks[key], completed=progress.done_bytes, total=progress.total_bytes)
            if len(progress.note) > _LONGEST_NOTE_IN_BAR:
                console.print(one_line(progress.note), markup=False)
            elif progress.note:
                display.update(tasks[key], description=f"{progress.model}, {progress.note}")

        yield listen


#: A longer note is a failure to be read afterwards; a shorter one only says which part is on its way.
_LONGEST_NOTE_IN_BAR = 60
