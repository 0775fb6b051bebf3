"""Plain text: no headings to go by, so its pages are parts of about equal size."""

from __future__ import annotations

from ingest.errors import DamagedFile, EmptyFile
from ingest.loaders.characters import clean
from ingest.loaders.content import FileContent
from ingest.loaders.encoding import decode_text
from ingest.loaders.parts import text_pages
from ingest.loaders.protocol import DEFAULT_OPTIONS, LoadOptions
from ingest.loaders.titles import choose_title
from ingest.media import PLAIN_TEXT
from ingest.types import Document


class TextLoader:
    """Reads plain text in any encoding that can be told."""

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({PLAIN_TEXT})

    def load(
        self,
        content: FileContent,
        options: LoadOptions = DEFAULT_OPTIONS,  # noqa: ARG002 - no text file is encrypted; the seam has it for kinds that are
    ) -> Document:
        return document_of_text(content, PLAIN_TEXT)


def document_of_text(content: FileContent, media_type: str, notes: tuple[str, ...] = ()) -> Document:
    """The file as plain text, whatever else it was meant to be.

    Raises `DamagedFile` where its bytes are no text and `EmptyFile` where they spell only white space.
    """
    text = decode_text(content.data)
    if text is None:
        raise DamagedFile(
            f"{content.name} is no text: its bytes spell none in any known encoding. Check that it is "
            "what its name says."
        )
    pages = text_pages(clean(text))
    if not pages:
        raise EmptyFile(f"{content.name} holds nothing but white space. Check where it was copied from.")
    return Document(content.sha256, media_type, choose_title(content.path), pages, notes=notes)
