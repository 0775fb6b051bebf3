"""How far an ingest run is, told while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Stage = Literal["planning", "preparing", "reading", "embedding", "writing", "removing", "interrupted", "done"]


@dataclass(frozen=True, slots=True)
class Progress:
    """One moment of a run. No count ever goes down.

    Bytes are those of the files that have to be read, of a large file the first 2 MB alone; a file's bytes
    are done as its chunks are embedded. `seconds_left` is estimated from them, and is None before there is
    anything to go by.
    """

    stage: Stage
    path: str | None
    files_done: int
    files_total: int
    pages_done: int
    chunks_done: int
    bytes_done: int
    bytes_total: int
    elapsed_seconds: float
    seconds_left: float | None


class ProgressMeter:
    """Counts what is done and tells it on."""

    def __init__(self, tell: Callable[[Progress], None]) -> None:
        self._tell = tell
        self._started = time.perf_counter()
        self._files_done = self._files_total = 0
        self._pages_done = self._chunks_done = 0
        self._bytes_done = self._bytes_total = 0
        self._bytes_embedded = 0
        self._counted: dict[str, int] = {}

    @property
    def elapsed_seconds(self) -> float:
        return time.perf_counter() - self._started

    def expect(self, files: int, size_bytes: int) -> None:
        """What the plan holds."""
        self._files_total, self._bytes_total = files, size_bytes

    def tell(self, stage: Stage, path: str | None = None) -> None:
        elapsed = self.elapsed_seconds
        self._tell(
            Progress(
                stage,
                path,
                self._files_done,
                self._files_total,
                self._pages_done,
                self._chunks_done,
                self._bytes_done,
                self._bytes_total,
                elapsed,
                self._seconds_left(stage, elapsed),
            )
        )

    def count_page(self, path: str, size_bytes: int, chunks: int) -> None:
        """A page of a file is embedded, which stands for so many of the file's bytes."""
        counted = self._counted.get(path, 0)
        self._counted[path] = counted + size_bytes
        self._bytes_done += size_bytes
        self._bytes_embedded += size_bytes
        self._chunks_done += chunks
        self._pages_done += 1

    def count_file(self, path: str | None = None, size_bytes: int = 0) -> None:
        """A file of that size is done with, whatever came of it."""
        self._files_done += 1
        counted = self._counted.pop(path, None) if path else None
        rest = size_bytes - (counted or 0)
        self._bytes_done += rest
        if counted is not None:
            self._bytes_embedded += rest

    def _seconds_left(self, stage: Stage, elapsed: float) -> float | None:
        if stage == "done":
            return 0.0
        # Bytes that needed no embedding went by in no time and say nothing of those to come.
        if self._bytes_embedded == 0:
            return None
        return elapsed * (self._bytes_total - self._bytes_done) / self._bytes_embedded
