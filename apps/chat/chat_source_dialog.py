"""A source, opened: the page as it looks with the cited lines marked, the sentence, the next and the last."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from apps.chat.chat_live import Entry
from apps.chat.chat_panels import show_page_picture, show_page_text
from apps.chat.chat_session import OpenSource, open_source, source_open
from apps.chat.chat_shown import Shown, Source
from apps.chat.chat_sources import SourcePage, original, source_pages
from apps.chat.dialogs import close_dialog
from apps.chat.shared import EXPECTED, show_problem
from apps.document_names import readable, shown_names
from rag import Collection
from rag.types import Citation


def show_source(entries: tuple[Entry, ...], opened: OpenSource, own: Collection) -> None:
    """Open the dialog on this source; `own` is the chat's collection."""
    if opened.entry >= len(entries):
        return
    asked = entries[opened.entry]
    if isinstance(asked.outcome, Shown) and asked.outcome.sources:
        _dialog(asked, asked.outcome, opened.entry, own)


@st.dialog("Source", width="large", on_dismiss=close_dialog)
def _dialog(asked: Entry, shown: Shown, entry: int, own: Collection) -> None:
    opened = source_open() or OpenSource(entry, 0)
    place = min(opened.place, len(shown.sources) - 1)
    source = shown.sources[place]
    collection = asked.collection_of(source.citation.document, own)
    names = shown_names(each.citation.document for each in shown.sources)
    alone = len(shown.sources) == 1
    with st.container(horizontal=True, vertical_alignment="center"):
        # They go round: a button that is disabled under a person's finger takes the keyboard's focus with it.
        for label, icon, step in (("Previous", "arrow_back", -1), ("Next", "arrow_forward", 1)):
            if not alone:
                st.button(
                    label,
                    icon=f":material/{icon}:",
                    key=f"chat source {label}",
                    on_click=open_source,
                    args=(entry, (place + step) % len(shown.sources)),
                )
        st.caption("The only source" if alone else f"{place + 1} of {len(shown.sources)}")
        _offer_original(collection, source.citation.document)
    said, shown_page = st.columns([2, 3])
    with said:
        _say(source, names[source.citation.document])
    with shown_page:
        try:
            collection.highlights(source.citation)  # raises where it no longer stands there
            pages = _pages(str(collection.folder), repr(source.citation), source.citation, collection)
        except EXPECTED as error:
            show_problem("The place cannot be shown.", error)
            return
        for number, page in enumerate(pages):
            _show_page(page, f"chat source page {entry} {place} {number}", first=number == 0)


def _say(source: Source, name: str) -> None:
    citation = source.citation
    quote = " ".join(citation.quote.split())
    st.text(f"[{citation.passage_number}] {name}, {citation.page_label}")
    if source.sentence and source.sentence != quote:
        st.caption("The answer says")
        st.text(source.sentence)
    st.caption("The document says")
    st.text(f"“{quote}”")


def _show_page(page: SourcePage, key: str, *, first: bool) -> None:
    marked = "the cited lines are marked"
    if page.picture is not None:
        says = f"{page.page_label} as it looks; {marked}"
        show_page_picture(page.picture, page.top, page.left, says, f"{key} picture", first=first)
        with st.expander("The page as text", type="compact"):
            show_page_text(page.lines, f"{page.page_label} as text; {marked}", key, first=True)
        return
    if page.reason:
        st.text(f"The page cannot be drawn. {readable(page.reason)}")
    show_page_text(page.lines, f"{page.page_label}; {marked}", key, first=first)


def _offer_original(collection: Collection, document: str) -> None:
    file = original(collection, document)
    if file is None:
        st.caption("The file itself cannot be handed out: it is gone, very large, or inside another one.")
        return
    st.download_button(
        "The original file", data=lambda: _bytes(file), file_name=readable(file.name), on_click="ignore",
        icon=":material/download:", key="chat source original",
    )  # fmt: skip


def _bytes(file: Path) -> bytes:
    return file.read_bytes()


@st.cache_data(max_entries=12, ttl=600, show_spinner="Drawing the page")
def _pages(
    folder: str,  # noqa: ARG001 - part of the key that Streamlit keeps it under
    written: str,  # noqa: ARG001 - so is this: a document's name may be none that Streamlit makes a key of
    _citation: Citation,
    _collection: Collection,
) -> tuple[SourcePage, ...]:
    """Drawn once for all who look at it; the folder tells collections apart."""
    return source_pages(_collection, _citation)
