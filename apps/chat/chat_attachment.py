"""A file that is attached to a chat: a small collection of its own, gone with the chat."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from apps.chat.chat_work import Work
from apps.cli.screen import count_of, duration
from apps.errors import FaceError
from ingest.progress import Progress
from rag import Answer, Collection, DocumentFilter, Event, Settings, Turn, open_collection
from rag.dropped_files import safe_name
from rag.earlier_turns import turns_of
from rag.errors import RagError

#: A thread that was stopped may still be reading; it is looked at so often whether it has ended.
_SECONDS_BETWEEN_LOOKS = 0.1


class AttachmentUnreadable(FaceError):
    """Names the file and says why nothing of it could be read."""


class Attachment:
    """One file in a folder of its own. It is read in when the first question is worked on.

    `turns` are the answers from it, as `remember` was told them: a follow-up goes on from these.
    """

    def __init__(self, name: str, content: bytes, settings: Settings) -> None:
        self.name = name
        self.turns: tuple[Turn, ...] = ()
        self._folder = Path(tempfile.mkdtemp(prefix="refdesk-attached-"))
        self._end = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._file = self._folder / safe_name(name)
        try:
            self._file.write_bytes(content)
        except OSError as error:
            raise AttachmentUnreadable(f"{name} could not be kept: {error.strerror or error}") from error
        self.collection: Collection = open_collection(self._folder / "collection", _own(settings))
        self._is_read = False
        self._reading = threading.Lock()

    @property
    def is_read(self) -> bool:
        """Whether it was read to its end, and can be asked at once."""
        return self._is_read

    def ask(
        self, question: str, documents: Collection, only: DocumentFilter | None, *, alone: bool
    ) -> Callable[[Callable[[], bool]], Iterator[Event]]:
        """What gives the events of an answer from this file; with the `documents` that `only` leaves, unless
        it is asked alone."""
        turns = self.turns
        if alone:
            return lambda cancelled: self.collection.stream(question, turns=turns, cancelled=cancelled)
        return lambda cancelled: documents.stream(
            question, only=only, turns=turns, beside=self.collection, cancelled=cancelled
        )

    def holds(self, document: str) -> bool:
        """Whether a document of an answer is this file, or lies in it."""
        return Path(document).is_relative_to(self._folder)

    def remember(self, answer: Answer, *, alone: bool) -> None:
        """It was answered from this file: the next question may go on from that."""
        turns = turns_of([answer])
        # Else some passages stand in the documents: they cannot be shown again with this file alone.
        self.turns += turns if alone else tuple(replace(turn, passages=()) for turn in turns)

    def read(self, work: Work) -> None:
        """Take the file in, or go on with that. Raises AttachmentUnreadable, with the reader's reason."""
        if self._is_read:
            return
        work.tell(stage="taking-in", note=f"Reading {self.name}.")
        while not self._reading.acquire(timeout=_SECONDS_BETWEEN_LOOKS):
            if work.cancelled():
                return
        try:
            self._take_in(work)
        finally:
            self._reading.release()

    def _take_in(self, work: Work) -> None:
        report = self.collection.ingest(
            [self._file],
            progress=lambda progress: work.tell(note=f"Reading {self.name}{how_far(progress)}."),
            cancelled=work.cancelled,
        )
        if work.cancelled():
            return
        if not self.collection.statistics().documents:
            troubles = [outcome.reason for outcome in report.files if outcome.reason]
            reason = troubles[0] if troubles else "nothing that can be read stands in it"
            # Some reasons name the file themselves.
            said = (
                reason if reason.startswith(self._file.name) else f"{self.name} could not be read: {reason}"
            )
            raise AttachmentUnreadable(said)
        self._is_read = True

    def close(self) -> None:
        with contextlib.suppress(RagError):
            self.collection.close()
        self._end()


def how_far(progress: Progress) -> str:
    """How far the reading of a file is, to stand behind its name; "" before there is anything to tell."""
    if not progress.pages_done:
        return ""
    left = progress.seconds_left
    left_words = "" if left is None else f"; about {duration(max(round(left), 10))} left"
    read = f"{count_of(progress.pages_done, 'page')}, {count_of(progress.chunks_done, 'chunk')}"
    return f": {read}{left_words}"


def _own(settings: Settings) -> Settings:
    """Without what the collection beside it was calibrated to or re-ranked by: one file needs neither."""
    return replace(settings, retrieval=replace(settings.retrieval, reranker=None))
