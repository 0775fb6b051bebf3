"""What goes on behind a chat in a thread of its own: its page looks at it, and may be closed meanwhile."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from apps.errors import FaceError
from generators.errors import GeneratorError
from ingest.errors import IngestError
from machine import MachineError
from rag import Answer, Passage, RagError, Sentence
from rag.tools.types import ToolResult

_LOGGER = logging.getLogger(__name__)
_EXPECTED = (RagError, IngestError, GeneratorError, MachineError, FaceError, ValueError, OSError)

Stage = Literal["waiting", "taking-in", "looking", "reading", "writing", "making"]


@dataclass(frozen=True, slots=True)
class Draft:
    """What there is so far. `sentences` are checked, None for one that was withdrawn; `text` is provisional.

    `ahead` is how many others the language model writes for first; `note` says in words what is read.
    """

    stage: Stage = "looking"
    text: str = ""
    sentences: tuple[Sentence | None, ...] = ()
    passages: tuple[Passage, ...] = ()
    reasoning: str = ""
    ahead: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """What a tool gave; `making` says of each file how it was made, in words."""

    result: ToolResult
    making: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[Path, ...]:
        return self.result.files


@dataclass(frozen=True, slots=True)
class Stopped:
    """What had been written when the person stopped it; nothing of it counts."""

    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, in words, and what had been written by then."""

    words: str
    text: str = ""


Outcome = Answer | Made | Stopped | Problem

#: What a work does in its thread.
Job = Callable[["Work"], Outcome]


class Work:
    """One question or wish, worked on in a thread. `done` is called there once, with what came of it.

    A work that was stopped is over at once for whoever looks at it; its thread ends when the engine heeds it,
    and what still comes of it is dropped.
    """

    def __init__(self, question: str, job: Job, done: Callable[[Work, Outcome], None]) -> None:
        self.question = question
        self._job = job
        self._done = done
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._draft = Draft()
        self._thread = threading.Thread(target=self._run, name="refdesk-chat", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def draft(self) -> Draft:
        with self._lock:
            return self._draft

    def tell(self, **changes: Any) -> None:
        """Change what there is so far."""
        with self._lock:
            self._draft = replace(self._draft, **changes)

    def stop(self) -> None:
        self._stopped.set()

    def cancelled(self) -> bool:
        """What engines ask between two words."""
        return self._stopped.is_set()

    def wait(self, seconds: float) -> bool:
        """Whether it ended within these seconds."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            outcome = self._job(self)
        except _EXPECTED as error:
            outcome = Problem(str(error), self.draft.text)
        # A defect ends this answer, in words, and nobody's page. One in a library of another language is no
        # Exception, and whoever looks at the chat would wait for ever.
        except BaseException as error:
            _LOGGER.exception("a chat's work failed")
            words = f"Something went wrong that should not have: {type(error).__name__}: {error}"
            outcome = Problem(words, self.draft.text)
        self._done(self, outcome)
