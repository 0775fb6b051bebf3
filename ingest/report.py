"""What an ingest run did: per file, in all, and as the JSON that other programs read."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal, get_args

Outcome = Literal["ingested", "unchanged", "replaced", "skipped", "failed", "removed"]

#: Version of the JSON. A field may be added without raising it; none changes its meaning.
SCHEMA = 1

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one path. `pages`, `chunks` and `seconds` are the work done on it in this run.

    `reason` says why it was skipped or failed, or what else is worth knowing about it.
    `recognised_pages` are those of `pages` that were read by text recognition (OCR).
    """

    path: str
    outcome: Outcome
    reason: str | None = None
    pages: int = 0
    chunks: int = 0
    seconds: float = 0.0
    recognised_pages: int = 0
    #: Whether a password would help.
    wants_password: bool = False


@dataclass(frozen=True, slots=True)
class IngestReport:
    """A whole run. `left` names the paths that an interrupted run did not come to."""

    files: tuple[FileOutcome, ...]
    seconds: float
    interrupted: bool = False
    left: tuple[str, ...] = ()

    @property
    def pages(self) -> int:
        """Pages made searchable in this run."""
        return sum(file.pages for file in self.files)

    @property
    def chunks(self) -> int:
        """Chunks made searchable in this run."""
        return sum(file.chunks for file in self.files)

    def count(self, outcome: Outcome) -> int:
        """Paths with this outcome."""
        return sum(file.outcome == outcome for file in self.files)

    @property
    def exit_status(self) -> int:
        """0 when all is well, 1 when a file failed or the run was interrupted."""
        return 1 if self.interrupted or self.count("failed") else 0

    def followed_by(self, later: IngestReport) -> IngestReport:
        """Both runs as one: of a path that both met, the later outcome holds, unless it is `unchanged`.

        A file that failed whole and was taken apart later is told by what it holds.
        """
        paths = {file.path for file in later.files}
        files = {file.path: file for file in self.files if not _was_opened(file, paths)}
        for file in later.files:
            files[file.path] = _both(files.get(file.path), file)
        return IngestReport(
            tuple(file for _, file in sorted(files.items())),
            self.seconds + later.seconds,
            self.interrupted or later.interrupted,
            tuple(dict.fromkeys((*self.left, *later.left))),
        )

    def as_json(self) -> dict[str, object]:
        """The contract of `refdesk ingest --json`: every outcome is counted, also those that are 0."""
        counted = Counter(file.outcome for file in self.files)
        counts: dict[str, int] = {outcome: counted[outcome] for outcome in OUTCOMES}
        return {
            "schema": SCHEMA,
            "files": [
                {
                    "path": file.path,
                    "outcome": file.outcome,
                    "reason": file.reason,
                    "pages": file.pages,
                    "chunks": file.chunks,
                    "seconds": round(file.seconds, 3),
                    "recognised_pages": file.recognised_pages,
                    "wants_password": file.wants_password,
                }
                for file in self.files
            ],
            "totals": {
                "files": len(self.files),
                **counts,
                "left": len(self.left),
                "pages": self.pages,
                "chunks": self.chunks,
            },
            "seconds": round(self.seconds, 3),
        }


def _both(earlier: FileOutcome | None, later: FileOutcome) -> FileOutcome:
    """What became of a path that two runs met one after the other."""
    if earlier is None or earlier.outcome not in {"ingested", "replaced"}:
        return later
    if later.outcome == "unchanged":
        return earlier
    return replace(later, outcome=earlier.outcome) if later.outcome == "replaced" else later


def _was_opened(earlier: FileOutcome, paths: Collection[str]) -> bool:
    """Whether a file that failed is not among the later paths, but files inside it are."""
    inside = earlier.path + os.sep
    return (
        earlier.outcome == "failed"
        and earlier.path not in paths
        and any(path.startswith(inside) for path in paths)
    )
