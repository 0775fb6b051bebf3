"""How far an ingest run is, on standard error: a live line on a terminal, else a line now and then."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import TYPE_CHECKING

from apps.cli.screen import count_of, duration, note, one_line

if TYPE_CHECKING:
    from ingest.progress import Progress

_SECONDS_BETWEEN_LINES = 10.0
#: What is left is told from what was done; the first moment says nothing about the rest.
_SECONDS_BEFORE_ESTIMATE = 2.0
_WORDS = {
    "planning": "Looking for files",
    "preparing": "Preparing the model (the first time takes longer)",
    "reading": "Reading",
    "embedding": "Embedding",
    "writing": "Writing",
    "removing": "Removing what is gone",
    "interrupted": "Stopping",
    "done": "Done",
}


@contextmanager
def shown_progress() -> Iterator[Callable[[Progress], None]]:
    """A listener for `Collection.ingest` that shows what it hears."""
    if sys.stderr.isatty():
        with _live_line() as listener:
            yield listener
    else:
        yield OccasionalLines()


class OccasionalLines:
    """Writes a line where the last one is some seconds ago: for logs, where nothing can be redrawn."""

    def __init__(self, seconds_between: float = _SECONDS_BETWEEN_LINES) -> None:
        self._seconds_between = seconds_between
        self._written_at = 0.0

    def __call__(self, progress: Progress) -> None:
        if progress.elapsed_seconds - self._written_at >= self._seconds_between:
            self._written_at = progress.elapsed_seconds
            note(f"{rates(progress)}.")


def rates(progress: Progress) -> str:
    """Files, pages and chunks done, the latter two also per second of the run so far, and the time left."""
    elapsed = max(progress.elapsed_seconds, 0.001)
    words = [
        f"{progress.files_done:,} of {count_of(progress.files_total, 'file')}",
        f"{count_of(progress.pages_done, 'page')} ({progress.pages_done / elapsed:.1f}/s)",
        f"{count_of(progress.chunks_done, 'chunk')} ({progress.chunks_done / elapsed:.1f}/s)",
    ]
    if progress.seconds_left and progress.elapsed_seconds >= _SECONDS_BEFORE_ESTIMATE:
        left = progress.seconds_left
        words.append(f"about {duration(left) if left >= 10 else f'{left:.0f} s'} left")
    return ", ".join(words)


@contextmanager
def _live_line() -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn
    from rich.progress import Progress as Display

    columns = (
        SpinnerColumn(),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[rates]}", markup=False),
        TextColumn("{task.description}", style="dim", markup=False),
    )
    display = Display(
        *columns, console=Console(stderr=True, highlight=False), transient=True, refresh_per_second=5
    )
    with display:
        task = display.add_task(_WORDS["planning"], total=None, rates="")

        def listen(progress: Progress) -> None:
            what = _WORDS[progress.stage]
            if progress.path is not None:
                what = f"{what} {one_line(PurePath(progress.path).name)}"
            display.update(
                task,
                description=what,
                completed=progress.bytes_done,
                total=progress.bytes_total or None,
                rates=rates(progress) if progress.files_total else "",
            )

        yield listen
