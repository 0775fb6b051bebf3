"""Searching the documents themselves: what is found, and what speaks for each hit."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from apps.chat.documents_html import STYLE, hit_html
from apps.chat.known_documents import names_of
from apps.chat.shared import EXPECTED, show_problem
from apps.document_names import shown_names
from rag import Collection, DocumentFilter, DocumentInfo, Explanation


def show_search(collection: Collection, documents: Sequence[DocumentInfo]) -> None:
    """A question, the passages it finds, and why they stand in this order. No answer is written."""
    if not documents:
        st.info("There is nothing to search yet.")
        return
    names = names_of(collection)
    with st.form(f"search {collection.name}", border=False):
        name = collection.name
        query = st.text_input(
            "Search in these documents", placeholder="annual fee", key=f"search words {name}",
            persist_state="session",
        )  # fmt: skip
        places, numbers = st.columns([4, 1])
        only = places.multiselect(
            "In", list(names), format_func=lambda path: names.get(path, path), placeholder="all documents",
            key=f"search in {name}", persist_state="session",
        )  # fmt: skip
        count = int(
            numbers.number_input("Hits", 1, 50, 10, key=f"search hits {name}", persist_state="session")
        )
        searched = st.form_submit_button("Search", type="primary", icon=":material/search:")
    found_key = f"found in {collection.name}"
    if searched and query.strip():
        try:
            with st.spinner("Searching"):
                wanted = DocumentFilter(documents=tuple(only)) if only else None
                st.session_state[found_key] = collection.explain(query.strip(), count, only=wanted)
        except (*EXPECTED, ValueError) as error:
            st.session_state.pop(found_key, None)
            show_problem("The search did not work.", error)
    if found_key in st.session_state:
        _show_hits(st.session_state[found_key])


def _show_hits(found: Sequence[Explanation]) -> None:
    if not found:
        st.info("Nothing found.")
        return
    names = shown_names(each.hit.document for each in found)
    best = max(each.hit.score for each in found)
    cards = [hit_html(each, names[each.hit.document], _place(each), best) for each in found]
    st.html(STYLE + "".join(cards))


def _place(found: Explanation) -> str:
    hit = found.hit
    return f"page {hit.page_number}" + (f" to {hit.page_end}" if hit.page_end != hit.page_number else "")
