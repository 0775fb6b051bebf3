"""The documents page: what a collection holds."""

from __future__ import annotations

import streamlit as st

from apps.chat.shared import EXPECTED, chosen, opened, show_problem
from apps.document_names import shown_names


def show() -> None:
    """Draw the page."""
    st.title("Documents")
    name = chosen()
    if name is None:
        st.info("No collection yet.")
        return
    try:
        documents = opened(name).documents()
    except EXPECTED as error:
        show_problem("The collection could not be opened.", error)
        return
    names = shown_names(document.path for document in documents)
    for document in documents:
        st.text(f"{names[document.path]}: {document.page_count} pages")
