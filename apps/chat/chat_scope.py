"""Which documents are asked: chosen by name, by kind or by date."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from apps.chat.known_documents import documents_of, names_of
from apps.chat.shared import EXPECTED
from apps.document_names import readable
from ingest.media_names import media_name
from rag import Collection, DocumentFilter

_ALL = "All documents"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which documents are asked, `words` for how many that are; None and "" where all are."""

    only: DocumentFilter | None = None
    words: str = ""


def choose_documents(collection: Collection) -> Choice:
    """Draw the choice. The page ends here where it can mean no document."""
    name = collection.name
    documents = st.session_state.get(f"chat documents {name}") or []
    kinds = st.session_state.get(f"chat kinds {name}") or []
    since, until = (st.session_state.get(f"chat {end} {name}") for end in ("since", "until"))
    given = [
        f"{len(documents)} chosen" if documents else "",
        ", ".join(kinds),
        f"from {since}" if since else "",
        f"until {until}" if until else "",
    ]
    label = "; ".join(part for part in given if part) or _ALL
    with st.popover(label, icon=":material/filter_list:"):
        _show_choice(collection)
    if label == _ALL:
        return Choice()
    try:
        wanted = DocumentFilter(
            documents=documents,
            types=kinds,
            since=None if since is None else since.isoformat(),
            until=None if until is None else until.isoformat(),
        )
        scope = collection.scope(only=wanted)
    except (*EXPECTED, ValueError) as error:
        st.warning("Put the choice of documents right, then ask.")
        st.text(readable(str(error)))
        st.stop()  # never all of them in place of those that were meant
    words = f"{scope.searched:,} of {scope.documents:,} documents"
    st.caption(f"{words} are asked.")
    return Choice(wanted, words)


def _show_choice(collection: Collection) -> None:
    name = collection.name
    names = names_of(collection)
    st.multiselect(
        "Documents", list(names), key=f"chat documents {name}",
        format_func=lambda path: names.get(path, path), placeholder="All of them",
    )  # fmt: skip
    kinds = sorted({media_name(info.media_type) for info in documents_of(collection)})
    st.multiselect("Kinds", kinds, key=f"chat kinds {name}", placeholder="All of them")
    with st.container(horizontal=True):
        st.date_input("From", value=None, key=f"chat since {name}")
        st.date_input("Until", value=None, key=f"chat until {name}")
    st.button("All documents again", on_click=_forget, args=(name,), key=f"chat all {name}")


def _forget(name: str) -> None:
    st.session_state[f"chat documents {name}"] = []
    st.session_state[f"chat kinds {name}"] = []
    st.session_state[f"chat since {name}"] = st.session_state[f"chat until {name}"] = None
