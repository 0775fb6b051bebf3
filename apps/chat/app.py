"""The app: its pages, and the choice of a collection beside them."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from apps.chat import chat_page, documents_page, settings_page, tools_page
from apps.chat.shared import choose, chosen, whole_collections
from apps.collection_settings import settings_for
from rag import list_collections

#: In Streamlit's own letters, in a blue that is seen on light and on dark.
_WORDMARK = str(Path(__file__).with_name("wordmark.png"))
#: A file: Streamlit has the browser fetch icons by name, and emojis, from other hosts.
_ICON = str(Path(__file__).with_name("icon.png"))


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
    _show_collections()
    page.run()


def _show_collections() -> None:
    for info in list_collections():
        if info.problem is not None:
            st.sidebar.warning("A collection does not open.")
            st.sidebar.text(f"{info.name}: {info.problem}")
    names = [info.name for info in whole_collections()]
    current = chosen()
    if current is not None:
        name = st.sidebar.selectbox("Collection", names, index=names.index(current))
        choose(name)
        if settings_for(name).problems:
            st.sidebar.warning("Some saved settings cannot be used: see the settings.")
