"""Which dialog is open, and what about: one at a time, as Streamlit has it, and none on another page."""

from __future__ import annotations

from typing import TypeVar

import streamlit as st

About = TypeVar("About")

_OPEN = "dialog that is open"
_PAGE = "page that is looked at"


def open_dialog(name: str, about: object) -> None:
    """Open it, in place of any other, from the next drawing on until it is answered or closed."""
    st.session_state[_OPEN] = (name, about)


def dialog_about(name: str, kind: type[About]) -> About | None:
    """What the dialog is about; None where it is not open."""
    opened, about = st.session_state.get(_OPEN, (None, None))
    return about if opened == name and isinstance(about, kind) else None


def close_dialog() -> None:
    st.session_state.pop(_OPEN, None)


def close_on_another_page(page: str) -> None:
    """Called at each drawing, with the page that is drawn: going back in the browser answers no dialog."""
    if st.session_state.get(_PAGE, page) != page:
        close_dialog()
    st.session_state[_PAGE] = page
