"""What runs in a job's own process: it reads into the collection, and writes down how far it is."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from apps.jobs.job_folder import JobFolder, JobState
from apps.jobs.process_mark import mark_of
from apps.jobs.types import JobOrder, JobProgress, Phase
from ingest.progress import Progress
from ingest.report import FileOutcome, Outcome
from machine.locking import exclusive

if TYPE_CHECKING:
    from ingest.report import IngestReport

_SECONDS_BETWEEN_STATES = 0.25
_SECONDS_BETWEEN_LOOKS = 0.2
#: A page that answers somebody goes before.
_NICENESS = 5


class _TakenError(Exception):
    """Another process holds the lock."""


def work(folder: Path) -> None:
    """Carry out the job in the folder, unless a process of it is at work already. Returns at its end."""
    job = JobFolder(folder)
    launch = job.launch()
    mark = mark_of(os.getpid())
    if launch is None or mark is None:
        return
    with suppress(_TakenError), _held(job.lock):
        job.write_mark(mark)
        if sys.platform != "win32":
            os.nice(_NICENESS)
        _Work(job, launch.order, _passwords()).run()


class _Work:
    """One run of a job: what it has said, and whether it is to stop."""

    def __init__(self, job: JobFolder, order: JobOrder, passwords: Sequence[str]) -> None:
        self._job, self._order, self._passwords = job, order, passwords
        self._progress = JobProgress()
        self._outcomes: dict[str, Outcome] = {}
        self._written_at = self._looked_at = 0.0
        self._told_to_stop = False

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._hear)
        try:
            report = self._read_in_turn()
        except Exception as error:  # noqa: BLE001 - it has to be told to whoever looks at the job
            self._say("failed", problem=self._in_words(error))
            return
        if report is None:
            self._say("stopped", left=self._order.paths)
            return
        with suppress(OSError):  # then what was told of each path as it came is the report
            self._job.write_outcomes(report.files)
        self._outcomes = {file.path: file.outcome for file in report.files}
        self._say("stopped" if report.interrupted else "finished", left=report.left)

    def _read_in_turn(self) -> IngestReport | None:
        """The report; None where it was stopped before its turn: a collection has one at work at a time."""
        lock = self._job.folder.parent / ".locks" / self._order.collection
        while not self._stops():
            with suppress(_TakenError), _held(lock):
                return self._read()
            self._say("waiting")
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        return None

    def _read(self) -> IngestReport:
        self._say("reading")
        from apps.collection_settings import settings_for
        from rag import open_collection

        order = self._order
        with open_collection(order.collection, settings_for(order.collection).settings) as collection:
            return collection.ingest(
                order.paths,
                sync=order.sync,
                include=order.include,
                exclude=order.exclude,
                passwords=self._passwords,
                ocr=order.ocr,
                progress=self._hear_progress,
                outcome=self._hear_outcome,
                cancelled=self._stops,
            )

    def _hear_progress(self, progress: Progress) -> None:
        self._progress = JobProgress(**{each.name: getattr(progress, each.name) for each in fields(progress)})
        if time.monotonic() - self._written_at >= _SECONDS_BETWEEN_STATES:
            with suppress(OSError):  # a full disk, say: that is no reason to stop reading
                self._say("reading")

    def _hear_outcome(self, outcome: FileOutcome) -> None:
        self._outcomes[outcome.path] = outcome.outcome
        with suppress(OSError):
            self._job.add_outcome(outcome)

    def _stops(self) -> bool:
        now = time.monotonic()
        if not self._told_to_stop and now - self._looked_at >= _SECONDS_BETWEEN_LOOKS:
            self._looked_at = now
            self._told_to_stop = self._job.is_asked_to_stop()
        return self._told_to_stop

    def _hear(self, number: int, frame: FrameType | None) -> None:
        """The machine shuts down, or somebody ends the process: it ends as if it had been stopped."""
        del number, frame
        self._told_to_stop = True

    def _say(self, phase: Phase, left: Sequence[str] = (), problem: str | None = None) -> None:
        self._written_at = time.monotonic()
        counts = dict(Counter(self._outcomes.values()))
        self._job.write_state(JobState(phase, self._progress, counts, tuple(left), problem))

    def _in_words(self, error: Exception) -> str:
        from apps.errors import FaceError
        from generators.errors import GeneratorError
        from ingest.errors import IngestError
        from machine import MachineError
        from rag import RagError

        if isinstance(error, (RagError, IngestError, GeneratorError, MachineError, FaceError)):
            return str(error)
        traceback.print_exc()
        return (
            f"Reading broke off on a fault of this program ({type(error).__name__}: {error}). What was read "
            f"until then is in the collection. {self._job.log} tells where it broke."
        )


@contextmanager
def _held(lock: Path) -> Iterator[None]:
    """Hold the lock. Raises _TakenError, rather than wait, where another process does."""
    with exclusive(lock, waiting=_raise_taken):
        yield


def _raise_taken() -> None:
    raise _TakenError


def _passwords() -> list[str]:
    try:
        told = json.loads(sys.stdin.buffer.read() or b"[]")
    except ValueError:
        return []
    return [str(password) for password in told]
