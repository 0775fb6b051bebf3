"""The document chat page: choose a collection, ask, read the answer with its citations."""

from __future__ import annotations

import os

import streamlit as st

from apps.chat.answers import show_answer, stream_answer
from apps.document_names import shown_names
from apps.errors import FaceError
from apps.settings import settings_from
from generators.errors import GeneratorError
from ingest.errors import IngestError
from machine import MachineError
from rag import Answer, Collection, RagError, list_collections, open_collection
from rag.earlier_turns import turns_of

_EXPECTED = (RagError, IngestError, GeneratorError, MachineError, FaceError)


def show_page() -> None:
    """Draw the page. Streamlit calls this again at every click."""
    st.set_page_config(page_title="Refdesk", page_icon="📚")
    st.title("Refdesk")
    collections = list_collections()
    for info in collections:
        if info.problem is not None:
            st.warning("A collection does not open.")
            st.text(f"{info.name}: {info.problem}")
    names = [info.name for info in collections if info.problem is None]
    if not names:
        if not collections:
            st.info("No collection yet. Make one: `refdesk ingest FOLDER -c NAME`, then reload this page.")
        return
    wanted = os.environ.get("REFDESK_COLLECTION", "")
    name = st.sidebar.selectbox("Collection", names, index=names.index(wanted) if wanted in names else 0)
    try:
        collection = _opened(name)
        _show_documents(collection)
    except _EXPECTED as error:
        st.error("The collection could not be opened.")
        st.text(str(error))
        return
    history: list[Answer] = st.session_state.setdefault(f"answers of {name}", [])
    for answer in history:
        with st.chat_message("user"):
            st.text(answer.question)
        with st.chat_message("assistant"):
            show_answer(answer)
    if question := st.chat_input("Ask these documents"):
        with st.chat_message("user"):
            st.text(question)
        with st.chat_message("assistant"):
            turns = turns_of(history)
            try:
                history.append(stream_answer(collection, question, turns))
            except _EXPECTED as error:
                st.error("That did not work.")
                st.text(str(error))


@st.cache_resource(max_entries=2, on_release=lambda collection: collection.close())
def _opened(name: str) -> Collection:
    """One open collection, with its models, for all who look at this page."""
    return open_collection(name, settings_from())


def _show_documents(collection: Collection) -> None:
    documents = collection.documents()
    st.sidebar.caption(f"{len(documents)} documents")
    names = shown_names(document.path for document in documents)
    for document in documents:
        st.sidebar.text(f"{names[document.path]}: {document.page_count} pages")
