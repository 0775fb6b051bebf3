"""A file reader that survives whatever a file does to its parser."""

from __future__ import annotations

import logging
import os
import threading
import weakref
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from ingest.errors import ReadingStopped
from ingest.isolation.messages import FAILED, OUT_OF_MEMORY, decode_error, decode_event, encode_request
from ingest.isolation.order import EventOrder
from ingest.isolation.process import ProcessLost, ReadingProcess
from ingest.isolation.start import reading_environment
from ingest.loaders.content import FileOnDisk
from ingest.loaders.protocol import DEFAULT_OPTIONS, Closed, LoadOptions, PageLost, PageRead, ReadEvent
from ingest.settings import ReadingLimits

_LOGGER = logging.getLogger(__name__)

_START_SECONDS = 60.0
#: Pages in all, as a multiple of `stuck_pages` in a row, after which a file is given up.
_STUCK_IN_ALL = 10
_LAST_WORDS = 500
_ADVICE = "Open it in its own program and save it anew, or raise the limit where one is named."


class IsolatedReader:
    """Reads files in a child process with deadlines, a memory limit and no network.

    `factory` names, as "module:function", what the child makes its reader with: it is called with the limits
    and returns a `FileReader`. `transcriber` names in the same way what makes the one that listens to
    recordings; `factory` then gets its maker as well, and the child imports it with the first recording.
    A child that dies, or is ended for meeting a limit, costs the page it was at: a new one goes on behind it.
    Safe to use from several threads; files read at the same time, or while another's iterator is open, are
    read by further children, of which one is kept.
    """

    def __init__(
        self,
        limits: ReadingLimits = ReadingLimits(),  # noqa: B008 - a frozen value
        *,
        factory: str = "ingest.loaders.assembly:build_in_process_reader",
        transcriber: str | None = None,
        threads: int = 1,
        python_path: Sequence[Path] = (),
    ) -> None:
        self._limits = limits
        self._factory = factory
        self._transcriber = transcriber
        self._threads = threads
        self._python_path = tuple(python_path)
        self._lock = threading.Lock()
        self._children: set[ReadingProcess] = set()
        self._idle: ReadingProcess | None = None
        self._closed = False
        # Also when this is forgotten or the program ends. It must not hold `self`.
        self._finalizer = weakref.finalize(self, _end_all, self._children)

    def read(
        self, file: FileOnDisk, options: LoadOptions = DEFAULT_OPTIONS, *, first_page: int = 1
    ) -> Iterator[ReadEvent]:
        order = EventOrder(first_page)
        stuck = stuck_in_all = 0
        while True:
            child = self._take(file)
            try:
                with closing(self._read_in(child, file, options, order)) as events:
                    for event in events:
                        if isinstance(event, PageRead | PageLost):
                            stuck = 0
                        yield event
                return
            except ProcessLost as loss:
                _LOGGER.debug("%s: %s", file.path, loss)
                if self._closed:
                    raise _closed_on(file) from None
                if child.files_read > 1 and not loss.out_of_time and not order.has_members:
                    order.reopen()  # an earlier file may be to blame: the page gets a fresh child to itself
                    continue
                told = self._after(loss, file, order)
            yield told
            if not isinstance(told, PageLost):
                return
            stuck, stuck_in_all = stuck + 1, stuck_in_all + 1
            self._give_up_if_stuck(told, file, stuck, stuck_in_all)

    def close(self) -> None:
        """End the children, also in the middle of a file. Nothing is read after that."""
        with self._lock:
            self._closed = True
            self._idle = None
        _end_all(self._children)

    def _read_in(
        self, child: ReadingProcess, file: FileOnDisk, options: LoadOptions, order: EventOrder
    ) -> Generator[ReadEvent, None, None]:
        """The file's events as this child tells them. However that ends, the child is put back or ended."""
        limits = self._limits
        seconds = limits.open_seconds
        late = f"opening it took longer than {seconds:g} seconds (open_seconds)"
        whole = False
        try:
            child.send(encode_request(file, options, order.next_page))
            while not whole:
                message = child.receive(seconds, late)
                seconds = limits.page_seconds
                late = f"reading it took longer than {seconds:g} seconds (page_seconds)"
                kind = message.get("kind") if isinstance(message, dict) else None
                if kind == OUT_OF_MEMORY:
                    raise child.out_of_memory()
                try:
                    failure = decode_error(message) if kind == FAILED else None
                    event = None if failure else decode_event(message, file, options.scratch)
                    is_news = event is not None and order.accept(event)
                except ValueError as error:
                    raise child.nonsense(error) from error
                whole = failure is not None or order.closed
                if failure is not None:
                    raise failure
                if is_news and event is not None:
                    yield event
        finally:
            self._put_back(child, whole=whole)

    def _after(self, loss: ProcessLost, file: FileOnDisk, order: EventOrder) -> ReadEvent:
        """What is told of a loss, where reading can go on or was all but done. Raises ReadingStopped else."""
        if order.opened is None:
            part = "was read only in part" if order.has_members else "was not read"
            raise ReadingStopped(f"{file.name} {part}: {loss}. {_ADVICE}") from loss
        if order.has_members or order.past_last_page:
            return Closed((f"What follows the last page was not read to its end: {loss}",))
        if order.reopening:
            raise ReadingStopped(
                f"{file.name} was given up at page {order.next_page}: opened again behind a page that could "
                f"not be read, {loss}. {_ADVICE}"
            ) from loss
        lost = PageLost(order.next_page, str(loss))
        order.accept(lost)
        order.reopen()
        return lost

    def _give_up_if_stuck(self, lost: PageLost, file: FileOnDisk, stuck: int, stuck_in_all: int) -> None:
        most = self._limits.stuck_pages
        if stuck >= most:
            count = f"{stuck} pages in a row" if stuck > 1 else "one page"
        elif stuck_in_all >= most * _STUCK_IN_ALL:
            count = f"{stuck_in_all} pages in all"
        else:
            return
        raise ReadingStopped(
            f"{file.name} was given up at page {lost.number}, when {count} could not be read (stuck_pages is "
            f"{most}). Of the last one: {lost.reason}. {_ADVICE}"
        )

    def _take(self, file: FileOnDisk) -> ReadingProcess:
        with self._lock:
            if self._closed:
                raise _closed_on(file)
            child, self._idle = self._idle, None
        return child or self._start(file)

    def _start(self, file: FileOnDisk) -> ReadingProcess:
        environment = reading_environment(self._threads, self._python_path)
        child = None
        try:
            child = ReadingProcess(environment, self._limits.memory_bytes)
            with self._lock:
                self._children.add(child)
                closed = self._closed
            if closed:
                self._put_back(child, whole=False)
                raise _closed_on(file)
            setup = {"factory": self._factory, "transcriber": self._transcriber}
            child.send({**setup, "limits": asdict(self._limits), "parent": os.getpid()})
            ready = child.receive(_START_SECONDS, f"it was not ready after {_START_SECONDS:g} seconds")
        except (OSError, ProcessLost) as error:
            words = str(error)
            if child is not None:
                self._put_back(child, whole=False)
                if self._closed:
                    raise _closed_on(file) from None
                words = f"{words}; its last words: {child.last_words()[-_LAST_WORDS:]}"
            raise ReadingStopped(
                f"{file.name} was not read: no process to read it in could be started ({words}). Check the "
                "installation with `refdesk --help`, and that this machine has memory left."
            ) from error
        _LOGGER.debug("Reading process %d started: %s", child.pid, ready)
        return child

    def _put_back(self, child: ReadingProcess, *, whole: bool) -> None:
        """Keep the child for the next file, unless it is not to be trusted with one."""
        child.files_read += 1
        if whole and child.resident_bytes() <= self._limits.memory_bytes // 2:
            with self._lock:
                if self._idle is None and not self._closed:
                    self._idle = child
                    return
        with self._lock:
            self._children.discard(child)
        child.end()


def _closed_on(file: FileOnDisk) -> ReadingStopped:
    return ReadingStopped(f"{file.name} was not read: its reader was closed. Read it again with another one.")


def _end_all(children: set[ReadingProcess]) -> None:
    for child in list(children):
        child.end()
