"""Models: what is here, what can be fetched, and the fetching."""

from __future__ import annotations

import streamlit as st

from apps.chat.shared import EXPECTED, show_problem
from apps.known_models import known_state
from apps.model_fetching import model_fetches
from apps.sizes import megabytes
from generators.audio.known_music_models import KNOWN_MUSIC_MODELS
from generators.image.known_models import KNOWN_MODELS
from machine import CatalogueModel, load_catalogue, models_folder

_STATES = {
    "here": ":green-badge[here]",
    "missing": ":gray-badge[not here]",
    "partial": ":orange-badge[begun]",
    "damaged": ":red-badge[damaged]",
}
_KINDS = {
    "language": "writes answers",
    "embedder": "finds passages by meaning",
    "reranker": "re-reads hits",
    "inference": "checks sentences",
    "voice": "speaks",
    "transcriber": "writes down speech",
}


def show() -> None:
    """Draw the catalogue."""
    st.caption(
        "Models of the catalogue. Fetching one opens a connection to its source; nothing else here does. "
        "Each file is checked against the catalogue before it is used."
    )
    st.fragment(_catalogue, run_every=1.0 if model_fetches().working() else None)()
    st.subheader("Drawing and music")
    st.text("These are fetched with a command, and named on the tools page.")
    for model in KNOWN_MODELS:
        _known(f"{model.title}. Licence {model.licence}, about {model.gigabytes:g} GB", model.id,
               model.fetch_command(f"models/{model.id.rpartition('/')[2].lower()}"))  # fmt: skip
    for music in KNOWN_MUSIC_MODELS:
        _known(f"{music.title}. Licence {music.licence}, about {music.gigabytes:g} GB", music.id,
               music.fetch_command())  # fmt: skip
    st.text(f"Models lie in {models_folder()}")


def _catalogue() -> None:
    working = model_fetches().working()
    for model in load_catalogue().models:
        with st.container(border=True):
            _model(model)
    if not working and st.session_state.pop("models were fetched", False):
        st.rerun()  # the whole page: nothing needs to be looked at every second any more
    if working:
        st.session_state["models were fetched"] = True


def _model(model: CatalogueModel) -> None:
    fetch = model_fetches().of(model.id)
    working = fetch is not None and fetch.state == "working"
    about, button = st.columns([5, 1], vertical_alignment="center")
    where = "partial" if working else known_state(model.id)
    about.markdown(f"**{model.title}** {_STATES[where]}")
    needed = ", needed by default" if model.default else ""
    about.text(
        f"{_KINDS[model.kind]}{needed}. {megabytes(model.size_bytes)}, licence {model.licence}. {model.id}"
    )
    if fetch is not None and working:
        if button.button("Stop", key=f"stop fetching {model.id}"):
            fetch.stop()
        st.progress(fetch.so_far.share or 0.0)
        st.text(fetch.so_far.words)
        return
    if where != "here" and button.button("Fetch", key=f"fetch {model.id}"):
        model_fetches().start(model.id)
        st.rerun()
    if fetch is None or fetch.error is None:
        return
    if fetch.state == "stopped":
        st.text(f"Stopped. {fetch.error}")
    elif isinstance(fetch.error, EXPECTED):
        show_problem("This model could not be fetched.", fetch.error)
    else:
        show_problem("This model could not be fetched, for a reason nobody foresaw.", fetch.error)


def _known(about: str, id: str, command: str) -> None:
    with st.expander(id):
        st.text(about)
        st.code(command, language=None, wrap_lines=True)
