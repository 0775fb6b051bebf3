"""A collection's documents as a table: what each holds, a look into its text, and letting go of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path, PurePath

import streamlit as st

from apps.chat.dialogs import close_dialog, dialog_about, open_dialog
from apps.chat.known_documents import names_of
from apps.chat.plain_words import plain
from apps.chat.shared import EXPECTED, show_problem
from apps.cli.screen import count_of, megabytes
from apps.document_names import readable
from rag import Collection, DocumentInfo
from rag.dropped_files import DroppedFiles

_ROWS_WITHOUT_SCROLLING = 12
_MOST_NAMED = 10
#: The dialog that asks before documents are removed.
_REMOVING = "remove documents"


def show_listing(collection: Collection, documents: Sequence[DocumentInfo]) -> None:
    """The table; what is chosen in it can be read or removed."""
    if not documents:
        st.info("This collection is empty. Put files in under “Add”.")
        return
    names = names_of(collection)  # perhaps of a moment later: somebody may have removed one of the documents
    called = {each.path: names.get(each.path, readable(each.path)) for each in documents}
    st.caption(
        "Choose rows at their left edge to read or remove documents; by keyboard: arrows, then Shift+Space."
    )
    columns = {
        "Document": [called[each.path] for each in documents],
        "Title": [each.title for each in documents],
        "Pages": [each.page_count for each in documents],
        "By OCR": [each.recognised_pages for each in documents],
        "Chunks": [each.chunk_count for each in documents],
        "Written": [each.written or "" for each in documents],
        "Size": [each.size_bytes for each in documents],
        "Read in": [each.ingested_at[:10] for each in documents],
        "Kept": ["copy here" if dropped else "on disk" for dropped in _dropped(collection, documents)],
        "Path": [readable(each.path) for each in documents],
    }
    if not any(each.recognised_pages for each in documents):
        del columns["By OCR"]
    key, rows = _table(collection.name, [each.path for each in documents])
    event = st.dataframe(
        columns,
        hide_index=True,
        height="content" if len(documents) <= _ROWS_WITHOUT_SCROLLING else 460,
        column_config={
            "Document": st.column_config.TextColumn(width="medium"),
            "By OCR": st.column_config.NumberColumn(
                help="Pages that were read from their picture, and may hold misread letters."
            ),
            "Size": st.column_config.NumberColumn(format="bytes"),
        },
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": rows}} if rows else None,
        key=key,
    )
    chosen = [documents[row] for row in event.selection.rows if row < len(documents)]
    if not chosen:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{count_of(len(chosen), 'document')} chosen**")
        going = tuple(each.path for each in chosen)
        st.button(
            "Remove",
            icon=":material/delete:",
            key="remove documents",
            on_click=open_dialog,
            args=(_REMOVING, going),
        )
    if asked := dialog_about(_REMOVING, tuple):
        _confirm_removal(collection, asked)
    if len(chosen) == 1:
        _show_text(collection, chosen[0], called[chosen[0].path])


def _table(name: str, paths: list[str]) -> tuple[str, list[int]]:
    """The table's key, and the rows that are chosen in it from the beginning.

    Streamlit tells what is chosen by rows. Once the documents have changed these are other ones: then the
    table is another one too, in which the same documents are chosen.
    """
    remembered = f"listed of {name}"
    number, listed, rows = st.session_state.get(remembered, (0, paths, []))
    if listed != paths:
        told = st.session_state.get(_key(name, number), {"selection": {"rows": []}})["selection"]["rows"]
        chosen = {listed[row] for row in told if row < len(listed)}
        number, rows = number + 1, [row for row, path in enumerate(paths) if path in chosen]
    st.session_state[remembered] = (number, paths, rows)
    return _key(name, number), rows


def _key(name: str, number: int) -> str:
    return f"documents of {name} {number}"


def totals(documents: Sequence[DocumentInfo]) -> str:
    """How much there is, in one line; a document at several paths counts once."""
    each = {document.sha256: document for document in documents}.values()
    recognised = sum(document.recognised_pages for document in each)
    words = [
        count_of(len(each), "document"),
        count_of(sum(document.page_count for document in each), "page")
        + (f" ({recognised:,} by OCR)" if recognised else ""),
        count_of(sum(document.chunk_count for document in each), "chunk"),
        megabytes(sum(document.size_bytes for document in each)),
    ]
    return " · ".join(words)


@st.fragment
def _show_text(collection: Collection, document: DocumentInfo, name: str) -> None:
    """One page's text, as it was read: what is searched and quoted."""
    with st.container(border=True):
        st.markdown(f"**{plain(name)}**")
        number = st.number_input(
            f"Page, 1 to {document.page_count:,}",
            1,
            max(document.page_count, 1),
            key=f"page of {readable(document.path)}",
        )
        try:
            page = next(islice(collection.pages(document.path), int(number) - 1, None), None)
        except EXPECTED as error:
            show_problem("Its text cannot be shown.", error)
            return
        with st.container(height=320):
            st.text(page.text if page is not None and page.text.strip() else "This page holds no text.")


@st.dialog("Remove from the collection?", on_dismiss=close_dialog)
def _confirm_removal(collection: Collection, paths: tuple[str, ...]) -> None:
    dropped = DroppedFiles(collection.folder)
    for path in paths[:_MOST_NAMED]:
        st.text(readable(PurePath(path).name))
    if len(paths) > _MOST_NAMED:
        st.text(f"and {len(paths) - _MOST_NAMED:,} more")
    copies = _copies_that_go(collection, dropped, paths)
    st.caption("They are no longer found or quoted.")
    if copies:
        st.caption(f"So goes what was kept of them for this collection: {count_of(len(copies), 'file')}.")
    if not all(map(dropped.holds, paths)):
        st.caption("Files that lie elsewhere on this machine stay there.")
    if st.button("Remove", type="primary", key="remove for good"):
        try:
            collection.remove_paths(paths)
            for file in copies:
                dropped.delete(file)
        except EXPECTED as error:
            show_problem("Not all of it was removed.", error)
            return
        close_dialog()
        st.rerun()
    if st.button("Keep", key="keep documents"):
        close_dialog()
        st.rerun()


def _copies_that_go(collection: Collection, dropped: DroppedFiles, paths: Sequence[str]) -> list[Path]:
    """The dropped files of which no document is left without these: an archive goes with its last member."""
    left = [Path(each.path) for each in collection.documents() if each.path not in set(paths)]
    files = dict.fromkeys(file for path in paths if (file := dropped.file_of(path)) is not None)
    return [file for file in files if not any(each.is_relative_to(file) for each in left)]


def _dropped(collection: Collection, documents: Sequence[DocumentInfo]) -> list[bool]:
    folder = DroppedFiles(collection.folder).folder
    return [folder is not None and PurePath(each.path).is_relative_to(folder) for each in documents]
