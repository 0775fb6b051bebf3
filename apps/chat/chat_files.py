"""Files that a model made, shown in the chat: to be looked at, heard and downloaded."""

from __future__ import annotations

from pathlib import Path, PurePath

import streamlit as st

from apps.chat.chat_work import Made
from apps.chat.plain_words import plain
from apps.chat.shared import EXPECTED, show_problem
from apps.chat.tools_gallery import LARGE_WIDTH
from apps.document_names import readable
from apps.gallery import MEDIA_TYPES
from apps.shown_pictures import shown_picture


def show_made(made: Made, key: str) -> None:
    """What came of a tool, marked as made by a model, with its details."""
    st.text(said_of(made))
    for at, file in enumerate(made.files):
        _show_file(file, f"{key} {at}")
    st.badge("Made by a model", icon=":material/smart_toy:")
    for sentence in made.making:
        st.text(sentence)
    if made.result.sources:
        st.caption("From the documents:")
        for source in made.result.sources:
            st.text(_name(source))


def said_of(made: Made) -> str:
    """What a tool says of what it made, with names in place of paths: a file is there to be downloaded."""
    said = made.result.text
    for path in (*map(str, made.files), *made.result.sources):
        said = said.replace(path, _name(path))
    return said


def _name(place: str) -> str:
    """A document or file, with the page behind it if any, without its folders."""
    return readable(PurePath(place).name)


def _show_file(file: Path, key: str) -> None:
    if not file.is_file():
        st.text(f"{file.name} is not there any more.")
        return
    media_type = MEDIA_TYPES.get(file.suffix.lower(), "")
    try:
        if media_type.startswith("image/"):
            picture, kind = shown_picture(file, LARGE_WIDTH)
            st.image(picture, output_format=kind)
        elif media_type:
            st.audio(str(file), format=media_type)
    except (*EXPECTED, OSError) as error:
        show_problem(f"{plain(file.name)} cannot be shown.", error)
        return
    st.download_button(
        plain(f"Download {file.name}"), data=file.read_bytes, file_name=file.name, key=key, on_click="ignore",
        icon=":material/download:",
    )  # fmt: skip
