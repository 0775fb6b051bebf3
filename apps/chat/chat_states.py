"""What the page says where there is nothing to ask yet, or nobody to answer."""

from __future__ import annotations

import streamlit as st

from apps.chat import documents_page, settings_page
from apps.chat.documents_collections import show_first_collection
from apps.chat.known_documents import count_of_documents
from apps.chat.shared import opened, show_problem
from apps.cli.screen import count_of
from apps.jobs.jobs import Jobs
from apps.jobs.types import ACTIVE
from apps.known_models import require_model
from machine import MachineError
from rag import Collection

_EXTRACTIVE = "extractive"
_SECONDS_BETWEEN_LOOKS = 2.0


def say_no_collection() -> None:
    """How it works, and the way to a first collection: here, not on another page."""
    st.write(
        "Put in documents, and ask. Each sentence of an answer carries a number: click it, and see the very "
        "line that it stands on. What the documents do not say is not answered."
    )
    show_first_collection()
    st.caption("On the command line: `refdesk ingest FOLDER -c NAME`")


def say_empty(collection: Collection) -> None:
    """The collection is there and holds nothing, or nothing yet."""
    st.info("This collection holds no documents yet, so there is nothing to ask.", icon=":material/inbox:")
    link_to_documents("Add documents")
    st.text(f"On the command line: refdesk ingest FOLDER -c {collection.name}")


def say_indexing(name: str, documents: int) -> None:
    """Said as long as it is so; the page is drawn anew when the first document is in, and at the end."""
    st.fragment(_indexing, run_every=_SECONDS_BETWEEN_LOOKS)(name, documents)


def _indexing(name: str, documents: int) -> None:
    active = [job for job in Jobs().of_collection(name) if job.standing in ACTIVE]
    if not active or (documents == 0 and count_of_documents(opened(name))):
        st.rerun()
    held = count_of(documents, "document")
    st.info(
        f"Documents are being read right now. What is in already can be asked: {held}."
        if documents
        else "Documents are being read right now. The first of them can be asked when it is in.",
        icon=":material/hourglass_top:",
    )
    link_to_documents("See how far it is")


def say_missing_model(collection: Collection) -> bool:
    """Whether the language model of a collection is missing; then it is said which, and how to get it."""
    kind, _, spec = collection.settings.generator.engine.partition(":")
    if kind != "llama-cpp":
        return False
    try:
        require_model(spec, "language")
    except MachineError as error:
        show_problem("No answers can be written yet: the language model is not here.", error)
        st.page_link(
            st.Page(settings_page.show, title="Settings", url_path="settings"),
            label="Choose or fetch a model",
            icon=":material/tune:",
        )
        st.text(
            f"Without any model: refdesk ui --model {_EXTRACTIVE} answers in the documents' own sentences."
        )
        return True
    return False


def link_to_documents(label: str) -> None:
    st.page_link(
        st.Page(documents_page.show, title="Documents", url_path="documents"),
        label=label,
        icon=":material/folder:",
    )
