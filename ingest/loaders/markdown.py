"""Markdown, by way of HTML: its headings become sections, its code blocks stay as they are."""

from __future__ import annotations

import html
import re

from ingest.errors import DamagedFile
from ingest.loaders.characters import clean
from ingest.loaders.content import FileContent
from ingest.loaders.encoding import decode_text
from ingest.loaders.protocol import DEFAULT_OPTIONS, LoadOptions
from ingest.loaders.web import document_from_html
from ingest.media import MARKDOWN
from ingest.types import Document

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_DEEPEST = 100  # levels of quotes and lists; what is nested deeper the parser drops
_FIELD = re.compile(r"^(title|author)[ \t]*:[ \t]*(.+?)[ \t]*$", re.IGNORECASE | re.MULTILINE)


class MarkdownLoader:
    """Reads Markdown (CommonMark with tables), with or without front matter."""

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({MARKDOWN})

    def load(
        self,
        content: FileContent,
        options: LoadOptions = DEFAULT_OPTIONS,  # noqa: ARG002 - no Markdown is encrypted; the seam has it for kinds that are
    ) -> Document:
        text = decode_text(content.data)
        if text is None:
            raise DamagedFile(
                f"{content.name} is called Markdown, and its bytes are no text. Check what it really is."
            )
        text = clean(text)  # first: the parser would write a visible character for each NUL
        front_matter = _FRONT_MATTER.match(text)
        body = text[front_matter.end() :] if front_matter else text
        fields = _fields(front_matter[1]) if front_matter else {}
        shown = f"<pre>{html.escape(front_matter[1])}</pre>\n" if front_matter else ""
        return document_from_html(
            content,
            MARKDOWN,
            shown + _render(content, body),
            title=fields.get("title"),
            author=fields.get("author"),
            when_empty="Check where it was copied from.",
        )


def _fields(front_matter: str) -> dict[str, str]:
    return {name.lower(): value.strip("\"'") for name, value in _FIELD.findall(front_matter)}


def _render(content: FileContent, text: str) -> str:
    from markdown_it import MarkdownIt

    try:
        return str(
            MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable(["table", "strikethrough"]).render(text)
        )
    except Exception as error:  # text from anywhere may break the parser in any way
        raise DamagedFile(
            f"{content.name} could not be read as Markdown: {type(error).__name__}: {error}. Rename it to "
            ".txt to have it read as plain text."
        ) from error
