"""The documents that a question may be about, each once, and which of them a phrase means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from ingest.document_filter import DocumentFilter
from ingest.indexing import name_in_words
from ingest.store.store import Store
from ingest.types import DocumentInfo
from rag.naming import is_called
from rag.neutralising import neutralised_name
from rag.reading import file_name

_THE_ONE = re.compile(r"(?:this|the|that) (?:document|file|pdf|paper|text)", re.IGNORECASE)
_SUFFIX = re.compile(r"\.\w{1,5}$")


@dataclass(frozen=True, slots=True)
class Holding:
    """A document and what is known of it without reading it. `info` is of the first of its `paths`."""

    document_id: int
    paths: tuple[str, ...]
    info: DocumentInfo

    @property
    def document(self) -> str:
        """The path it is named by."""
        return self.paths[0]

    @property
    def shown_name(self) -> str:
        """Its file name as answers and errors say it: they may be read by a language model."""
        return neutralised_name(file_name(self.document))

    def called(self, phrase: str) -> float:
        """How much of one of its names the phrase says, 0..1."""
        names = [self.info.title, *(name_in_words(PurePath(path)) for path in self.paths)]
        return max(is_called(phrase, name) for name in names)


def read_holdings(store: Store, only: DocumentFilter | None) -> tuple[Holding, ...]:
    """The documents that the filter leaves, in the order of their first paths."""
    wanted = store.document_ids(only)
    by_content: dict[str, list[DocumentInfo]] = {}
    for info in store.documents():
        by_content.setdefault(info.sha256, []).append(info)
    held = [
        Holding(document_id, tuple(info.path for info in infos), infos[0])
        for sha256, infos in by_content.items()
        if (document_id := store.document_of(sha256)) is not None
    ]
    return tuple(holding for holding in held if wanted is None or holding.document_id in wanted)


def meant(store: Store, holdings: Sequence[Holding], phrase: str) -> tuple[Holding, ...]:
    """Those that a phrase means: a file's name, "this document" where there is one, or words of a name."""
    if _SUFFIX.search(phrase):
        ids = store.document_ids(phrase) or frozenset()
        if found := tuple(holding for holding in holdings if holding.document_id in ids):
            return found
    called = [(holding.called(phrase), holding) for holding in holdings]
    best = max((share for share, _ in called), default=0.0)
    if best:
        return tuple(holding for share, holding in called if share == best)
    return tuple(holdings) if _THE_ONE.fullmatch(phrase) and len(holdings) == 1 else ()
