"""Models fetched outside a page's script: one thread per model, seen by everybody who looks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from apps.background import Background, Stopped

if TYPE_CHECKING:
    from machine import ModelFiles, ProgressListener

Pull = Callable[[str, "ProgressListener"], "ModelFiles"]


class ModelFetches:
    """What is being fetched, and how the last fetch of each model ended."""

    def __init__(self, pull: Pull | None = None) -> None:
        self._pull = pull
        self._lock = threading.Lock()
        self._fetches: dict[str, Background[ModelFiles]] = {}

    def start(self, id: str) -> Background[ModelFiles]:
        """The fetch of that model: the one at work, else a new one."""
        with self._lock:
            fetch = self._fetches.get(id)
            if fetch is None or fetch.state != "working":
                fetch = self._fetches[id] = Background(id, self._fetch)
            return fetch

    def of(self, id: str) -> Background[ModelFiles] | None:
        """The latest fetch of that model in this process; None where there was none."""
        with self._lock:
            return self._fetches.get(id)

    def working(self) -> bool:
        """Whether any is at work."""
        with self._lock:
            return any(fetch.state == "working" for fetch in self._fetches.values())

    def _fetch(self, work: Background[ModelFiles]) -> ModelFiles:
        import machine

        def listen(progress: machine.Progress) -> None:
            share = progress.done_bytes / progress.total_bytes if progress.total_bytes else None
            megabytes = f"{progress.done_bytes / 1e6:,.0f} of {progress.total_bytes / 1e6:,.0f} MB"
            work.tell(f"{megabytes} from {progress.source}. {progress.note}".strip(), share)
            if work.stopping():
                raise Stopped(f"Fetching {work.name} was stopped; what arrived is kept.")

        return (self._pull or machine.pull)(work.name, listen)


@cache
def model_fetches() -> ModelFetches:
    """Those of this process."""
    return ModelFetches()
