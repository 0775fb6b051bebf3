"""The app: its pages, and the choice of a collection beside them."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from apps.chat import chat_page, documents_page, settings_page, tools_page
from apps.chat.dialogs import close_on_another_page
from apps.chat.keyboard import show_keyboard
from apps.chat.shared import all_collections, choose, choose_none, chosen, missed, whole_collections
from apps.chat.warming import warm
from apps.collection_settings import settings_for

#: In Streamlit's own letters, in a blue that is seen on light and on dark.
_WORDMARK = str(Path(__file__).with_name("wordmark.png"))
#: A file: Streamlit has the browser fetch icons by name, and emojis, from other hosts.
_GONE = "collection that is gone"
_ICON = str(Path(__file__).with_name("icon.png"))
#: In the session: what the choice beside the pages shows.
_SHOWN = "collection shown"


def show_app() -> None:
    """Draw the page that was chosen. Streamlit calls this again at every click."""
    st.set_page_config(page_title="Refdesk", page_icon=_ICON, layout="wide")
    st.logo(_WORDMARK, size="large", icon_image=_ICON)
    page = st.navigation(
        [
            st.Page(chat_page.show, title="Chat", icon=":material/forum:", url_path="chat", default=True),
            st.Page(documents_page.show, title="Documents", icon=":material/folder:", url_path="documents"),
            st.Page(tools_page.show, title="Tools", icon=":material/brush:", url_path="tools"),
            st.Page(settings_page.show, title="Settings", icon=":material/tune:", url_path="settings"),
        ]
    )
    close_on_another_page(page.url_path)
    show_keyboard()
    _say_what_is_gone()
    _show_collections()
    page.run()
    warm()


def _say_what_is_gone() -> None:
    """What was just asked or clicked was meant for a collection that is no more, and for no other."""
    if (name := missed()) is not None:
        choose_none()
        st.session_state[_GONE] = name
        st.rerun()
    if (name := st.session_state.pop(_GONE, None)) is not None:
        st.warning("The collection that was chosen here is not here any more, or does not open.")
        st.text(f"“{name}” may have been deleted or renamed on another page. Nothing was done.")


def _show_collections() -> None:
    for info in all_collections():
        if info.problem is not None:
            st.sidebar.warning("A collection does not open.")
            st.sidebar.text(f"{info.name}: {info.problem}")
    names = [info.name for info in whole_collections()]
    current = chosen()
    if current is not None:
        st.session_state[_SHOWN] = current
        st.sidebar.selectbox("Collection", names, key=_SHOWN, on_change=_choose_shown)
        if settings_for(current).problems:
            st.sidebar.warning("Some saved settings cannot be used: see the settings.")


def _choose_shown() -> None:
    choose(st.session_state[_SHOWN])
