"""What is told of a job, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from ingest.loaders.protocol import Ocr
from ingest.progress import Stage
from ingest.report import Outcome

#: What a job's process says of itself.
Phase = Literal["waiting", "reading", "stopped", "finished", "failed"]
PHASES: tuple[Phase, ...] = get_args(Phase)

#: How a job stands: what its process said, or what is to be said where there is no process.
Standing = Literal["starting", "waiting", "reading", "stopping", "stopped", "finished", "failed", "died"]
ACTIVE: frozenset[Standing] = frozenset({"starting", "waiting", "reading", "stopping"})


@dataclass(frozen=True, slots=True)
class JobOrder:
    """What is to be read, and into which collection. Passwords, which are never kept, are no part of it."""

    collection: str
    paths: tuple[str, ...]
    sync: bool = False
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    ocr: Ocr = "auto"


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far the run is; see `ingest.progress.Progress`."""

    stage: Stage = "planning"
    path: str | None = None
    files_done: int = 0
    files_total: int = 0
    pages_done: int = 0
    chunks_done: int = 0
    bytes_done: int = 0
    bytes_total: int = 0
    elapsed_seconds: float = 0.0
    seconds_left: float | None = None

    @property
    def share(self) -> float:
        """How much of the work is done, 0..1."""
        return min(self.bytes_done / self.bytes_total, 1.0) if self.bytes_total else 0.0

    @property
    def pages_per_second(self) -> float:
        return self.pages_done / max(self.elapsed_seconds, 0.001)


@dataclass(frozen=True, slots=True)
class Job:
    """One job, as it stands at a moment.

    `began` is a moment, UTC, ISO 8601. `counts` tells how many paths came to what so far. `left` names the
    paths that a stopped run did not come to. `problem` says, in words, why it failed or died.
    """

    id: str
    order: JobOrder
    standing: Standing
    began: str
    progress: JobProgress = JobProgress()
    counts: Mapping[Outcome, int] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    problem: str | None = None

    @property
    def is_active(self) -> bool:
        """Whether something goes on."""
        return self.standing in ACTIVE

    @property
    def can_go_on(self) -> bool:
        """Whether there is, or may be, something left to do."""
        return self.standing in {"stopped", "failed", "died"}
