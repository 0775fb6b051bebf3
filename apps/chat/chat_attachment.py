"""A file that is attached to a question: a small collection of its own, gone with the chat."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from apps.chat.chat_work import Work
from apps.errors import FaceError
from rag import Collection, DocumentFilter, Event, Settings, open_collection
from rag.dropped_files import safe_name
from rag.errors import RagError


class AttachmentUnreadable(FaceError):
    """Names the file and says why nothing of it could be read."""


class Attachment:
    """One file in a folder of its own. It is read in when the question is worked on.

    `alone` says whether it is asked without the documents of the collection beside it.
    """

    def __init__(self, name: str, content: bytes, settings: Settings, *, alone: bool = True) -> None:
        self.name = name
        self.alone = alone
        self._folder = Path(tempfile.mkdtemp(prefix="refdesk-attached-"))
        self._end = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._file = self._folder / safe_name(name)
        try:
            self._file.write_bytes(content)
        except OSError as error:
            raise AttachmentUnreadable(f"{name} could not be kept: {error.strerror or error}") from error
        self.collection: Collection = open_collection(self._folder / "collection", _own(settings))
        self._is_read = False

    def ask(
        self, question: str, documents: Collection, only: DocumentFilter | None
    ) -> Callable[[Callable[[], bool]], Iterator[Event]]:
        """What gives the events of an answer from this file; with the `documents` that `only` leaves, unless
        it is asked alone."""
        if self.alone:
            return lambda cancelled: self.collection.stream(question, cancelled=cancelled)
        return lambda cancelled: documents.stream(
            question, only=only, beside=self.collection, cancelled=cancelled
        )

    def holds(self, document: str) -> bool:
        """Whether a document of an answer is this file, or lies in it."""
        return Path(document).is_relative_to(self._folder)

    def read(self, work: Work) -> None:
        """Take the file in. Raises AttachmentUnreadable, with the reason the reader gives."""
        if self._is_read:
            return
        work.tell(stage="taking-in", note=f"Reading {self.name}.")
        report = self.collection.ingest([self._file], cancelled=work.cancelled)
        troubles = [outcome.reason for outcome in report.files if outcome.reason]
        if work.cancelled():
            return
        if not self.collection.statistics().documents:
            reason = troubles[0] if troubles else "nothing that can be read stands in it"
            raise AttachmentUnreadable(f"{self.name} could not be read: {reason}")
        self._is_read = True

    def close(self) -> None:
        with contextlib.suppress(RagError):
            self.collection.close()
        self._end()


def _own(settings: Settings) -> Settings:
    """Without what the collection beside it was calibrated to or re-ranked by: one file needs neither."""
    return replace(settings, retrieval=replace(settings.retrieval, reranker=None))
