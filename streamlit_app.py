"""The chat page's entry: `make chat`, `refdesk ui`, or `streamlit run streamlit_app.py`."""

from __future__ import annotations

from apps.chat.page import show_page

show_page()
