"""A tool at work: how far it is, stopping it, and what came of it. Each person sees their own."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from apps.background import Background
from apps.chat import tools_gallery
from apps.chat.shared import EXPECTED, show_problem
from apps.document_names import readable
from apps.gallery import made_file, made_folder
from apps.tool_bench import ToolBench, ToolOutcome
from rag import Collection
from rag.tools.types import ToolCall
from rag.tools.workshop import ToolSettings

_WORK, _TEXTS, _FOLLOWED = "tool at work", "texts that were made", "tool is followed"
#: So many of a person's texts are kept; files are kept in the gallery.
_MOST_TEXTS = 20


@st.cache_resource(show_spinner=False)
def _bench() -> ToolBench:
    return ToolBench()


def start(call: ToolCall, settings: ToolSettings, collection: Collection | None) -> None:
    """Set the tool to work for this person, unless one is: a button may be clicked twice."""
    if is_working():
        return
    st.session_state[_WORK] = _bench().start(call, made_folder(), settings, collection)


def is_working() -> bool:
    work: Background[ToolOutcome] | None = st.session_state.get(_WORK)
    return work is not None and work.state == "working"


def show() -> None:
    """Draw the work that goes on or ended last, and the texts that were made before it."""
    st.fragment(_work, run_every=0.5 if is_working() else None)()
    texts: list[ToolOutcome] = st.session_state.get(_TEXTS, [])
    for number, text in enumerate(texts):
        with st.container(border=True):
            _text(text, number)


def _work() -> None:
    work: Background[ToolOutcome] | None = st.session_state.get(_WORK)
    if work is None:
        return
    if work.state == "working":
        st.session_state[_FOLLOWED] = True
        so_far = work.so_far
        with st.container(border=True):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.text(f"{work.name.capitalize()}: {so_far.words}")
                stopping = work.stopping()
                if st.button("Stopping" if stopping else "Stop", disabled=stopping, key="stop tool"):
                    work.stop()
                    st.rerun(scope="fragment")
            st.progress(so_far.share or 0.0)
        return
    if work.state == "done" and not work.result.result.files and work.result not in _texts():
        st.session_state[_TEXTS] = [work.result, *_texts()][:_MOST_TEXTS]
    if st.session_state.pop(_FOLLOWED, False):
        st.rerun()  # the whole page: the form may be used again, and the gallery has something new
    _ended(work)


def _texts() -> list[ToolOutcome]:
    texts: list[ToolOutcome] = st.session_state.get(_TEXTS, [])
    return texts


def _ended(work: Background[ToolOutcome]) -> None:
    if work.state == "stopped":
        st.info("Stopped.")
    elif work.error is not None and isinstance(work.error, EXPECTED):
        show_problem("That was not made.", work.error)
    elif work.error is not None:
        show_problem("That was not made, for a reason nobody foresaw.", work.error)
    elif work.result.result.files:
        st.success(f"Made in {work.seconds or 0:.1f} s.")
        for path in work.result.result.files:
            _file(path)


def _file(path: Path) -> None:
    made = made_file(path)
    if made is not None:
        with st.container(border=True):
            tools_gallery.show_file(made, "new")


def _text(outcome: ToolOutcome, number: int) -> None:
    """A text, marked as made by a model: whether it is right, nobody has checked."""
    maker = outcome.made_by or "a rule"
    st.caption(":material/smart_toy: Made by a model, not checked.")
    st.text(outcome.result.text)
    details = [f"{outcome.call.tool} by {maker}, {outcome.made_at}"]
    details += [f"from {readable(source)}" for source in outcome.result.sources]
    with st.expander("Details"):
        st.text("\n".join(details))
    st.download_button(
        "Download",
        f"{outcome.result.text}\n\nMade by a model: {'; '.join(details)}.\n",
        f"{outcome.call.tool}.txt",
        "text/plain",
        key=f"download text {number}",
        on_click="ignore",
    )
