"""Markdown, by way of HTML: its headings become sections, its code blocks stay as they are."""

from __future__ import annotations

import html
import re

from ingest.errors import DamagedFile
from ingest.loaders.characters import clean
from ingest.loaders.content import FileContent
from ingest.loaders.encoding import decode_text
from ingest.loaders.front_matter import split_front_matter
from ingest.loaders.metadata import tidy_day
from ingest.loaders.protocol import DEFAULT_OPTIONS, LoadOptions
from ingest.loaders.web import document_from_html
from ingest.media import MARKDOWN
from ingest.types import Document

_FIRST_HEADING = re.compile(r"\A\s*<h[1-6]>.*?</h[1-6]>\n?", re.DOTALL)
_DEEPEST = 100  # levels of quotes and lists; what is nested deeper the parser drops


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
        facts, others, body = split_front_matter(text)
        markup = render_markdown(content, body)
        if others:  # below the first heading, so that they are no section of their own
            heading = _FIRST_HEADING.match(markup)
            place = heading.end() if heading else 0
            markup = f"{markup[:place]}<pre>{html.escape(others)}</pre>\n{markup[place:]}"
        return document_from_html(
            content,
            MARKDOWN,
            markup,
            title=facts.get("title"),
            author=facts.get("author"),
            when_empty="Check where it was copied from.",
            language=facts.get("language"),
            written=tidy_day(facts.get("written")),
        )


def render_markdown(content: FileContent, text: str) -> str:
    """The text as HTML. Raises `DamagedFile` where it defeats the parser."""
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
