"""Files on their way in: dropped on the page, or named by their folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from apps.chat.documents_copies import begin_reading
from apps.chat.plain_words import plain
from apps.chat.shared import EXPECTED, show_problem
from apps.jobs.types import JobOrder
from ingest.loaders.protocol import Ocr
from rag import Collection
from rag.dropped_files import DroppedFiles, KeptFile

_OCR: dict[Ocr, str] = {
    "auto": "Where a page has no usable text",
    "always": "On every page",
    "never": "Never",
}


def show_adding(collection: Collection) -> None:
    """What puts files in. Reading them goes on in a process of its own; see `documents_jobs`."""
    name = collection.name
    _show_what_was_kept(name)
    drops = st.session_state.setdefault(_drops(name), 0)
    files = st.file_uploader(
        "Drop files here: PDF, Office, web pages, mail, pictures of pages, text, ZIP archives",
        accept_multiple_files=True,
        key=f"dropped {name} {drops}",
        help="A copy is kept for the collection, in this machine's data home. Reading begins at once.",
    )
    with st.expander("How they are read"):
        ocr = st.radio(
            "Text recognition (OCR)", list(_OCR), format_func=_OCR.__getitem__, key=f"ocr {name}",
            persist_state="session",
        )  # fmt: skip
        namesakes: Literal["both", "replace"] = st.radio(
            "A dropped file that has the name of another",
            ["both", "replace"],
            format_func={"both": "Keep both", "replace": "Put it in the other's place"}.__getitem__,
            key=f"namesakes {name}",
        )
    if files and _take(collection, files, ocr, replace=namesakes == "replace"):
        st.session_state[_drops(name)] = drops + 1  # the next one is empty
        st.rerun()
    with st.form(f"folder {name}", border=True):
        st.markdown("**Or name a folder or file on this machine**")
        path = st.text_input("Path", placeholder="~/Documents/reports")
        include = st.text_input(
            "Only files that match (separated by spaces; nothing means all)", placeholder="*.pdf"
        )
        sync = st.checkbox("Also forget what is gone from this folder")
        if st.form_submit_button("Read it", type="primary"):
            _read_path(collection, path.strip(), include.split(), sync, ocr)


def _take(collection: Collection, files: Sequence[UploadedFile], ocr: Ocr, *, replace: bool) -> bool:
    """Keep copies of the dropped files, and have them read."""
    dropped = DroppedFiles(collection.folder)
    kept: list[KeptFile] = []
    try:
        for file in files:
            kept.append(dropped.keep(file.name, file, replace=replace))
        paths = tuple(dict.fromkeys(str(each.path) for each in kept))
        begin_reading(collection, JobOrder(collection.name, paths, ocr=ocr))
    except (*EXPECTED, OSError) as error:
        show_problem("The files could not be taken in.", error)
        return False
    _forget_uploads(files)
    st.session_state[_kept(collection.name)] = tuple(kept)
    st.toast("Reading has begun: see the top of the page.")
    return True


def _forget_uploads(files: Sequence[UploadedFile]) -> None:
    """Let Streamlit forget them, which otherwise holds each in memory until the person closes the page."""
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for file in files:
            context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def _show_what_was_kept(name: str) -> None:
    """What is to be said of the files that were dropped last: names that were not free."""
    kept: Sequence[KeptFile] = st.session_state.get(_kept(name), ())
    for each in kept:
        called, now = plain(each.name), plain(each.path.name)
        if each.keeping == "beside":
            st.warning(f"There was another file named {called}: both are kept, this one as **{now}**.")
        elif each.keeping == "replaced":
            st.warning(f"{called} took the place of the file of that name.")
        elif each.keeping == "same":
            st.info(f"The very same file as {called} was dropped before; it is kept once.")


def _read_path(collection: Collection, path: str, include: Sequence[str], sync: bool, ocr: Ocr) -> None:
    if not path:
        st.error("Name a folder or a file.")
        return
    place = Path(os.path.expanduser(path))  # noqa: PTH111 - pathlib's raises where it knows no such person
    if "://" in path or not place.is_absolute():
        st.error("Name it by its whole path, as in `/home/me/reports` or `~/reports`.")
        return
    if not os.path.exists(place):  # noqa: PTH110 - pathlib's raises for names that are too long
        st.error("There is nothing of that name on this machine, or it may not be read. Check its spelling.")
        return
    try:
        begin_reading(
            collection,
            JobOrder(collection.name, (str(place),), sync=sync, include=tuple(include), ocr=ocr),
        )
    except (*EXPECTED, OSError) as error:
        show_problem("Reading could not be started.", error)
        return
    st.toast("Reading has begun: see the top of the page.")
    st.rerun()


def _drops(name: str) -> str:
    return f"drops into {name}"


def _kept(name: str) -> str:
    return f"kept in {name}"
