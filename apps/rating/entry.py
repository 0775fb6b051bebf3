"""The rating page's entry, which `refdesk eval rate` hands to Streamlit."""

from __future__ import annotations

from apps.rating.page import show_page

show_page()
