"""Beside the chat: a new one, whether it is kept, and the chats that were.

Kept chats are of everybody who uses this machine's page: none is shown until a person asks for them.
"""

from __future__ import annotations

import json

import streamlit as st

from apps.chat.chat_live import LiveChat
from apps.chat.chat_session import begin_chat, leave_chat
from apps.chat.plain_words import plain
from apps.chat.shared import show_problem
from rag import Conversation, Conversations
from rag.conversations.as_json import whole
from rag.conversations.markdown import as_markdown
from rag.errors import ConversationError

_MOST_LISTED = 20
_KEEP = "chat is kept"
#: In the session, and no widget's: what a widget says is forgotten where another page is drawn.
_KEEP_NEXT = "next chat is kept"


def keeps() -> bool:
    """Whether this person's next chat is kept."""
    return bool(st.session_state.get(_KEEP_NEXT, True))


def show_history(collection: str, chat: LiveChat | None) -> None:
    with st.sidebar:
        st.button(
            "New chat", icon=":material/add_comment:", width="stretch", on_click=leave_chat,
            args=(collection,), disabled=chat is None,
        )  # fmt: skip
        _show_keeping(chat)
        if st.toggle("Show kept chats", key="chat history shown", persist_state="session"):
            try:
                _show_kept(collection, chat)
            except ConversationError as error:
                show_problem("The kept chats cannot be read.", error)


def _show_keeping(chat: LiveChat | None) -> None:
    key = _KEEP if chat is None else f"{_KEEP} {chat.token}"
    st.session_state[key] = keeps() if chat is None else chat.keep
    st.toggle(
        "Keep this chat",
        key=key,
        help="On this machine, in one file of the data home. What is not kept is gone when this page's "
        "program ends; so are answers from attached files.",
        disabled=chat is not None and bool(chat.not_kept),
        on_change=_keep,
        args=(chat, key),
    )
    if chat is not None and chat.not_kept:
        st.warning("This chat is not kept.")
        st.text(chat.not_kept)


def _keep(chat: LiveChat | None, key: str) -> None:
    st.session_state[_KEEP_NEXT] = st.session_state[key]
    if chat is not None:
        chat.keep = st.session_state[key]


def _show_kept(collection: str, chat: LiveChat | None) -> None:
    chats = Conversations()
    words = st.text_input(
        "Search them", key="chat history words", persist_state="session",
        placeholder="Words of a question or answer",
    )  # fmt: skip
    found = chats.search(words, collection) if words.strip() else chats.list(collection)
    if not found:
        st.caption("None has these words." if words.strip() else "None with this collection yet.")
        return
    for each in found[:_MOST_LISTED]:
        st.button(
            plain(each.title) or each.id, key=f"kept {each.id}", width="stretch", on_click=_resume,
            args=(collection, each.id), disabled=chat is not None and chat.kept_id == each.id,
            help=f"{each.turn_count} questions, last {each.changed[:10]}",
        )  # fmt: skip
    if len(found) > _MOST_LISTED:
        st.caption(f"{len(found) - _MOST_LISTED:,} more: search for their words.")
    if problem := st.session_state.pop("chat history problem", None):
        st.error("That did not work.")
        st.text(problem)
    if chat is not None and chat.kept_id is not None:
        _show_own(chats, chats.find(chat.kept_id), collection)


def _show_own(chats: Conversations, about: Conversation, collection: str) -> None:
    """What can be done with the kept chat that is open."""
    st.divider()
    st.caption("This chat")
    st.text_input(
        "Its name", value=about.title, key=f"chat title {about.id}", on_change=_rename, args=(about.id,)
    )
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "Markdown", data=lambda: as_markdown(chats.get(about.id)), file_name=f"chat-{about.id}.md",
            mime="text/markdown", on_click="ignore", icon=":material/download:",
        )  # fmt: skip
        st.download_button(
            "JSON", data=lambda: _as_json(chats, about.id),
            file_name=f"chat-{about.id}.json", mime="application/json", on_click="ignore",
            icon=":material/download:",
        )  # fmt: skip
    with st.popover("Delete", icon=":material/delete:"):
        st.text("No word of it is left. This cannot be undone.")
        st.button("Delete this chat", type="primary", on_click=_delete, args=(collection, about.id))


def _as_json(chats: Conversations, id: str) -> bytes:
    told = json.dumps(whole(chats.get(id)), ensure_ascii=False, indent=2)
    return told.encode("utf-8", "backslashreplace")  # bytes of a file's name that are no text


def _resume(collection: str, id: str) -> None:
    try:
        begin_chat(collection, id, keep=keeps())
    except ConversationError as error:
        st.session_state["chat history problem"] = str(error)


def _rename(id: str) -> None:
    try:
        Conversations().rename(id, st.session_state[f"chat title {id}"])
    except (ConversationError, ValueError) as error:
        st.session_state["chat history problem"] = str(error)


def _delete(collection: str, id: str) -> None:
    try:
        Conversations().delete(id)
    except ConversationError as error:
        st.session_state["chat history problem"] = str(error)
        return
    leave_chat(collection)
