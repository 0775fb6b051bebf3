"""Which documents are asked: chosen by name, by kind or by date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import streamlit as st

from apps.chat.known_documents import documents_of, names_of
from apps.chat.shared import EXPECTED
from apps.cli.screen import count_of
from apps.document_names import readable
from ingest.media_names import media_name
from rag import Collection, DocumentFilter

_ALL = "All documents"
#: Streamlit's own bounds are ten years from today: documents are older.
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which documents are asked, `words` for how many that are; None and "" where all are."""

    only: DocumentFilter | None = None
    words: str = ""


def choose_documents(collection: Collection) -> Choice:
    """Draw the choice. The page ends here where it can mean no document."""
    name = collection.name
    documents, kinds = _chosen(collection)
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
    if gone := st.session_state.get(_gone(name)):
        left = "The others are asked." if documents else "All documents are asked." if label == _ALL else ""
        st.warning(f"{count_of(gone, 'document')} of your choice went from the collection. {left}".rstrip())
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


def _chosen(collection: Collection) -> tuple[list[str], list[str]]:
    """The documents and the kinds, without those that are not there any more: how many, is remembered."""
    name, known, kinds = collection.name, names_of(collection), _kinds(collection)
    chosen = st.session_state.get(f"chat documents {name}") or []
    documents = [each for each in chosen if each in known]
    if len(documents) < len(chosen):
        st.session_state[f"chat documents {name}"] = documents
        st.session_state[_gone(name)] = len(chosen) - len(documents)
    return documents, [each for each in st.session_state.get(f"chat kinds {name}") or [] if each in kinds]


def _show_choice(collection: Collection) -> None:
    name = collection.name
    names = names_of(collection)
    st.multiselect(
        "Documents", list(names), key=f"chat documents {name}", persist_state="session",
        format_func=lambda path: names.get(path, path), placeholder="All of them",
        on_change=_hear_of_none_gone, args=(name,),
    )  # fmt: skip
    st.multiselect(
        "Kinds", _kinds(collection), key=f"chat kinds {name}", persist_state="session",
        placeholder="All of them",
    )  # fmt: skip
    with st.container(horizontal=True):
        _date("From", f"chat since {name}")
        _date("Until", f"chat until {name}")
    st.button("All documents again", on_click=_forget, args=(name,), key=f"chat all {name}")


def _date(label: str, key: str) -> None:
    st.date_input(
        label, value=None, key=key, persist_state="session", min_value=_FIRST_DAY, max_value=_LAST_DAY
    )


def _kinds(collection: Collection) -> list[str]:
    return sorted({media_name(info.media_type) for info in documents_of(collection)})


def _gone(name: str) -> str:
    """In the session: how many of the documents that were chosen are not there any more."""
    return f"chat missing {name}"


def _hear_of_none_gone(name: str) -> None:
    st.session_state.pop(_gone(name), None)


def _forget(name: str) -> None:
    _hear_of_none_gone(name)
    st.session_state[f"chat documents {name}"] = []
    st.session_state[f"chat kinds {name}"] = []
    st.session_state[f"chat since {name}"] = st.session_state[f"chat until {name}"] = None
