"""The jobs of a data home: started, listed, followed, stopped, gone on with, forgotten.

A job is a folder; whoever looks at it, from whatever process, is told the same.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from apps.errors import JobRefused
from apps.jobs.job_folder import JobFolder, JobState, Launch
from apps.jobs.process_mark import is_alive
from apps.jobs.start import start_process
from apps.jobs.types import Job, JobOrder, JobProgress, Standing
from ingest.report import FileOutcome
from machine import jobs_folder
from machine.locking import exclusive

#: The microsecond it was begun at, for their order, and what tells it from another one of that microsecond.
_ID = re.compile(r"\d{8}T\d{6}(?:\d{6})?-[0-9a-f]{6}")
#: A process says that it is there as soon as it is; a machine with other things to do may be slow.
_SECONDS_TO_APPEAR = 60.0
_SECONDS_BETWEEN_LOOKS = 0.2
_SECONDS_TO_END = 10.0
#: So many ended ones are kept of a collection.
_MOST_KEPT = 10

#: It has not looked at the files yet.
_NOT_BEGUN: frozenset[Standing] = frozenset({"starting", "waiting"})

_DIED = (
    "Its process ended before the work was done: it was killed, ran out of memory or of room on the disk, or "
    "the machine was restarted. What was read until then is in the collection, and whole. Going on takes up "
    "from there."
)


class Jobs:
    """All jobs. `now` is for tests."""

    def __init__(
        self, folder: Path | None = None, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._folder = folder or jobs_folder()
        self._now = now

    def start(self, order: JobOrder, passwords: Sequence[str] = ()) -> Job:
        """Have something read, in a process of its own; the very same that is not begun yet is that job.

        One that reads already has looked at the files, which may have changed since: then this is another,
        and passes over what is unchanged. While another job reads into the collection, it waits. Passwords
        reach the process and no file. Raises JobRefused where no process can be started.
        """
        for job in self.of_collection(order.collection):
            if job.standing in _NOT_BEGUN and job.order == order and not passwords:
                return job
        self._forget_oldest(order.collection)
        folder = JobFolder(self._folder / f"{self._now():%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}")
        try:
            folder.folder.mkdir(parents=True)
            self._launch(folder, order, passwords)
        except OSError as error:
            shutil.rmtree(folder.folder, ignore_errors=True)
            raise JobRefused(
                f"No process could be started for it ({error}). Make room on the disk, or end other "
                "programs, then try again."
            ) from error
        return self.job(folder.id)

    def resume(self, id: str, passwords: Sequence[str] = ()) -> Job:
        """Go on with a job that was stopped, failed or died: what was read is not read again."""
        folder = self._found(id)
        with exclusive(folder.launching, waiting=lambda: None):  # two people may click at once
            job = self.job(id)
            if job.is_active or not self._has_ended(folder):
                raise JobRefused("This job is at work already. Stop it first, or let it go on.")
            self._launch(folder, job.order, passwords)
            return self.job(id)

    def stop(self, id: str) -> None:
        """Ask it to stop after the step it is at. What was read stays. One that has ended stays as it is."""
        folder = self._found(id)
        if self.job(id).is_active:
            folder.ask_to_stop()

    def end_now(self, id: str) -> None:
        """End its process at once; for one that does not stop when asked. The collection stays whole."""
        folder = self._found(id)
        mark, job = folder.mark(), self.job(id)
        if not job.is_active:
            return
        folder.ask_to_stop()
        if mark is None or not is_alive(mark):
            return
        with suppress(ProcessLookupError):
            if sys.platform == "win32":
                os.kill(mark.pid, signal.SIGTERM)
            else:
                os.kill(mark.pid, signal.SIGKILL)
        if self._has_ended(folder):
            folder.write_state(JobState("stopped", job.progress, job.counts, job.order.paths))

    def forget(self, id: str) -> None:
        """Forget a job that has ended, with its report. The collection is not touched."""
        folder = self._found(id)
        if self.job(id).is_active:
            raise JobRefused("This job is at work. Stop it first, then it can be forgotten.")
        shutil.rmtree(folder.folder, ignore_errors=True)

    def all(self) -> tuple[Job, ...]:
        """Every job, the latest first."""
        with suppress(FileNotFoundError):
            ids = sorted(
                (entry.name for entry in self._folder.iterdir() if _ID.fullmatch(entry.name)), reverse=True
            )
            return tuple(job for id in ids if (job := self._seen(JobFolder(self._folder / id))) is not None)
        return ()

    def of_collection(self, collection: str) -> tuple[Job, ...]:
        """The collection's jobs, the latest first."""
        return tuple(job for job in self.all() if job.order.collection == collection)

    def job(self, id: str) -> Job:
        """One job as it stands now. Raises JobRefused where there is none."""
        job = self._seen(self._found(id))
        if job is None:
            raise _no_such(id)
        return job

    def outcomes(self, id: str, last: int | None = None) -> tuple[FileOutcome, ...]:
        """What became of its paths so far, or of the `last` so many; of a finished run the whole report."""
        return self._found(id).outcomes(last)

    def follow(self, id: str) -> Iterator[Job]:
        """The job whenever it changed, until it has ended; the last one given is how it ended."""
        before = None
        while True:
            job = self.job(id)
            if job != before:
                yield job
            if not job.is_active:
                return
            before = job
            time.sleep(_SECONDS_BETWEEN_LOOKS)

    def follow_renamed(self, collection: str, name: str) -> None:
        """A collection has another name now: its jobs, none of which is at work, go by that."""
        for job in self.of_collection(collection):
            folder = JobFolder(self._folder / job.id)
            if (launch := folder.launch()) is not None:
                folder.write_launch(replace(launch, order=replace(launch.order, collection=name)))

    def forget_collection(self, collection: str) -> None:
        """Forget all jobs of a collection that have ended."""
        for job in self.of_collection(collection):
            with suppress(JobRefused):
                self.forget(job.id)

    def _launch(self, folder: JobFolder, order: JobOrder, passwords: Sequence[str]) -> None:
        folder.clear()
        folder.write_launch(Launch(order, self._now().isoformat(timespec="seconds")))
        start_process(folder, passwords)

    def _seen(self, folder: JobFolder) -> Job | None:
        launch = folder.launch()
        if launch is None:
            return None
        state = folder.state()
        standing = self._standing(folder, launch, state)
        problem = state.problem if state is not None else None
        if standing == "died":
            problem = "\n".join(filter(None, [_DIED, folder.log_end()]))
        if state is None:
            return Job(folder.id, launch.order, standing, launch.began, JobProgress(), problem=problem)
        return Job(
            folder.id, launch.order, standing, launch.began, state.progress, state.counts, state.left, problem
        )

    def _standing(self, folder: JobFolder, launch: Launch, state: JobState | None) -> Standing:
        phase = state.phase if state is not None else None
        if phase == "stopped" or phase == "finished" or phase == "failed":
            return phase
        mark = folder.mark()
        if mark is None:
            waited = abs((self._now() - datetime.fromisoformat(launch.began)).total_seconds())
            if waited > _SECONDS_TO_APPEAR:
                return "died"
            return "stopping" if folder.is_asked_to_stop() else "starting"
        if not is_alive(mark):
            # It may have said its last word between the two looks at it.
            last = folder.state()
            return self._standing(folder, launch, last) if last != state else "died"
        if folder.is_asked_to_stop():
            return "stopping"
        return phase or "starting"

    def _has_ended(self, folder: JobFolder) -> bool:
        """Whether its process is gone, soon after its last word."""
        mark = folder.mark()
        deadline = time.monotonic() + _SECONDS_TO_END
        while mark is not None and is_alive(mark):
            if time.monotonic() > deadline:
                return False
            time.sleep(_SECONDS_BETWEEN_LOOKS / 4)
        return True

    def _forget_oldest(self, collection: str) -> None:
        ended = [job for job in self.of_collection(collection) if not job.is_active]
        for job in ended[_MOST_KEPT - 1 :]:
            with suppress(JobRefused):
                self.forget(job.id)

    def _found(self, id: str) -> JobFolder:
        folder = self._folder / id
        if not _ID.fullmatch(id) or not folder.is_dir():
            raise _no_such(id)
        return JobFolder(folder)


def _no_such(id: str) -> JobRefused:
    return JobRefused(f"There is no job {id!r}: it was forgotten, or never was.")
