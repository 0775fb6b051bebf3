"""The chat page: ask, read the answer with its citations."""

from __future__ import annotations

import streamlit as st

from apps.chat.answers import show_answer, stream_answer
from apps.chat.shared import EXPECTED, chosen, opened, show_problem
from rag import Answer
from rag.earlier_turns import turns_of


def show() -> None:
    """Draw the page. Streamlit calls this again at every click."""
    st.title("Refdesk")
    name = chosen()
    if name is None:
        st.info("No collection yet. Make one: `refdesk ingest FOLDER -c NAME`, then reload this page.")
        return
    try:
        collection = opened(name)
        st.sidebar.caption(f"{len(collection.documents())} documents")
    except EXPECTED as error:
        show_problem("The collection could not be opened.", error)
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
            try:
                history.append(stream_answer(collection, question, turns_of(history)))
            except EXPECTED as error:
                show_problem("That did not work.", error)
