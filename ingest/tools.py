"""What an ingest run works with."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.embedding.protocol import Embedder
from ingest.file_reader import FileReader
from ingest.splitting import Splitter


@dataclass(frozen=True, slots=True)
class Tools:
    """What turns files into vectors. Made only when there is a file to read."""

    reader: FileReader
    splitter: Splitter
    embedder: Embedder
