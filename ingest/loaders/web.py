"""HTML files, saved pages, and the shared last step of every format that becomes HTML on its way."""

from __future__ import annotations

import re

from ingest.errors import DamagedFile, EmptyFile
from ingest.loaders.blocks import blocks_of
from ingest.loaders.content import FileContent
from ingest.loaders.encoding import decode_text
from ingest.loaders.protocol import DEFAULT_OPTIONS, LoadOptions
from ingest.loaders.sections import first_heading, sections_of
from ingest.loaders.soup import parse_html
from ingest.loaders.titles import choose_title, tidy_author
from ingest.media import HTML
from ingest.types import Document

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
) -> Document:
    """A document of sections. The page's own `<title>` and author stand in where none is given.

    `when_empty` says what to do about a file that shows nothing.
    Raises `EmptyFile` where nothing is visible and `DamagedFile` where the markup defeats the parser.
    """
    try:
        soup = parse_html(markup)
        pages = sections_of(blocks_of(soup))
        named = soup.title.get_text() if soup.title is not None else None
        meta = soup.find("meta", attrs={"name": re.compile(r"\Aauthor\Z", re.IGNORECASE)})
        meta_author = str(meta.get("content") or "") if meta is not None else None
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
        title=choose_title(content.path, title, named, first_heading(pages)),
        pages=pages,
        author=tidy_author(author or meta_author),
    )
