"""The settings page: answers, models, this machine, and what was measured."""

from __future__ import annotations

import streamlit as st

from apps.chat import settings_answers, settings_machine, settings_models, settings_reports
from apps.chat.shared import EXPECTED, chosen, show_problem

_PARTS = {
    "Answers": lambda: settings_answers.show(chosen()),
    "Models": settings_models.show,
    "This machine": lambda: settings_machine.show(chosen()),
    "Evaluations": settings_reports.show,
}


def show() -> None:
    """Draw the page: only the part that is looked at."""
    st.title("Settings")
    part = st.segmented_control(
        "Part",
        list(_PARTS),
        default="Answers",
        required=True,
        key="settings part",
        persist_state="session",
        label_visibility="collapsed",
    )
    try:
        _PARTS[part or "Answers"]()
    except EXPECTED as error:
        show_problem("That did not work.", error)
