"""Which collections there are, known without opening one whose files are as they were."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from apps.remembered import Remembered
from apps.store_state import store_state
from machine import collections_folder
from rag import CollectionInfo
from rag.shelf import describe_collection

_MOST = 1_000
#: One that did not open may do so soon, though its files stay as they are: somebody may have held it.
_SECONDS_BEFORE_ANOTHER_TRY = 5.0


class KnownCollections:
    """The collections of the data home. `describe` opens one and tells of it; `now` is for tests.

    How many bytes one takes is told as it was when its documents last changed.
    """

    def __init__(
        self,
        describe: Callable[[Path], CollectionInfo] = describe_collection,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._describe = describe
        self._now = now
        self._seen: Remembered[tuple[CollectionInfo, float]] = Remembered(_MOST)

    def all(self) -> tuple[CollectionInfo, ...]:
        """Every collection, by name, those included that do not open."""
        try:
            folders = sorted(entry for entry in collections_folder().iterdir() if entry.is_dir())
        except OSError:
            return ()
        return tuple(self._known(folder) for folder in folders)

    def _known(self, folder: Path) -> CollectionInfo:
        def look() -> tuple[CollectionInfo, float]:
            return self._describe(folder), self._now()

        state = store_state(folder)
        info, seen = self._seen.get(folder, state, look)
        if info.problem is not None and self._now() - seen > _SECONDS_BEFORE_ANOTHER_TRY:
            self._seen.forget(folder)
            info, _ = self._seen.get(folder, state, look)
        return info
