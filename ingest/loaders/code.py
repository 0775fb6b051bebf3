"""Source code: the text as it stands, in parts that are named by their lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.errors import DamagedFile, EmptyFile
from ingest.loaders.characters import clean
from ingest.loaders.content import FileContent
from ingest.loaders.encoding import decode_text
from ingest.loaders.parts import text_parts
from ingest.loaders.protocol import DEFAULT_OPTIONS, LoadOptions
from ingest.loaders.titles import choose_title
from ingest.media import SOURCE_CODE
from ingest.types import Document, Page

_MOST_LINES = 80
_FEWEST_LINES = 30
_LONGEST_PART = 8000  # characters: minified code is one line of half a megabyte
#: The start of something that stands by itself, at the left margin.
_DEFINITION = re.compile(
    r"(?:@|#\[|(?:export|public|private|protected|static|abstract|final|async|pub|unsafe|default)\s"
    r"|(?:def|class|func|function|fn|impl|interface|trait|struct|enum|module|namespace|type|sub|package)\s"
    r"|[A-Za-z_][\w:<>*& ]*\([^;]*\)\s*\{?\s*$)"
)


class CodeLoader:
    """Reads source code of any language, verbatim, in parts of whole lines (but for endless ones)."""

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({SOURCE_CODE})

    def load(
        self,
        content: FileContent,
        options: LoadOptions = DEFAULT_OPTIONS,  # noqa: ARG002 - no source code is encrypted; the seam has it for kinds that are
    ) -> Document:
        text = decode_text(content.data)
        if text is None:
            raise DamagedFile(
                f"{content.name} is called source code, and its bytes are no text. Check what it really is."
            )
        lines = clean(text).split("\n")
        pages: list[Page] = []
        first = 0
        while first < len(lines):
            end = _end_of_part(lines, first)
            whole = "\n".join(lines[first:end])
            label = f"line {first + 1}" if end == first + 1 else f"lines {first + 1}-{end}"
            for part in text_parts(whole, _LONGEST_PART):
                if part.strip():
                    pages.append(Page(len(pages) + 1, part, label))
            first = end
        if not pages:
            raise EmptyFile(f"{content.name} holds nothing but white space. Check where it was copied from.")
        return Document(content.sha256, SOURCE_CODE, choose_title(content.path), tuple(pages))


def _end_of_part(lines: Sequence[str], first: int) -> int:
    """Where a part ends: before a definition or after a blank line, if one is near."""
    limit = first
    length = 0
    while limit < len(lines) and limit - first < _MOST_LINES and (length <= 0 or length < _LONGEST_PART):
        length += len(lines[limit]) + 1
        limit += 1
    if limit - first > 1 and length > _LONGEST_PART:
        limit -= 1
    if limit == len(lines):
        return limit
    earliest = first + min(_FEWEST_LINES, (limit - first) // 2)
    for is_good in (_begins_definition, _follows_blank):
        for end in range(limit, earliest, -1):
            if is_good(lines, end):
                return end
    return limit


def _begins_definition(lines: Sequence[str], index: int) -> bool:
    return _follows_blank(lines, index) and _DEFINITION.match(lines[index]) is not None


def _follows_blank(lines: Sequence[str], index: int) -> bool:
    return not lines[index - 1].strip() and bool(lines[index].strip())
