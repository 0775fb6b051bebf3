"""Reading in a process of its own: real processes, small files, and what becomes of those that are killed."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from apps.errors import JobRefused
from apps.jobs.job_folder import JobFolder, JobState, Launch
from apps.jobs.jobs import Jobs
from apps.jobs.process_mark import ProcessMark, is_alive, mark_of
from apps.jobs.types import Job, JobOrder, JobProgress
from apps.jobs.worker import work
from apps.settings import settings_from
from machine.locking import exclusive
from rag import open_collection

SECONDS = 90


def wait_for(job: Callable[[], Job], wanted: Callable[[Job], bool]) -> Job:
    deadline = time.monotonic() + SECONDS
    while not wanted(now := job()):
        assert now.is_active, now
        assert time.monotonic() < deadline, now
        time.sleep(0.05)
    return now


def ended(jobs: Jobs, id: str) -> Job:
    return wait_for(lambda: jobs.job(id), lambda job: not job.is_active)


def documents_in(name: str) -> set[str]:
    with open_collection(name, settings_from()) as collection:
        return {Path(info.path).name for info in collection.documents()}


def many_files(folder: Path, count: int) -> Path:
    """So many that there is time to stop or kill in the midst of them."""
    for number in range(count):
        text = "\n\n".join(f"# Part {part}\n\nNumber {number} tells of {part}." for part in range(30))
        (folder / f"{number:04}.md").write_text(text)
    return folder


@pytest.fixture
def jobs(modelless: Path) -> Jobs:
    return Jobs()


@pytest.fixture
def long_order(tmp_path: Path) -> JobOrder:
    place = tmp_path / "many"
    place.mkdir()
    return JobOrder("long", (str(many_files(place, 400)),))


def test_files_are_read_by_another_process_and_reported(jobs: Jobs, folder: Path) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    job = jobs.start(JobOrder("shelf", (str(folder),)))
    assert job.standing == "starting"
    *_, last = jobs.follow(job.id)
    assert last.standing == "finished"
    assert (last.counts["ingested"], last.counts["failed"]) == (3, 1)
    assert last.progress.stage == "done"
    assert last.progress.pages_done == 4
    report = {Path(file.path).name: file for file in jobs.outcomes(job.id)}
    assert report["fees.md"].pages == 2
    assert "broken.pdf" in (report["broken.pdf"].reason or "")
    assert documents_in("shelf") == {"fees.md", "hours.txt", "rules.html"}


def test_whoever_comes_later_is_told_the_same(jobs: Jobs, folder: Path) -> None:
    job = jobs.start(JobOrder("shelf", (str(folder),)))
    assert [each.id for each in Jobs().of_collection("shelf")] == [job.id]
    ended(Jobs(), job.id)
    assert Jobs().all() == jobs.all()
    assert Jobs().of_collection("another") == ()


def test_what_is_to_be_read_already_is_not_started_twice(jobs: Jobs, folder: Path, modelless: Path) -> None:
    order = JobOrder("shelf", (str(folder),))
    with exclusive(modelless / "jobs" / ".locks" / "shelf", waiting=lambda: None):
        first = jobs.start(order)
        wait_for(lambda: jobs.job(first.id), lambda now: now.standing == "waiting")
        assert jobs.start(order).id == first.id
    assert ended(jobs, first.id).standing == "finished"


@pytest.mark.parametrize("stopping", [False, True])
def test_the_same_that_reads_already_or_stops_is_read_once_more(
    jobs: Jobs, folder: Path, modelless: Path, stopping: bool
) -> None:
    """It may have looked at a file before that was changed."""
    first = kept_job(modelless, mark_of(os.getpid()), datetime.now(UTC), str(folder))
    JobFolder(modelless / "jobs" / first).write_state(JobState("reading", JobProgress(), {}))
    if stopping:
        jobs.stop(first)
    second = jobs.start(JobOrder("shelf", (str(folder),)))
    assert second.id != first
    assert ended(jobs, second.id).standing == "finished"


def test_two_who_go_on_with_it_at_once_start_one_process(jobs: Jobs, modelless: Path) -> None:
    id = kept_job(modelless, ProcessMark(2**22 + 5, "gone:1"), datetime.now(UTC))
    together = threading.Barrier(2)

    def go_on() -> str:
        together.wait(30)
        try:
            return jobs.resume(id).standing
        except JobRefused as refused:
            return str(refused)

    with ThreadPoolExecutor(2) as people:
        said = sorted(each.result() for each in [people.submit(go_on), people.submit(go_on)])
    assert said[1] == "starting"
    assert "at work already" in said[0]
    ended(jobs, id)


def test_a_process_that_cannot_be_started_is_said_and_leaves_nothing(
    jobs: Jobs, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr("apps.jobs.jobs.start_process", refuse)
    with pytest.raises(JobRefused, match="end other programs"):
        jobs.start(JobOrder("shelf", (str(folder),)))
    assert jobs.all() == ()


def test_a_full_disk_for_its_notes_does_not_stop_the_reading(
    jobs: Jobs, folder: Path, modelless: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    written = JobFolder.write_state

    def seldom(job: JobFolder, state: JobState) -> None:
        if state.phase == "reading" and state.progress.stage != "planning":
            full()
        written(job, state)

    monkeypatch.setattr(JobFolder, "write_state", seldom)
    monkeypatch.setattr(JobFolder, "add_outcome", full)
    monkeypatch.setattr(JobFolder, "write_outcomes", full)
    monkeypatch.setattr("apps.jobs.worker._SECONDS_BETWEEN_STATES", 0.0)
    monkeypatch.setattr("apps.jobs.worker._passwords", list)
    monkeypatch.setattr("apps.jobs.worker.signal.signal", lambda *_: None)
    monkeypatch.setattr("apps.jobs.worker.os.nice", lambda _: None)
    id = kept_job(modelless, None, datetime.now(UTC), str(folder))
    work(modelless / "jobs" / id)
    assert jobs.job(id).standing == "finished"
    assert documents_in("shelf") == {"fees.md", "hours.txt", "rules.html"}


def test_stopped_in_the_midst_it_keeps_what_it_read_and_goes_on(jobs: Jobs, long_order: JobOrder) -> None:
    job = jobs.start(long_order)
    wait_for(lambda: jobs.job(job.id), lambda now: now.progress.files_done > 0)
    jobs.stop(job.id)
    stopped = ended(jobs, job.id)
    assert stopped.standing == "stopped"
    read = len(documents_in("long"))
    assert read + len(stopped.left) == 400
    assert stopped.left
    assert stopped.can_go_on
    jobs.resume(job.id)
    finished = ended(jobs, job.id)
    assert finished.standing == "finished"
    assert len(documents_in("long")) == 400
    assert finished.counts["unchanged"] == read


def test_what_lies_where_a_person_happens_to_be_is_not_run(
    jobs: Jobs, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "ingest.py").write_text("raise SystemExit('not ours')")
    monkeypatch.chdir(tmp_path / "elsewhere")
    *_, last = jobs.follow(jobs.start(JobOrder("shelf", (str(folder),))).id)
    assert last.standing == "finished"


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_a_killed_process_is_told_from_one_that_has_finished(jobs: Jobs, long_order: JobOrder) -> None:
    job = jobs.start(long_order)
    wait_for(lambda: jobs.job(job.id), lambda now: now.progress.files_done > 0)
    mark = JobFolder(Path(os.environ["REFDESK_HOME"]) / "jobs" / job.id).mark()
    assert mark is not None
    os.kill(mark.pid, signal.SIGKILL)
    died = wait_for(lambda: jobs.job(job.id), lambda now: not now.is_active)
    assert died.standing == "died"
    assert "killed" in (died.problem or "")
    assert jobs.outcomes(job.id)
    jobs.resume(job.id)
    assert ended(jobs, job.id).standing == "finished"
    assert len(documents_in("long")) == 400


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_a_machine_that_shuts_down_stops_it_in_order(jobs: Jobs, long_order: JobOrder) -> None:
    job = jobs.start(long_order)
    wait_for(lambda: jobs.job(job.id), lambda now: now.progress.files_done > 0)
    mark = JobFolder(Path(os.environ["REFDESK_HOME"]) / "jobs" / job.id).mark()
    assert mark is not None
    os.kill(mark.pid, signal.SIGTERM)
    assert ended(jobs, job.id).standing == "stopped"


def test_ended_at_once_it_counts_as_stopped(jobs: Jobs, long_order: JobOrder) -> None:
    job = jobs.start(long_order)
    wait_for(lambda: jobs.job(job.id), lambda now: now.progress.files_done > 0)
    jobs.end_now(job.id)
    assert jobs.job(job.id).standing == "stopped"


def test_a_second_job_into_a_collection_waits_for_its_turn(jobs: Jobs, folder: Path, modelless: Path) -> None:
    with exclusive(modelless / "jobs" / ".locks" / "shelf", waiting=lambda: None):
        job = jobs.start(JobOrder("shelf", (str(folder),)))
        wait_for(lambda: jobs.job(job.id), lambda now: now.standing == "waiting")
        elsewhere = jobs.start(JobOrder("another", (str(folder),)))
        assert ended(jobs, elsewhere.id).standing == "finished"
        assert jobs.job(job.id).standing == "waiting"
    assert ended(jobs, job.id).standing == "finished"


def test_one_that_waits_can_be_stopped(jobs: Jobs, folder: Path, modelless: Path) -> None:
    with exclusive(modelless / "jobs" / ".locks" / "shelf", waiting=lambda: None):
        job = jobs.start(JobOrder("shelf", (str(folder),)))
        wait_for(lambda: jobs.job(job.id), lambda now: now.standing == "waiting")
        jobs.stop(job.id)
        stopped = ended(jobs, job.id)
    assert (stopped.standing, stopped.left) == ("stopped", (str(folder),))


def test_what_cannot_be_read_at_all_is_said_in_words(jobs: Jobs, tmp_path: Path) -> None:
    job = ended(jobs, jobs.start(JobOrder("shelf", (str(tmp_path / "nowhere"),))).id)
    assert job.standing == "failed"
    assert "does not exist" in (job.problem or "")
    assert job.can_go_on


def test_a_password_reaches_the_process_and_no_file(jobs: Jobs, tmp_path: Path, modelless: Path) -> None:
    from pypdf import PdfReader, PdfWriter

    source = Path(__file__).resolve().parents[3] / "examples/documents/federal-register-2020-17221.pdf"
    writer = PdfWriter()
    writer.append(PdfReader(source), pages=(0, 1))
    writer.encrypt("xyzzy-secret", algorithm="AES-256")
    locked = tmp_path / "locked.pdf"
    writer.write(locked)
    order = JobOrder("shelf", (str(locked),))
    first = ended(jobs, jobs.start(order).id)
    assert jobs.outcomes(first.id)[0].wants_password
    job = ended(jobs, jobs.start(order, passwords=["xyzzy-secret"]).id)
    assert job.counts["ingested"] == 1
    files = [path for path in (modelless / "jobs").rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if b"xyzzy-secret" in path.read_bytes()]


def test_a_job_at_work_is_neither_resumed_nor_forgotten(jobs: Jobs, long_order: JobOrder) -> None:
    job = jobs.start(long_order)
    wait_for(lambda: jobs.job(job.id), lambda now: now.standing == "reading")
    with pytest.raises(JobRefused, match="at work"):
        jobs.resume(job.id)
    with pytest.raises(JobRefused, match="Stop it first"):
        jobs.forget(job.id)
    jobs.stop(job.id)
    ended(jobs, job.id)
    jobs.forget(job.id)
    assert jobs.all() == ()
    with pytest.raises(JobRefused, match="no job"):
        jobs.job(job.id)


def test_jobs_go_with_a_renamed_collection(jobs: Jobs, folder: Path) -> None:
    job = ended(jobs, jobs.start(JobOrder("shelf", (str(folder),))).id)
    jobs.follow_renamed("shelf", "desk")
    assert [each.id for each in jobs.of_collection("desk")] == [job.id]
    jobs.forget_collection("desk")
    assert jobs.all() == ()


def kept_job(modelless: Path, mark: ProcessMark | None, began: datetime, path: str = "/x") -> str:
    folder = JobFolder(modelless / "jobs" / "20240101T000000-abcdef")
    folder.folder.mkdir(parents=True)
    folder.write_launch(Launch(JobOrder("shelf", (path,)), began.isoformat()))
    if mark is not None:
        folder.write_mark(mark)
    return folder.id


def test_another_process_of_the_same_number_is_not_taken_for_it(jobs: Jobs, modelless: Path) -> None:
    own = mark_of(os.getpid())
    assert own is not None
    assert is_alive(own)
    id = kept_job(modelless, ProcessMark(own.pid, "another-boot:12345"), datetime.now(UTC))
    assert jobs.job(id).standing == "died"


def test_one_whose_process_lives_is_at_work(jobs: Jobs, modelless: Path) -> None:
    own = mark_of(os.getpid())
    assert jobs.job(kept_job(modelless, own, datetime.now(UTC))).is_active


def test_one_that_never_appeared_is_starting_first_and_dead_later(jobs: Jobs, modelless: Path) -> None:
    began = datetime.now(UTC)
    id = kept_job(modelless, None, began)
    assert jobs.job(id).standing == "starting"
    later = Jobs(now=lambda: began + timedelta(minutes=3))
    assert later.job(id).standing == "died"


def test_a_half_written_state_is_no_state(jobs: Jobs, modelless: Path) -> None:
    id = kept_job(modelless, ProcessMark(2**22 + 5, "gone:1"), datetime.now(UTC))
    (modelless / "jobs" / id / "state.json").write_text('{"phase": "finis')
    assert jobs.job(id).standing == "died"
    (modelless / "jobs" / id / "order.json").write_text("[]")
    assert jobs.all() == ()
