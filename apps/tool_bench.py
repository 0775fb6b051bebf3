"""Tools at work in the background: one thread per call, the models shared by all who call."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from apps.background import Background, Stopped

if TYPE_CHECKING:
    from machine import CatalogueModel
    from rag import Collection
    from rag.tools.types import ToolCall, ToolResult
    from rag.tools.workshop import ToolSettings, Workshop

#: Workshops that stay open after their work, so that the next call finds the models loaded.
_KEPT = 4


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """What came of a call. `made_by` names the engine behind a text; files say it themselves."""

    call: ToolCall
    result: ToolResult
    made_by: str | None
    made_at: str


class ToolBench:
    """Any thread may start work. `close` lets go of the models."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[ToolSettings, Workshop] = {}

    def start(
        self, call: ToolCall, folder: Path, settings: ToolSettings, collection: Collection | None
    ) -> Background[ToolOutcome]:
        """The call at work; what it makes goes into the folder."""

        def do(work: Background[ToolOutcome]) -> ToolOutcome:
            from rag.tools.registry import run_tool
            from rag.tools.workshop import Workshop

            workshop = Workshop(
                folder, settings, collection=collection, cancelled=work.stopping, heard=work.tell
            )
            try:
                result = run_tool(workshop, call)
                if work.stopping() and not result.files:
                    raise Stopped(f"{call.tool} was stopped; nothing of it is kept.")
                made_at = datetime.now(UTC).isoformat(timespec="seconds")
                return ToolOutcome(call, result, _writer_of(result, workshop), made_at)
            finally:
                self._keep(settings, workshop)

        return Background(call.tool, do)

    def _keep(self, settings: ToolSettings, workshop: Workshop) -> None:
        """Leave it open in place of the one before: a model goes only with the last who has it."""
        with self._lock:
            leaving = [self._kept.pop(settings)] if settings in self._kept else []
            self._kept[settings] = workshop
            while len(self._kept) > _KEPT:
                leaving.append(self._kept.pop(next(iter(self._kept))))
        for other in leaving:
            other.close()

    def close(self) -> None:
        with self._lock:
            leaving = list(self._kept.values())
            self._kept.clear()
        for workshop in leaving:
            workshop.close()


def missing_model(engine: str, kinds: tuple[str, ...] = ("llama-cpp", "piper")) -> CatalogueModel | None:
    """The catalogue's model behind an engine's name, where it is not on this machine; None otherwise."""
    import machine
    from apps.known_models import known_state

    kind, _, id = engine.partition(":")
    if kind not in kinds:
        return None
    try:
        model = machine.load_catalogue().model(id.partition("+")[0])
    except machine.UnknownModel:
        return None
    return None if known_state(model.id) == "here" else model


def _writer_of(result: ToolResult, workshop: Workshop) -> str | None:
    if result.files:
        return None
    from machine import ModelMissing

    try:
        return workshop.writer().id
    except ModelMissing:
        return None
