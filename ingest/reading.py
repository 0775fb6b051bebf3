"""One file becomes a document and its chunks, or an error that says why not."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.errors import DamagedFile, EmptyFile, UnreadableFile, UnsupportedFormat
from ingest.indexing import embedded_text, name_in_words
from ingest.loaders.content import FileContent, read_content
from ingest.loaders.protocol import Loader, LoadOptions
from ingest.media import tell_media_type
from ingest.plan import recorded_source
from ingest.splitting import Splitter
from ingest.store.records import SourceFile
from ingest.types import Chunk, Document

_READS = 2
#: Enough of a file's beginning to tell what it is.
_HEAD_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A document ready to be embedded: `texts` are what of its chunks is embedded."""

    source: SourceFile
    document: Document
    chunks: tuple[Chunk, ...]
    texts: tuple[str, ...]


class Reader:
    """Reads files with the loaders it is given, each for the kinds it names."""

    def __init__(
        self, loaders: Sequence[Loader], splitter: Splitter, *, password: str | None, max_file_bytes: int
    ) -> None:
        self._loaders: Mapping[str, Loader] = {
            media_type: loader for loader in loaders for media_type in loader.media_types
        }
        self._splitter = splitter
        self._options = LoadOptions(passwords=(password,) if password else ())
        self._max_file_bytes = max_file_bytes

    def read_bytes(self, path: Path) -> tuple[FileContent, SourceFile]:
        """The file's bytes and what the store should remember of them.

        A file that changes while it is read is read once more. Raises a kind of `UnreadableFile`.
        """
        for _ in range(_READS):
            before, read_at_ns = _status(path), time.time_ns()
            if before.st_size > self._max_file_bytes:
                raise self._too_large(path, before.st_size)
            content = read_content(path)
            after = _status(path)
            if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
                return content, recorded_source(path, content.sha256, after, read_at_ns)
        raise UnreadableFile(
            f"{path.name} was changed while it was being read, twice. "
            "Ingest it again when whatever writes it is done."
        )

    def read_document(self, content: FileContent, source: SourceFile) -> ReadFile:
        """Parse and split. Raises a kind of `UnreadableFile`, whatever the loader or splitter does."""
        loader = self._loader_for(content)
        try:
            document = replace(loader.load(content, self._options), name=name_in_words(content.path))
            chunks = tuple(self._splitter.split(document))
            texts = tuple(embedded_text(document.names, chunk.headings, chunk.text) for chunk in chunks)
            "".join(texts).encode("utf-8")  # a lone surrogate would stop the embedder and the store
        except UnreadableFile:
            raise
        except Exception as error:  # whatever a parser meets in one file, the batch goes on
            raise DamagedFile(
                f"{content.name} could not be read: {type(error).__name__}: {error}. "
                "Open it in its own program and save it anew; if it opens well there, report this as a fault."
            ) from error
        if not chunks:
            raise EmptyFile(f"{content.name} holds no text. Check that it is the file you meant.")
        return ReadFile(source, document, chunks, texts)

    def _loader_for(self, content: FileContent) -> Loader:
        media_type = tell_media_type(content)
        try:
            return self._loaders[media_type]
        except KeyError:
            raise UnsupportedFormat(
                f"{content.name} is of a kind that is not read here ({media_type}). "
                "Save it as PDF, DOCX, HTML, Markdown or plain text."
            ) from None

    def _too_large(self, path: Path, size_bytes: int) -> UnreadableFile:
        try:
            with path.open("rb") as file:
                head = FileContent(path, file.read(_HEAD_BYTES), "")
        except OSError as error:
            return UnreadableFile(f"{path.name} could not be read: {error.strerror or error}.")
        try:
            self._loader_for(head)
        except UnsupportedFormat as error:
            return error
        return UnreadableFile(
            f"{path.name} has {size_bytes:,} bytes, more than the {self._max_file_bytes:,} "
            "that are read at most. Split it, or raise max_file_bytes."
        )


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except FileNotFoundError as error:
        raise UnreadableFile(f"{path.name} is no longer there. Check the path {path}.") from error
    except OSError as error:
        raise UnreadableFile(
            f"{path.name} could not be looked at: {error.strerror or error}. Check its permissions."
        ) from error
