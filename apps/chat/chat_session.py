"""Which chat a person looks at: remembered in their session, and in the page's address for a reload."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from apps.chat.chat_live import LIVE_CHATS, LiveChat
from apps.chat.dialogs import close_dialog, dialog_about, open_dialog
from apps.chat.shared import choose, whole_collections

_IN_ADDRESS = "chat"
_SOURCE = "source"


@dataclass(frozen=True, slots=True)
class OpenSource:
    """Which source is looked at: the entry of the chat, and the place among its sources."""

    entry: int
    place: int


def current_chat(collection: str) -> LiveChat | None:
    """The chat with this collection, None where nothing was asked yet.

    The address names one after a reload; where that is with another collection, that one is chosen. A chat
    that was left for another collection waits for its own to be chosen again.
    """
    token = st.session_state.get(_key(collection))
    if token is None and (named := st.query_params.get(_IN_ADDRESS)):
        chat = LIVE_CHATS.find(named)
        if chat is None:
            del st.query_params[_IN_ADDRESS]
            st.info(
                "The chat that this address names is not open any more. If it was kept, it is among the "
                "kept chats."
            )
            return None
        if chat.collection not in {info.name for info in whole_collections()}:
            del st.query_params[_IN_ADDRESS]
            st.info("The chat that this address names was with a collection that is not here any more.")
            return None
        if st.session_state.get(_key(chat.collection)) == named:  # left for the collection that was chosen
            del st.query_params[_IN_ADDRESS]
            return None
        st.session_state[_key(chat.collection)] = chat.token
        choose(chat.collection)
        if chat.collection != collection:
            st.rerun()
        return chat
    chat = None if token is None else LIVE_CHATS.find(token)
    if chat is None:
        st.session_state.pop(_key(collection), None)
        if _IN_ADDRESS in st.query_params:
            del st.query_params[_IN_ADDRESS]
    elif st.query_params.get(_IN_ADDRESS) != chat.token:
        st.query_params[_IN_ADDRESS] = chat.token
    return chat


def begin_chat(collection: str, kept: str | None = None, *, keep: bool = True) -> LiveChat:
    """A new one in place of the one there was, or a kept one gone on with. Raises ConversationError.

    Whoever asks a collection has chosen it: should it go, they are told.
    """
    chat = LIVE_CHATS.begin(collection, kept)
    choose(collection)
    chat.keep = keep
    st.session_state[_key(collection)] = chat.token
    st.query_params[_IN_ADDRESS] = chat.token
    close_dialog()
    return chat


def leave_chat(collection: str) -> None:
    """Nothing is asked yet, again. An answer that is being written is stopped."""
    token = st.session_state.pop(_key(collection), None)
    if token is not None and (chat := LIVE_CHATS.find(token)) is not None:
        chat.stop()
    if _IN_ADDRESS in st.query_params:
        del st.query_params[_IN_ADDRESS]
    close_dialog()


def follow_renamed(collection: str, name: str) -> None:
    """A collection has another name now: the chats with it go on under that, this person's among them."""
    LIVE_CHATS.follow_renamed(collection, name)
    if (token := st.session_state.pop(_key(collection), None)) is not None:
        st.session_state[_key(name)] = token


def open_source(entry: int, place: int) -> None:
    open_dialog(_SOURCE, OpenSource(entry, place))


def source_open() -> OpenSource | None:
    return dialog_about(_SOURCE, OpenSource)


def _key(collection: str) -> str:
    return f"chat with {collection}"
