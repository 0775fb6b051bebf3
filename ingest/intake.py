"""Files are read and cut into chunks on a thread of its own, ahead of what is being embedded."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

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
from ingest.intake_queue import IntakeQueue, Stopped
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
from ingest.media_types import MAIL
from ingest.page_splitting import PageSplitter
from ingest.plan import MEMBERS_PENDING_NS
from ingest.scratch import scratch_folder
from ingest.snapshot import member_snapshot, refuse_changed, refuse_films, status_of, take_snapshot
from ingest.splitting import Splitter
from ingest.store.records import SourceFile
from ingest.store.store import Store
from ingest.store.unfinished import ReadingKey
from ingest.types import Page
from ingest.walk import PlannedFile
from ingest.ways_of_reading import reading_of

#: Documents of these kinds may hold files.
_HOLD_FILES = frozenset({MAIL})


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
        inside: Mapping[str, Sequence[str]],
        anew: Collection[str],
        max_file_bytes: int,
    ) -> None:
        """`inside` are known paths within files, by file; `anew` the hashes of what is to be read although
        the store has it."""
        self._store, self._reader, self._splitter = store, reader, splitter
        self._options, self._files, self._known = options, files, known
        self._max_file_bytes = max_file_bytes
        self._reading = reading_of(options)
        self._inside, self._anew = inside, anew
        self._begun: set[str] = set()
        self._holding: set[str] = set()
        self._queue = IntakeQueue()

    def events(self) -> Generator[IntakeEvent | None]:
        """What happens, as it happens; None whenever nothing did for a moment.

        Raises what ended the reading, if anything but its end did. Closing the iterator stops the reading.
        """
        thread = threading.Thread(target=self._run, name="intake", daemon=True)
        thread.start()
        try:
            yield from self._queue.received()
        finally:
            self._queue.stop()
            if not self._queue.is_finished:
                self._reader.close()  # a reader that waits for a child would wait on
            thread.join()

    def _run(self) -> None:
        broken: BaseException | None = None
        try:
            with scratch_folder() as scratch:
                for file in self._files:
                    if self._queue.is_stopped:
                        break
                    self._take_up(file, scratch)
        except Stopped:
            return
        except BaseException as error:  # noqa: BLE001 - it is raised again where the events are read
            broken = error
        self._queue.finish(broken)

    def _take_up(self, planned: PlannedFile, scratch: Path) -> None:
        path = os.fspath(planned.path)
        self._put(FileBegun(path))
        started = self._now()
        try:
            refuse_films(planned.path)
            file, source = take_snapshot(planned.path, self._max_file_bytes)
        except UnreadableFile as error:
            self._put(FileRefused(path, None, error, self._since(started)))
        else:
            self._take(file, source, scratch, started)

    def _take(self, file: FileOnDisk, source: SourceFile, scratch: Path, started: float) -> list[str]:
        """Tell of a file whose bytes are known by their hash, and of all files in it.

        Returns the paths that have an outcome by it: its own, unless it is an archive, and those below.
        """
        before = self._known.get(source.path)
        inside = self._known_below(source.path)
        is_here = source.sha256 not in self._anew and self._store.document_of(source.sha256) is not None
        if before is not None and before.sha256 == source.sha256 and is_here:
            members_only = before.modified_ns == MEMBERS_PENDING_NS
            if not members_only:
                self._put(ContentUnchanged(source, inside, self._since(started)))
                return [source.path, *inside]
            pending = replace(source, modified_ns=MEMBERS_PENDING_NS)
            told: IntakeEvent = ContentUnchanged(pending, (), self._since(started))
        elif source.sha256 in self._begun or is_here:
            members_only = source.sha256 in self._holding or self._holds_files(source.sha256)
            known = replace(source, modified_ns=MEMBERS_PENDING_NS) if members_only else source
            told = ContentKnown(known, self._since(started))
        else:
            return self._read_apart(file, source, scratch, started)
        self._put(told)
        if members_only:
            return [source.path, *self._read_apart(file, source, scratch, started, members_only=True)]
        if inside:  # it held files when it was read last
            self._put(MembersEnded(source, False, (), (), 0.0))
        return [source.path]

    def _known_below(self, path: str) -> tuple[str, ...]:
        """Known paths within this file, which may itself lie in another."""
        container = path
        while container and container not in self._inside:
            container = container.rpartition(os.sep)[0]
        return tuple(known for known in self._inside.get(container, ()) if known.startswith(path + os.sep))

    def _holds_files(self, sha256: str) -> bool:
        document_id = self._store.document_of(sha256)
        return document_id is not None and self._store.head(document_id).media_type in _HOLD_FILES

    def _read_apart(
        self,
        file: FileOnDisk,
        source: SourceFile,
        scratch: Path,
        started: float,
        *,
        members_only: bool = False,
    ) -> list[str]:
        """Read with a scratch folder of its own."""
        own_scratch = scratch / f"{len(self._begun)}-{source.sha256[:16]}"
        try:
            try:
                own_scratch.mkdir()
            except OSError as error:
                raise UnreadableFile(
                    f"{file.name} was not read: no folder can be made in {scratch} ({error.strerror}). "
                    "Make room there, or name another folder with TMPDIR."
                ) from error
            return self._read(file, source, own_scratch, started, members_only)
        except UnreadableFile as error:
            self._put(FileRefused(source.path, source, error, self._since(started)))
            return [source.path]
        finally:
            shutil.rmtree(own_scratch, ignore_errors=True)

    def _read(
        self, file: FileOnDisk, source: SourceFile, scratch: Path, started: float, members_only: bool
    ) -> list[str]:
        self._begun.add(source.sha256)
        taken = status_of(file)
        name = name_in_words(file.path)
        # The name is in what is embedded.
        key = ReadingKey(source.sha256, f"{self._reading} {self._splitter.identity} named {name}")
        resumption = None if members_only else self._store.unfinished.find(key)
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
                        if not members_only:
                            self._put(
                                DocumentBegun(
                                    source, pages.document, key, page_count, resumption, self._reading
                                )
                            )
                    case PageRead(page) if not members_only:
                        self._put(pages.split(page))
                    case PageLost(number) if not members_only:
                        self._put(pages.split(Page(number, "", f"page {number}"), event))
                    case MemberFound():
                        members.append(event)
                    case MemberRefused():
                        refused.append(event)
                    case Closed(notes):
                        refuse_changed(file, taken)
                        if not is_archive and not members_only:
                            seconds = self._since(started)
                            self._put(DocumentEnded(source.path, notes, seconds, bool(members or refused)))
        if is_archive:
            self._begun.discard(source.sha256)  # it is no document that a copy of it could share
        elif members or refused:
            self._holding.add(source.sha256)
        own = [] if is_archive or members_only else [source.path]
        if not (is_archive or members_only or members or refused or source.path in self._inside):
            return own
        below = self._take_members(file, source, members, scratch)
        below += [_path_of(file, member.name) for member in refused]
        seconds = self._since(started)
        self._put(MembersEnded(source, is_archive, tuple(below), tuple(refused), seconds))
        return [*own, *below]

    def _take_members(
        self, file: FileOnDisk, source: SourceFile, members: Sequence[MemberFound], scratch: Path
    ) -> list[str]:
        """Tell of the files inside, and of those in them; returns the paths that have an outcome by it."""
        told = []
        for member in members:
            path = _path_of(file, member.name)
            begun = self._now()
            try:
                told += self._take(*member_snapshot(Path(path), member.file, source), scratch, begun)
            except UnreadableFile as error:
                self._put(FileRefused(path, None, error, self._since(begun)))
                told.append(path)
            member.file.unlink(missing_ok=True)
        return told

    def _put(self, event: IntakeEvent) -> None:
        self._queue.put(event)

    def _now(self) -> float:
        """A clock of work: it stands still while the embedder is waited for."""
        return time.perf_counter() - self._queue.waited_seconds

    def _since(self, started: float) -> float:
        return self._now() - started


def _path_of(file: FileOnDisk, name: str) -> str:
    """The path of a file in another."""
    return os.path.join(file.path, name)  # noqa: PTH118 - a name from inside, kept as it is
