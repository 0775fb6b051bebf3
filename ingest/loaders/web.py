"""HTML files, saved pages, and the shared last step of every format that becomes HTML on its way."""

from __future__ import annotations

import re

from ingest.errors import DamagedFile, EmptyFile
from ingest.loaders.blocks import blocks_of
from ingest.loaders.boilerplate import drop_boilerplate
from ingest.loaders.content import FileContent
from ingest.loaders.encoding import decode_text
from ingest.loaders.metadata import tidy_language
from ingest.loaders.page_facts import PageFacts, facts_of
from ingest.loaders.protocol import DEFAULT_OPTIONS, LoadOptions
from ingest.loaders.sections import first_heading, sections_of
from ingest.loaders.soup import parse_html
from ingest.loaders.titles import choose_title, tidy_author
from ingest.media import HTML
from ingest.types import Document, Page

_DECLARATION_WITHIN = 16_384  # scripts and comments may stand before it
_DECLARED_ENCODING = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9._:-]+)""", re.IGNORECASE)


class WebLoader:
    """Reads HTML: what a reader sees, without scripts, styles, navigation and hidden parts."""

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({HTML})

    def load(
        self,
        content: FileContent,
        options: LoadOptions = DEFAULT_OPTIONS,  # noqa: ARG002 - no HTML is encrypted; the seam has it for kinds that are
    ) -> Document:
        declared = _DECLARED_ENCODING.search(content.data[:_DECLARATION_WITHIN])
        text = decode_text(content.data, declared[1].decode("ascii") if declared else None)
        if text is None:
            raise DamagedFile(
                f"{content.name} is called HTML, and its bytes are no text. Save the page once more."
            )
        return document_from_html(content, HTML, text)


def document_from_html(
    content: FileContent,
    media_type: str,
    markup: str,
    title: str | None = None,
    author: str | None = None,
    when_empty: str = "A page that scripts fill must be saved as it is shown.",
    *,
    language: str | None = None,
    written: str | None = None,
    notes: tuple[str, ...] = (),
) -> Document:
    """A document of sections. What the page says of itself stands in for what is not given.

    `when_empty` says what to do about a file that shows nothing. `written` is a day in ISO 8601.
    Raises `EmptyFile` where nothing is visible and `DamagedFile` where the markup defeats the parser.
    """
    try:
        pages, facts = read_page(markup)
    except Exception as error:  # markup from anywhere may break the parser in any way
        raise DamagedFile(
            f"{content.name} could not be read as a page: {type(error).__name__}: {error}. Open it in its "
            "own program and save it again."
        ) from error
    if not pages:
        raise EmptyFile(f"{content.name} shows no text. {when_empty}")
    return Document(
        sha256=content.sha256,
        media_type=media_type,
        title=choose_title(content.path, title, facts.title, first_heading(pages)),
        pages=pages,
        author=tidy_author(author or facts.author),
        notes=notes,
        language=tidy_language(language) or facts.language,
        written=written or facts.written,
    )


def read_page(markup: str) -> tuple[tuple[Page, ...], PageFacts]:
    """The sections of a web page or of a piece of one, if any show, and what it says of itself."""
    soup = parse_html(markup)
    facts = facts_of(soup)
    drop_boilerplate(soup)
    pages = sections_of(blocks_of(soup))
    if not pages:  # then what stands around the text is all there is
        pages = sections_of(blocks_of(parse_html(markup)))
    return pages, facts
