"""The tools page: make something of words or documents, and see what was made."""

from __future__ import annotations

import streamlit as st

from apps.chat import tools_form, tools_gallery, tools_work
from apps.chat.shared import EXPECTED, chosen, show_problem

_TOOLS = {
    "draw": ("Draw", ":material/brush:"),
    "speak": ("Speak", ":material/record_voice_over:"),
    "music": ("Music", ":material/music_note:"),
    "summarize": ("Summarise", ":material/short_text:"),
    "translate": ("Translate", ":material/translate:"),
    "classify": ("Classify", ":material/label:"),
    "entities": ("Names", ":material/person_search:"),
}


def show() -> None:
    """Draw the page."""
    st.title("Tools")
    tool = st.pills(
        "Tool",
        list(_TOOLS),
        default="draw",
        required=True,
        format_func=lambda name: f"{_TOOLS[name][1]} {_TOOLS[name][0]}",
        key="tool",
        persist_state="session",
        label_visibility="collapsed",
    )
    try:
        tools_form.show(tool or "draw", chosen())
    except EXPECTED as error:
        show_problem("That did not work.", error)
    tools_work.show()
    tools_gallery.show()
