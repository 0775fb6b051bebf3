"""Files are read and cut into chunks on a thread of its own, ahead of what is being embedded."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, Full, Queue

from ingest.errors import UnreadableFile
from ingest.file_reader import FileReader
from ingest.indexing import name_in_words
from ingest.intake_events import (
    ContentKnown,
    ContentUnchanged,
    DocumentBegun,
    DocumentEnded,
    FileBegun,
    FileRefused,
    IntakeEvent,
    MembersEnded,
)
from ingest.loaders.content import FileOnDisk
from ingest.loaders.protocol import (
    Closed,
    LoadOptions,
    MemberFound,
    MemberRefused,
    Opened,
    PageLost,
    PageRead,
)
from ingest.page_splitting import PageSplitter
from ingest.snapshot import member_snapshot, refuse_changed, refuse_films, status_of, take_snapshot
from ingest.splitting import Splitter
from ingest.store.records import SourceFile
from ingest.store.store import Store
from ingest.store.unfinished import ReadingKey
from ingest.types import Page
from ingest.walk import PlannedFile

#: Raised when the same bytes would give other pages than before: what lies unfinished is then read anew.
READER_VERSION = 1

#: Without these fewer files can be read.
_EXTRAS = ("rapidocr_onnxruntime", "office_oxide")

#: Messages that may wait: enough that neither side stands still, few enough that no large file is held.
_AHEAD = 64
_PATIENCE_SECONDS = 0.2


def reading_of(options: LoadOptions) -> str:
    """Names what decides, besides a file's content and its passwords, what is read from it."""
    extras = [name for name in _EXTRAS if find_spec(name) is not None]
    return f"v{READER_VERSION} of {version('refdesk')} with {'+'.join(extras)} ocr-{options.ocr}"


@dataclass(frozen=True, slots=True)
class _Broken:
    """What ended the thread; None at its natural end."""

    error: BaseException | None


