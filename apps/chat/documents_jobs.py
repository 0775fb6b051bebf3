"""Reading, as the page shows it: how far it is, what came of it, and how to go on with what was cut off."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path, PurePath

import streamlit as st

from apps.chat.documents_copies import begin_reading, dismiss, unread_copies
from apps.chat.documents_html import STYLE, reasons_html
from apps.chat.plain_words import plain
from apps.chat.shared import EXPECTED, opened, show_problem
from apps.cli.screen import count_of, duration
from apps.document_names import readable
from apps.errors import JobRefused
from apps.jobs.jobs import Jobs
from apps.jobs.types import Job, JobOrder
from ingest.progress import Stage
from rag import FileOutcome

_SECONDS_BETWEEN_LOOKS = 1.0
_MOST_LIVE = 50
_MOST_REASONS = 20
_EARLIER = 5
#: What is left is told from what was done; the first moment says nothing about the rest.
_SECONDS_BEFORE_ESTIMATE = 2.0
_STAGES: dict[Stage, str] = {
    "planning": "Looking for files",
    "preparing": "Preparing the model (the first time takes longer)",
    "reading": "Reading",
    "embedding": "Embedding",
    "writing": "Writing",
    "removing": "Removing what is gone",
    "interrupted": "Stopping",
    "done": "Ending",
}


def show_jobs(collection: str) -> None:
    """The collection's jobs. While one is at work this part alone is drawn anew, every second."""
    active = any(job.is_active for job in Jobs().of_collection(collection))
    st.fragment(_show, run_every=_SECONDS_BETWEEN_LOOKS if active else None)(collection)


def _show(collection: str) -> None:
    jobs = Jobs().of_collection(collection)
    active = [job for job in jobs if job.is_active]
    followed = f"followed jobs of {collection}"
    before = st.session_state.get(followed, frozenset())
    st.session_state[followed] = now = frozenset(job.id for job in active)
    if before != now and before:
        st.rerun()  # what the page shows of the documents has changed
    st.html(STYLE)
    for job in active:
        _show_active(job)
    ended = [job for job in jobs if not job.is_active]
    if ended and not active:
        _show_ended(ended.pop(0))
    earlier = ended[:_EARLIER]
    # Not in a drawer: what a closed one holds is drawn and sent all the same.
    if earlier and st.toggle(f"Earlier runs: {len(earlier)}", key=f"earlier runs of {collection}"):
        for job in earlier:
            _show_ended(job)


def _show_active(job: Job) -> None:
    progress = job.progress
    with st.container(border=True):
        if job.standing == "waiting":
            st.info(
                "Other files are being read into this collection. These are next; nothing needs to be done."
            )
        elif job.standing == "starting":
            st.progress(0.0, text="Starting")
        else:
            words = "Stopping after this step" if job.standing == "stopping" else _STAGES[progress.stage]
            file = f": {plain(PurePath(progress.path).name)}" if progress.path else ""
            st.progress(progress.share, text=f"{words}{file}")
            st.caption(_rates(job))
        with suppress(JobRefused):  # somebody dismissed it just now
            _show_outcomes(Jobs().outcomes(job.id, last=_MOST_LIVE), newest_first=True)
        _show_stop(job)


def _show_stop(job: Job) -> None:
    if job.standing == "stopping":
        st.button("Stop at once", key=f"end {job.id}", on_click=_try, args=("end_now", job.id))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Stop", key=f"stop {job.id}", icon=":material/stop:", on_click=_try, args=("stop", job.id))
        st.caption("It goes on when this page is closed. After a stop, what was read is kept.")


def _show_ended(job: Job) -> None:
    try:
        outcomes = _report_of(job.id, job.began, job.standing)
    except JobRefused:  # somebody dismissed it just now
        return
    with st.container(border=job.standing != "finished" or bool(job.counts.get("failed"))):
        if job.standing == "finished":
            failed = job.counts.get("failed", 0)
            (st.warning if failed else st.success)(_summary(job, outcomes))
        elif job.standing == "stopped":
            left = f" {count_of(len(job.left), 'file')} to go." if job.left else ""
            st.info(f"Stopped. What was read is kept.{left}")
        else:
            st.error(
                "Reading ended before it was done." if job.standing == "died" else "Reading did not succeed."
            )
            st.text(readable(job.problem or ""))
        _show_reasons(outcomes)
        _show_passwords(job, outcomes)
        whole = False
        with st.container(horizontal=True, vertical_alignment="center"):
            if outcomes:
                words = f"The whole report: {count_of(len(outcomes), 'file')}"
                whole = st.toggle(words, key=f"report of {job.id}")
            if job.can_go_on:
                st.button(
                    "Go on",
                    key=f"resume {job.id}",
                    type="primary",
                    icon=":material/resume:",
                    on_click=_try,
                    args=("resume", job.id),
                )
            elif job.counts.get("failed"):
                st.button(
                    "Try again", key=f"again {job.id}", icon=":material/refresh:", on_click=_try,
                    args=("resume", job.id),
                )  # fmt: skip
            st.button(
                "Dismiss", key=f"forget {job.id}", type="tertiary", icon=":material/close:",
                on_click=_dismiss, args=(job.order.collection, job.id),
            )  # fmt: skip
        if copies := unread_copies(opened(job.order.collection), job):
            st.caption(
                f"Not read of what was dropped: {count_of(copies, 'file')}. What is kept here of it, to be "
                "tried again, goes when this is dismissed; your own files stay where they are."
            )
        if whole:
            _show_outcomes(outcomes)


