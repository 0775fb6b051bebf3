"""Evaluation reports, opened from the page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from apps.chat.plain_words import plain
from apps.chat.shared import show_problem
from apps.evaluation_reports import MeasuredRun, framed, measured_runs, other_reports

_AT_ONCE = 10
_SHOWN = "runs shown"
#: A frame gets the whole report in one message.
_LARGEST_FRAMED = 20_000_000


def show() -> None:
    """Draw the list of runs, of all collections."""
    count = st.session_state.get(_SHOWN, _AT_ONCE)
    runs, there_are = measured_runs(count)
    if not runs:
        st.info(
            "Nothing was measured yet. `refdesk eval run SET` asks a set of questions and writes a report."
        )
    for run in runs:
        _run(run)
    if there_are > count and st.button(f"Show more of {there_are:,}", key="more runs"):
        st.session_state[_SHOWN] = count + _AT_ONCE
        st.rerun()
    if others := other_reports()[:50]:
        st.subheader("Comparisons and sweeps")
        for report in others:
            with st.expander(plain(report.parent.name)):
                _report(report, f"report of {report.parent.name} {report.name}")


def _run(run: MeasuredRun) -> None:
    with st.expander(plain(f"{run.name}, {run.started_at[:10]}")):
        if run.problem is not None:
            st.warning("This run cannot be read.")
            st.text(run.problem)
            return
        st.text(f"Questions of {run.question_set}: {run.done:,} of {run.questions:,}, begun {run.started_at}")
        if run.done < run.questions:
            st.warning("This run was interrupted. The same `refdesk eval run` command goes on.")
        if run.figures:
            st.text("Means, with 95% intervals:")
        for figure in run.figures:
            st.text(
                f"{figure.name}: {figure.mean:.3f} ({figure.low:.3f} to {figure.high:.3f}; "
                f"{figure.count:,} questions)"
            )
        if run.report is None:
            st.text("No report was written yet: a run writes it at its end.")
        else:
            _report(run.report, f"report of run {run.name}")


def _report(file: Path, key: str) -> None:
    try:
        content = file.read_bytes() if st.session_state.get(key) else b""
        size = file.stat().st_size
    except OSError as error:
        show_problem("The report cannot be read.", error)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Download", file.read_bytes, f"{file.parent.name}.html", "text/html", key=f"download {key}",
            on_click="ignore",
        )  # fmt: skip
        small = size <= _LARGEST_FRAMED
        shown = st.toggle("Show it here", key=key, disabled=not small)
    if shown and content:
        st.iframe(framed(content.decode("utf-8", "replace")), height=700)
