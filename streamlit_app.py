"""The chat page's entry: `make chat`, `refdesk ui`, or `streamlit run streamlit_app.py`."""

from __future__ import annotations

from apps.chat.app import show_app

show_app()
