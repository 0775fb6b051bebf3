"""What a tool is called with, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from generators.audio.composing import ComposedFile
from generators.audio.speech import SpokenFile
from generators.audio.transcription import Stretch
from generators.image.drawing import DrawnFiles
from rag.hits import Hit
from rag.tasks.classifying import Classification
from rag.tasks.entities import Entity
from rag.types import Answer

#: What the function behind a tool gives: files with their notes, or what was written, heard or found.
ToolValue = (
    DrawnFiles
    | SpokenFile
    | ComposedFile
    | tuple[Stretch, ...]
    | tuple[str, ...]
    | str
    | Classification
    | tuple[Entity, ...]
    | Answer
    | tuple[Hit, ...]
)


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool's name and its arguments by their names, not yet checked."""

    tool: str
    arguments: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What came of a call, whichever way it was made.

    `text` says it in words, and names every file. `sources` are the documents and pages it was made from.
    """

    tool: str
    text: str
    value: ToolValue
    files: tuple[Path, ...] = ()
    sources: tuple[str, ...] = ()
