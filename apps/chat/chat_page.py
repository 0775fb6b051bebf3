"""The chat page: ask, see the answer come, open the very line it stands on."""

from __future__ import annotations

import streamlit as st

from apps.chat.chat_asking import show_asking
from apps.chat.chat_entries import show_entry
from apps.chat.chat_history import show_history
from apps.chat.chat_live import LiveChat
from apps.chat.chat_session import current_chat, source_open
from apps.chat.chat_source_dialog import show_source
from apps.chat.chat_states import say_empty, say_indexing, say_missing_model, say_no_collection
from apps.chat.chat_writing import show_writing
from apps.chat.known_documents import count_of_documents
from apps.chat.shared import EXPECTED, chosen, opened, show_problem
from apps.cli.screen import count_of
from apps.jobs.jobs import Jobs
from apps.jobs.types import ACTIVE
from rag import Collection


def show() -> None:
    """Draw the page. Streamlit calls this again at every click."""
    st.title("Ask your documents")
    name = chosen()
    if name is None:
        say_no_collection()
        return
    chat = current_chat(name)
    counted = st.sidebar.empty()
    show_history(name, chat)
    try:
        collection = opened(name)
        documents = count_of_documents(collection)
    except EXPECTED as error:
        show_problem("The collection could not be opened.", error)
        return
    counted.caption(count_of(documents, "document"))
    being_read = any(job.standing in ACTIVE for job in Jobs().of_collection(name))
    if being_read:
        say_indexing(name, documents)
    if documents == 0:
        if not being_read:
            say_empty(collection)
        return
    say_missing_model(collection)
    _show_chat(collection, chat)
    show_asking(collection, chat)


def _show_chat(collection: Collection, chat: LiveChat | None) -> None:
    if chat is None:
        st.caption("Each sentence of an answer carries the place it stands on. Click its number to see it.")
        return
    entries, work = chat.entries, chat.work
    for at, entry in enumerate(entries):
        show_entry(chat, at, entry)
    if work is not None:
        show_writing(chat, work)
    if (opened_source := source_open()) is not None:
        show_source(entries, opened_source, collection)
