"""The gallery: pictures and sounds that models made here, with what each file says of itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from apps.chat.dialogs import close_dialog, dialog_about, open_dialog
from apps.chat.plain_words import plain
from apps.chat.shared import EXPECTED, show_problem
from apps.document_names import readable
from apps.gallery import MadeFile, delete_made, made_file, made_folder, made_paths
from apps.shown_pictures import PictureNotShown, shown_picture
from apps.sizes import megabytes

_AT_ONCE = 9
_SHOWN = "files shown"
#: Pixels; three stand beside one another, and screens may have two for one.
_SMALL_WIDTH = 640
#: Pixels. Streamlit makes wider ones smaller by itself, at every click.
LARGE_WIDTH = 1400
#: The dialog that asks before a file is deleted.
_DELETING = "delete made file"


def show() -> None:
    """Draw the newest files, and a button for more."""
    if (path := dialog_about(_DELETING, Path)) is not None:
        _confirm_deletion(path)
    paths = made_paths(made_folder())
    st.subheader("Made here")
    if not paths:
        st.caption("Pictures, speech and music appear here, the newest first.")
        return
    count = st.session_state.get(_SHOWN, _AT_ONCE)
    columns = st.columns(3)
    files = [file for path in paths[:count] if (file := made_file(path)) is not None]
    for number, file in enumerate(files):
        with columns[number % 3], st.container(border=True):
            show_file(file, "gallery")
    if len(paths) > count and st.button(f"Show more of {len(paths):,}", key="more files"):
        st.session_state[_SHOWN] = count + _AT_ONCE
        st.rerun()
    st.text(f"The files lie in {made_folder()}")


def show_file(file: MadeFile, place: str) -> None:
    """The file itself, whose work it is, its details and a download. `place` keeps widgets apart."""
    try:
        content = file.path.read_bytes  # for the download, when it is asked for
        if file.kind == "picture":
            small = place == "gallery"
            picture, kind = shown_picture(file.path, _SMALL_WIDTH if small else LARGE_WIDTH)
            st.image(picture, width="stretch" if small else "content", output_format=kind)
        else:
            st.audio(content(), format=file.media_type)
    except OSError as error:
        st.warning("This file cannot be read.")
        st.text(readable(f"{file.path.name}: {error.strerror or error}"))
        return
    except PictureNotShown as error:  # it can be deleted all the same
        st.warning("This file cannot be shown.")
        st.text(readable(f"{file.path.name}: {error}"))
    making = file.making
    if making is None:
        st.warning("This file does not say how it was made.")
        st.text(readable(file.problem or ""))
    else:
        st.caption(":material/smart_toy: Made by a model")
        st.text(readable(shortened(making.prompt)))
        with st.expander("Details"):
            st.text(readable("\n".join(_details(file))))
    _show_buttons(file, place, content)


def _show_buttons(file: MadeFile, place: str, content: Callable[[], bytes]) -> None:
    name = readable(file.path.name)
    key = file.path.name.encode("ascii", "backslashreplace").decode()  # bytes that are no text are in no key
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "Download",
            content,
            name,
            file.media_type,
            key=f"download {place} {key}",
            help=plain(name),
            on_click="ignore",
        )
        if place == "gallery":
            st.button(
                "Delete", key=f"delete {key}", icon=":material/delete:", type="tertiary",
                help=plain(f"Delete {name}"), on_click=open_dialog, args=(_DELETING, file.path),
            )  # fmt: skip


def shortened(text: str, longest: int = 160) -> str:
    """The text, or as many of its first words as fit, and that it goes on."""
    return text if len(text) <= longest else f"{text[:longest].rsplit(maxsplit=1)[0]} ..."


@st.dialog("Delete this file?", on_dismiss=close_dialog)
def _confirm_deletion(path: Path) -> None:
    file = made_file(path)
    st.text(readable(path.name))
    if file is not None and file.making is not None:
        st.text(readable(shortened(file.making.prompt)))
    st.text("It goes from this machine, for everybody who uses this page. This cannot be undone.")
    with st.container(horizontal=True):
        if st.button("Delete for good", type="primary", key="delete made for good"):
            try:
                delete_made(path)
            except EXPECTED as error:
                show_problem("It was not deleted.", error)
                return
            close_dialog()
            st.rerun()
        if st.button("Keep it", key="keep made"):
            close_dialog()
            st.rerun()


def _details(file: MadeFile) -> list[str]:
    making = file.making
    if making is None:
        return []
    lines = [making.sentence, f"Prompt: {making.prompt}"]
    lines += [f"{name}: {value}" for name, value in making.settings.items()]
    lines += [f"From {readable(source)}" for source in making.sources]
    if making.seconds is not None:
        lines.append(f"Took {making.seconds:.1f} s")
    if making.energy_joules is not None:
        lines.append(f"Energy: {making.energy_joules:,.0f} J of {', '.join(making.energy_of)}")
    if making.model_sha256 is not None:
        lines.append(f"Weights: sha256 {making.model_sha256}")
    return [*lines, f"File: {file.path.name}, {megabytes(file.size_bytes)}"]
