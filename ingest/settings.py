"""What may be chosen about ingestion. Plain values: building them loads no model and touches no disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: What a new collection is embedded with where nothing else is asked for.
DEFAULT_EMBEDDER = "all-minilm-l6-v2"

Engine = Literal["auto", "openvino", "sentence-transformers", "hashing"]


@dataclass(frozen=True, slots=True)
class EmbedderSettings:
    """Which model turns text into vectors, and what runs it.

    `auto` takes sentence-transformers on a CUDA device, else OpenVINO, else sentence-transformers on
    the processor. `hashing` needs no model and knows no meaning: it is for tests.
    """

    #: An id of the catalogue or a folder. None: what the collection was made with, and `DEFAULT_EMBEDDER`
    #: for a new one.
    model: str | None = None
    engine: Engine = "auto"
    #: What stands before each question and each text when it is embedded, as "query: " and "passage: " with
    #: E5. None: what the collection was made with, and for a new one what the model's folder says.
    query_prefix: str | None = None
    document_prefix: str | None = None


@dataclass(frozen=True, slots=True)
class SplitterSettings:
    """How long a chunk may be and how much of it the next one repeats, in the embedder's tokens.

    A chunk never grows past what the embedder reads, whatever `max_tokens` says.
    """

    max_tokens: int = 200
    overlap_tokens: int = 30

    def __post_init__(self) -> None:
        if self.max_tokens < 1:
            raise ValueError(f"max_tokens is {self.max_tokens}; a chunk holds at least 1 token")
        if not 0 <= self.overlap_tokens < self.max_tokens:
            raise ValueError(
                f"overlap_tokens is {self.overlap_tokens}; it must be at least 0 and less than max_tokens "
                f"({self.max_tokens}), or splitting would never come to an end"
            )


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """What one file may cost while it is read. Each is named in the message when it is met."""

    #: Until a file is open; formats without pages are read whole in that time.
    open_seconds: float = 120.0
    #: From one page to the next.
    page_seconds: float = 60.0
    #: After so many pages in a row that met a limit or ended the reading process, the file is given up.
    stuck_pages: int = 3
    #: Of the process that reads, its program included.
    memory_bytes: int = 3 * 1024**3
    #: Of an archive, with archives inside it: files, bytes unpacked, bytes unpacked per byte packed, depth.
    archive_files: int = 10_000
    archive_bytes: int = 4 * 1024**3
    archive_ratio: float = 200.0
    archive_depth: int = 3


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """All that an ingest run may be told."""

    embedder: EmbedderSettings = EmbedderSettings()
    splitter: SplitterSettings = SplitterSettings()
    limits: ReadingLimits = ReadingLimits()
    #: Whether files are read in a process of their own, which holds to the limits. Without it a hostile
    #: file can stop or end the whole run.
    isolated: bool = True
    max_file_bytes: int = 4 * 1024**3
    #: Chunks embedded in one go: between two goes progress is told and cancelling is possible.
    embedding_stretch: int = 512

    def __post_init__(self) -> None:
        for name, value in (
            ("max_file_bytes", self.max_file_bytes),
            ("embedding_stretch", self.embedding_stretch),
        ):
            if value < 1:
                raise ValueError(f"{name} is {value}; it must be at least 1")
