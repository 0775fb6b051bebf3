"""This machine: all that `refdesk doctor` says, and what is in memory now."""

from __future__ import annotations

import streamlit as st

from apps.background import Background
from apps.chat.shared import EXPECTED, show_problem
from apps.collection_settings import settings_for
from apps.diagnosis import Diagnosis, diagnose
from apps.diagnosis_words import sections
from apps.settings import settings_from
from apps.sizes import gibibytes
from machine import MachineBudget, Pool, Resident, memory_broker
from rag import Settings

_FOLLOWED = "a check is followed"
_POOLS: tuple[tuple[str, Pool], ...] = (("Free for models", "memory"), ("On the GPU", "gpu"))


class Checks:
    """The latest check of this machine: one for everybody, since it looks at the same things."""

    def __init__(self) -> None:
        self.latest: Background[Diagnosis] | None = None

    def start(self, settings: Settings, measure_speed: bool) -> None:
        if self.latest is None or self.latest.state != "working":
            self.latest = Background("check", lambda work: diagnose(settings, measure_speed, work.tell))


@st.cache_resource(show_spinner=False)
def _checks() -> Checks:
    return Checks()


def show(collection: str | None) -> None:
    """Draw memory and the check, with the settings of this collection."""
    st.subheader("In memory now")
    _memory()
    st.subheader("Check")
    settings = settings_from() if collection is None else settings_for(collection).settings
    with st.container(horizontal=True, vertical_alignment="center"):
        wanted = st.button("Check this machine", type="primary", key="check machine")
        speed = st.checkbox("and measure the model's speed, which loads it", key="measure speed")
    if wanted:
        _checks().start(settings, speed)
    check = _checks().latest
    if check is None:
        st.text(
            "Versions, model files, GPU, memory, energy counters and collections, as refdesk doctor does."
        )
        return
    st.fragment(_check, run_every=1.0 if check.state == "working" else None)()


@st.fragment(run_every=5.0)
def _memory() -> None:
    budget = MachineBudget()
    for where, pool in _POOLS:
        free, capacity = budget.free_bytes(pool), budget.capacity_bytes(pool)
        if free is not None and capacity is not None:
            st.text(f"{where}: {gibibytes(free)} of {gibibytes(capacity)}")
    loaded = [resident for resident in memory_broker().residents() if resident.loaded]
    for resident in loaded:
        st.text(_in_words(resident))
    if not loaded:
        st.text("No model is loaded. One is when it is first needed.")
    idle = [resident for resident in loaded if not resident.uses]
    if st.button("Unload what is idle", disabled=not idle, key="unload idle"):
        memory_broker().unload_idle()
        st.rerun(scope="fragment")


def _in_words(resident: Resident) -> str:
    takes = ", ".join(
        f"{gibibytes(need.wanted_bytes)}{' of the GPU' if need.pool == 'gpu' else ''}"
        for need in resident.needs
    )
    return f"{resident.name}: {takes or 'nothing counted'}, {'at work' if resident.uses else 'idle'}"


def _check() -> None:
    check = _checks().latest
    if check is None:
        return
    if check.state == "working":
        st.session_state[_FOLLOWED] = True
        st.text(f"{check.so_far.words} ...")
        return
    if st.session_state.pop(_FOLLOWED, False):
        st.rerun()  # the whole page: nothing needs to be looked at every second any more
    if check.error is not None:
        foreseen = "" if isinstance(check.error, EXPECTED) else ", for a reason nobody foresaw"
        show_problem(f"The check did not end{foreseen}.", check.error)
        return
    found = check.result
    if found.problems:
        st.warning(f"{len(found.problems)} to see to:")
        st.text("\n".join(found.problems))
    else:
        st.success("All is well.")
    for section in sections(found):
        with st.expander(section.title.partition(" of ")[0], expanded=section.title == "GPU"):
            if section.title.startswith("Speed of "):
                st.text(section.title)
            st.text("\n".join((*section.lines, *section.prose)))
