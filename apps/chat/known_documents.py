"""A collection's documents and what each is called, read anew only when its files have changed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from apps.document_names import shown_names
from apps.remembered import Remembered
from apps.store_state import store_state
from rag import Collection, DocumentInfo

#: Of so many collections at once; those of a large one take some megabytes.
_MOST = 8

#: One process serves everybody: a page's script runs anew, this module does not.
_DOCUMENTS: Remembered[tuple[DocumentInfo, ...]] = Remembered(_MOST)
_NAMES: Remembered[Mapping[str, str]] = Remembered(_MOST)


def documents_of(collection: Collection) -> tuple[DocumentInfo, ...]:
    """Its documents, one entry for each path, in the order of paths."""
    state = store_state(collection.folder)
    return _DOCUMENTS.get(collection.folder, state, lambda: tuple(collection.documents()))


def names_of(collection: Collection) -> Mapping[str, str]:
    """What each path is called on the page, in the order of paths (`apps.document_names`)."""
    state = store_state(collection.folder)
    return _NAMES.get(
        collection.folder,
        state,
        lambda: MappingProxyType(shown_names(each.path for each in documents_of(collection))),
    )


def count_of_documents(collection: Collection) -> int:
    """How many there are; one that stands at several paths counts once."""
    return len({each.sha256 for each in documents_of(collection)})
