"""Plain text: no headings to go by, so its pages are parts of about equal size."""

from __future__ import annotations

import re

from ingest.errors import DamagedFile, EmptyFile
from ingest.loaders.characters import clean
from ingest.loaders.content import FileContent
from ingest.loaders.encoding import decode_text
from ingest.loaders.protocol import DEFAULT_OPTIONS, LoadOptions
from ingest.loaders.titles import choose_title
from ingest.media import CSV, PLAIN_TEXT, TSV, tell_media_type
from ingest.types import Document, Page

_PART_CHARACTERS = 3000
_BREAKS = (re.compile(r"\n[ \t]*\n\s*"), re.compile(r"\n\s*"), re.compile(r"\s+"))


class TextLoader:
    """Reads plain text in any encoding that can be told, and tables kept as text line by line."""

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({PLAIN_TEXT, CSV, TSV})

    def load(
        self,
        content: FileContent,
        options: LoadOptions = DEFAULT_OPTIONS,  # noqa: ARG002 - no text file is encrypted; the seam has it for kinds that are
    ) -> Document:
        text = decode_text(content.data)
        if text is None:
            raise DamagedFile(
                f"{content.name} is no text: its bytes spell none in any known encoding. Check that it is "
                "what its name says."
            )
        parts = [part for part in _parts(clean(text)) if part]
        if not parts:
            raise EmptyFile(f"{content.name} holds nothing but white space. Check where it was copied from.")
        pages = tuple(
            Page(number, part, "the text" if len(parts) == 1 else f"part {number}")
            for number, part in enumerate(parts, start=1)
        )
        media_type = tell_media_type(content)
        if media_type not in self.media_types:
            media_type = PLAIN_TEXT  # asked to read it as text all the same
        return Document(content.sha256, media_type, choose_title(content.path), pages)


def _parts(text: str) -> list[str]:
    """The text cut at the last paragraph end, line end or space before each `_PART_CHARACTERS`."""
    parts, start = [], 0
    while len(text) - start > _PART_CHARACTERS:
        end = _last_break(text, start, start + _PART_CHARACTERS)
        parts.append(text[start:end].strip("\n").rstrip())
        start = end
    parts.append(text[start:].strip("\n").rstrip())
    return parts


def _last_break(text: str, start: int, limit: int) -> int:
    for pattern in _BREAKS:
        last = None
        for match in pattern.finditer(text, start + _PART_CHARACTERS // 2, limit):
            last = match
        if last is not None:
            return last.end()
    return limit
