"""What all pages share: open collections, and which of them this person looks at.

Collections are opened once per process and used by everybody; what a person chose and asked lies in that
person's session alone.
"""

from __future__ import annotations

import os

import streamlit as st

from apps.collection_settings import settings_for
from apps.document_names import readable
from apps.errors import FaceError
from apps.known_collections import KnownCollections
from apps.open_collections import OpenCollections
from generators.errors import GeneratorError
from ingest.errors import IngestError
from machine import MachineError
from rag import Collection, CollectionInfo, RagError

#: What can go wrong in a person's daily work: shown in words. Everything else is a defect.
EXPECTED = (RagError, IngestError, GeneratorError, MachineError, FaceError)

_CHOSEN = "collection"


@st.cache_resource(show_spinner=False)
def _open_collections() -> OpenCollections:
    return OpenCollections()


@st.cache_resource(show_spinner=False)
def _known_collections() -> KnownCollections:
    return KnownCollections()


def opened(name: str) -> Collection:
    """One open collection for all who look at it; its models are shared with the others'.

    It goes by what is saved for it: after a change the next call opens it anew, and whoever is in the middle
    of an answer ends it by the settings before. It stays open as long as anybody has it.
    """
    return _open_collections().get(name, settings_for(name).settings)


def let_go(name: str) -> None:
    """Close what this process has open of it: whoever asks for it next opens it anew."""
    _open_collections().close(name)


def all_collections() -> tuple[CollectionInfo, ...]:
    """Every collection, by name, those included that do not open."""
    return _known_collections().all()


def whole_collections() -> list[CollectionInfo]:
    """Those that open, by name."""
    return [info for info in all_collections() if info.problem is None]


def chosen() -> str | None:
    """The collection that this person looks at; None where there is none yet."""
    names = [info.name for info in whole_collections()]
    wanted = st.session_state.get(_CHOSEN) or os.environ.get("REFDESK_COLLECTION", "")
    if wanted in names:
        return str(wanted)
    return names[0] if names else None


def choose(name: str) -> None:
    st.session_state[_CHOSEN] = name


def choose_none() -> None:
    """This person let go of the collection that was chosen: another may be shown without a word."""
    st.session_state.pop(_CHOSEN, None)


def missed() -> str | None:
    """The collection that this person chose, where it is gone: somebody deleted it, or renamed it."""
    name = st.session_state.get(_CHOSEN)
    return name if name and name not in {info.name for info in whole_collections()} else None


def show_problem(what: str, error: Exception) -> None:
    """What went wrong, and the error's own words, which may hold names of files: never as Markdown."""
    st.error(what)
    st.text(readable(str(error)))