@st.cache_resource(max_entries=32, show_spinner=False)
def _report_of(id: str, began: str, standing: str) -> tuple[FileOutcome, ...]:  # noqa: ARG001 - keys
    """What came of a job that has ended: read once for each time that it was started."""
    return Jobs().outcomes(id)


def _show_reasons(outcomes: Sequence[FileOutcome]) -> None:
    told = [file for file in outcomes if file.reason and file.outcome != "unchanged"]
    failed = [file for file in told if file.outcome == "failed"]
    others = [file for file in told if file.outcome != "failed"]
    if failed:
        st.markdown(f"**Not read: {count_of(len(failed), 'file')}**")
        st.html(reasons_html((_name(file), readable(file.reason or "")) for file in failed[:_MOST_REASONS]))
        if len(failed) > _MOST_REASONS:
            st.caption(f"and {len(failed) - _MOST_REASONS:,} more, in the whole report")
    if others:
        with st.expander(f"Worth knowing: {count_of(len(others), 'file')}"):
            st.html(
                reasons_html((_name(file), readable(file.reason or "")) for file in others[:_MOST_REASONS])
            )


def _show_passwords(job: Job, outcomes: Sequence[FileOutcome]) -> None:
    locked = [file.path for file in outcomes if file.wants_password]
    places = tuple(dict.fromkeys(place for path in locked if (place := file_on_disk(path)) is not None))
    if not places:
        return
    with st.form(f"password {job.id}", clear_on_submit=True):
        password = st.text_input(
            f"A password for the {count_of(len(places), 'locked file')}", type="password", autocomplete="off"
        )
        st.caption("It is used once, and kept nowhere.")
        tried = st.form_submit_button("Open and read", icon=":material/lock_open:")
    if tried and password:
        try:
            collection = opened(job.order.collection)
            begin_reading(collection, JobOrder(collection.name, places, ocr=job.order.ocr), [password])
        except (*EXPECTED, OSError) as error:
            show_problem("Reading could not be started.", error)
            return
        st.rerun()


def _show_outcomes(outcomes: Sequence[FileOutcome], *, newest_first: bool = False) -> None:
    if not outcomes:
        return
    rows = list(reversed(outcomes)) if newest_first else list(outcomes)
    columns = {
        "File": [_name(file) for file in rows],
        "Outcome": [file.outcome for file in rows],
        "Pages": [file.pages for file in rows],
        "By OCR": [file.recognised_pages for file in rows],
        "Chunks": [file.chunks for file in rows],
        "Seconds": [round(file.seconds, 1) for file in rows],
        "Why": [" ".join(readable(file.reason or "").split()) for file in rows],
    }
    if not any(file.recognised_pages for file in rows):
        del columns["By OCR"]
    st.dataframe(
        columns,
        hide_index=True,
        column_config={"File": st.column_config.TextColumn(width="medium")},
        height="content" if len(rows) <= 5 else 215,
    )


def _summary(job: Job, outcomes: Sequence[FileOutcome]) -> str:
    progress = job.progress
    counted = ", ".join(f"{count:,} {outcome}" for outcome, count in job.counts.items() if count)
    began = datetime.fromisoformat(job.began)
    pages = sum(file.pages for file in outcomes)
    read = f" {count_of(pages, 'page')} in {duration(progress.elapsed_seconds)}." if pages else ""
    return f"Done: {counted or 'nothing to do'}.{read} Begun {began:%Y-%m-%d, %H:%M} UTC."


def _rates(job: Job) -> str:
    progress = job.progress
    words = [
        f"{progress.files_done:,} of {count_of(progress.files_total, 'file')}",
        f"{count_of(progress.pages_done, 'page')} ({progress.pages_per_second:.1f}/s)",
    ]
    if progress.seconds_left and progress.elapsed_seconds >= _SECONDS_BEFORE_ESTIMATE:
        left = progress.seconds_left
        words.append(f"about {duration(left) if left >= 10 else f'{left:.0f} s'} left")
    return " · ".join(words)


def _try(what: str, id: str) -> None:
    """Do something with a job; one that stands otherwise by now says so when it is drawn."""
    try:
        getattr(Jobs(), what)(id)
    except (*EXPECTED, OSError) as error:
        st.toast(plain(str(error)))


def _dismiss(collection: str, id: str) -> None:
    try:
        dismiss(opened(collection), id)
    except (*EXPECTED, OSError) as error:
        st.toast(plain(str(error)))


def _name(file: FileOutcome) -> str:
    return readable(PurePath(file.path).name)


def file_on_disk(path: str) -> str | None:
    """The file itself, or the archive or mail that holds it; None where that is gone."""
    place = Path(path)
    # Not pathlib's, which raises for the long names that members of archives may have.
    return next((str(each) for each in (place, *place.parents) if os.path.isfile(each)), None)  # noqa: PTH113
