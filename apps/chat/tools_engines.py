"""Which engines draw, make music and speak for this person: chosen among the tools, used in the chat too."""

from __future__ import annotations

import streamlit as st

from apps.tool_choices import ChosenEngines

_ENGINES = "engines of tools"


def chosen_engines() -> ChosenEngines:
    """Those that the environment names, until others are chosen."""
    engines: ChosenEngines = st.session_state.setdefault(_ENGINES, ChosenEngines.of_environment())
    return engines


def choose_engines(engines: ChosenEngines) -> None:
    st.session_state[_ENGINES] = engines
