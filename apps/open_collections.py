"""Collections that are open: one of each for all who look at it, closed when nobody does any more."""

from __future__ import annotations

import logging
import queue
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from ingest.errors import IngestError
from rag import Collection, Settings, open_collection
from rag.shelf import collection_folder

_LOGGER = logging.getLogger(__name__)
_LONGEST_WAIT_SECONDS = 10.0


class OpenCollections:
    """Opened when first asked for, and shared. Any thread may ask.

    The latest `most_idle` stay open though nobody uses them. One that leaves is closed when the last who has
    it lets go of it: a page, an answer that is being written, a tool at work. Closing may take a while, so a
    thread of its own does it.
    """

    def __init__(self, most_idle: int = 4) -> None:
        self._most_idle = most_idle
        self._lock = threading.Lock()
        self._latest: OrderedDict[str, Collection] = OrderedDict()
        #: All that somebody has, and which file each is about.
        self._all: weakref.WeakKeyDictionary[Collection, int | None] = weakref.WeakKeyDictionary()
        # Takes no lock of Python's: who lets go of a collection may be in the middle of anything.
        self._to_close: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._closing: threading.Thread | None = None

    def get(self, name: str, settings: Settings) -> Collection:
        """The collection with these settings. With others it is another one; both may be in use at once.

        One that was deleted and made anew meanwhile, by whatever process, is another one too.
        """
        folder = collection_folder(name)
        with self._lock:
            found = self._found(folder, settings)
            if found is None:
                found = open_collection(name, settings)
                found.when_forgotten(self._to_close.put)
                self._all[found] = _database(folder)
                self._start_closing()
            self._latest[name] = found
            self._latest.move_to_end(name)
            while len(self._latest) > self._most_idle:
                self._latest.popitem(last=False)
            return found

    def close(self, name: str | None = None) -> None:
        """Close those of that name, or all, now and whoever uses them: the next who asks opens it anew.

        What was to be closed before, since nobody uses it any more, is closed too when this returns, unless
        that takes very long.
        """
        with self._lock:
            leaving = [each for each in self._all if name is None or each.name == name]
            for collection in leaving:
                if self._latest.get(collection.name) is collection:
                    del self._latest[collection.name]
        for collection in leaving:
            collection.close()
        if self._closing is not None:
            done = threading.Event()
            self._to_close.put(done.set)
            done.wait(_LONGEST_WAIT_SECONDS)

    def _found(self, folder: Path, settings: Settings) -> Collection | None:
        there = _database(folder)
        for each, of in list(self._all.items()):
            if each.folder == folder and each.settings == settings and not each.is_closed:
                if of is None:  # it was made since it was opened
                    self._all[each] = of = there
                if of == there:
                    return each
        return None

    def _start_closing(self) -> None:
        if self._closing is None:
            self._closing = threading.Thread(
                target=_close_each, args=(self._to_close,), name="refdesk-closing", daemon=True
            )
            self._closing.start()


def _database(folder: Path) -> int | None:
    """Which file the collection's database is; None where there is none."""
    try:
        return (folder / "store.sqlite3").stat().st_ino
    except OSError:
        return None


def _close_each(leaving: queue.SimpleQueue[Callable[[], None]]) -> None:
    while True:
        try:
            leaving.get()()
        except IngestError:  # a full disk, say: nobody waits for it, and what is left goes with the process
            _LOGGER.warning("a collection that nobody uses did not close", exc_info=True)
