"""Collections on the documents page: made, renamed, deleted, and a sample of one."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import streamlit as st

from apps.chat.chat_session import follow_renamed
from apps.chat.dialogs import close_dialog, dialog_about, open_dialog
from apps.chat.plain_words import plain
from apps.chat.shared import EXPECTED, all_collections, choose, choose_none, let_go, show_problem
from apps.errors import WrongUse
from apps.jobs.jobs import Jobs
from apps.jobs.types import JobOrder
from apps.settings import settings_from
from rag import CollectionInfo, delete_collection, open_collection, rename_collection
from rag.dropped_files import DroppedFiles

#: The documents of `make demo`; they come with the source, and not with an installed package.
SAMPLE_FOLDER = Path(__file__).resolve().parents[2] / "examples" / "documents"
_SAMPLE = "sample"
#: The dialog that asks before a collection is deleted.
_DELETING = "delete collection"


def show_first_collection() -> None:
    """Where there is none yet: make one, or see how it works with a sample."""
    st.subheader("No collection yet", anchor=False)
    with_sample = SAMPLE_FOLDER.is_dir()
    own, *sample = st.columns(1 + with_sample, border=True)
    with own:
        st.write("A collection holds the documents that are asked. Give it a name, then put files in.")
        _show_name_form("first collection")
    if with_sample:
        with sample[0]:
            st.write("Or look first how it works, with four documents: a notice, rules, prices and a manual.")
            if st.button("Try the sample", icon=":material/auto_awesome:", key="sample"):
                _make_sample()


def show_collection_tools(name: str) -> None:
    """Beside a collection: another one, a new name for this one, its end."""
    with st.popover("New", icon=":material/add:", width="stretch"):
        _show_name_form("another collection")
        if SAMPLE_FOLDER.is_dir() and st.button("Make the sample", key="another sample"):
            _make_sample()
    with (
        st.popover("Rename", icon=":material/edit:", width="stretch"),
        st.form(f"rename {name}", border=False),
    ):
        new_name = st.text_input("New name", name, max_chars=100)
        if st.form_submit_button("Rename"):
            _rename(name, new_name.strip())
    _show_deletion_button("Delete", name, "delete collection", icon=":material/delete:", width="stretch")


def show_broken_collections() -> None:
    """Those that do not open, with the reason and a way to be rid of them."""
    broken = [info for info in all_collections() if info.problem is not None]
    for info in broken:
        with st.container(border=True):
            st.error(f"The collection {plain(info.name)} does not open.")
            st.text(info.problem or "")
            _show_deletion_button("Delete it", info.name, f"delete broken {info.name}")


def show_question_before_deletion() -> None:
    """The dialog that asks, as long as it was neither answered nor closed."""
    if (name := dialog_about(_DELETING, str)) is not None:
        _confirm_deletion(name)


def make_collection(name: str) -> None:
    """Make it, empty. Raises WrongUse for a name that is taken or none, and the embedder's errors."""
    if name.casefold() in {info.name.casefold() for info in all_collections()}:
        raise WrongUse(f"A collection {name!r} is there already. Choose it, or take another name.")
    try:
        collection = open_collection(name, settings_from())
    except ValueError as error:
        raise WrongUse(str(error)) from error
    with collection:
        collection.create()


def _show_name_form(key: str) -> None:
    with st.form(key, border=False, clear_on_submit=True):
        name = st.text_input("Name", max_chars=100, placeholder="reports")
        if not st.form_submit_button("Make the collection", type="primary"):
            return
    try:
        with st.spinner("Making it"):
            make_collection(name.strip())
    except EXPECTED as error:
        show_problem("It could not be made.", error)
        return
    choose(name.strip())
    st.rerun()


def _make_sample() -> None:
    taken = {info.name.casefold() for info in all_collections()}
    name = next(
        each for each in (_SAMPLE, *(f"{_SAMPLE}-{n}" for n in range(2, len(taken) + 3))) if each not in taken
    )
    try:
        make_collection(name)
        Jobs().start(JobOrder(name, (str(SAMPLE_FOLDER),)))
    except EXPECTED as error:
        show_problem("The sample could not be made.", error)
        return
    choose(name)
    st.rerun()


def _rename(name: str, new_name: str) -> None:
    if new_name == name:
        return
    try:
        _refuse_while_reading(name)
        let_go(name)
        rename_collection(name, new_name)
        Jobs().follow_renamed(name, new_name)
        follow_renamed(name, new_name)
    except (*EXPECTED, ValueError) as error:
        show_problem("It keeps its name.", error)
        return
    choose(new_name)
    st.rerun()


def _show_deletion_button(
    label: str, name: str, key: str, icon: str | None = None, width: Literal["content", "stretch"] = "content"
) -> None:
    st.button(label, key=key, icon=icon, width=width, on_click=open_dialog, args=(_DELETING, name))


@st.dialog("Delete this collection?", on_dismiss=close_dialog)
def _confirm_deletion(name: str) -> None:
    info = next((info for info in all_collections() if info.name == name), None)
    if info is None:
        st.text(f"“{name}” is gone already.")
        return
    st.text(_what_goes(info))
    if st.button("Delete for good", type="primary", key="delete for good"):
        try:
            _refuse_while_reading(name)
            let_go(name)
            delete_collection(name)
            Jobs().forget_collection(name)
            choose_none()
        except (*EXPECTED, ValueError) as error:
            show_problem("It was not deleted.", error)
            return
        close_dialog()
        st.rerun()
    if st.button("Keep it", key="keep collection"):
        close_dialog()
        st.rerun()


def _what_goes(info: CollectionInfo) -> str:
    counted = info.statistics
    held = "" if counted is None else f" with {counted.documents:,} documents and {counted.pages:,} pages"
    copies = DroppedFiles(info.folder).count()
    dropped = f"\nSo do the copies of {copies:,} files that were dropped here." if copies else ""
    return (
        f"“{info.name}”{held} goes.{dropped}\n"
        "Files that lie elsewhere on this machine stay. The chats with it stay too."
    )


def _refuse_while_reading(name: str) -> None:
    if any(job.is_active for job in Jobs().of_collection(name)):
        raise WrongUse("Files are being read into it just now. Stop that first.")
