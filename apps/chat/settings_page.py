"""The settings page."""

from __future__ import annotations

import streamlit as st


def show() -> None:
    """Draw the page."""
    st.title("Settings")
