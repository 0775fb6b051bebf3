"""What is in a collection: its documents, their pages, and where on these the words of a citation stand."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from ingest.store.store import StoreStatistics
from ingest.types import DocumentInfo, Page
from rag.collection_store import CollectionStore
from rag.errors import NoSuchDocument
from rag.highlights import Highlight, cited_highlights
from rag.page_pictures import PagePictures
from rag.settings import Settings
from rag.types import Citation


class CollectionContents:
    """The part of a `Collection` that tells what is in it, and lets go of it. None of it loads a model."""

    def __init__(self, folder: Path, behind: CollectionStore, settings: Settings) -> None:
        self._folder = folder
        self._behind = behind
        self._settings = settings

    @property
    def name(self) -> str:
        return self._folder.name

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def is_closed(self) -> bool:
        """Whether somebody closed it; it stays so."""
        return self._behind.is_closed

    @property
    def settings(self) -> Settings:
        return self._settings

    def remove(self, pattern: str) -> tuple[str, ...]:
        """Forget the documents that a path, file name or pattern names; returns their paths.

        Files on disk are not touched. Raises NoSuchDocument when nothing matches.
        """
        store = self._behind.opened()
        paths = store.matching_paths(pattern)
        if not paths:
            raise NoSuchDocument(f"No document of {self.name!r} matches {pattern!r}; nothing was removed.")
        beginnings = tuple(path + os.sep for path in paths)  # attachments go with their mail
        inside = [path for path in store.sources() if path.startswith(beginnings) and path not in paths]
        store.remove([*paths, *inside])
        return (*paths, *inside)

    def remove_paths(self, paths: Sequence[str]) -> int:
        """Forget these very paths, and the attachments of mails among them; returns how many there were.

        Files on disk are not touched. A path that is not here is passed over.
        """
        store = self._behind.opened()
        beginnings = tuple(path + os.sep for path in paths)
        going = set(paths)
        return store.remove(
            [path for path in store.sources() if path in going or path.startswith(beginnings)]
        )

    def documents(self) -> list[DocumentInfo]:
        """What is in the collection, one entry per path, in the order of paths."""
        return self._behind.opened().documents()

    def pages(self, document: str) -> Iterator[Page]:
        """The pages of the one document that `document` names, as they were read."""
        return self._behind.opened().pages(self._one(document))

    def path_of(self, document: str) -> str:
        """The path of the one document that `document` names, the first where it has several."""
        self._one(document)
        return self._behind.opened().matching_paths(document)[0]

    def _one(self, document: str) -> int:
        found = self._behind.opened().document_ids(document) or frozenset()
        if len(found) != 1:
            many = f"{len(found)} documents match" if found else "No document matches"
            raise NoSuchDocument(f"{many} {document!r} in {self.name!r}. Name one, by its path or file name.")
        return next(iter(found))

    def statistics(self) -> StoreStatistics:
        """How much is in the collection."""
        return self._behind.opened().statistics()

    def check(self) -> list[str]:
        """What is wrong with the collection's files, in words; empty when all is well."""
        return self._behind.opened().check()

    def highlights(self, citation: Citation) -> tuple[Highlight, ...]:
        """Where the quoted words stand: for each page they touch, its lines and the boxes around them.

        Raises CitationOutdated where the document was removed, or read anew as another one.
        """
        return cited_highlights(self._behind.opened(), citation)

    def page_pictures(self) -> PagePictures:
        """What draws the pages of documents, with boxes marked. Close it, or use `with`."""
        return PagePictures(
            self._behind.opened(), self._behind.engines.page_drawer(), self._settings.ingest.max_file_bytes
        )
