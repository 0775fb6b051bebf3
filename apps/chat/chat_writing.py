"""An answer while it is written: provisional words, sentences with their marks as these come, and a stop."""

from __future__ import annotations

import streamlit as st

from apps.chat.chat_entries import DESK, show_question
from apps.chat.chat_live import LiveChat
from apps.chat.chat_shown import parts_of
from apps.chat.chat_text import show_answer_text
from apps.chat.chat_work import Draft, Work
from apps.document_names import shown_names

LOOK_AGAIN_SECONDS = 0.4


def show_writing(chat: LiveChat, work: Work) -> None:
    """Draw it, and look again by itself until it is over; then the whole page is drawn anew."""
    show_question(work.question, chat.asked_of)
    with st.chat_message("assistant", avatar=DESK):
        _follow(chat, work)


@st.fragment(run_every=LOOK_AGAIN_SECONDS)
def _follow(chat: LiveChat, work: Work) -> None:
    if chat.work is not work:
        st.rerun()
    draft = work.draft
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(said_of(draft))
        st.button(
            "Stop answering", icon=":material/stop_circle:", key=f"stop {chat.token}", on_click=chat.stop
        )
    if draft.reasoning and not draft.text:
        st.caption("The model thinks aloud; nobody has checked it:")
        st.text(draft.reasoning[-600:])
    if draft.text:
        names = shown_names(passage.document for passage in draft.passages)
        titles = {each.number: f"{names[each.document]}, page {each.page_number}" for each in draft.passages}
        parts = parts_of(draft.text, draft.sentences, writing=True)
        show_answer_text(parts, titles, f"writing {chat.token}")
        st.caption("Provisional: a sentence counts when its mark stands behind it.")


def said_of(draft: Draft) -> str:
    """What is going on, in words."""
    if draft.stage == "waiting":
        who = "1 other answer" if draft.ahead == 1 else f"{draft.ahead} other answers"
        return f"Waiting: the language model writes {who} first."
    if draft.stage == "taking-in":
        return draft.note or "Reading the attached file."
    if draft.stage == "making":
        return f"At work: {draft.note}."
    if draft.stage == "reading":
        return draft.note
    if draft.stage == "writing":
        return "Writing" if draft.text else "Reading the passages"
    return "Looking through the documents"
