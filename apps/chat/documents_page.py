"""The documents page: collections, what is in them, what is being read into them, and searching them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from apps.chat.documents_adding import show_adding
from apps.chat.documents_collections import (
    show_broken_collections,
    show_collection_tools,
    show_first_collection,
    show_question_before_deletion,
)
from apps.chat.documents_jobs import show_jobs
from apps.chat.documents_listing import show_listing, totals
from apps.chat.documents_search import show_search
from apps.chat.known_documents import documents_of
from apps.chat.plain_words import plain
from apps.chat.shared import EXPECTED, chosen, opened, show_problem
from apps.jobs.jobs import Jobs

_DOCUMENTS, _SEARCH, _ADD = "Documents", "Search", "Add"


def show() -> None:
    """Draw the page."""
    st.title("Documents")
    show_broken_collections()
    show_question_before_deletion()
    name = chosen()
    if name is None:
        show_first_collection()
        return
    try:
        collection = opened(name)
        documents = documents_of(collection)
    except EXPECTED as error:
        show_problem("The collection could not be opened.", error)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container():
            st.subheader(plain(name), anchor=False)
            st.caption(totals(documents) if documents else _without_documents(name))
        with st.container(horizontal=True, horizontal_alignment="right", width=420):
            show_collection_tools(name)
    show_jobs(name)
    views = _views(name, filled=bool(documents))
    with views[0]:
        show_listing(collection, documents)
    with views[1]:
        show_search(collection, documents)
    with views[2]:
        show_adding(collection)


def _views(name: str, *, filled: bool) -> Sequence[DeltaGenerator]:
    """The parts of the page; the one that was looked at last is open again after a look at another page."""
    key = f"views of {name}, {filled}"
    remembered = f"view that was open: {key}"
    if key not in st.session_state and remembered in st.session_state:
        st.session_state[key] = st.session_state[remembered]
    views = st.tabs(
        [_DOCUMENTS, _SEARCH, _ADD], default=_DOCUMENTS if filled else _ADD, key=key, on_change="rerun"
    )
    st.session_state[remembered] = st.session_state[key]
    return views


def _without_documents(name: str) -> str:
    return "being filled" if any(job.is_active for job in Jobs().of_collection(name)) else "empty"