class Intake:
    """Reads the planned files one after the other and tells what comes of each."""

    def __init__(
        self,
        store: Store,
        reader: FileReader,
        splitter: Splitter,
        options: LoadOptions,
        files: Sequence[PlannedFile],
        known: Mapping[str, SourceFile],
        max_file_bytes: int,
    ) -> None:
        self._store, self._reader, self._splitter = store, reader, splitter
        self._options, self._files, self._known = options, files, known
        self._max_file_bytes = max_file_bytes
        self._reading = f"{reading_of(options)} {splitter.identity}"
        self._begun: set[str] = set()
        self._queue: Queue[IntakeEvent | _Broken] = Queue(_AHEAD)
        self._stopped = threading.Event()

    def events(self) -> Generator[IntakeEvent | None]:
        """What happens, as it happens; None whenever nothing did for a moment.

        Raises what ended the reading, if anything but its end did. Closing the iterator stops the reading.
        """
        thread = threading.Thread(target=self._run, name="intake", daemon=True)
        thread.start()
        try:
            while True:
                try:
                    event = self._queue.get(timeout=_PATIENCE_SECONDS)
                except Empty:
                    yield None
                    continue
                if isinstance(event, _Broken):
                    if event.error is not None:
                        raise event.error
                    return
                yield event
        finally:
            self._stopped.set()
            if thread.is_alive():
                self._reader.close()  # a reader that waits for a child would wait on
            thread.join()

    def _run(self) -> None:
        broken: BaseException | None = None
        try:
            with tempfile.TemporaryDirectory(prefix="refdesk-") as scratch:
                for file in self._files:
                    if self._stopped.is_set():
                        break
                    self._take_up(file, Path(scratch))
        except BaseException as error:  # noqa: BLE001 - it is raised again where the events are read
            broken = error
        with suppress(_StoppedError):
            self._put(_Broken(broken))

    def _take_up(self, planned: PlannedFile, scratch: Path) -> None:
        path = os.fspath(planned.path)
        self._put(FileBegun(path))
        started = time.perf_counter()
        try:
            refuse_films(planned.path)
            file, source = take_snapshot(planned.path, self._max_file_bytes)
        except UnreadableFile as error:
            self._put(FileRefused(path, None, error, time.perf_counter() - started))
        else:
            self._take(file, source, scratch, started)

    def _take(self, file: FileOnDisk, source: SourceFile, scratch: Path, started: float) -> None:
        """Tell of a file whose bytes are known by their hash."""
        before = self._known.get(source.path)
        if before is not None and before.sha256 == source.sha256:
            self._put(ContentUnchanged(source, time.perf_counter() - started))
        elif source.sha256 in self._begun or self._store.document_of(source.sha256) is not None:
            self._put(ContentKnown(source, time.perf_counter() - started))
        else:
            own_scratch = scratch / source.sha256[:16]
            own_scratch.mkdir(exist_ok=True)
            try:
                self._read(file, source, own_scratch, started)
            except UnreadableFile as error:
                self._put(FileRefused(source.path, source, error, time.perf_counter() - started))
            finally:
                shutil.rmtree(own_scratch, ignore_errors=True)

    def _read(self, file: FileOnDisk, source: SourceFile, scratch: Path, started: float) -> None:
        self._begun.add(source.sha256)
        taken = status_of(file)
        name = name_in_words(file.path)
        key = ReadingKey(source.sha256, f"{self._reading} named {name}")  # the name is in what is embedded
        resumption = self._store.unfinished.find(key)
        pages = PageSplitter(self._splitter, source.path)
        if resumption is not None:
            pages.go_on(resumption.document, resumption.text_length, resumption.chunk_count)
        members: list[MemberFound] = []
        refused: list[MemberRefused] = []
        is_archive = True
        options = replace(self._options, scratch=scratch)
        first_page = 1 if resumption is None else resumption.next_page
        with closing(self._reader.read(file, options, first_page=first_page)) as events:  # type: ignore[type-var]  # a generator, which can be closed
            for event in events:
                match event:
                    case Opened(document, page_count):
                        is_archive = False
                        if resumption is None:
                            pages.document = replace(document, name=name)
                        self._put(DocumentBegun(source, pages.document, key, page_count, resumption))
                    case PageRead(page):
                        self._put(pages.split(page))
                    case PageLost(number):
                        self._put(pages.split(Page(number, "", f"page {number}"), event))
                    case MemberFound():
                        members.append(event)
                    case MemberRefused():
                        refused.append(event)
                    case Closed(notes):
                        refuse_changed(file, taken)
                        if not is_archive:
                            self._put(DocumentEnded(source.path, notes, time.perf_counter() - started))
        if is_archive:
            self._begun.discard(source.sha256)  # it is no document that a copy of it could share
        if is_archive or members or refused:
            self._take_members(file, source, members, refused, scratch, is_archive, started)

    def _take_members(
        self,
        file: FileOnDisk,
        source: SourceFile,
        members: Sequence[MemberFound],
        refused: Sequence[MemberRefused],
        scratch: Path,
        is_archive: bool,
        started: float,
    ) -> None:
        paths = []
        for member in members:
            path = file.path / member.name
            paths.append(os.fspath(path))
            begun = time.perf_counter()
            try:
                self._take(*member_snapshot(path, member.file, source), scratch, begun)
            except UnreadableFile as error:
                self._put(FileRefused(os.fspath(path), None, error, time.perf_counter() - begun))
            member.file.unlink(missing_ok=True)
        self._put(
            MembersEnded(source, is_archive, tuple(paths), tuple(refused), time.perf_counter() - started)
        )

    def _put(self, event: IntakeEvent | _Broken) -> None:
        while not self._stopped.is_set():
            try:
                self._queue.put(event, timeout=_PATIENCE_SECONDS)
            except Full:
                continue
            return
        raise _StoppedError


class _StoppedError(Exception):
    """Nobody listens any more."""
